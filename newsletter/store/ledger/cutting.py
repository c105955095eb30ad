"""Cut a mailing's audience into batches, the cursor moving in the same transaction."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from newsletter.delivery.frozen import FrozenMailing, MailingKind
from newsletter.delivery.states import BatchState, Exclusion, SubscriptionState
from newsletter.store.ledger.already_mailed import (
    Carried,
    mailed_between,
    not_delivered,
    rejected_between,
    stretch,
)
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, subscriber, subscription
from newsletter.store.tables import mailing as mailings

CUT_AT_ONCE = 50_000  # candidates a transaction: a second's work lost at most by a kill
WIDEST = 20  # ids a batch may span for each reader it may hold


def exclusion(audience_at: BindParameter[int]) -> ColumnElement[str | None]:
    """Return the reason for which a subscription is not mailed, or NULL.

    All is judged by the audience's instant, so that a pause that ends later adds nobody after an approval.
    """
    # What most are comes first, so that of them nothing else is asked.
    confirmed = and_(
        subscription.c.status == SubscriptionState.CONFIRMED, subscription.c.since <= audience_at
    )
    still = or_(subscription.c.paused_until.is_(None), subscription.c.paused_until > audience_at)
    return case(
        (subscriber.c.suppressed.is_not(None), subscriber.c.suppressed),
        (confirmed, null()),
        (subscription.c.status == SubscriptionState.UNSUBSCRIBED, literal(Exclusion.UNSUBSCRIBED)),
        (subscription.c.status == SubscriptionState.PENDING, literal(Exclusion.UNCONFIRMED)),
        (and_(subscription.c.status == SubscriptionState.PAUSED, still), literal(Exclusion.PAUSED)),
        (subscription.c.since > audience_at, literal(Exclusion.UNCONFIRMED)),
    )


def cut(
    connection: Connection, mailing: Mailing, *, batch_size: int, now: int, at_once: int = CUT_AT_ONCE
) -> int | None:
    """Cut the next stretch of the audience into batches; return how many candidates, or None at the end."""
    cursor = _CURSOR.scalar(connection, mailing=mailing.id) or 0
    ids, last = stretch(connection, mailing, cursor, at_once)
    if last is None:
        _PLANNED.run(connection, mailing=mailing.id)
        return None
    rows = [
        {"mailing_id": mailing.id, "lo": some[0], "hi": some[-1], "candidates": len(some), "changed_at": now}
        for some in _groups(ids, batch_size)
    ]
    _BATCHES.run_many(connection, rows)
    _PLANNED_UP_TO.run(connection, mailing=mailing.id, plan_cursor=last)
    return len(ids)


_CURSOR = Prepared(lambda: select(mailings.c.plan_cursor).where(mailings.c.id == bindparam("mailing")))
_PLANNED = Prepared(lambda: update(mailings).where(mailings.c.id == bindparam("mailing")).values(planned=1))
_PLANNED_UP_TO = Prepared(
    lambda: (
        update(mailings)
        .where(mailings.c.id == bindparam("mailing"))
        .values(plan_cursor=bindparam("plan_cursor"))
    )
)
_BATCHES = Prepared(
    lambda: insert(batch).values(
        variant="everyone",
        state=BatchState.PENDING,
        **{name: bindparam(name) for name in ("mailing_id", "lo", "hi", "candidates", "changed_at")},
    )
)


def _groups(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield runs of at most ``size`` ids that lie close together: a claim looks at all between the ends."""
    start = 0
    while start < len(ids):
        end = bisect_right(ids, ids[start] + WIDEST * size, start, min(start + size, len(ids)))
        yield ids[start:end]
        start = end


