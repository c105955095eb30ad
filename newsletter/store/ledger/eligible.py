"""Who of a batch may be mailed now, and who not and why."""

from collections.abc import Mapping
from functools import lru_cache
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


def eligible(connection: Connection, each: Mailing, row: Row[Any]) -> tuple[Reader, ...]:
    """Return who of the batch may be mailed now, and write down who may not and why."""
    span = {"lo": row.lo, "hi": row.hi}
    where = each.issue, each.provider, row.lo, row.hi
    found = connection.execute(_span_of(each.list_id, each.audience_at), span).all()
    if row.only is not None:
        only = set(decode(row.only))
        found = [one for one in found if one.id in only]
    settled = _turned_away(connection, each, row, span)
    settled |= outside(connection, each, [one[0] for one in found])
    rejected = rejected_between(connection, *where, but=each.id) if each.kind == MailingKind.NEWCOMERS else {}
    if not settled and not rejected and not any(one[4] for one in found):
        return tuple([Reader._make(one[:4]) for one in found])
    readers: list[Reader] = []
    left_out: list[dict[str, object]] = []
    about = {"mailing_id": each.id, "batch_id": row.id}
    for reader, email, name, attrs, why in found:
        if reader in settled:
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


def _turned_away(connection: Connection, each: Mailing, row: Row[Any], span: Mapping[str, int]) -> set[int]:
    """Return whom this mailing turned away; forget the batch's own exclusions, which a claim finds anew."""
    found = connection.execute(_UNMAILED, {**span, "mailing": each.id}).all()
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
        .order_by(subscriber.c.id)
    )
