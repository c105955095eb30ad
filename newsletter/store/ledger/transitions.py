"""A batch's moves from state to state: what claims and answers share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    CursorResult,
    Row,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)

from newsletter.delivery.id_set import decode, encode
from newsletter.store.tables import batch, exception

FIRST = -1  # a time before all others: pieces of a batch go out while there are others to compare them with


class Reader(NamedTuple):
    """A member of a batch, as the ledger saw them at the claim. ``attrs`` is JSON."""

    id: int
    email: str
    name: str
    attrs: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is this sender's for as long as its lease lives."""

    batch: int
    mailing: int
    attempt: str
    tries: int
    readers: tuple[Reader, ...]


def if_mine(
    connection: Connection, claimed: Claim, states: tuple[str, ...], *, now: int, **values: object
) -> bool:
    """Move the batch out of this sender's hands if it is still this attempt's and in one of ``states``."""
    moved: CursorResult[Any] = connection.execute(
        _move_if_mine(states, tuple(values)),
        {"batch": claimed.batch, "mine": claimed.attempt, "changed_at": now, **values},
    )
    return bool(moved.rowcount)


def put(connection: Connection, batch_id: int, *, now: int, **values: object) -> None:
    """Give a batch values, whosever it is."""
    connection.execute(_move(tuple(values)), {"batch": batch_id, "changed_at": now, **values})


@lru_cache
def _move(names: tuple[str, ...]) -> Update:
    new: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in ("changed_at", *names)}
    return update(batch).where(batch.c.id == bindparam("batch")).values(new)


@lru_cache
def _move_if_mine(states: tuple[str, ...], names: tuple[str, ...]) -> Update:
    mine = batch.c.attempt == bindparam("mine"), batch.c.state.in_(states)
    return _move(names).where(*mine).values(owner=None, lease_until=None)


def cut_in_two(
    connection: Connection, row: Row[Any], readers: Sequence[Reader], middle: int, *, now: int
) -> tuple[int, int]:
    """Replace a batch by two, the first up to the reader ``middle``; return their ids.

    Who was turned away goes along.
    """
    halves: list[int] = []
    put(connection, row.id, now=now, state="split", n=0, members=None)
    turned_away = select(func.count()).where(
        exception.c.batch_id == row.id, exception.c.subscriber_id > middle
    )
    upper = sum(reader.id > middle for reader in readers) + int(connection.scalar(turned_away) or 0)
    only = None if row.only is None else decode(row.only)
    for lo, hi, candidates in ((row.lo, middle, row.candidates - upper), (middle + 1, row.hi, upper)):
        key = connection.execute(
            insert(batch).values(
                mailing_id=row.mailing_id,
                variant=row.variant,
                lo=lo,
                hi=hi,
                candidates=candidates,
                state="pending",
                tries=row.tries,  # its readers were in as many requests
                only=None if only is None else encode(one for one in only if lo <= one <= hi),
                decided_after=row.decided_after,
                not_before=FIRST,
                changed_at=now,
            )
        ).inserted_primary_key
        connection.execute(
            update(exception)
            .where(exception.c.batch_id == row.id, exception.c.subscriber_id.between(lo, hi))
            .values(batch_id=key[0] if key else None)
        )
        halves.append(key[0] if key else 0)
    return halves[0], halves[1]
