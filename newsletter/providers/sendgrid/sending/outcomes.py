"""What SendGrid's answers mean for a ledger.

The rule behind every line: "not accepted" is said only where SendGrid certainly took nothing, "unknown"
wherever there is any doubt, since a second copy cannot be called back.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import orjson

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Refused, Unknown
from newsletter.providers.sendgrid.words import scrub, shorten

MAX_WAIT_SECONDS = 3600.0  # a longer wait is a mistake or another unit: the sender's own back-off is better

_ENTRY = re.compile(r"personalizations[.\[](\d{1,4})\b")

# Parts of a request that are the same for all its readers: splitting a batch would blame each in turn.
_FOR_ALL = {
    "asm", "batch_id", "categories", "content", "custom_args", "from", "headers", "ip_pool_name",
    "mail_settings", "reply_to", "send_at", "subject", "template_id", "tracking_settings",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, or one whose body matters less than its status.

    ``body_sent`` is False when the request's own body certainly never left in full.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    body_sent: bool = True


def classify(answer: Answer, *, now: float) -> Outcome:
    """Return what an answer to ``POST /v3/mail/send`` means; ``now`` is seconds since 1970."""
    status = answer.status
    if status == HTTPStatus.ACCEPTED:
        return Accepted(_header(answer, "X-Message-Id"))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotAccepted("SendGrid asks to wait (429).", _retry_after(answer, now))
    if status == HTTPStatus.BAD_REQUEST:
        return _bad_request(answer)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Refused("The request is larger than SendGrid takes (413).", too_large=True)
    if status == HTTPStatus.OK or (300 <= status < 500 and status != HTTPStatus.REQUEST_TIMEOUT):
        return AccountRefused(_account_sentence(answer))
    return _unclear(answer)


def _unclear(answer: Answer) -> NotAccepted | Unknown:
    """Judge a 5xx, a 408, or a 2xx that SendGrid does not document."""
    reason = f"SendGrid answered {_named(answer.status)}."
    return Unknown(reason) if answer.body_sent else NotAccepted(reason)


def _bad_request(answer: Answer) -> Refused | AccountRefused:
    faults = error_list(answer.body)
    said = "; ".join(dict.fromkeys(message for _, message in faults if message))
    entries: dict[int, str] = {}
    for field, message in faults:
        if found := _ENTRY.match(field):
            entries.setdefault(int(found.group(1)), message or "refused by SendGrid")
    if entries:
        return Refused(shorten(f"SendGrid refused the request (400): {said}"), tuple(sorted(entries.items())))
    if faults and all(re.split(r"[.\[]", field)[0] in _FOR_ALL for field, _ in faults):
        fields = ", ".join(dict.fromkeys(field for field, _ in faults))
        # What was frozen cannot be mended: going on would be refused again.
        return AccountRefused(
            shorten(
                f"it refuses what all readers would get ({fields}), so cancel, mend and send afresh: {said}"
            )
        )
    return Refused(
        shorten(f"SendGrid refused the request (400): {said}" if said else "SendGrid answered 400.")
    )


def _account_sentence(answer: Answer) -> str:
    status, said = answer.status, "; ".join(message for _, message in error_list(answer.body) if message)
    if status == HTTPStatus.OK:
        return "it answered 200, which is its sandbox mode or another server: nothing was sent."
    if status < 400:
        return f"the host answered with a redirect ({status}), which is never followed: check sendgrid_host."
    what = _ACCOUNT.get(status, f"it answered {_named(status)}")
    return shorten(f"{what}: {said}" if said else f"{what}.")


_ACCOUNT = {
    401: "the API key is wrong, or its credit is used up (401)",
    403: "the API key or the sender's address may not send mail (403)",
    404: "there is no mail/send at that host (404): check sendgrid_host",
    405: "mail/send takes no mail at that host (405): check sendgrid_host",
}
_STATUSES = {status.value for status in HTTPStatus}


def _named(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}" if status in _STATUSES else str(status)


def error_list(body: bytes) -> list[tuple[str, str]]:
    """Return the (field, message) pairs of SendGrid's error body, scrubbed; none if it is something else."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []  # a proxy's HTML page, or a body cut short: the status alone says enough
    errors = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(errors, list):
        return []
    return [
        (_text(error.get("field")), _text(error.get("message")))
        for error in errors
        if isinstance(error, dict)
    ]


def _text(value: object) -> str:
    return shorten(scrub(value)) if isinstance(value, str) else ""


def _header(answer: Answer, name: str) -> str:
    wanted = name.lower()
    return next((value.strip() for key, value in answer.headers.items() if key.lower() == wanted), "")


def _retry_after(answer: Answer, now: float) -> float | None:
    """Return seconds to wait, or None when the answer names no believable time."""
    reset = _number(_header(answer, "X-RateLimit-Reset"))
    after = _header(answer, "Retry-After")
    candidates = (None if reset is None else reset - now, _number(after), _seconds_until(after, now))
    return next((wait for wait in candidates if wait is not None and 0 < wait <= MAX_WAIT_SECONDS), None)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _seconds_until(text: str, now: float) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None
