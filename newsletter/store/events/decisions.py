"""Requests whose answer never came, and what was decided about each: with its evidence, for good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from newsletter.delivery.event_kinds import TAKEN
from newsletter.delivery.evidence import ABOUT_THEN, EACH_SIDE, AcceptedRequest
from newsletter.delivery.id_set import decode
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.states import (
    AttemptOutcome,
    BatchState,
    BatchTransition,
    MailingState,
    Verdict,
)
from newsletter.store.events.mailed_twice import compare_answered
from newsletter.store.ledger.rejected import write_rejected
from newsletter.store.ledger.transitions import set_apart
from newsletter.store.prepared import Prepared
from newsletter.store.tables import attempt, batch, decision, event, mailing

NEVER_REPORTED = "no answer came, and none of it was ever reported"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A batch whose latest request may or may not have been taken. ``posted_at`` is in microseconds."""

    batch: int
    mailing: int
    attempt: str
    posted_at: int
    readers: int
    cancelled: bool  # its mailing was, so nobody is mailed again


def unanswered(connection: Connection, issue: str, provider: str) -> list[Unanswered]:
    """Return an issue's batches whose outcome is unknown, the oldest first."""
    rows = _UNANSWERED.run(connection, of=issue, provider=provider).fetchall()
    return [
        Unanswered(batch_id, mailing_id, attempt_id, posted_at, n, cancelled=state == MailingState.CANCELLED)
        for batch_id, mailing_id, attempt_id, posted_at, n, state in rows
    ]


_UNANSWERED = Prepared(
    lambda: (
        select(batch.c.id, batch.c.mailing_id, attempt.c.id, attempt.c.posted_at, batch.c.n, mailing.c.state)
        .join(attempt, attempt.c.id == batch.c.attempt)
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(
            mailing.c.issue == bindparam("of"),
            mailing.c.provider == bindparam("provider"),
            batch.c.state == BatchState.UNKNOWN,
            batch.c.n > 0,  # all others' readers are known by now to have it by another request
        )
        .order_by(attempt.c.posted_at)
    )
)


def attempts_of(connection: Connection, batch_id: int) -> list[str]:
    """Return every attempt at a batch, the oldest first."""
    rows = select(attempt.c.id).where(attempt.c.batch_id == batch_id).order_by(attempt.c.posted_at)
    return list(connection.scalars(rows))


def first_report(connection: Connection, attempts: Sequence[str]) -> int | None:
    """Return when the provider first reported mail of any of these attempts; None when it never did."""
    first = select(func.min(event.c.at)).where(event.c.attempt.in_(attempts), event.c.kind.in_(TAKEN))
    found: int | None = connection.scalar(first)
    return found


def accepted_requests(
    connection: Connection, provider: str, since: int, until: int
) -> Iterator[AcceptedRequest]:
    """Yield the requests a provider accepted that were sent between two instants, of whatever mailing.

    One counts as reported on when at least half of its readers were: a few late clicks do not show that
    reports came in when it was sent.
    """
    seen = (
        select(func.count(event.c.subscriber_id.distinct()))
        .where(event.c.attempt == attempt.c.id, event.c.kind.in_(TAKEN))
        .scalar_subquery()
    )
    rows = connection.execute(
        _accepted(provider, since, until)
        .add_columns(attempt.c.detail, attempt.c.reader_ids, batch.c.n, seen.label("seen"))
        .execution_options(yield_per=1_000)
    )
    for row in rows:
        readers = row.n if row.reader_ids is None else len(decode(row.reader_ids))
        yield AcceptedRequest(row.posted_at, not row.detail, reported=2 * row.seen >= max(1, readers))


