"""Build the body of ``POST /v3/mail/send``, as plain values.

A plain dict and orjson take a fortieth of what the vendor's helpers take, and every rule the helpers would
apply is either kept here or held by whoever hands the values in.
"""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from newsletter.delivery.provider import Envelope, Recipient
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


def build_request(envelope: Envelope, recipients: Sequence[Recipient], *, batch: str, attempt: str) -> bytes:
    """Return one request as JSON bytes: the message once, a personalization for each recipient, in order.

    ``custom_args`` hold opaque ids alone, since SendGrid stores them for ever. Raises ValueError for no
    recipients or more than 1,000.
    """
    if not 1 <= len(recipients) <= MAX_PERSONALIZATIONS:
        raise ValueError(f"a request takes 1 to {MAX_PERSONALIZATIONS} recipients, not {len(recipients)}")
    list_id = envelope.list_id
    body = _shared(envelope, batch, attempt)
    body["personalizations"] = [_personalization(each, list_id) for each in recipients]
    return orjson.dumps(body, default=dict)


def clean_name(name: str) -> str:
    """Return a display name that SendGrid takes, whatever it was: a hostile name costs nobody the mail."""
    if _HARMFUL.search(name):
        name = " ".join(_HARMFUL.sub(_stand_in, name).split())
    return name[:MAX_NAME].strip()


def _stand_in(found: re.Match[str]) -> str:
    return "'" if found.group() == '"' else " "


def _shared(envelope: Envelope, batch: str, attempt: str) -> dict[str, Any]:
    message = envelope.message
    body: dict[str, Any] = {
        "from": _person(envelope.from_email, envelope.from_name),
        "subject": message.subject,
        # SendGrid wants the parts in this order, as RFC 2046 does: the last is the one a reader prefers.
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
        "custom_args": {"nl_issue": envelope.issue, "nl_batch": batch, "nl_attempt": attempt},
        "tracking_settings": _TRACKING,
    }
    if envelope.reply_to:
        body["reply_to"] = {"email": envelope.reply_to}
    if _CATEGORY.fullmatch(envelope.issue):
        body["categories"] = [envelope.issue]
    return body


def _personalization(recipient: Recipient, list_id: str) -> dict[str, Any]:
    # Substitutions do not reach headers, and how SendGrid merges two levels of headers is not documented:
    # each reader's own block carries all three.
    return {
        "to": [_person(recipient.email, recipient.name)],
        "headers": {
            "List-Unsubscribe": f"<{recipient.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
            "List-Id": list_id,
        },
        "substitutions": recipient.substitutions,
        "custom_args": {"nl_reader": str(recipient.reader)},
    }


def _person(email: str, name: str) -> dict[str, str]:
    cleaned = clean_name(name) if name else ""
    return {"email": email, "name": cleaned} if cleaned else {"email": email}
