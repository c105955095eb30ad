"""Readers that two requests of an issue mailed: found as soon as both are known to have been taken.

A request is known to be taken by the provider's answer or by a report. The alarm needs a report on one of two
and either on the other; each pair of requests is counted once, by what was known before.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, or_, select

from newsletter.delivery.event_kinds import TAKEN
from newsletter.delivery.id_set import decode
from newsletter.delivery.states import AttemptOutcome, BatchState
from newsletter.store.events.alarms import ACCEPTED_TWICE, sound_more
from newsletter.store.events.settle_by_event import Request
from newsletter.store.prepared import Prepared
from newsletter.store.tables import attempt, batch, event, mailing

Counts = Callable[[str, bool], bool]  # of another request: its attempt, and whether it was reported on


@dataclass(frozen=True, slots=True)
class Family:
    """Mailings among which nobody may be found twice, and how many ids the widest of their batches spans."""

    mailings: Collection[int]
    widest: int


def family_of(connection: Connection, mailings: Collection[int]) -> Family:
    """Return mailings with the span of their batches: an index finds those about some ids by it."""
    return Family(mailings, _SPAN.scalar(connection, mailings=[*mailings]) or 0)


_SPAN = Prepared(
    lambda: select(func.max(batch.c.hi - batch.c.lo)).where(
        batch.c.mailing_id.in_(bindparam("mailings", expanding=True))
    )
)


def also_mailed(
    connection: Connection,
    family: Family,
    attempt_id: str,
    readers: Sequence[int],
    counts: Counts,
) -> dict[int, str]:
    """Return those of ascending ``readers`` that another request mailed, with its attempt.

    ``counts`` picks the requests to look at.
    """
    found: dict[int, str] = {}
    if not readers:
        return found
    wanted = set(readers)
    about = {
        "mailings": list(family.mailings),
        "first": readers[0] - family.widest,
        "last": readers[-1],
        "lowest": readers[0],
        "but": attempt_id,
    }
    for row in _TAKEN_ABOUT.rows(connection, **about):
        if counts(row.id, bool(row.reported)):
            found.update((reader, row.id) for reader in wanted & _mailed_by(connection, row, readers))
    return found


@dataclass(slots=True)
class Reported:
    """A request that a post reports on, as it stood before; ``new`` are the readers first reported by it."""

    request: Request
    readers: frozenset[int]
    new: set[int] = field(default_factory=set)


def compare_reported(
    connection: Connection,
    reported: Mapping[str, Reported],
    mailings_of_family: Callable[[int], Collection[int]],
) -> Iterator[tuple[int, str, dict[int, str]]]:
    """Yield the requests of a post whose readers others mailed too: mailing, attempt, readers.

    A request is compared when it is reported first; one of whose readers nothing is known but the reports,
    at each of these. ``mailings_of_family`` names those among which nobody may be found twice.
    """
    compared: set[str] = set()
    families: dict[int, Family] = {}
    for attempt_id, reported_on in reported.items():
        compared.add(attempt_id)
        request = reported_on.request
        if request.known and request.reported:
            continue
        if request.mailing not in families:
            families[request.mailing] = family_of(connection, mailings_of_family(request.mailing))

        def counts(other: str, earlier: bool, *, request: Request = request) -> bool:
            if other in reported and other not in compared:
                mate = reported[other].request
                earlier = mate.reported
                if not (mate.accepted or mate.reported):
                    return False  # its turn comes, and then it is compared with this one
            return not (request.known and request.accepted and earlier)

        readers = sorted(reported_on.readers if request.known else reported_on.new)
        if found := also_mailed(connection, families[request.mailing], attempt_id, readers, counts):
            yield request.mailing, attempt_id, found


def sound_twice(
    connection: Connection, issue: str, attempt_id: str, found: Mapping[int, str], *, now: int
) -> None:
    """Sound the alarm over readers of a request that others mailed too."""
    if found:
        reader, other = max(found.items())
        detail = f"Reader {reader} has mail of the requests {' and '.join(sorted((attempt_id, other)))}."
        sound_more(connection, issue, ACCEPTED_TWICE, n=len(found), detail=detail, now=now)


def compare_answered(
    connection: Connection, mailing_id: int, attempt_id: str, readers: Sequence[int], *, now: int
) -> None:
    """Sound the alarm when a request turns out to be taken of whose readers others were reported."""
    issues: dict[int, str] = dict(_SAME.run(connection, mailing=mailing_id).fetchall())
    family = family_of(connection, issues)
    found = also_mailed(connection, family, attempt_id, readers, lambda _, reported: reported)
    sound_twice(connection, issues[mailing_id], attempt_id, found, now=now)


def _same() -> Select[Any]:
    of = mailing.alias()
    alike = and_(
        of.c.issue == mailing.c.issue,
        of.c.provider == mailing.c.provider,
        of.c.corrects.is_not_distinct_from(mailing.c.corrects),
    )
    return select(mailing.c.id, mailing.c.issue).join(of, alike).where(of.c.id == bindparam("mailing"))


_SAME = Prepared(_same)
_NEWEST = and_(batch.c.attempt == attempt.c.id, batch.c.state == BatchState.ACCEPTED)
_REPORTED = exists().where(event.c.attempt == attempt.c.id, event.c.kind.in_(TAKEN))
# Other requests that were taken, of batches whose ids lie about those.
_TAKEN_ABOUT = Prepared(
    lambda: (
        select(
            attempt.c.id,
            attempt.c.reader_ids.label("kept"),
            _NEWEST.label("newest"),
            batch.c.reader_ids,
            _REPORTED.label("reported"),
        )
        .join(batch, batch.c.id == attempt.c.batch_id)
        .where(
            batch.c.mailing_id.in_(bindparam("mailings", expanding=True)),
            batch.c.lo.between(bindparam("first"), bindparam("last")),
            batch.c.hi >= bindparam("lowest"),
            attempt.c.id != bindparam("but"),
            or_(attempt.c.outcome == AttemptOutcome.ACCEPTED, _NEWEST, _REPORTED),
        )
    )
)


def _mailed_by(connection: Connection, row: Any, readers: Sequence[int]) -> set[int]:
    """Return who was in a request: as kept, as its batch has them, or else those that were reported."""
    if row.kept is not None or row.newest:
        return set(decode(row.kept if row.kept is not None else row.reader_ids))
    return set(_REPORTED_ON.scalars(connection, of=row.id, first=readers[0], last=readers[-1]))


_REPORTED_ON = Prepared(
    lambda: select(event.c.subscriber_id).where(
        event.c.attempt == bindparam("of"),
        event.c.kind.in_(TAKEN),
        event.c.subscriber_id.between(bindparam("first"), bindparam("last")),
    )
)
