"""An answer for each message of a request: its batch is cut by what became of them, in one transaction.

A report on one message of a request that is on the wire, or whose sender died, sets that reader apart, too.

The batch itself keeps who was accepted and who was rejected. Those who may go again become a batch that
waits, and each who got no answer becomes a batch and an attempt of their own, so that a report on one of them
settles nobody else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from newsletter.chunks import chunks
from newsletter.contacts.mentions import ERASED
from newsletter.delivery.clock import SECOND
from newsletter.delivery.id_set import decode, encode
from newsletter.delivery.outcomes import (
    Accepted,
    AccountRefused,
    NotAccepted,
    PerMessage,
    Refused,
    Unknown,
    Whole,
    of_one_reader,
)
from newsletter.delivery.policy import backoff
from newsletter.delivery.states import ON_THE_WIRE, AttemptOutcome, BatchState, BatchTransition
from newsletter.store.events.mailed_twice import compare_answered
from newsletter.store.ledger.recording import earlier_request, reject, write_answer
from newsletter.store.ledger.rejected import MAX_WORDS
from newsletter.store.ledger.transitions import BatchReaders, Claim, move_if_mine
from newsletter.store.readers import erasures
from newsletter.store.tables import attempt, batch, unmailed

IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Shares:
    """The readers of a request by their answers: rejected and unanswered ones with the words."""

    accepted: Mapping[int, Accepted]
    rejected: Mapping[int, str]
    waiting: Mapping[int, NotAccepted | AccountRefused]
    unanswered: Mapping[int, str]

    @classmethod
    def of(cls, answers: Mapping[int, Whole]) -> "_Shares":
        """Sort answers by reader."""
        return cls(
            {reader: answer for reader, answer in answers.items() if isinstance(answer, Accepted)},
            {reader: answer.reason for reader, answer in answers.items() if isinstance(answer, Refused)},
            {
                reader: answer
                for reader, answer in answers.items()
                if isinstance(answer, NotAccepted | AccountRefused)
            },
            {reader: answer.reason for reader, answer in answers.items() if isinstance(answer, Unknown)},
        )

    @property
    def own(self) -> Whole:
        """Return the answer that the request itself counts with, once those without one are set apart."""
        if self.accepted:
            ids = {answer.message_id for answer in self.accepted.values()}
            return Accepted(ids.pop() if len(ids) == 1 else "")
        if self.waiting:
            return next(iter(self.waiting.values()))
        words = next(iter({**self.unanswered, **self.rejected}.values()), "")
        return Refused(words) if self.rejected else Unknown(words)

    def ready_at(self, now: int, tries: int) -> int:
        """Return when those who wait may go again: when the last of them may."""
        waits = [answer for answer in self.waiting.values() if isinstance(answer, NotAccepted)]
        return now + max((int(backoff(tries, answer.retry_after) * SECOND) for answer in waits), default=0)


def record_by_message(connection: Connection, claimed: Claim, outcome: PerMessage, *, now: int) -> bool:
    """Write down what became of each message; False when the batch was no longer this attempt's."""
    row = connection.execute(_MINE, {"batch": claimed.batch, "mine": claimed.attempt}).first()
    if row is None:
        return False
    ids = claimed.readers.ids
    said = dict(zip(ids, outcome.of(len(ids)), strict=True))
    apart = _set_apart_before(connection, claimed.attempt, ids)
    mailed = sorted(
        reader for reader, answer in said.items() if isinstance(answer, Accepted) and reader not in apart
    )
    # A report on an earlier request, or on another batch's, may have settled some of them meanwhile.
    here = set(decode(row.reader_ids))
    earlier = earlier_request(connection, claimed)
    before = here & set(decode(earlier.reader_ids)) if earlier else set()
    shares = _Shares.of({reader: answer for reader, answer in said.items() if reader in here - before})
    held = sorted({*shares.accepted, *before})
    if not _move(connection, claimed, row, shares, held, now=now):
        return False
    if earlier and not shares.accepted:
        connection.execute(update(batch).where(batch.c.id == row.id).values(attempt=earlier.id))
    reject(connection, claimed, list(shares.rejected.items()))
    if held and shares.waiting:
        _let_wait(connection, claimed, row, shares, now=now)
    for reader, words in shares.unanswered.items():
        _set_apart(connection, claimed, row, reader, words, now=now)
    kept = write_answer(connection, claimed, shares.own, now)
    if kept:  # the readers it reached, no longer all who were in it
        connection.execute(
            update(attempt).where(attempt.c.id == claimed.attempt).values(reader_ids=encode(mailed))
        )
    if mailed and (kept or claimed.tries > 1):
        compare_answered(connection, claimed.mailing, claimed.attempt, mailed, now=now)
    return True


def _set_apart_before(connection: Connection, attempt_id: str, readers: Sequence[int]) -> set[int]:
    """Return the readers of a request who were set apart by a report: what it says of them is known."""
    own = {of_one_reader(attempt_id, reader): reader for reader in readers}
    found: set[int] = set()
    for some in chunks(own, IDS_AT_ONCE):
        known = connection.scalars(select(attempt.c.id).where(attempt.c.id.in_(some)))
        found.update(own[own_attempt] for own_attempt in known)
    return found


