"""Who of a batch may be mailed now, and who not and why."""

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, func, select
from sqlalchemy.sql.elements import ColumnElement

from newsletter.delivery.frozen import MailingKind
from newsletter.delivery.id_set import decode
from newsletter.delivery.states import RecipientState
from newsletter.store.ledger.already_mailed import outside, rejected_between
from newsletter.store.ledger.cutting import exclusion
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.ledger.rejected import UNMAILED
from newsletter.store.ledger.transitions import BatchReaders, BatchRow
from newsletter.store.prepared import Prepared, columns
from newsletter.store.tables import subscriber, subscription, unmailed


class _Candidates(NamedTuple):
    """A batch's candidates, by ascending ids, and for each why they are not mailed, or None."""

    readers: BatchReaders
    whys: Sequence[str | None]


def eligible(connection: Connection, mailing: Mailing, row: BatchRow) -> BatchReaders:
    """Return who of the batch may be mailed now, and write down who may not and why."""
    readers, whys = _candidates(connection, mailing, row)
    skipped = _turned_away(connection, mailing, row) | outside(connection, mailing, readers.ids)
    rejected: Mapping[int, str] = {}
    if mailing.kind == MailingKind.NEWCOMERS:
        rejected = rejected_between(
            connection, mailing.issue, mailing.provider, row.lo, row.hi, but=mailing.id
        )
    if not skipped and not rejected and not any(whys):
        return readers
    left_out = [
        {
            "mailing_id": mailing.id,
            "batch_id": row.id,
            "subscriber_id": reader,
            "kind": RecipientState.REJECTED if reader in rejected else RecipientState.EXCLUDED,
            "reason": rejected.get(reader, why),
        }
        for reader, why in zip(readers.ids, whys, strict=True)
        if reader not in skipped and (reader in rejected or why is not None)
    ]
    UNMAILED.run_many(connection, left_out)
    return readers.those(
        [
            why is None and reader not in skipped and reader not in rejected
            for reader, why in zip(readers.ids, whys, strict=True)
        ]
    )


def _candidates(connection: Connection, mailing: Mailing, row: BatchRow) -> _Candidates:
    found = columns(
        connection,
        _ROWS,
        _AS_JSON,
        list=mailing.list_id,
        audience_at=mailing.audience_at,
        lo=row.lo,
        hi=row.hi,
    )
    *known, whys = found or [()] * len(_WANTED)
    readers = BatchReaders(*known)
    if row.only is None:
        return _Candidates(readers, whys)
    only = set(decode(row.only))
    inside = [reader in only for reader in readers.ids]
    return _Candidates(readers.those(inside), [*compress(whys, inside)])


def _turned_away(connection: Connection, mailing: Mailing, row: BatchRow) -> set[int]:
    """Return the readers that this mailing turned away; the batch's own exclusions are found anew."""
    found = _UNMAILED.run(connection, mailing=mailing.id, lo=row.lo, hi=row.hi).fetchall()
    if not found:
        return set()
    stale = {reader for reader, of, kind in found if of == row.id and kind == RecipientState.EXCLUDED}
    if row.only is not None:
        stale &= set(decode(row.only))
    if stale:
        _FORGET.run(connection, batch=row.id, readers=[*stale])
    return {reader for reader, _, _ in found} - stale


_FORGET = Prepared(
    lambda: delete(unmailed).where(
        unmailed.c.batch_id == bindparam("batch"),
        unmailed.c.kind == RecipientState.EXCLUDED,
        unmailed.c.subscriber_id.in_(bindparam("readers", expanding=True)),
    )
)


_UNMAILED = Prepared(
    lambda: select(unmailed.c.subscriber_id, unmailed.c.batch_id, unmailed.c.kind).where(
        unmailed.c.mailing_id == bindparam("mailing"),
        unmailed.c.subscriber_id.between(bindparam("lo"), bindparam("hi")),
    )
)


def _select(*wanted: ColumnElement[Any]) -> Select[Any]:
    """Return the query for a list's subscribers with ids from ``lo`` to ``hi``."""
    lo: BindParameter[int] = bindparam("lo")
    hi: BindParameter[int] = bindparam("hi")
    return (
        select(*wanted)
        .select_from(subscriber.join(subscription, subscription.c.subscriber_id == subscriber.c.id))
        .where(
            subscription.c.list_id == bindparam("list"),
            subscription.c.subscriber_id.between(lo, hi),
            subscriber.c.id.between(lo, hi),
            subscription.c.created_at <= bindparam("audience_at"),
        )
    )


_WANTED: Sequence[ColumnElement[Any]] = (
    subscriber.c.id,
    subscriber.c.email,
    subscriber.c.name,
    subscriber.c.attrs,
    exclusion(bindparam("audience_at")),
)
_ROWS = Prepared(lambda: _select(*_WANTED).order_by(subscription.c.subscriber_id))
# SQLite walks along the index of the list's subscribers, so that their ids ascend. If they ever did not, a
# claim would fail before anybody was mailed: an id set refuses them.
_AS_JSON = Prepared(lambda: _select(*map(func.json_group_array, _WANTED)))
