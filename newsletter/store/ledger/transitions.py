"""A batch's transitions from state to state: what claims and answers share."""

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
from newsletter.delivery.states import BatchState, BatchTransition
from newsletter.store.tables import batch, unmailed

FIRST = -1  # a time before all others: pieces of a batch go out while there are others to compare them with


class Reader(NamedTuple):
    """A member of a batch, as the ledger saw them at the claim. ``attrs`` is JSON."""

    id: int
    email: str
    name: str
    attrs: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch in this sender's hands, until it is given back or its outcome is recorded."""

    batch: int
    mailing: int
    attempt: str
    tries: int
    readers: tuple[Reader, ...]


def move_if_mine(
    connection: Connection, claimed: Claim, transition: BatchTransition, *, now: int, **values: object
) -> bool:
    """Take the batch out of this sender's hands if it still is this attempt's; False when it is not."""
    moved: CursorResult[Any] = connection.execute(
        _move_if_mine(transition, tuple(values)),
        {"batch": claimed.batch, "mine": claimed.attempt, "changed_at": now, **values},
    )
    return bool(moved.rowcount)


def move(
    connection: Connection, batch_id: int, transition: BatchTransition, *, now: int, **values: object
) -> None:
    """Move a batch, in any sender's hands or in none."""
    connection.execute(_move(transition, tuple(values)), {"batch": batch_id, "changed_at": now, **values})


@lru_cache
def _move(transition: BatchTransition, names: tuple[str, ...]) -> Update:
    new: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in ("changed_at", *names)}
    return (
        update(batch)
        .where(batch.c.id == bindparam("batch"), batch.c.state.in_(transition.before))
        .values(new)
        .values(state=transition.after)
    )


@lru_cache
def _move_if_mine(transition: BatchTransition, names: tuple[str, ...]) -> Update:
    mine = batch.c.attempt == bindparam("mine")
    return _move(transition, names).where(mine).values(owner=None, lease_until=None)


def cut_in_two(
    connection: Connection, row: Row[Any], readers: Sequence[Reader], middle: int, *, now: int
) -> tuple[int, int]:
    """Replace a batch that waits by two, the first up to the reader ``middle``; return their ids."""
    move(connection, row.id, BatchTransition.CUT, now=now, n=0, reader_ids=None)
    return add_halves(connection, row, readers, middle, now=now)


def add_halves(
    connection: Connection, row: Row[Any], readers: Sequence[Reader], middle: int, *, now: int
) -> tuple[int, int]:
    """Add the halves of a split batch, the first up to the reader ``middle``; return their ids.

    Who was turned away goes along.
    """
    halves: list[int] = []
    turned_away = select(func.count()).where(unmailed.c.batch_id == row.id, unmailed.c.subscriber_id > middle)
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
                state=BatchState.PENDING,
                tries=row.tries,  # its readers were in as many requests
                only=None if only is None else encode(reader for reader in only if lo <= reader <= hi),
                decided_after=row.decided_after,
                not_before=FIRST,
                changed_at=now,
            )
        ).inserted_primary_key
        connection.execute(
            update(unmailed)
            .where(unmailed.c.batch_id == row.id, unmailed.c.subscriber_id.between(lo, hi))
            .values(batch_id=key[0] if key else None)
        )
        halves.append(key[0] if key else 0)
    return halves[0], halves[1]
