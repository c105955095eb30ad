"""Settle requests by what was reported of them: whatever was answered, a mail that exists was taken."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, insert, select, update

from newsletter.chunks import chunks
from newsletter.delivery.event_kinds import TAKEN
from newsletter.delivery.events import Event
from newsletter.delivery.id_set import decode, encode
from newsletter.delivery.outcomes import of_one_reader
from newsletter.delivery.states import (
    GIVEN_UP,
    ON_THE_WIRE,
    AttemptOutcome,
    BatchState,
    BatchTransition,
    Verdict,
)
from newsletter.instants import shown
from newsletter.store.events.one_batch_only import (
    forget_unmailed,
    leave_out,
    not_counted_elsewhere,
    withdraw,
)
from newsletter.store.events.put_together import put_together
from newsletter.store.prepared import Prepared
from newsletter.store.tables import attempt, batch, decision, event, mailing

IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One POST, as the ledger has it now. ``reader_ids`` are those of its batch, or what it kept itself."""

    attempt: str
    outcome: str | None
    kept: bytes | None
    batch: int
    mailing: int
    latest: str | None  # the batch's newest attempt
    state: str
    reader_ids: bytes | None
    reported: bool = False  # before the post at hand

    @property
    def accepted(self) -> bool:
        """Say whether it is known that the provider took it."""
        return self.outcome == AttemptOutcome.ACCEPTED or (
            self.attempt == self.latest and self.state == BatchState.ACCEPTED
        )

    @property
    def known(self) -> bool:
        """Say whether the ledger still knows who was in it."""
        if self.kept is not None:
            return True
        return self.attempt == self.latest and self.state in (*ON_THE_WIRE, BatchState.ACCEPTED)

    @property
    def readers(self) -> frozenset[int]:
        """Return who was in it, as far as the ledger knows."""
        data = self.kept if self.kept is not None else self.reader_ids
        return frozenset() if data is None else frozenset(decode(data))


def requests_of(connection: Connection, attempts: Iterable[str]) -> dict[str, Request]:
    """Return the requests with these attempt ids; those that are none of ours are left out."""
    found: dict[str, Request] = {}
    for some in chunks(sorted(set(attempts)), IDS_AT_ONCE):
        for row in _REQUESTS.run(connection, attempts=some).fetchall():
            found[row[0]] = Request(*row)
    return found