def set_apart_reported(connection: Connection, mails: Iterable[tuple[str, int]], *, now: int) -> None:
    """Set readers apart whose mail (attempt, reader) is reported while nobody knows of their request.

    Each gets a batch and an attempt of their own, for the report to settle.
    """
    reported: dict[str, set[int]] = {}
    for attempt_id, reader in mails:
        reported.setdefault(attempt_id, set()).add(reader)
    for some in chunks(reported, IDS_AT_ONCE):
        for row in connection.execute(_ON_THE_WIRE.where(attempt.c.id.in_(some))).all():
            readers = decode(row.reader_ids)
            moved = reported[row.attempt] & set(readers)
            if not moved or len(readers) == 1:
                continue
            left = [reader for reader in readers if reader not in moved]
            values = {"n": len(left), "reader_ids": encode(left), **_without(connection, row, moved, ())}
            connection.execute(update(batch).where(batch.c.id == row.id).values(**values))
            request = Claim(row.id, row.mailing_id, row.attempt, row.tries, BatchReaders.of(()))
            for reader in sorted(moved):
                _set_apart(connection, request, row, reader, "", now=now)


_ON_THE_WIRE = (
    select(batch)
    .join(attempt, attempt.c.id == batch.c.attempt)
    .where(batch.c.state.in_(ON_THE_WIRE), batch.c.reader_ids.is_not(None))
)
_MINE = select(batch).where(
    batch.c.id == bindparam("batch"), batch.c.attempt == bindparam("mine"), batch.c.state.in_(ON_THE_WIRE)
)


def _move(
    connection: Connection, claimed: Claim, row: Row[Any], shares: _Shares, held: Sequence[int], *, now: int
) -> bool:
    """Move the batch to where those stand who stay in it, and count it without the others."""
    values = _without(connection, row, {*shares.unanswered, *(shares.waiting if held else ())}, held)
    if held:
        own = shares.own
        if isinstance(own, Accepted):
            values["message_id"] = own.message_id
        return move_if_mine(
            connection,
            claimed,
            BatchTransition.ACCEPT,
            now=now,
            reader_ids=encode(held),
            n=len(held),
            **values,
        )
    values |= {"n": 0, "reader_ids": None}
    if not shares.waiting:
        return move_if_mine(connection, claimed, BatchTransition.TURN_AWAY, now=now, **values)
    on_time = row.state == BatchState.POSTING
    transition = BatchTransition.TRY_AGAIN if on_time else BatchTransition.TRY_AGAIN_LATE
    not_before = shares.ready_at(now, claimed.tries)
    return move_if_mine(connection, claimed, transition, now=now, not_before=not_before, **values)


def _without(
    connection: Connection, row: Row[Any], moved: set[int], held: Sequence[int]
) -> dict[str, object]:
    """Return what makes a batch one without readers who get a batch of their own."""
    if not moved:
        return {}
    values: dict[str, object] = {"candidates": row.candidates - len(moved)}
    if row.only is not None:
        values["only"] = encode(reader for reader in decode(row.only) if reader not in moved)
    elif not held:  # it may be claimed again, and all from its first to its last would come back
        turned_away = connection.scalars(
            select(unmailed.c.subscriber_id).where(unmailed.c.batch_id == row.id)
        )
        values["only"] = encode(sorted({*decode(row.reader_ids), *turned_away} - moved))
    return values


def _let_wait(connection: Connection, claimed: Claim, row: Row[Any], shares: _Shares, *, now: int) -> None:
    """Add a batch of those who may go again."""
    readers = sorted(shares.waiting)
    connection.execute(
        insert(batch).values(
            **_like(claimed, row, now),
            lo=readers[0],
            hi=readers[-1],
            candidates=len(readers),
            state=BatchState.PENDING,
            only=encode(readers),
            not_before=shares.ready_at(now, claimed.tries),
        )
    )


def _set_apart(
    connection: Connection, claimed: Claim, row: Row[Any], reader: int, words: str, *, now: int
) -> None:
    """Add a batch, and an attempt, of one reader whose message got no answer."""
    own = of_one_reader(claimed.attempt, reader)
    key = connection.execute(
        insert(batch).values(
            **_like(claimed, row, now),
            lo=reader,
            hi=reader,
            candidates=1,
            state=BatchState.UNKNOWN,
            attempt=own,
            n=1,
            reader_ids=encode([reader]),
            only=None if row.only is None else encode([reader]),
        )
    ).inserted_primary_key
    posted_at = connection.scalar(select(attempt.c.posted_at).where(attempt.c.id == claimed.attempt))
    connection.execute(
        insert(attempt).values(
            id=own,
            batch_id=key[0] if key else None,
            posted_at=posted_at,
            answered_at=now,
            outcome=AttemptOutcome.UNKNOWN,
            detail=ERASED if erasures.gone(connection, [reader]) else words[:MAX_WORDS],
        )
    )


def _like(claimed: Claim, row: Row[Any], now: int) -> dict[str, object]:
    return {
        "mailing_id": row.mailing_id,
        "variant": row.variant,
        "tries": claimed.tries,
        "decided_after": row.decided_after,
        "changed_at": now,
    }
