"""Cut a mailing's audience into batches, the cursor moving in the same transaction."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import BindParameter, Connection, and_, case, func, insert, literal, null, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from newsletter.delivery.frozen import FrozenMailing, MailingKind
from newsletter.delivery.states import BatchState, Exclusion, SubscriptionState
from newsletter.store.ledger.already_mailed import mailed_between, not_delivered, rejected_between, stretch
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.tables import batch, subscriber, subscription
from newsletter.store.tables import mailing as mailings

CUT_AT_ONCE = 50_000  # candidates a transaction: a second's work lost at most by a kill
WIDEST = 20  # ids a batch may span for each reader it may hold


def exclusion(audience_at: int | BindParameter[int]) -> ColumnElement[str | None]:
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
    cursor = connection.scalar(select(mailings.c.plan_cursor).where(mailings.c.id == mailing.id)) or 0
    ids, last = stretch(connection, mailing, cursor, at_once)
    if last is None:
        connection.execute(update(mailings).where(mailings.c.id == mailing.id).values(planned=1))
        return None
    rows = [
        {
            "mailing_id": mailing.id,
            "variant": "everyone",
            "lo": some[0],
            "hi": some[-1],
            "candidates": len(some),
            "state": BatchState.PENDING,
            "changed_at": now,
        }
        for some in _groups(ids, batch_size)
    ]
    if rows:
        connection.execute(insert(batch), rows)
    connection.execute(update(mailings).where(mailings.c.id == mailing.id).values(plan_cursor=last))
    return len(ids)


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


def _count_list(connection: Connection, frozen: FrozenMailing) -> tuple[int, Counter[str]]:
    """Count the whole list: nobody on it was mailed this issue."""
    why = exclusion(frozen.audience_at)
    listed = (
        select(func.count())
        .select_from(subscription)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(subscription.c.list_id == frozen.list_id, subscription.c.created_at <= frozen.audience_at)
    )
    # Only those who are excluded are sorted by reason: they are few.
    named = why.label("reason")
    rows = connection.execute(listed.add_columns(named).where(why.is_not(None)).group_by(named))
    excluded = Counter({reason: n for n, reason in rows})
    return int(connection.scalar(listed) or 0) - excluded.total(), excluded


def _not_for(connection: Connection, frozen: FrozenMailing, ids: Sequence[int], but: int | None) -> set[int]:
    """Return those of ascending ``ids`` that a mailing is not for."""
    span = frozen.issue, frozen.provider, ids[0], ids[-1]
    skipped = mailed_between(connection, *span, but)
    if frozen.kind == MailingKind.NEWCOMERS:
        skipped |= rejected_between(connection, *span, but or 0).keys()
    if frozen.wrong_mailings:
        skipped |= not_delivered(connection, frozen.wrong_mailings, ids, at=frozen.audience_at)
    return skipped


def _mailed_before(connection: Connection, frozen: FrozenMailing) -> bool:
    return bool(
        connection.scalar(
            select(func.count()).where(
                mailings.c.issue == frozen.issue, mailings.c.provider == frozen.provider
            )
        )
    )


def _stretches(
    connection: Connection, list_id: int, audience_at: int
) -> Iterator[list[tuple[int, str | None]]]:
    cursor = 0
    while True:
        rows = connection.execute(
            select(subscription.c.subscriber_id, exclusion(audience_at))
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(
                subscription.c.list_id == list_id,
                subscription.c.subscriber_id > cursor,
                subscriber.c.id > cursor,
                subscription.c.created_at <= audience_at,
            )
            .order_by(subscription.c.subscriber_id)
            .limit(CUT_AT_ONCE)
        ).all()
        if not rows:
            return
        cursor = rows[-1][0]
        yield [(row[0], row[1]) for row in rows]
