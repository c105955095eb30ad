"""Instants of the ledger, microseconds since 1970 in UTC, as the datetimes that programs have; and back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(instant: int, zone: str) -> datetime:
    """Return an instant as a datetime in a time zone."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))


def instant_of(moment: datetime) -> int:
    """Return a datetime as an instant. Raises UsageError for one without a time zone."""
    if moment.tzinfo is None:
        raise UsageError(
            f"{moment} has no time zone, so it could be several instants.",
            hint='Give it one, or write it as text: letter.moment("2026-12-01 07:00")',
        )
    return (moment - _EPOCH) // timedelta(microseconds=1)
