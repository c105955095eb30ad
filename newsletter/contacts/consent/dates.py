"""Dates as other systems write them, into instants: microseconds since 1970 in UTC."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TIME = r"(?:[ T,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?)?"
_ZONE = r"(?:\s*(?:Z|UTC|GMT|[A-Z]{2,5}|[+-]\d{2}:?\d{2}))*"
# A date whose order of day and month cannot be known: it proves that something happened, not when.
_SOME_DATE = re.compile(
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})|(?:[a-z]{{3,9}},? )?\d{{1,2}}\.? {_MONTH},? \d{{4}}"
    rf"|(?:[a-z]{{3,9}},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}){_TIME}{_ZONE}",
    re.IGNORECASE,
)
# listmonk's (Go's) `2023-01-01 10:00:00.1 +0000 UTC`, and ISO 8601 with a space before the zone.
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?)\s*(Z|[+-]\d\d:?\d\d)?(?:\s+[A-Z]{3,5})?"
)
_EPOCH_SECONDS = re.compile(r"1\d{9}(?:\.\d+)?")
_EPOCH_MILLISECONDS = re.compile(r"1\d{12}")
_NAMED = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")


@lru_cache(maxsize=4096)
def is_date(text: str) -> bool:
    """Say whether a text is a date, or a date with a time, and nothing else."""
    text = text.strip()
    return bool(text) and len(text) <= 60 and (instant(text) is not None or bool(_SOME_DATE.fullmatch(text)))


def instant(text: str) -> int | None:
    """Return when it was; None where the text is no date, or day and month could be either way round.

    A time without a zone is taken as UTC, a date without a time as its midnight.
    """
    text = text.strip()
    found = _iso(text) or _epoch(text) or _named(text)
    if found is None or not datetime(1970, 1, 2, tzinfo=UTC) <= found < _LATEST:
        return None
    return (found - _EPOCH) // _MICROSECOND


def _iso(text: str) -> datetime | None:
    parted = _ISO.fullmatch(text)
    if parted is None:
        return None
    zone = (parted[2] or "").replace("Z", "+00:00")
    moment = re.sub(r"[.,](\d{1,6})\d*$", lambda part: "." + part[1].ljust(6, "0"), parted[1])
    try:
        found = datetime.fromisoformat(moment + (zone if ":" in moment else ""))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _epoch(text: str) -> datetime | None:
    if _EPOCH_SECONDS.fullmatch(text):
        return _EPOCH + timedelta(seconds=float(text))
    if _EPOCH_MILLISECONDS.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(text))
    return None


def _named(text: str) -> datetime | None:
    if not text[:1].isalnum() or not any(c.isalpha() for c in text):
        return None
    for form in _NAMED:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def iso(at: int) -> str:
    """Return an instant as a file carries it: ``2026-01-12T08:30:00Z``, its microseconds where it has any."""
    moment = (_EPOCH + timedelta(microseconds=at)).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds") + "Z"


def from_iso(text: str) -> int:
    """Return the instant that ``iso`` wrote. Raises ValueError for what it did not write."""
    if not text.endswith("Z"):
        raise ValueError("an instant ends with Z")
    moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND
