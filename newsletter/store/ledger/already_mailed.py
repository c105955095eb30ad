"""Who a mailing is for: its candidates, less those that other mailings of the issue mailed already."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select

from newsletter.delivery.id_set import decode
from newsletter.delivery.outcomes import request_of
from newsletter.delivery.states import MAY_HAVE_ARRIVED, UNPOSTED, BatchState, MailingState, RecipientState
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.prepared import Prepared, columns
from newsletter.store.tables import batch, event, mailing, subscription, unmailed

UNCUT_AT_ONCE = 10_000
YET_TO_COME = 2**62  # the id of a mailing that is only planned
TURNED_BACK = "bounce", "blocked", "dropped"


def mailed_between(
    connection: Connection, issue: str, provider: str, lo: int, hi: int, but: int | None = None
) -> set[int]:
    """Return the readers with ids in ``lo``…``hi`` that other mailings of the issue mailed, or may have.

    This is what keeps a later mailing, of whatever kind or list, from mailing anybody twice. Who is to be
    mailed again by the mailing that once lost their answer is among them; and for mailings there were by then
    (``but`` is one's own id), those that were given up.
    """
    others = {"but": but or 0, "since": but or YET_TO_COME, "before": YET_TO_COME}
    return _mailed(connection, lo, hi, issue=issue, provider=provider, **others)


def _mailed(connection: Connection, lo: int, hi: int, **others: object) -> set[int]:
    rows = _MAILED.run(connection, lo=lo, hi=hi, **others)
    return {
        reader
        for state, reader_ids, only in rows.fetchall()
        for reader in decode((reader_ids if state in MAY_HAVE_ARRIVED else only) or b"")
        if lo <= reader <= hi
    }


_MAILED = Prepared(
    lambda: (
        select(batch.c.state, batch.c.reader_ids, batch.c.only)
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(
            mailing.c.issue == bindparam("issue"),
            mailing.c.provider == bindparam("provider"),
            mailing.c.id != bindparam("but"),
            mailing.c.id < bindparam("before"),
            batch.c.lo <= bindparam("hi"),
            batch.c.hi >= bindparam("lo"),
            or_(
                batch.c.state.in_(MAY_HAVE_ARRIVED),
                and_(
                    batch.c.only.is_not(None),
                    or_(
                        and_(batch.c.state.in_(UNPOSTED), mailing.c.state != MailingState.CANCELLED),
                        batch.c.decided_after >= bindparam("since"),
                    ),
                ),
            ),
        )
    )
)


def rejected_between(
    connection: Connection, issue: str, provider: str, lo: int, hi: int, but: int = 0
) -> dict[int, str]:
    """Return the readers that other mailings of the issue saw rejected, with the provider's reason.

    They are no newcomers: only a mailing to the missing tries them again. What was cancelled before it
    reached anybody counts for nothing.
    """
    rows = _REJECTED.run(connection, issue=issue, provider=provider, but=but, lo=lo, hi=hi)
    return dict(rows.fetchall())


_REJECTED = Prepared(
    lambda: (
        select(unmailed.c.subscriber_id, unmailed.c.reason)
        .join(mailing, mailing.c.id == unmailed.c.mailing_id)
        .where(
            mailing.c.issue == bindparam("issue"),
            mailing.c.provider == bindparam("provider"),
            mailing.c.id != bindparam("but"),
            unmailed.c.kind == RecipientState.REJECTED,
            unmailed.c.subscriber_id.between(bindparam("lo"), bindparam("hi")),
            or_(
                mailing.c.state != MailingState.CANCELLED,
                exists().where(batch.c.mailing_id == mailing.c.id, batch.c.state.in_(MAY_HAVE_ARRIVED)),
            ),
        )
    )
)


def outside(
    connection: Connection, mailing: Mailing, ids: Sequence[int], *, as_planned: bool = False
) -> set[int]:
    """Return those of ascending ``ids`` that a mailing is not for.

    Another mailing of the issue mailed them or, for a correction, they never got what it corrects.
    ``as_planned`` leaves out what later mailings did since.
    """
    if not ids:
        return set()
    others = {"but": mailing.id, "since": mailing.id, "before": mailing.id if as_planned else YET_TO_COME}
    own = {"issue": mailing.issue, "provider": mailing.provider}
    out = _mailed(connection, ids[0], ids[-1], **own, **others)
    if mailing.corrects is None:
        return out
    carried = Carried(mailing.wrong_mailings, mailing.right_mailings)
    return out | not_delivered(connection, carried, ids, at=mailing.audience_at)


class Carried(NamedTuple):
    """The mailings that carried what a correction corrects, and those that carried it right, by their ids."""

    wrong: Sequence[int]
    right: Sequence[int] = ()


def not_delivered(connection: Connection, carried: Carried, ids: Sequence[int], *, at: int) -> set[int]:
    """Return those of ascending ``ids`` that got none of the wrong mailings, or a right one after it.

    Judged by what was known ``at`` an instant (microseconds): what is found out later changes no audience
    that was decided. Another correction looks again.
    """
    wrong = _last_delivered(connection, carried.wrong, ids, at=at)
    right = _last_delivered(connection, carried.right, ids, at=at) if carried.right else {}
    return set(ids) - {reader for reader, mailing in wrong.items() if right.get(reader, 0) < mailing}


def _last_delivered(
    connection: Connection, mailings: Sequence[int], ids: Sequence[int], *, at: int
) -> dict[int, int]:
    """Return the latest of some mailings that each reader got; what a server turned back, nobody got.

    Who was mailed twice by one of them, as an editor or a policy decided, has what either request brought.
    """
    known = {"mailings": mailings, "at": at, "first": ids[0], "last": ids[-1]}
    turned_back = _reported(connection, TURNED_BACK, known)
    brought = _reported(connection, ("delivered",), known) - turned_back if turned_back else set()
    anyhow = {(mailing, reader) for mailing, _, reader in brought}
    return {
        reader: mailing
        for mailing, attempt, held in _ACCEPTED.run(connection, **known).fetchall()
        for reader in decode(held)
        if (mailing, request_of(attempt), reader) not in turned_back or (mailing, reader) in anyhow
    }


def _reported(
    connection: Connection, kinds: Sequence[str], known: Mapping[str, object]
) -> set[tuple[int, str, int]]:
    """Return mailing, request and reader of reports of these kinds."""
    rows = _REPORTED.run(connection, kinds=kinds, **known).fetchall()
    return {(mailing, request_of(attempt or ""), reader) for mailing, attempt, reader in rows}


_ACCEPTED = Prepared(
    lambda: (
        select(batch.c.mailing_id, batch.c.attempt, batch.c.reader_ids)
        .where(
            batch.c.mailing_id.in_(bindparam("mailings", expanding=True)),
            batch.c.state == BatchState.ACCEPTED,
            batch.c.changed_at <= bindparam("at"),
            batch.c.lo <= bindparam("last"),
            batch.c.hi >= bindparam("first"),
        )
        .order_by(batch.c.mailing_id)
    )
)
_REPORTED = Prepared(
    lambda: select(event.c.mailing_id, event.c.attempt, event.c.subscriber_id).where(
        event.c.subscriber_id.between(bindparam("first"), bindparam("last")),
        event.c.mailing_id.in_(bindparam("mailings", expanding=True)),
        event.c.received_at <= bindparam("at"),
        event.c.kind.in_(bindparam("kinds", expanding=True)),
    )
)


def latest_change(connection: Connection, mailings: Sequence[int]) -> int:
    """Return when, by whatever clock, it last became known what became of a mail of these mailings."""
    answered = select(func.max(batch.c.changed_at)).where(batch.c.mailing_id.in_(mailings))
    reported = select(func.max(event.c.received_at)).where(
        event.c.mailing_id.in_(mailings), event.c.kind.in_(TURNED_BACK)
    )
    return max(int(connection.scalar(known) or 0) for known in (answered, reported))


def stretch(
    connection: Connection, mailing: Mailing, after: int, at_once: int
) -> tuple[Sequence[int], int | None]:
    """Return the next candidates with ids beyond ``after``, and the last id looked at; None at the end.

    Those it is not for are left out: another mailing of the issue, to another list, may have come first.
    """
    found = columns(
        connection,
        _NEXT,
        _NEXT_AS_JSON,
        list=mailing.list_id,
        audience_at=mailing.audience_at,
        after=after,
        at_once=at_once,
    )
    if not found:
        return [], None
    [ids] = found
    skip = outside(connection, mailing, ids)
    return [reader for reader in ids if reader not in skip] if skip else ids, ids[-1]


_next = (
    select(subscription.c.subscriber_id)
    .where(
        subscription.c.list_id == bindparam("list"),
        subscription.c.subscriber_id > bindparam("after"),
        subscription.c.created_at <= bindparam("audience_at"),
    )
    .order_by(subscription.c.subscriber_id)
    .limit(bindparam("at_once"))
)
_NEXT = Prepared(lambda: _next)
_NEXT_AS_JSON = Prepared(lambda: select(func.json_group_array(_next.subquery().c.subscriber_id)))


def uncut(connection: Connection, mailing: Mailing) -> Iterator[Sequence[int]]:
    """Yield, a stretch at a time, the candidates that a killed planning had not reached."""
    cursor: int | None = None if mailing.planned else mailing.plan_cursor
    while cursor is not None:
        ids, cursor = stretch(connection, mailing, cursor, UNCUT_AT_ONCE)
        yield ids


def not_yet_cut(connection: Connection, mailing: Mailing) -> int:
    """Count candidates that a killed planning had not reached."""
    return sum(map(len, uncut(connection, mailing)))
