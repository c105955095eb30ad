"""Build the body of ``POST /v3/mail/send``: what a mailing's requests share is encoded once.

A recipient's part is a template of bytes, in which only addresses, names and values are encoded. Every rule
that the vendor's helpers would apply is either kept here or by the caller that hands the values in.
"""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Build, Recipient
from newsletter.providers.sendgrid.limits import MAX_PERSONALIZATIONS

MAX_NAME = 250  # characters; a longer display name cannot stand on one line of a mail's header

# What SendGrid refuses in a name (; and ,), what would end its quotes or pass for an address there, what a
# header cannot hold, and the marks that turn the reading direction of all that follows.
_HARMFUL = re.compile('[\\x00-\\x1f\\x7f-\\x9f;,"\\\\<>\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_CATEGORY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?", re.ASCII)

# Account defaults would rewrite signed links, add a picture or a second unsubscribe: each is set explicitly.
_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}
_json = orjson.dumps


def prepare_requests(envelope: Envelope, tags: Sequence[str]) -> Build:
    """Return the function that renders a request as JSON: the message once, a personalization a recipient.

    ``custom_args`` hold opaque ids alone, since SendGrid stores them for ever. The function raises ValueError
    for no recipients or more than 1,000.
    """
    before, after = _before_the_ids(envelope), _after_the_ids(envelope)
    personalization = _template(envelope.list_id, tags)

    def build(recipients: Sequence[Recipient], *, batch: str, attempt: str) -> bytes:
        if not 1 <= len(recipients) <= MAX_PERSONALIZATIONS:
            raise ValueError(f"a request takes 1 to {MAX_PERSONALIZATIONS} recipients, not {len(recipients)}")
        people = b",".join(
            [
                personalization % (_json(email), _name(name), _json(f"<{url}>"), *map(_json, values), reader)
                for reader, email, name, values, url in recipients
            ]
        )
        ids = b'%b,"nl_attempt":%b' % (_json(batch), _json(attempt))
        return b"".join((before, ids, after, people, b"]}"))

    return build


def clean_name(name: str) -> str:
    """Return a display name that SendGrid takes, whatever it was: a hostile name costs nobody the mail."""
    if _HARMFUL.search(name):
        name = " ".join(_HARMFUL.sub(_stand_in, name).split())
    return name[:MAX_NAME].strip()


def _stand_in(found: re.Match[str]) -> str:
    return "'" if found.group() == '"' else " "


def _name(name: str) -> bytes:
    if name.replace(" ", "").isalnum() and len(name) <= MAX_NAME:  # as nearly all are
        return b',"name":' + _json(name.strip())
    cleaned = clean_name(name)
    return b',"name":' + _json(cleaned) if cleaned else b""


def _before_the_ids(envelope: Envelope) -> bytes:
    message = envelope.message
    body: dict[str, Any] = {
        "from": {"email": envelope.from_email},
        "subject": message.subject,
        # SendGrid wants the parts in this order, as RFC 2046 does: the last is the one a reader prefers.
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
    }
    if name := clean_name(envelope.from_name):
        body["from"]["name"] = name
    return b'%b,"custom_args":{"nl_issue":%b,"nl_batch":' % (_json(body)[:-1], _json(envelope.issue))


def _after_the_ids(envelope: Envelope) -> bytes:
    body: dict[str, Any] = {"tracking_settings": _TRACKING}
    if envelope.reply_to:
        body["reply_to"] = {"email": envelope.reply_to}
    if _CATEGORY.fullmatch(envelope.issue):
        body["categories"] = [envelope.issue]
    return b'},%b,"personalizations":[' % _json(body)[1:-1]


def _template(list_id: str, tags: Sequence[str]) -> bytes:
    """Return one reader's part, with a place for the address, the name, the link, each value and the id."""
    # Substitutions do not reach headers, and how SendGrid merges two levels of headers is not documented:
    # each reader's own block carries all three.
    places = b",".join(b"%b:%%b" % _constant(tag) for tag in tags)
    return (
        b'{"to":[{"email":%b%b}],"headers":{"List-Unsubscribe":%b,'
        b'"List-Unsubscribe-Post":"List-Unsubscribe=One-Click",'  # RFC 8058
        b'"List-Id":'
        + _constant(list_id)
        + b'},"substitutions":{'
        + places
        + b'},"custom_args":{"nl_reader":"%d"}}'
    )


def _constant(text: str) -> bytes:
    return _json(text).replace(b"%", b"%%")
