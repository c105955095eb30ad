"""Who of a batch may be mailed now, and who not and why."""

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, delete, insert, select

from newsletter.delivery.frozen import MailingKind
from newsletter.delivery.id_set import decode
from newsletter.delivery.states import RecipientState
from newsletter.store.ledger.already_mailed import outside, rejected_between
from newsletter.store.ledger.cutting import exclusion
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.ledger.transitions import Reader
from newsletter.store.tables import subscriber, subscription, unmailed

_reader = partial(tuple.__new__, Reader)  # what Reader's own ``_make`` does, at half the cost


def eligible(connection: Connection, mailing: Mailing, row: Row[Any]) -> tuple[Reader, ...]:
    """Return who of the batch may be mailed now, and write down who may not and why."""
    span = {"lo": row.lo, "hi": row.hi}
    of_issue = mailing.issue, mailing.provider, row.lo, row.hi
    found = connection.execute(_span_of(mailing.list_id, mailing.audience_at), span).all()
    if row.only is not None:
        only = set(decode(row.only))
        found = [candidate for candidate in found if candidate.id in only]
    skipped = _turned_away(connection, mailing, row, span)
    skipped |= outside(connection, mailing, [candidate[0] for candidate in found])
    rejected: Mapping[int, str] = {}
    if mailing.kind == MailingKind.NEWCOMERS:
        rejected = rejected_between(connection, *of_issue, but=mailing.id)
    if found and not skipped and not rejected:
        *values, whys = zip(*found, strict=True)
        if not any(whys):
            return tuple(map(_reader, zip(*values, strict=True)))
    readers: list[Reader] = []
    left_out: list[dict[str, object]] = []
    about = {"mailing_id": mailing.id, "batch_id": row.id}
    for reader, email, name, attrs, why in found:
        if reader in skipped:
            continue
        who = {**about, "subscriber_id": reader}
        if reader in rejected:
            left_out.append({**who, "kind": RecipientState.REJECTED, "reason": rejected[reader]})
        elif why is not None:
            left_out.append({**who, "kind": RecipientState.EXCLUDED, "reason": why})
        else:
            readers.append(Reader(reader, email, name, attrs))
    if left_out:
        connection.execute(insert(unmailed), left_out)
    return tuple(readers)


def _turned_away(
    connection: Connection, mailing: Mailing, row: Row[Any], span: Mapping[str, int]
) -> set[int]:
    """Return the readers that this mailing turned away; the batch's own exclusions are found anew."""
    found = connection.execute(_UNMAILED, {**span, "mailing": mailing.id}).all()
    stale = {reader for reader, of, kind in found if of == row.id and kind == RecipientState.EXCLUDED}
    if row.only is not None:
        stale &= set(decode(row.only))
    if stale:
        connection.execute(
            delete(unmailed).where(
                unmailed.c.batch_id == row.id,
                unmailed.c.kind == RecipientState.EXCLUDED,
                unmailed.c.subscriber_id.in_(stale),
            )
        )
    return {reader for reader, _, _ in found} - stale


_UNMAILED = select(unmailed.c.subscriber_id, unmailed.c.batch_id, unmailed.c.kind).where(
    unmailed.c.mailing_id == bindparam("mailing"),
    unmailed.c.subscriber_id.between(bindparam("lo"), bindparam("hi")),
)


@lru_cache(maxsize=8)
def _span_of(list_id: int, audience_at: int) -> Select[Any]:
    """Return the query for a list's subscribers with ids from ``lo`` to ``hi``, and why any is not mailed."""
    lo: BindParameter[int] = bindparam("lo")
    hi: BindParameter[int] = bindparam("hi")
    return (
        select(
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.name,
            subscriber.c.attrs,
            exclusion(audience_at).label("why"),
        )
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            subscription.c.list_id == list_id,
            subscription.c.subscriber_id.between(lo, hi),
            subscriber.c.id.between(lo, hi),
            subscription.c.created_at <= audience_at,
        )
        .order_by(subscription.c.subscriber_id)  # as its index has them: SQLite sorts by the other id
    )