def accepted_beside(
    connection: Connection, provider: str, posted_at: int
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the nearest requests that the provider itself said it accepted: before an instant, and after."""
    before = (
        _accepted(provider, posted_at - ABOUT_THEN, posted_at - 1)
        .where(attempt.c.detail == "")
        .order_by(attempt.c.posted_at.desc())
    )
    after = (
        _accepted(provider, posted_at + 1, posted_at + ABOUT_THEN)
        .where(attempt.c.detail == "")
        .order_by(attempt.c.posted_at)
    )
    nearest = (connection.scalars(side.limit(EACH_SIDE)).all() for side in (before, after))
    return next(nearest), next(nearest)


def _accepted(provider: str, since: int, until: int) -> Select[Any]:
    return (
        select(attempt.c.id, attempt.c.posted_at)
        .join(batch, batch.c.id == attempt.c.batch_id)
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(
            attempt.c.posted_at.between(since, until),
            attempt.c.outcome == AttemptOutcome.ACCEPTED,
            mailing.c.provider == provider,
        )
    )


def carry_out(connection: Connection, request: Unanswered, made: Decision, *, now: int) -> bool:
    """Carry out a decision and write it down; False when an event settled the batch meanwhile."""
    reader_ids = connection.scalar(
        select(batch.c.reader_ids).where(
            batch.c.id == request.batch,
            batch.c.state == BatchState.UNKNOWN,
            batch.c.attempt == request.attempt,
        )
    )
    if reader_ids is None:
        return False
    match made.verdict:
        case Verdict.ACCEPTED:
            _accept(connection, request, made, reader_ids, now)
        case Verdict.RESEND if not request.cancelled:
            _keep_reader_ids(connection, request, reader_ids)
            apart = set_apart(connection, request.batch, reader_ids)
            _move(connection, request, BatchTransition.RESEND, now, not_before=0, **apart)
        case Verdict.RESEND | Verdict.DROP:
            _keep_reader_ids(connection, request, reader_ids)
            reasons = dict.fromkeys(decode(reader_ids), NEVER_REPORTED)
            write_rejected(connection, reasons, mailing_id=request.mailing, batch_id=request.batch)
            apart = set_apart(connection, request.batch, reader_ids)
            _move(connection, request, BatchTransition.DROP, now, **apart)
        case _:
            pass
    _write_down(connection, request, made, now)
    return True


def _accept(connection: Connection, request: Unanswered, made: Decision, reader_ids: bytes, now: int) -> None:
    earlier = connection.scalar(
        select(attempt.c.id)
        .where(
            attempt.c.batch_id == request.batch,
            attempt.c.id != request.attempt,
            attempt.c.outcome == AttemptOutcome.ACCEPTED,
        )
        .limit(1)
    )
    if earlier is not None:
        # It was reported while this request was on the wire, of which nobody knows anything still.
        _keep_reader_ids(connection, request, reader_ids)
        _move(connection, request, BatchTransition.RECONCILE, now, attempt=earlier)
        return
    _move(connection, request, BatchTransition.RECONCILE, now, message_id=made.message_id)
    _answered(connection, request, AttemptOutcome.ACCEPTED, made.evidence, now)
    kept = connection.scalar(select(attempt.c.reader_ids).where(attempt.c.id == request.attempt))
    compare_answered(connection, request.mailing, request.attempt, decode(kept or reader_ids), now=now)


def _move(
    connection: Connection, request: Unanswered, transition: BatchTransition, now: int, **values: object
) -> None:
    connection.execute(
        update(batch)
        .where(batch.c.id == request.batch, batch.c.state.in_(transition.before))
        .values(state=transition.after, changed_at=now, **values)
    )


def _answered(
    connection: Connection, request: Unanswered, outcome: AttemptOutcome, detail: str, now: int
) -> None:
    connection.execute(
        update(attempt)
        .where(attempt.c.id == request.attempt)
        .values(outcome=outcome, detail=detail[:500], answered_at=now)
    )


def _keep_reader_ids(connection: Connection, request: Unanswered, reader_ids: bytes) -> None:
    # Should the provider report on this request after all, this says who got it.
    connection.execute(
        update(attempt)
        .where(attempt.c.id == request.attempt, attempt.c.reader_ids.is_(None))
        .values(reader_ids=reader_ids)
    )


def _write_down(connection: Connection, request: Unanswered, made: Decision, now: int) -> None:
    latest = connection.execute(
        select(decision.c.verdict, decision.c.evidence)
        .where(decision.c.batch_id == request.batch, decision.c.attempt == request.attempt)
        .order_by(decision.c.id.desc())
        .limit(1)
    ).first()
    if latest is not None and tuple(latest) == (made.verdict, made.evidence):
        return
    connection.execute(
        insert(decision).values(
            mailing_id=request.mailing,
            batch_id=request.batch,
            attempt=request.attempt,
            n=request.readers,
            verdict=made.verdict,
            evidence=made.evidence,
            at=now,
        )
    )
