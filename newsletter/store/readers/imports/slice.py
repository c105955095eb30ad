"""Slice: a stretch of staged addresses on its way into one list, and which of the file's dates hold there."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, func, literal, true

from newsletter.store.tables import subscriber, subscription


@dataclass(frozen=True, slots=True)
class Dates:
    """Which instants of a file are taken as they are.

    In a list that has nobody yet (``as_in_file``), all. Elsewhere who joins, joins now: a mailing that is
    being prepared, or went out, must not find readers dated before it. What the file says stays in their
    consent.
    """

    now: int
    as_in_file: bool

    def of(self, *in_file: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the instant to store for the first of the file's columns that holds one."""
        now = literal(self.now, BigInteger)
        if not self.as_in_file:
            return now
        found = func.coalesce(*in_file, now)
        return case((found > now, now), else_=found)


@dataclass(frozen=True, slots=True)
class Slice:
    """The staged rows ``within`` two addresses, merged by the same statements."""

    connection: Connection
    list_id: int
    dates: Dates
    within: ColumnElement[bool]

    @property
    def changed(self) -> ColumnElement[bool]:
        """Say whether this import made or changed a subscription."""
        return true() if self.dates.as_in_file else subscription.c.since == self.dates.now


def on_list(list_id: int) -> ColumnElement[bool]:
    """Say which subscription is a subscriber's to one list."""
    return and_(subscription.c.list_id == list_id, subscription.c.subscriber_id == subscriber.c.id)
