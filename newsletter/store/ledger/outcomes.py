"""What became of a request, written into the ledger: accepted, again, refused, unknown."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from newsletter.chunks import chunks
from newsletter.delivery.clock import SECOND
from newsletter.delivery.id_set import decode, encode
from newsletter.delivery.outcomes import (
    Accepted,
    AccountRefused,
    NotAccepted,
    Outcome,
    PerMessage,
    Refused,
    Unknown,
    Whole,
    overall,
)
from newsletter.delivery.policy import backoff
from newsletter.delivery.states import BatchState, BatchTransition, RecipientState
from newsletter.store.events.mailed_twice import compare_answered
from newsletter.store.events.one_batch_only import not_counted_elsewhere
from newsletter.store.ledger.by_message import record_by_message
from newsletter.store.ledger.recording import earlier_request, reject, write_answer
from newsletter.store.ledger.transitions import Claim, add_halves, batch_row, move_if_mine, set_apart
from newsletter.store.tables import batch, unmailed

IDS_AT_ONCE = 500


def record(connection: Connection, claimed: Claim, outcome: Outcome, *, now: int) -> bool:
    """Write what became of a request; False when the batch was no longer this attempt's."""
    outcome = _plain(claimed, outcome)
    if isinstance(outcome, PerMessage):
        return record_by_message(connection, claimed, outcome, now=now)
    if _taken_before(connection, claimed, outcome, now=now):
        return True
    moved = _move(connection, claimed, outcome, now)
    if moved:
        kept = write_answer(connection, claimed, outcome, now)
        if isinstance(outcome, Accepted) and (kept or claimed.tries > 1):
            # Only where an earlier request had some of them, or another one was reported meanwhile.
            compare_answered(connection, claimed.mailing, claimed.attempt, claimed.readers.ids, now=now)
    return moved


def _plain(claimed: Claim, outcome: Outcome) -> Outcome:
    """Return an answer as that to a request: one reader's message is all of it."""
    return overall(outcome, 1) if len(claimed.readers) == 1 else outcome


def _move(connection: Connection, claimed: Claim, outcome: Whole, now: int) -> bool:
    match outcome:
        case Accepted(message_id):
            return move_if_mine(connection, claimed, BatchTransition.ACCEPT, now=now, message_id=message_id)
        case Unknown():
            return move_if_mine(connection, claimed, BatchTransition.DOUBT, now=now)
        case NotAccepted(_, retry_after):
            later = now + int(backoff(claimed.tries, retry_after) * SECOND)
            return _again(connection, claimed, BatchTransition.TRY_AGAIN, now=now, not_before=later)
        case AccountRefused():
            return _again(connection, claimed, BatchTransition.TRY_AGAIN, now=now, not_before=now)
        case Refused():
            return _refused(connection, claimed, outcome, now)


def record_late(connection: Connection, claimed: Claim, outcome: Outcome, *, now: int) -> bool:
    """Write an answer that came after its deadline: it settles what was, or is about to be, unknown."""
    outcome = _plain(claimed, outcome)
    if isinstance(outcome, Unknown):
        return False
    if isinstance(outcome, Accepted | PerMessage):
        return record(connection, claimed, outcome, now=now)
    if _taken_before(connection, claimed, outcome, now=now):
        return True
    moved = _again_late(connection, claimed, now=now)
    if moved:
        write_answer(connection, claimed, outcome, now)
    return moved


def _taken_before(connection: Connection, claimed: Claim, outcome: Whole, *, now: int) -> bool:
    """Settle a batch by an earlier request, if one was reported while this one was on the wire.

    This one was not taken, so its readers have one mail, of the earlier one: they must not go back to wait.
    """
    if isinstance(outcome, Accepted | Unknown):
        return False
    earlier = earlier_request(connection, claimed)
    if earlier is None:
        return False
    # Some of its readers may count elsewhere by now: the batch holds those who count here.
    here = set(
        decode(connection.scalar(select(batch.c.reader_ids).where(batch.c.id == claimed.batch)) or b"")
    )
    readers = [reader for reader in decode(earlier.reader_ids) if reader in here]
    values = {"attempt": earlier.id, "reader_ids": encode(readers), "n": len(readers)}
    if not move_if_mine(connection, claimed, BatchTransition.ACCEPT_EARLIER, now=now, **values):
        return False
    connection.execute(
        delete(unmailed).where(unmailed.c.batch_id == claimed.batch, unmailed.c.subscriber_id.in_(readers))
    )
    write_answer(connection, claimed, outcome, now)
    return True


def _again(
    connection: Connection, claimed: Claim, transition: BatchTransition, *, now: int, not_before: int
) -> bool:
    return move_if_mine(connection, claimed, transition, now=now, not_before=not_before, n=0, reader_ids=None)


def _again_late(connection: Connection, claimed: Claim, *, now: int) -> bool:
    """Let readers wait again whose answer came late: other mailings may have begun since, without them."""
    held = select(batch.c.reader_ids).where(batch.c.id == claimed.batch, batch.c.attempt == claimed.attempt)
    reader_ids = connection.scalar(held)
    if reader_ids is None:
        return False
    apart = set_apart(connection, claimed.batch, reader_ids)
    return move_if_mine(connection, claimed, BatchTransition.TRY_AGAIN_LATE, now=now, not_before=now, **apart)


def _refused(connection: Connection, claimed: Claim, outcome: Refused, now: int) -> bool:
    """Let a refused reader cost nobody else the mail: drop who is blamed, else split to find out who is."""
    blamed = outcome.blamed(len(claimed.readers))
    if not blamed:
        return _split(connection, claimed, now)
    if len(claimed.readers) > 1:
        moved = _again(connection, claimed, BatchTransition.TRY_AGAIN, now=now, not_before=now)
    else:
        moved = move_if_mine(connection, claimed, BatchTransition.REJECT, now=now, n=0, reader_ids=None)
    if moved:
        reject(connection, claimed, [(claimed.readers[place].id, why) for place, why in blamed.items()])
    return moved


def take_back(connection: Connection, mailing_id: int, readers: Sequence[int], *, now: int) -> None:
    """Let readers that refusals rejected wait again: the fault was not theirs."""
    again = BatchTransition.ASK_AGAIN
    may_wait = BatchState.PENDING, *again.before
    held = select(batch.c.id).where(batch.c.state.in_(may_wait))
    for some in chunks(readers, IDS_AT_ONCE):
        theirs = (
            unmailed.c.mailing_id == mailing_id,
            unmailed.c.subscriber_id.in_(some),
            unmailed.c.kind == RecipientState.REJECTED,
            unmailed.c.batch_id.in_(held),
        )
        found = set(connection.scalars(select(unmailed.c.batch_id).where(*theirs)))
        connection.execute(delete(unmailed).where(*theirs))
        connection.execute(
            update(batch)
            .where(batch.c.id.in_(found), batch.c.state.in_(may_wait))
            .values(state=again.after, not_before=0, n=0, reader_ids=None, changed_at=now)
        )


def _split(connection: Connection, claimed: Claim, now: int) -> bool:
    row = batch_row(connection, claimed.batch)
    if not move_if_mine(connection, claimed, BatchTransition.HALVE, now=now, n=0, reader_ids=None):
        return False
    ids = claimed.readers.ids
    here = not_counted_elsewhere(connection, claimed.batch, ids)
    add_halves(connection, row, here, ids[len(ids) // 2 - 1], now=now)
    return True