def count_audience(
    connection: Connection, frozen: FrozenMailing, *, but: int | None = None
) -> tuple[int, Counter[str]]:
    """Count the readers a mailing now would reach and, by reason, those it would not.

    Those mailed before are left out of both; a correction is only for those who got a wrong mailing.
    ``but`` is the mailing itself, once there is one: the readers it mailed still count, and those that others
    gave up since do not come in.
    """
    if not frozen.wrong_mailings and not _mailed_before(connection, frozen):
        return _count_list(connection, frozen)
    readers, excluded = 0, Counter[str]()
    for candidates in _stretches(connection, frozen.list_id, frozen.audience_at):
        skipped = _not_for(connection, frozen, [reader for reader, _ in candidates], but)
        for reader, reason in candidates:
            if reader in skipped:
                continue
            if reason is None:
                readers += 1
            else:
                excluded[reason] += 1
    return readers, excluded


def readers_of(connection: Connection, frozen: FrozenMailing) -> set[int]:
    """Return the ids of the readers a mailing now would reach."""
    found: set[int] = set()
    for candidates in _stretches(connection, frozen.list_id, frozen.audience_at):
        skipped = _not_for(connection, frozen, [reader for reader, _ in candidates], None)
        found |= {reader for reader, reason in candidates if reason is None and reader not in skipped}
    return found


def _count_list(connection: Connection, frozen: FrozenMailing) -> tuple[int, Counter[str]]:
    """Count the whole list: nobody on it was mailed this issue."""
    of = {"list": frozen.list_id, "audience_at": frozen.audience_at}
    excluded = Counter({reason: n for n, reason in _EXCLUDED.run(connection, **of).fetchall()})
    return int(_LISTED.scalar(connection, **of)) - excluded.total(), excluded


def _listed() -> Select[Any]:
    return (
        select(func.count())
        .select_from(subscription)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(
            subscription.c.list_id == bindparam("list"),
            subscription.c.created_at <= bindparam("audience_at"),
        )
    )


def _excluded() -> Select[Any]:
    # Only those who are excluded are sorted by reason: they are few.
    why = exclusion(bindparam("audience_at"))
    named = why.label("reason")
    return _listed().add_columns(named).where(why.is_not(None)).group_by(named)


_LISTED = Prepared(_listed)
_EXCLUDED = Prepared(_excluded)


def _not_for(connection: Connection, frozen: FrozenMailing, ids: Sequence[int], but: int | None) -> set[int]:
    """Return those of ascending ``ids`` that a mailing is not for."""
    span = frozen.issue, frozen.provider, ids[0], ids[-1]
    skipped = mailed_between(connection, *span, but)
    if frozen.kind == MailingKind.NEWCOMERS:
        skipped |= rejected_between(connection, *span, but or 0).keys()
    if frozen.wrong_mailings:
        carried = Carried(frozen.wrong_mailings, frozen.right_mailings)
        skipped |= not_delivered(connection, carried, ids, at=frozen.audience_at)
    return skipped


def _mailed_before(connection: Connection, frozen: FrozenMailing) -> bool:
    return bool(_MAILED_BEFORE.scalar(connection, of=frozen.issue, provider=frozen.provider))


_MAILED_BEFORE = Prepared(
    lambda: select(func.count()).where(
        mailings.c.issue == bindparam("of"), mailings.c.provider == bindparam("provider")
    )
)


def _stretches(
    connection: Connection, list_id: int, audience_at: int
) -> Iterator[list[tuple[int, str | None]]]:
    cursor = 0
    while True:
        found = _STRETCH.run(connection, list=list_id, audience_at=audience_at, after=cursor)
        rows = [(reader, reason) for reader, reason in found.fetchall()]
        if not rows:
            return
        cursor = rows[-1][0]
        yield rows


_STRETCH = Prepared(
    lambda: (
        select(subscription.c.subscriber_id, exclusion(bindparam("audience_at")))
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(
            subscription.c.list_id == bindparam("list"),
            subscription.c.subscriber_id > bindparam("after"),
            subscriber.c.id > bindparam("after"),
            subscription.c.created_at <= bindparam("audience_at"),
        )
        .order_by(subscription.c.subscriber_id)
        .limit(CUT_AT_ONCE)
    )
)
