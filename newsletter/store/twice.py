"""Readers whom two requests of an issue mailed: found as soon as both are known to have been taken.

A request is known to be taken by the provider's answer or by a report. The alarm needs a report on one of two
and either on the other; each pair of requests is counted once, by what was known before.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, or_, select

from newsletter.delivery.events import TAKEN
from newsletter.delivery.members import decode
from newsletter.store.alarms import ACCEPTED_TWICE, sound_more
from newsletter.store.tables import attempt, batch, event, mailing

Counts = Callable[[str, bool, bool], bool]  # of another request: its attempt, accepted?, reported?


def also_mailed(
    connection: Connection,
    mailings: Collection[int],
    attempt_id: str,
    readers: Sequence[int],
    counts: Counts,
) -> dict[int, str]:
    """Return those of ascending ``readers`` whom another request mailed, with its attempt.

    ``mailings`` are those among which nobody may be found twice; ``counts`` picks the requests to look at.
    """
    found: dict[int, str] = {}
    if not readers:
        return found
    wanted = set(readers)
    for row in connection.execute(_taken_about(mailings, attempt_id, readers)):
        if counts(row.id, bool(row.accepted), bool(row.reported)):
            found.update((one, row.id) for one in wanted & _mailed_by(connection, row, readers))
    return found


def sound_twice(
    connection: Connection, issue: str, attempt_id: str, found: Mapping[int, str], *, now: int
) -> None:
    """Sound the alarm over readers of a request whom others mailed too."""
    if found:
        reader, other = max(found.items())
        detail = f"Reader {reader} has mail of the requests {' and '.join(sorted((attempt_id, other)))}."
        sound_more(connection, issue, ACCEPTED_TWICE, n=len(found), detail=detail, now=now)


def compare_answered(
    connection: Connection, mailing_id: int, attempt_id: str, readers: Sequence[int], *, now: int
) -> None:
    """Sound the alarm when a request turns out to be taken of whose readers others were reported."""
    of = mailing.alias()
    family = (
        select(mailing.c.id, mailing.c.issue)
        .join(
            of,
            and_(
                of.c.issue == mailing.c.issue,
                of.c.provider == mailing.c.provider,
                of.c.corrects.is_not_distinct_from(mailing.c.corrects),
                (of.c.kind == "trial") == (mailing.c.kind == "trial"),
            ),
        )
        .where(of.c.id == mailing_id)
    )
    issues = {row.id: row.issue for row in connection.execute(family)}
    found = also_mailed(connection, issues, attempt_id, readers, lambda _id, _accepted, reported: reported)
    sound_twice(connection, issues[mailing_id], attempt_id, found, now=now)


def _taken_about(mailings: Collection[int], attempt_id: str, readers: Sequence[int]) -> Select[Any]:
    """Return the query for other requests that were taken, of batches whose ids lie about those."""
    newest = and_(batch.c.attempt == attempt.c.id, batch.c.state == "accepted")
    accepted = or_(attempt.c.outcome == "accepted", newest)
    reported = exists().where(event.c.attempt == attempt.c.id, event.c.kind.in_(TAKEN))
    return (
        select(
            attempt.c.id,
            attempt.c.members.label("kept"),
            newest.label("newest"),
            batch.c.members,
            accepted.label("accepted"),
            reported.label("reported"),
        )
        .join(batch, batch.c.id == attempt.c.batch_id)
        .where(
            batch.c.mailing_id.in_(mailings),
            batch.c.lo <= readers[-1],
            batch.c.hi >= readers[0],
            attempt.c.id != attempt_id,
            or_(accepted, reported),
        )
    )


def _mailed_by(connection: Connection, row: Row[Any], readers: Sequence[int]) -> set[int]:
    """Return who was in a request: as kept, as its batch has them, or else whoever was reported."""
    if row.kept is not None or row.newest:
        return set(decode(row.kept if row.kept is not None else row.members))
    reported = select(event.c.subscriber_id).where(
        event.c.attempt == row.id,
        event.c.kind.in_(TAKEN),
        event.c.subscriber_id.between(readers[0], readers[-1]),
    )
    return set(connection.scalars(reported))
