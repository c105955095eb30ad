"""SendGrid's events in our words: one report of its webhook to one ``Event``, whatever it holds."""

import json
import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from itertools import islice

from newsletter.contacts.address import normalise
from newsletter.delivery.clock import SECOND
from newsletter.delivery.event_kinds import Kind
from newsletter.delivery.events import Event
from newsletter.delivery.states import SuppressionReason
from newsletter.errors import AudienceError
from newsletter.providers.sendgrid.words import scrub, shorten

KEY_BYTES = 16
MAX_RAW = 4_000  # characters of a report of a kind we do not know
MAX_WORDS = 600  # characters that are scrubbed: that takes time by their square, and 300 are kept
MAX_FIELDS = 60
MAX_MESSAGE_ID = 200
MAX_READER = 2**63 - 1
MAX_SECONDS = 2**33  # the year 2242: what is beyond is another unit or nonsense

_KINDS: Mapping[str, Kind] = {
    "processed": "processed",
    "delivered": "delivered",
    "deferred": "deferred",
    "bounce": "bounce",
    "blocked": "blocked",
    "dropped": "dropped",
    "spamreport": "complaint",
    "unsubscribe": "unsubscribe",
    "group_unsubscribe": "group_unsubscribe",
    "group_resubscribe": "group_resubscribe",
    "open": "open",
    "click": "click",
}
# What says who the reader is or where they are, and SendGrid's own id, which changes when it reports again.
_NOT_KEPT = frozenset(("email", "ip", "useragent", "sg_event_id", "smtp-id"))
# Why SendGrid does not even try: because of what it knows of the address. It tries to mail nobody on its own
# lists, so neither do we. Other reasons (content, quota, a header) are about us.
_DROPPED: Mapping[str, str] = {
    "bounced address": SuppressionReason.BOUNCE,
    "spam reporting address": SuppressionReason.COMPLAINT,
    "unsubscribed address": SuppressionReason.UNSUBSCRIBED,
    "invalid": SuppressionReason.INVALID,
}
_ATTEMPT = re.compile(r"[0-9a-f]{20}", re.ASCII)
_READER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def event_of(report: Mapping[str, object], *, now: int) -> Event:
    """Return one report as an event; nothing it holds makes it fail.

    Fields of another type than SendGrid documents count as absent, a kind we do not know becomes "other".
    ``now`` (microseconds) dates a report without a believable time.
    """
    kind = _kind(report)
    attempt = _matching(_ATTEMPT, report.get("nl_attempt"))
    reader = _reader(report.get("nl_reader"))
    address = report.get("email")
    email = _email(address) if isinstance(address, str) else ""
    raw = _raw(report) if kind == "other" else ""
    at, reason = _at(report.get("timestamp")), _reason(report, kind)
    return Event(
        key=_key(report, attempt, reader, email, raw),
        kind=kind,
        at=now if at is None else at,
        email=email,
        attempt=attempt,
        reader=reader,
        message_id=_message_id(report.get("sg_message_id")),
        reason=reason,
        machine=report.get("sg_machine_open") is True,
        raw=raw,
        issue=_issue(report.get("nl_issue")),
        suppresses=_DROPPED.get(reason.strip(" .").casefold(), "") if kind == "dropped" else "",
    )


def _issue(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= MAX_WORDS and _storable(value) else ""


def _storable(text: str) -> bool:
    """Say whether every database takes a text: half a surrogate pair is no UTF-8, PostgreSQL refuses NUL."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _kind(report: Mapping[str, object]) -> Kind:
    name = report.get("event")
    kind: Kind = _KINDS.get(name, "other") if isinstance(name, str) else "other"
    # A bounce of type "blocked" is about one mail, and only type "bounce" about the address. One of a type
    # we do not know must not cost the reader the next issue.
    if kind == "bounce" and report.get("type", "bounce") not in ("bounce", None, ""):
        return "blocked"
    return kind


def _key(report: Mapping[str, object], attempt: str, reader: int | None, email: str, raw: str) -> bytes:
    """Return what tells a report from all others and stays the same when it is posted again."""
    who = () if attempt and reader is not None else (email,)
    parts = (_plain(report.get(name)) for name in ("event", "timestamp", "url"))
    text = "\0".join((attempt, "" if reader is None else str(reader), *who, *parts, raw))
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=KEY_BYTES).digest()


def _plain(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else _written(repr, value)


def _written(write: Callable[[object], str], value: object) -> str:
    """Return a value as text; nested deeper than Python goes, only its type."""
    try:
        return write(value)
    except RecursionError:
        return type(value).__name__


def _matching(form: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def _reader(value: object) -> int | None:
    number = int(_matching(_READER, value) or 0)
    return number if 0 < number <= MAX_READER else None


def _email(text: str) -> str:
    try:
        return normalise(text) if len(text) <= MAX_WORDS else ""
    except (AudienceError, ValueError):
        return ""


def _at(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < MAX_SECONDS:
        return None
    return int(value * SECOND)


def _message_id(value: object) -> str:
    """Return the part that SendGrid's answer to the request had as X-Message-Id."""
    if not isinstance(value, str):
        return ""
    prefix = value.partition(".")[0]
    known = len(prefix) <= MAX_MESSAGE_ID and prefix.isascii() and prefix.isprintable()
    return prefix if known else ""


def _reason(report: Mapping[str, object], kind: Kind) -> str:
    value = report.get("reason") or (report.get("response") if kind == "deferred" else "")
    return _scrubbed(value) if isinstance(value, str) else ""


def _raw(report: Mapping[str, object]) -> str:
    """Return a report as JSON without what names its reader; what is nested stands as scrubbed text."""
    kept = islice((entry for entry in report.items() if entry[0] not in _NOT_KEPT), MAX_FIELDS)
    return json.dumps({_scrubbed(name): _scalar(value) for name, value in kept})[:MAX_RAW]


def _scalar(value: object) -> object:
    return value if isinstance(value, bool | int | float | None) else _scrubbed(value)


def _scrubbed(value: object) -> str:
    words = value if isinstance(value, str) else _written(json.dumps, value)
    return shorten(scrub(words[:MAX_WORDS]))
