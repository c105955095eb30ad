"""Alarms: what should never happen and did, a row an issue and kind."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from newsletter.store.prepared import Prepared
from newsletter.store.tables import alarm

ACCEPTED_TWICE = "accepted_twice"
NEVER_MAILED = "never_mailed"
UNKNOWN_REQUEST = "unknown_request"
MORE_DELIVERED = "more_delivered_than_accepted"


class Alarm(NamedTuple):
    """What is wrong with an issue: ``n`` readers, ``detail`` the last case, without an address."""

    issue: str
    kind: str
    n: int
    detail: str
    first_at: int
    last_at: int


def sound(connection: Connection, issue: str, kind: str, *, n: int, detail: str, now: int) -> None:
    """Raise an alarm over ``n`` readers in all, or bring it up to date."""
    same = alarm.c.issue == issue, alarm.c.kind == kind
    known = connection.execute(update(alarm).where(*same).values(n=n, detail=detail, last_at=now))
    if not known.rowcount:
        connection.execute(
            insert(alarm).values(issue=issue, kind=kind, n=n, detail=detail, first_at=now, last_at=now)
        )


def sound_more(connection: Connection, issue: str, kind: str, *, n: int, detail: str, now: int) -> None:
    """Raise an alarm over ``n`` readers more than it was raised over before."""
    before = connection.scalar(select(alarm.c.n).where(alarm.c.issue == issue, alarm.c.kind == kind)) or 0
    sound(connection, issue, kind, n=before + n, detail=detail, now=now)


def alarms_of(connection: Connection, issue: str | None = None) -> list[Alarm]:
    """Return the alarms of an issue, or of all, the oldest first."""
    found = _ALL.run(connection) if issue is None else _OF_ISSUE.run(connection, of=issue)
    return [Alarm(*row) for row in found.fetchall()]


def _alarms() -> Select[Any]:
    return select(alarm).order_by(alarm.c.first_at, alarm.c.issue, alarm.c.kind)


_ALL = Prepared(_alarms)
_OF_ISSUE = Prepared(lambda: _alarms().where(alarm.c.issue == bindparam("of")))
