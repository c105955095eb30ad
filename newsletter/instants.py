"""Instants as they are written: one form for programs, one for people, both in UTC and to the second."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(at: int) -> str:
    """Return microseconds since 1970 as every JSON document has them: ``2026-01-12T08:30:00Z`` (RFC 3339)."""
    return f"{_moment(at).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def shown(at: int) -> str:
    """Return microseconds since 1970 as a sentence for people has them: ``2026-01-12 08:30:00 UTC``."""
    return f"{_moment(at).replace(tzinfo=None).isoformat(' ', timespec='seconds')} UTC"


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(seconds=at // 1_000_000)