def under_own_attempts(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """Return events under the attempt of their reader's own message, where that alone got no answer."""
    own = {
        of_one_reader(event.attempt, event.reader)
        for event in events
        if event.attempt and event.reader is not None
    }
    found: set[str] = set()
    for some in chunks(sorted(own), IDS_AT_ONCE):
        found.update(_OURS.scalars(connection, attempts=some))
    if not found:
        return list(events)
    return [_under_own_attempt(event, found) for event in events]


def _under_own_attempt(event: Event, found: Collection[str]) -> Event:
    own = "" if event.reader is None else of_one_reader(event.attempt, event.reader)
    return event._replace(attempt=own) if own in found else event


def issues_of(connection: Connection, attempts: Iterable[str]) -> list[str]:
    """Return the issues that these attempts mailed."""
    found: set[str] = set()
    for some in chunks(sorted(set(attempts)), IDS_AT_ONCE):
        found.update(_ISSUES.scalars(connection, attempts=some))
    return sorted(found)


def _among() -> ColumnElement[bool]:
    return attempt.c.id.in_(bindparam("attempts", expanding=True))


_OURS = Prepared(lambda: select(attempt.c.id).where(_among()))
_ISSUES = Prepared(
    lambda: (
        select(mailing.c.issue)
        .distinct()
        .join(batch, batch.c.mailing_id == mailing.c.id)
        .join(attempt, attempt.c.batch_id == batch.c.id)
        .where(_among())
    )
)
_REQUESTS = Prepared(
    lambda: (
        select(
            attempt.c.id,
            attempt.c.outcome,
            attempt.c.reader_ids,
            batch.c.id,
            batch.c.mailing_id,
            batch.c.attempt,
            batch.c.state,
            batch.c.reader_ids,
            exists().where(event.c.attempt == attempt.c.id, event.c.kind.in_(TAKEN)),
        )
        .join(batch, batch.c.id == attempt.c.batch_id)
        .where(_among())
    )
)


def settle_by_event(
    connection: Connection, reported: Sequence[tuple[Request, Event]], *, now: int
) -> tuple[int, list[Request]]:
    """Mark requests as accepted that an event shows to be taken; return how many batches that settled.

    Also return the requests that were taken though the ledger says they were not, and whose readers it can no
    longer keep from a second mail: the provider answered that it took nothing, so who was in them was not
    kept, or their batch was cut up since.
    """
    batches: set[int] = set()
    contradicted: list[Request] = []
    # A batch's newest request first: when it counts, an older one only adds who left before the newest.
    for request, report in sorted(reported, key=lambda pair: pair[0].attempt != pair[0].latest):
        if request.state == BatchState.ACCEPTED or request.batch in batches:
            _add_readers(connection, request, now)
            _mark(connection, request, now)
        elif request.attempt == request.latest and request.state in ON_THE_WIRE:
            batches.add(request.batch)
            _accept(connection, request, report, now)
        elif request.kept is not None and (
            request.state in GIVEN_UP
            or (
                request.state == BatchState.SPLIT
                and put_together(connection, request.batch, decode(request.kept), now=now)
            )
        ):
            batches.add(request.batch)
            _accept_kept(connection, request, request.kept, report, now)
        elif request.state == BatchState.SPLIT or (
            request.kept is None and request.state != BatchState.POSTING
        ):
            contradicted.append(request)
        else:
            _add_readers(connection, request, now)
            _mark(connection, request, now)
    return len(batches), contradicted


def _accept_kept(connection: Connection, request: Request, kept: bytes, report: Event, now: int) -> None:
    """Count a batch as accepted by a request that was given up: those who were in it are in it again."""
    _keep_newest(connection, request.batch)
    readers = _counted_here(connection, request, decode(kept))
    _accept(connection, request, report, now, reader_ids=encode(readers), n=len(readers))
    withdraw(connection, request.batch, readers, now=now)


def _accept(connection: Connection, request: Request, report: Event, now: int, **values: object) -> None:
    # What another request of this post was in may have been claimed, and is claimed anew.
    connection.execute(
        update(batch)
        .where(batch.c.id == request.batch, batch.c.state.in_((request.state, BatchState.PENDING)))
        .values(
            state=BatchTransition.REPORT.after,
            attempt=request.attempt,
            message_id=report.message_id,
            owner=None,
            lease_until=None,
            changed_at=now,
            **values,
        )
    )
    _mark(connection, request, now)
    if request.state != BatchState.POSTING:
        _write_decision(connection, request, report, now)


def _keep_newest(connection: Connection, batch_id: int) -> None:
    """Let a batch's newest request keep who was in it: from here on the batch holds others too."""
    found = connection.execute(
        select(batch.c.attempt, batch.c.reader_ids).where(batch.c.id == batch_id)
    ).one()
    connection.execute(
        update(attempt)
        .where(attempt.c.id == found.attempt, attempt.c.reader_ids.is_(None))
        .values(reader_ids=found.reader_ids)
    )


def _counted_here(connection: Connection, request: Request, readers: Sequence[int]) -> list[int]:
    """Return which of a request's readers count in its batch: another request of the issue reached the rest.

    What later claims of the batch said of any of them is taken back.
    """
    forget_unmailed(connection, request.batch, readers)
    here = not_counted_elsewhere(connection, request.batch, readers)
    if len(here) < len(readers):
        leave_out(connection, request.batch, set(readers) - set(here))
    return here


def _add_readers(connection: Connection, request: Request, now: int) -> None:
    """Count as mailed who was in an earlier request alone: they left before the newest, and may come back."""
    if request.kept is None:
        return
    held = set(
        decode(connection.scalar(select(batch.c.reader_ids).where(batch.c.id == request.batch)) or b"")
    )
    more = _counted_here(
        connection, request, [reader for reader in decode(request.kept) if reader not in held]
    )
    if not more:
        return
    _keep_newest(connection, request.batch)
    everyone = sorted({*held, *more})
    # ``changed_at`` stays: it says since when the others are known to have it.
    connection.execute(
        update(batch).where(batch.c.id == request.batch).values(reader_ids=encode(everyone), n=len(everyone))
    )
    withdraw(connection, request.batch, more, now=now)


def _mark(connection: Connection, request: Request, now: int) -> None:
    if request.outcome == AttemptOutcome.ACCEPTED:
        return
    connection.execute(
        update(attempt)
        .where(attempt.c.id == request.attempt)
        .values(
            outcome=AttemptOutcome.ACCEPTED,
            detail="reported",
            answered_at=func.coalesce(attempt.c.answered_at, now),
        )
    )


def _write_decision(connection: Connection, request: Request, report: Event, now: int) -> None:
    connection.execute(
        insert(decision).values(
            mailing_id=request.mailing,
            batch_id=request.batch,
            attempt=request.attempt,
            n=len(request.readers),
            verdict=Verdict.ACCEPTED,
            evidence=f"The provider reported “{report.kind}” of a mail of it, at {shown(report.at)}.",
            at=now,
        )
    )
