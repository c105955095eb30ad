"""How fast, and how many a day: what holds a claim back."""

from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, update

from newsletter.delivery.clock import SECOND
from newsletter.delivery.states import MAY_HAVE_ARRIVED, BatchState
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.prepared import Prepared
from newsletter.store.tables import attempt, batch, limiter, mailing
from newsletter.store.upsert import insert_by

LARGEST_BATCH = 1000  # readers, as settings allow


class Ceiling(NamedTuple):
    """How many readers may be mailed in all from ``since`` until ``until`` (microseconds)."""

    readers: int
    since: int
    until: int


def count_in_turn(connection: Connection, this: Mailing) -> None:
    """Let no other thread count what a ceiling or a rate leaves until this transaction ends.

    PostgreSQL would let two count the same at once, neither seeing what the other takes; SQLite has only one
    transaction that writes. Ask for it before anything else is locked. Batches may still be added meanwhile.
    """
    _MAILING_KEPT.first(connection, mailing=this.id)


_MAILING_KEPT = Prepared(
    lambda: select(mailing.c.id).where(mailing.c.id == bindparam("mailing")).with_for_update(key_share=True)
)


def room_under(connection: Connection, this: Mailing, ceiling: Ceiling) -> int:
    """Return how many readers may still be mailed under a ceiling, whatever they are mailed.

    Only this mailing is being sent: what another one has claimed, a dead sender left.
    """
    taken = _TAKEN.scalar(connection, provider=this.provider, mailing=this.id, since=ceiling.since)
    return max(0, ceiling.readers - int(taken))


_TAKEN = Prepared(
    lambda: (
        select(func.coalesce(func.sum(batch.c.n), 0))
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .outerjoin(attempt, attempt.c.id == batch.c.attempt)
        .where(
            mailing.c.provider == bindparam("provider"),
            or_(
                and_(batch.c.state == BatchState.CLAIMED, batch.c.mailing_id == bindparam("mailing")),
                and_(batch.c.state.in_(MAY_HAVE_ARRIVED), attempt.c.posted_at >= bindparam("since")),
            ),
        )
    )
)


def rate_allows(connection: Connection, rate_per_second: float, now: int) -> int:
    """Return when the rate allows the next batch (GCRA: the theoretical arrival time)."""
    if not rate_per_second:
        return 0
    return _believable(_ARRIVAL.scalar(connection), rate_per_second, now)


def _believable(tat: int | None, rate_per_second: float, now: int) -> int:
    # One batch is all that is ever taken ahead of time: further off, the clock that set it went back since.
    return tat if tat and tat <= now + int(LARGEST_BATCH / rate_per_second * SECOND) else 0


def take_tokens(connection: Connection, rate_per_second: float, n: int, now: int) -> None:
    """Take so many readers off what the rate allows."""
    if not rate_per_second:
        return
    tat = _ARRIVAL_KEPT.scalar(connection)
    if tat is None:  # on PostgreSQL the first claim of another mailing may add the row at the very same time
        _first_arrival(connection.dialect.name).run(connection)
        tat = _ARRIVAL_KEPT.scalar(connection)
    value = max(now, _believable(tat, rate_per_second, now)) + int(n / rate_per_second * SECOND)
    _NEXT_ARRIVAL.run(connection, tat=value)


def _arrival() -> Select[int]:
    return select(limiter.c.tat).where(limiter.c.name == "recipients")


_ARRIVAL = Prepared(_arrival)
_ARRIVAL_KEPT = Prepared(lambda: _arrival().with_for_update())
_NEXT_ARRIVAL = Prepared(
    lambda: update(limiter).where(limiter.c.name == "recipients").values(tat=bindparam("tat"))
)


@cache
def _first_arrival(dialect: str) -> Prepared:
    first = {"name": "recipients", "tat": 0}
    return Prepared(lambda: insert_by(dialect, limiter).values(first).on_conflict_do_nothing())
