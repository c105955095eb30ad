"""Batches: claim, gate, give back, recover. Each is one step of the ledger, in its caller's transaction.

The steps are transitions of ``delivery.states.BatchTransition``; docs/architecture.md has them as a diagram.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    not_,
    select,
    update,
)

from newsletter.delivery.clock import SECOND
from newsletter.delivery.id_set import encode
from newsletter.delivery.states import IN_HAND, UNFINISHED, BatchState, BatchTransition, MailingState
from newsletter.store.ledger.eligible import eligible
from newsletter.store.ledger.limits import Ceiling, count_in_turn, rate_allows, room_under, take_tokens
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.ledger.transitions import (
    BATCH_ROW,
    BatchReaders,
    BatchRow,
    Claim,
    batch_row,
    cut_in_two,
    move,
    move_if_mine,
)
from newsletter.store.prepared import Prepared
from newsletter.store.tables import attempt, batch, limiter
from newsletter.store.tables import mailing as mailings

LONGEST_WAIT = 3600 * SECOND  # beyond this a provider's wish to wait is not believed


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """What holds for every claim of a sender.

    ``owner`` is its name; ``lease_seconds`` is how long a claim may wait for the gate, ``rate_per_second``
    how many readers are mailed a second (0: no bound), ``ceiling`` how many in all.
    """

    owner: str
    lease_seconds: float
    rate_per_second: float
    ceiling: Ceiling | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is ready before ``until`` (microseconds)."""

    until: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A batch had nobody left to mail and is done, or was cut in two."""


@dataclass(frozen=True, slots=True)
class Full:
    """A ceiling is reached; there is room again at ``until`` (microseconds)."""

    until: int


@dataclass(frozen=True, slots=True)
class Alone:
    """Ask for one reader alone: of those with ids from ``lo`` to ``hi`` if possible, or of others."""

    lo: int
    hi: int
    elsewhere: bool = False


def claim(
    connection: Connection,
    mailing: Mailing,
    terms: ClaimTerms,
    *,
    attempt_id: str,
    now: int,
    alone: Alone | None = None,
) -> Claim | Wait | Skipped | Full | None:
    """Take the next ready batch with the readers eligible now; None when no batch is left to take.

    ``alone`` takes a single reader instead, from the middle of a batch that is cut for that.
    """
    if terms.ceiling is not None or terms.rate_per_second:
        count_in_turn(connection, mailing)
    found = _next(connection, mailing, alone, now)
    if found is None:
        return None
    row = BatchRow(*found)
    ready_at = max(row.not_before, rate_allows(connection, terms.rate_per_second, now))
    if ready_at > now:
        return Wait(ready_at)
    room = None if terms.ceiling is None else _room(connection, mailing, terms.ceiling, now)
    if isinstance(room, Wait | Full):
        return room
    readers = eligible(connection, mailing, row)
    if alone is not None:
        row, readers = _one_cut_out(connection, row, readers, now=now)
    if room is not None and len(readers) > room:
        lower, _ = cut_in_two(connection, row, readers.ids, readers.ids[room - 1], now=now)
        row, readers = batch_row(connection, lower), readers[:room]
    if not readers:
        empty = {"n": 0, "reader_ids": None, "owner": None, "lease_until": None}
        move(connection, row.id, BatchTransition.EMPTY, now=now, **empty)
        return Skipped()
    take_tokens(connection, terms.rate_per_second, len(readers), now)
    return _take(connection, row, readers, terms, attempt_id=attempt_id, now=now)


def _room(connection: Connection, mailing: Mailing, ceiling: Ceiling, now: int) -> int | Wait | Full:
    """Return how many readers may be claimed under a ceiling or, where none may, when to ask again."""
    in_hand = _in_hand(connection, mailing.id)  # asked first: what comes back after that, the room has
    room = room_under(connection, mailing, ceiling)
    if room:
        return room
    # What others have in hand may come back, and then there is room.
    return Wait(now + SECOND // 20) if in_hand else Full(ceiling.until)


def _take(
    connection: Connection,
    row: BatchRow,
    readers: BatchReaders,
    terms: ClaimTerms,
    *,
    attempt_id: str,
    now: int,
) -> Claim:
    tries = row.tries + 1
    move(
        connection,
        row.id,
        BatchTransition.CLAIM,
        now=now,
        attempt=attempt_id,
        tries=tries,
        owner=terms.owner,
        lease_until=now + int(terms.lease_seconds * SECOND),
        n=len(readers),
        reader_ids=encode(readers.ids),
    )
    return Claim(row.id, row.mailing_id, attempt_id, tries, readers)


def _one_cut_out(
    connection: Connection, row: BatchRow, readers: BatchReaders, *, now: int
) -> tuple[BatchRow, BatchReaders]:
    """Cut the reader in the middle of a batch out of it; return that reader's own batch."""
    if len(readers) < 2:
        return row, readers
    middle = len(readers) // 2
    _, upper = cut_in_two(connection, row, readers.ids, readers.ids[middle - 1], now=now)
    row, readers = batch_row(connection, upper), readers[middle:]
    if len(readers) > 1:
        lower, _ = cut_in_two(connection, row, readers.ids, readers.ids[0], now=now)
        row, readers = batch_row(connection, lower), readers[:1]
    return row, readers


