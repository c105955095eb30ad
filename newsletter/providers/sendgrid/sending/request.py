"""Build the body of ``POST /v3/mail/send``: what a mailing's requests share is encoded once.

Of a recipient's part only addresses, names and values are encoded, between pieces that stay. Every rule
that the vendor's helpers would apply is either kept here or by the caller that hands the values in.
"""

import re
from collections.abc import Sequence
from itertools import chain, islice, repeat
from typing import Any

import orjson

from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Build, RecipientColumns
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
_AT_ONCE = 200  # recipients, about 100 kB: large memory is slow to get, so only the request takes it
_PLACE = "\0"  # stands nowhere in JSON
_BYTES = "latin-1"  # UTF-8 kept in text, a character a byte: Python joins text faster than bytes


def prepare_requests(envelope: Envelope, tags: Sequence[str]) -> Build:
    """Return the function that renders a request as JSON: the message once, a personalization a recipient.

    ``custom_args`` hold opaque ids alone, since SendGrid stores them for ever. The function raises ValueError
    for no recipients or more than 1,000.
    """
    before, after = _before_the_ids(envelope), _after_the_ids(envelope)
    *between, end = (repeat(piece) for piece in _between_values(envelope.list_id, tags))

    def build(recipients: RecipientColumns, *, batch: str, attempt: str) -> bytes:
        if not 1 <= len(recipients) <= MAX_PERSONALIZATIONS:
            raise ValueError(f"a request takes 1 to {MAX_PERSONALIZATIONS} recipients, not {len(recipients)}")
        columns = (
            _to(recipients.emails, recipients.names),
            _encoded(recipients.unsubscribe_urls),
            *map(_encoded, recipients.values),
            _json(recipients.readers)[1:-1].split(","),
        )
        placed = chain.from_iterable(zip(between, columns, strict=True))
        people = map("".join, zip(*placed, end, strict=False))  # what stands between comes without end
        parts = [f'{before}{_json(batch)},"nl_attempt":{_json(attempt)}{after}'.encode(_BYTES)]
        while some := "".join(islice(people, _AT_ONCE)):
            parts.append(some.encode(_BYTES))
        parts[-1] = parts[-1][:-1] + b"]}"  # for the comma after the last recipient
        return b"".join(parts)

    return build


def _json(value: object) -> str:
    return orjson.dumps(value).decode(_BYTES)


def _encoded(texts: Sequence[str]) -> Sequence[str]:
    """Return texts as they stand between the quotes of JSON."""
    encoded = orjson.dumps(texts)
    if len(encoded) == len("".join(texts)) + len('"",') * len(texts) + 1:  # ASCII without a sign to escape
        return texts
    together = encoded.decode(_BYTES)
    if "\\" in together:  # a quote that is part of a text looks like one at its end
        return [_json(text)[1:-1] for text in texts]
    return together[2:-2].split('","')


def _to(emails: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """Return what stands in ``to``, between an address's first quote and the last one of all."""
    together = "".join(names)
    if (
        not together.isprintable()
        or any(sign in together for sign in ';,"\\<>')
        or max(map(len, names)) > MAX_NAME
    ):
        names = [*map(clean_name, names)]
    named = zip(_encoded(emails), _encoded([*map(str.strip, names)]), strict=True)
    # SendGrid refuses a name of nothing.
    return [f'{email}","name":"{name}' if name else email for email, name in named]


def clean_name(name: str) -> str:
    """Return a display name that SendGrid takes, whatever it was: a hostile name costs nobody the mail."""
    if _HARMFUL.search(name):
        name = " ".join(_HARMFUL.sub(_stand_in, name).split())
    return name[:MAX_NAME].strip()


def _stand_in(found: re.Match[str]) -> str:
    return "'" if found.group() == '"' else " "


def _before_the_ids(envelope: Envelope) -> str:
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
    return f'{_json(body)[:-1]},"custom_args":{{"nl_issue":{_json(envelope.issue)},"nl_batch":'


def _after_the_ids(envelope: Envelope) -> str:
    body: dict[str, Any] = {"tracking_settings": _TRACKING}
    if envelope.reply_to:
        body["reply_to"] = {"email": envelope.reply_to}
    if _CATEGORY.fullmatch(envelope.issue):
        body["categories"] = [envelope.issue]
    return f'}},{_json(body)[1:-1]},"personalizations":['


def _between_values(list_id: str, tags: Sequence[str]) -> list[str]:
    """Return what stands before a recipient's address, link, each value and id, and after the id."""
    # Substitutions do not reach headers, and how SendGrid merges two levels of headers is not documented:
    # each recipient's own block carries all three.
    headers = f'"List-Unsubscribe-Post":"List-Unsubscribe=One-Click","List-Id":{_json(list_id)}'  # RFC 8058
    places = ",".join(f'{_json(tag)}:"{_PLACE}"' for tag in tags)
    return (
        f'{{"to":[{{"email":"{_PLACE}"}}],"headers":{{"List-Unsubscribe":"<{_PLACE}>",{headers}}},'
        f'"substitutions":{{{places}}},"custom_args":{{"nl_reader":"{_PLACE}"}}}},'
    ).split(_PLACE)
