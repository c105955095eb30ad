"""Who got an issue, who did not and why: a row for each candidate, streamed batch by batch."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from newsletter.delivery.clock import SECOND
from newsletter.delivery.members import decode
from newsletter.store.mailings import Mailing, mailed_between, of_issue
from newsletter.store.plan import exclusion
from newsletter.store.tables import batch, exception, subscriber, subscription

AT_ONCE = 1000

Account = Mapping[str, str]


def accounts(connection: Connection, issue: str, provider: str, *, sender_alive: bool) -> Iterator[Account]:
    """Yield ``email``, ``state``, ``reason``, ``at`` and ``message_id`` of every candidate.

    An address is empty when its reader was erased since.
    """
    mailings = [each for each in of_issue(connection, issue) if each.provider == provider]
    last_of_list = {each.list_id: each.id for each in mailings}
    for each in mailings:
        last = last_of_list[each.list_id] == each.id
        for row in _batches(connection, each.id):
            state = _told(row.state, sender_alive)
            if state in {"accepted", "unknown"} or (
                state == "pending" and row.members and row.state == "posting"
            ):
                yield from _members(connection, row, state)
            if last:
                yield from _not_mailed(connection, each, row, state)
        if last:
            yield from _uncut(connection, each)


def _told(state: str, sender_alive: bool) -> str:
    if state == "posting":
        return "pending" if sender_alive else "unknown"
    return "pending" if state == "claimed" else state


def _batches(connection: Connection, mailing_id: int) -> Iterator[Row[Any]]:
    cursor = 0
    while True:
        rows = connection.execute(
            select(batch)
            .where(batch.c.mailing_id == mailing_id, batch.c.id > cursor, batch.c.state != "split")
            .order_by(batch.c.id)
            .limit(100)
        ).all()
        if not rows:
            return
        yield from rows
        cursor = rows[-1].id


def _members(connection: Connection, row: Row[Any], state: str) -> Iterator[Account]:
    ids = decode(row.members)
    emails = _emails(connection, ids)
    for each in ids:
        yield _account(emails.get(each, ""), state, "", row.changed_at, row.message_id or "")


def _not_mailed(connection: Connection, each: Mailing, row: Row[Any], state: str) -> Iterator[Account]:
    told = connection.execute(
        select(exception.c.subscriber_id, exception.c.kind, exception.c.reason, subscriber.c.email)
        .outerjoin(subscriber, subscriber.c.id == exception.c.subscriber_id)
        .where(exception.c.mailing_id == each.id, exception.c.batch_id == row.id)
        .order_by(exception.c.subscriber_id)
    ).all()
    waiting = row.state in {"pending", "claimed", "cancelled"} and (
        state == "pending" or each.state == "cancelled"
    )
    told = [one for one in told if not waiting or one.kind == "rejected"]
    for one in told:
        yield _account(one.email or "", one.kind, one.reason, row.changed_at)
    if waiting:
        rejected = {one.subscriber_id for one in told}
        kind, why = ("excluded", "cancelled") if each.state == "cancelled" else ("pending", "")
        yield from _waiting(connection, each, row.lo, row.hi, rejected, kind, why)


def _waiting(
    connection: Connection, each: Mailing, lo: int, hi: int, but: set[int], kind: str, why: str
) -> Iterator[Account]:
    skip = but | mailed_between(connection, each.issue, each.provider, lo, hi, but=each.id)
    rows = connection.execute(
        select(subscriber.c.id, subscriber.c.email, exclusion(each.audience_at))
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            subscription.c.list_id == each.list_id,
            subscription.c.subscriber_id.between(lo, hi),
            subscription.c.created_at <= each.audience_at,
        )
        .order_by(subscriber.c.id)
    )
    for row in rows:
        if row.id not in skip:
            yield _account(row.email, kind, why)


def _uncut(connection: Connection, each: Mailing) -> Iterator[Account]:
    if each.planned or each.list_id is None:
        return
    cursor = each.plan_cursor
    while True:
        ids = list(
            connection.scalars(
                select(subscription.c.subscriber_id)
                .where(subscription.c.list_id == each.list_id, subscription.c.subscriber_id > cursor)
                .order_by(subscription.c.subscriber_id)
                .limit(AT_ONCE)
            )
        )
        if not ids:
            return
        cursor = ids[-1]
        yield from _waiting(connection, each, ids[0], cursor, set(), "pending", "")


def _emails(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    rows = connection.execute(
        select(subscriber.c.id, subscriber.c.email).where(subscriber.c.id.in_(list(ids)))
    )
    return {row.id: row.email for row in rows}


def _account(email: str, state: str, reason: str, at: int = 0, message_id: str = "") -> Account:
    when = datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds") if at else ""
    return {"email": email, "state": state, "reason": reason, "at": when, "message_id": message_id}