def _in_hand(connection: Connection, mailing_id: int) -> bool:
    return _HELD.first(connection, mailing=mailing_id) is not None


_HELD = Prepared(
    lambda: (
        select(batch.c.id)
        .where(batch.c.mailing_id == bindparam("mailing"), batch.c.state.in_(IN_HAND))
        .limit(1)
    )
)


_SENDING = (
    select(mailings.c.id)
    .where(mailings.c.id == bindparam("mailing"), mailings.c.state == MailingState.SENDING)
    .exists()
)
_PENDING = (
    select(*BATCH_ROW)
    .where(batch.c.mailing_id == bindparam("mailing"), batch.c.state == BatchState.PENDING, _SENDING)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_READY = Prepared(lambda: _PENDING.order_by(batch.c.not_before, batch.c.id))


def _next(connection: Connection, mailing: Mailing, alone: Alone | None, now: int) -> Any:
    """Return the next batch; the one to cut a reader out of is the largest, so that they lie far apart."""
    if alone is None:
        return _READY.first(connection, mailing=mailing.id)
    query = _ELSEWHERE if alone.elsewhere else _INSIDE
    return query.first(connection, mailing=mailing.id, now=now, first=alone.lo, last=alone.hi)


def _largest(first: ColumnElement[bool]) -> Select[Any]:
    return _PENDING.order_by(
        case((batch.c.not_before <= bindparam("now"), 0), else_=batch.c.not_before),
        case((first, 0), else_=1),
        batch.c.candidates.desc(),
        batch.c.id.desc(),
    )


def _inside() -> ColumnElement[bool]:
    return and_(batch.c.lo >= bindparam("first"), batch.c.hi <= bindparam("last"))


_INSIDE = Prepared(lambda: _largest(_inside()))
_ELSEWHERE = Prepared(lambda: _largest(not_(_inside())))


def begin_posting(connection: Connection, claimed: Claim, *, now: int) -> bool:
    """Pass the gate just before the wire; False when the lease is over or the mailing no longer sends.

    Committed before the request leaves, so that whatever is killed after it is known to be ambiguous.
    """
    moved = _POSTING.run(
        connection, batch=claimed.batch, mailing=claimed.mailing, mine=claimed.attempt, now=now
    )
    if not moved.rowcount:
        return False
    _ATTEMPT.run(connection, id=claimed.attempt, batch_id=claimed.batch, posted_at=now)
    return True


_POSTING = Prepared(
    lambda: (
        update(batch)
        .where(
            batch.c.id == bindparam("batch"),
            batch.c.attempt == bindparam("mine"),
            batch.c.state.in_(BatchTransition.POST.before),
            batch.c.lease_until > bindparam("now"),
            _SENDING,
        )
        .values(state=BatchTransition.POST.after, changed_at=bindparam("now"), lease_until=None)
    )
)
_ATTEMPT = Prepared(
    lambda: insert(attempt).values({name: bindparam(name) for name in ("id", "batch_id", "posted_at")})
)


def give_back(connection: Connection, claimed: Claim, *, now: int) -> None:
    """Return a batch that never reached the wire."""
    move_if_mine(connection, claimed, BatchTransition.GIVE_BACK, now=now, n=0, reader_ids=None)


def forget_waits(connection: Connection, mailing_id: int) -> None:
    """Let every batch be tried now: the clock they were to wait by went back."""
    connection.execute(
        update(batch)
        .where(batch.c.mailing_id == mailing_id, batch.c.state == BatchState.PENDING)
        .values(not_before=0)
    )
    connection.execute(delete(limiter).where(limiter.c.name == "recipients"))


def recover(connection: Connection, *, now: int) -> None:
    """Release what dead senders held, of whatever issue; what was on the wire becomes unknown.

    The caller holds the sender's lock, so that any other sender is dead: no lease is waited for. Batches that
    wait longer than any answer asks for are tried now: the clock went back since.
    """
    _FREE.run(connection, now=now)
    _LOSE.run(connection, now=now)
    _WAIT_NO_LONGER.run(connection, latest=now + LONGEST_WAIT)


def _let_go(transition: BatchTransition) -> Update:
    left: dict[str, object] = {
        "state": transition.after,
        "owner": None,
        "lease_until": None,
        "changed_at": bindparam("now"),
    }
    return update(batch).where(batch.c.state.in_(transition.before)).values(left)


_FREE = Prepared(lambda: _let_go(BatchTransition.FREE).values(n=0, reader_ids=None))
_LOSE = Prepared(lambda: _let_go(BatchTransition.LOSE))
_WAIT_NO_LONGER = Prepared(
    lambda: (
        update(batch)
        .where(batch.c.state == BatchState.PENDING, batch.c.not_before > bindparam("latest"))
        .values(not_before=0)
    )
)


def undone(connection: Connection, mailing_id: int) -> int:
    """Count batches that are ready, waiting or in somebody's hands."""
    return int(_UNDONE.scalar(connection, mailing=mailing_id))


_UNDONE = Prepared(
    lambda: select(func.count()).where(
        batch.c.mailing_id == bindparam("mailing"), batch.c.state.in_(UNFINISHED)
    )
)
