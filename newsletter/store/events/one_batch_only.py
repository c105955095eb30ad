"""Keep a reader in one batch of an issue alone, once a report shows that an earlier request mailed them.

A request that was given up may have been taken after all. By then its readers may be in a later mailing: cut
into a batch of it, claimed, on the wire, or turned away. They count where they are known to be accepted, and
nowhere else.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from newsletter.chunks import chunks
from newsletter.delivery.id_set import decode, encode
from newsletter.delivery.states import (
    MAY_HAVE_ARRIVED,
    ON_THE_WIRE,
    BatchState,
    BatchTransition,
)
from newsletter.store.tables import attempt, batch, mailing, subscription, unmailed

IDS_AT_ONCE = 500


def not_counted_elsewhere(connection: Connection, batch_id: int, readers: Sequence[int]) -> list[int]:
    """Return those of ascending ``readers`` that no other accepted batch of the issue holds."""
    if not readers:
        return []
    held: set[int] = set()
    for row in _others(connection, batch_id, readers):
        if row.state == BatchState.ACCEPTED:
            held.update(decode(row.reader_ids))
    return [reader for reader in readers if reader not in held]


def withdraw(connection: Connection, batch_id: int, readers: Sequence[int], *, now: int) -> None:
    """Take readers, who are accepted in one batch, out of all other batches of the issue.

    What was claimed with them is claimed anew. A request on the wire with them keeps who was in it, so that
    an answer or a report still tells that they have it twice.
    """
    if not readers:
        return
    looked_anew = connection.scalar(select(batch.c.decided_after).where(batch.c.id == batch_id))
    for row in _others(connection, batch_id, readers):
        inside = {reader for reader in readers if row.lo <= reader <= row.hi}
        gone = inside & set(decode(row.reader_ids or b"")) if row.state != BatchState.ACCEPTED else set()
        if gone:
            _leave_out_of_request(connection, row, gone, now)
        # Mailings there were when it was decided saw them as mailed, and have none of them.
        if looked_anew is not None and row.mailing_id > looked_anew:
            gone |= _turned_away(connection, row.id, inside)
            gone |= _waiting(connection, row, inside)
        _count_without(connection, row, gone)


def leave_out(connection: Connection, batch_id: int, readers: Iterable[int]) -> None:
    """Count a batch without readers who count in another."""
    row = connection.execute(select(batch).where(batch.c.id == batch_id)).one()
    _count_without(connection, row, set(readers))


def give_up(connection: Connection, row: Row[Any], readers: Iterable[int]) -> int:
    """Take those of ``readers`` out of a batch that are for it and were not in its request.

    Return how many others it is for.
    """
    turned_away = set(connection.scalars(_turned_away_by(row.id)))
    own = {reader for reader in readers if row.lo <= reader <= row.hi}
    if row.only is not None:
        own &= {*decode(row.only), *turned_away}
    gone = own - set(decode(row.reader_ids or b""))
    forget_unmailed(connection, row.id, sorted(gone & turned_away))
    _count_without(connection, row, gone)
    return int(row.candidates) - len(own)


def counted_elsewhere(connection: Connection, mailing_id: int) -> int:
    """Count the readers of a mailing's requests, taken or perhaps taken, who count in other batches."""
    rows = connection.execute(
        select(attempt.c.reader_ids, batch.c.reader_ids.label("counted"))
        .join(batch, batch.c.id == attempt.c.batch_id)
        .where(
            batch.c.mailing_id == mailing_id,
            batch.c.state.in_(MAY_HAVE_ARRIVED),
            attempt.c.reader_ids.is_not(None),
        )
    )
    elsewhere: set[int] = set()
    for row in rows:
        elsewhere |= set(decode(row.reader_ids)) - set(decode(row.counted or b""))
    return len(elsewhere)


def forget_unmailed(connection: Connection, batch_id: int, readers: Sequence[int]) -> int:
    """Take back what claims of a batch said of readers who turn out to be mailed; return of how many."""
    count = 0
    for some in chunks(readers, IDS_AT_ONCE):
        count += connection.execute(
            delete(unmailed).where(unmailed.c.batch_id == batch_id, unmailed.c.subscriber_id.in_(some))
        ).rowcount
    return count


def _others(connection: Connection, batch_id: int, readers: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the other batches of the issue, by its provider, whose ids lie about those of ``readers``."""
    own = (
        select(mailing.c.issue, mailing.c.provider)
        .join(batch, batch.c.mailing_id == mailing.c.id)
        .where(batch.c.id == batch_id)
    )
    issue, provider = connection.execute(own).one()
    return connection.execute(
        select(batch, mailing.c.list_id, mailing.c.audience_at)
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(
            mailing.c.issue == issue,
            mailing.c.provider == provider,
            batch.c.id != batch_id,
            batch.c.state != BatchState.SPLIT,
            batch.c.lo <= readers[-1],
            batch.c.hi >= readers[0],
        )
    ).all()


def _leave_out_of_request(connection: Connection, row: Row[Any], gone: set[int], now: int) -> None:
    left = [reader for reader in decode(row.reader_ids) if reader not in gone]
    statement = update(batch).where(batch.c.id == row.id)
    if row.state in ON_THE_WIRE:
        connection.execute(
            update(attempt)
            .where(attempt.c.id == row.attempt, attempt.c.reader_ids.is_(None))
            .values(reader_ids=row.reader_ids)
        )
        statement = statement.values(n=len(left), reader_ids=encode(left))
    else:
        anew = BatchTransition.CLAIM_ANEW
        statement = statement.where(batch.c.state.in_(anew.before)).values(
            state=anew.after, n=0, reader_ids=None, owner=None, lease_until=None
        )
    connection.execute(statement.values(changed_at=now))


def _turned_away_by(batch_id: int) -> Select[int]:
    return select(unmailed.c.subscriber_id).where(unmailed.c.batch_id == batch_id)


def _turned_away(connection: Connection, batch_id: int, inside: set[int]) -> set[int]:
    """Forget what claims said of those inside, and return those they said something of."""
    found = inside & set(connection.scalars(_turned_away_by(batch_id)))
    forget_unmailed(connection, batch_id, sorted(found))
    return found


def _waiting(connection: Connection, row: Row[Any], inside: set[int]) -> set[int]:
    """Return who of those inside the batch still waits for its claim."""
    if row.state != BatchState.PENDING:
        return set()
    return inside & candidates_in(connection, row, row.list_id, row.audience_at)


def candidates_in(connection: Connection, row: Row[Any], list_id: int | None, audience_at: int) -> set[int]:
    """Return who a batch is for, claimed or not: those on the list by then, or of these those set apart."""
    rows = connection.scalars(
        select(subscription.c.subscriber_id).where(
            subscription.c.list_id == list_id,
            subscription.c.subscriber_id.between(row.lo, row.hi),
            subscription.c.created_at <= audience_at,
        )
    )
    return set(rows) if row.only is None else set(rows) & set(decode(row.only))


def _count_without(connection: Connection, row: Row[Any], gone: set[int]) -> None:
    if not gone:
        return
    values: dict[str, object] = {"candidates": max(0, row.candidates - len(gone))}
    if row.only is not None:
        values["only"] = encode(reader for reader in decode(row.only) if reader not in gone)
    connection.execute(update(batch).where(batch.c.id == row.id).values(**values))
