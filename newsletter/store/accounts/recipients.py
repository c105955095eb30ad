"""Who got an issue, who did not and why: a row for each candidate, streamed batch by batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from newsletter.chunks import chunks
from newsletter.delivery.id_set import decode
from newsletter.delivery.states import UNPOSTED, BatchState, Exclusion, MailingState, RecipientState
from newsletter.instants import rfc3339
from newsletter.store.accounts.proof import Apart, apart, counted, latest_of_lists
from newsletter.store.ledger.already_mailed import outside, uncut
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, event, subscriber, subscription, unmailed

AT_ONCE = 1000
# The provider's events, the most telling first: a bounce after a delivery means that it came back.
TELLING = ("complaint", "bounce", "blocked", "dropped", "delivered", "deferred", "processed")
PENDING = RecipientState.PENDING, ""
CANCELLED = RecipientState.EXCLUDED, Exclusion.CANCELLED
REMOVED = RecipientState.EXCLUDED, Exclusion.REMOVED

Account = Mapping[str, str]


def accounts(connection: Connection, issue: str, provider: str, *, sender_alive: bool) -> Iterator[Account]:
    """Yield ``email``, ``state``, ``reason``, ``reported``, ``at`` and ``message_id`` of every candidate.

    ``reported`` is the most telling of the provider's events about a reader's mail.

    An address is empty when its reader was erased since.
    """
    mailings = counted(connection, issue, provider)
    latest_of = latest_of_lists(mailings)
    for mailing in mailings:
        latest = latest_of[mailing.list_id]
        for row in _batches(connection, mailing.id):
            if row.n and row.state not in UNPOSTED:
                yield from _readers(connection, row, _state_now(row.state, sender_alive))
            if latest == mailing.id:
                yield from _not_mailed(connection, mailing, row)
        if latest == mailing.id:
            yield from _uncut(connection, mailing)
        else:
            for separate in apart(connection, mailing, latest):
                yield from _not_mailed_apart(connection, mailing, separate)


def _state_now(state: str, sender_alive: bool) -> str:
    if state == BatchState.POSTING:
        return RecipientState.PENDING if sender_alive else RecipientState.UNKNOWN
    return state


def _batches(connection: Connection, mailing_id: int) -> Iterator[Any]:
    """Yield a mailing's batches, the split ones left out, by their ranges."""
    lo, key = -1, -1
    while True:
        rows = _BATCHES.rows(connection, mailing=mailing_id, low=lo, key=key)
        if not rows:
            return
        yield from rows
        lo, key = rows[-1].lo, rows[-1].id


_BATCHES = Prepared(
    lambda: (
        select(batch)
        .where(
            batch.c.mailing_id == bindparam("mailing"),
            # Several begin alike where a request was answered message by message.
            batch.c.lo >= bindparam("low"),
            or_(batch.c.lo > bindparam("low"), batch.c.id > bindparam("key")),
            batch.c.state != BatchState.SPLIT,
        )
        .order_by(batch.c.lo, batch.c.id)
        .limit(100)
    )
)


def _readers(connection: Connection, row: Any, state: str) -> Iterator[Account]:
    ids = decode(row.reader_ids)
    emails, reported = _emails(connection, ids), _reported(connection, row.mailing_id, ids)
    for reader in ids:
        yield _account(
            emails.get(reader, ""),
            state,
            "",
            at=row.changed_at,
            message_id=row.message_id or "",
            reported=reported.get(reader, ""),
        )


def _not_mailed(connection: Connection, mailing: Mailing, row: Any) -> Iterator[Account]:
    turned_away = _TURNED_AWAY.rows(connection, mailing=mailing.id, batch=row.id)
    if row.state in UNPOSTED:
        turned_away = [reader for reader in turned_away if reader.kind == RecipientState.REJECTED]
    for reader in turned_away:
        yield _account(reader.email or "", reader.kind, reader.reason, row.changed_at)
    if row.state in UNPOSTED:
        cancelled = mailing.state == MailingState.CANCELLED
        rejected = {reader.subscriber_id for reader in turned_away}
        waiting = _waiting(connection, mailing, row, rejected)
        yield from _all(waiting, row.candidates - len(rejected), *(CANCELLED if cancelled else PENDING))
    else:
        yield from _all((), row.candidates - row.n - len(turned_away), *REMOVED)


_TURNED_AWAY = Prepared(
    lambda: (
        select(unmailed.c.subscriber_id, unmailed.c.kind, unmailed.c.reason, subscriber.c.email)
        .outerjoin(subscriber, subscriber.c.id == unmailed.c.subscriber_id)
        .where(unmailed.c.mailing_id == bindparam("mailing"), unmailed.c.batch_id == bindparam("batch"))
        .order_by(unmailed.c.subscriber_id)
    )
)


def _not_mailed_apart(connection: Connection, mailing: Mailing, separate: Apart) -> Iterator[Account]:
    emails = _emails(connection, [*separate.turned_away, *separate.others])
    for reader, (kind, why) in separate.turned_away.items():
        yield _account(emails.get(reader, ""), kind, why, separate.row.changed_at)
    if separate.row.state not in UNPOSTED:
        yield from _all((), len(separate.others) - separate.row.n, *REMOVED)
        return
    cancelled = mailing.state == MailingState.CANCELLED
    for reader in separate.others:
        yield _account(emails.get(reader, ""), *(CANCELLED if cancelled else PENDING))


def _all(emails: Iterable[str], count: int, kind: str, why: str) -> Iterator[Account]:
    """Yield a line for each of ``count`` readers, without an address for those erased since the plan."""
    for email in chain(emails, repeat("")):
        if count <= 0:
            return
        yield _account(email, kind, why)
        count -= 1


def _waiting(connection: Connection, mailing: Mailing, own: Any, but: set[int]) -> Iterator[str]:
    of = {"list": mailing.list_id, "audience_at": mailing.audience_at}
    rows = _CANDIDATES.rows(connection, lo=own.lo, hi=own.hi, **of)
    only = None if own.only is None else set(decode(own.only))
    if only is not None and len(only) == own.candidates:  # all it holds: others of its range are elsewhere
        rows = [row for row in rows if row.id in only]
    skip = but | outside(connection, mailing, [row.id for row in rows], as_planned=True)
    return (row.email for row in rows if row.id not in skip)


_CANDIDATES = Prepared(
    lambda: (
        select(subscriber.c.id, subscriber.c.email)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            subscription.c.list_id == bindparam("list"),
            subscription.c.subscriber_id.between(bindparam("lo"), bindparam("hi")),
            subscriber.c.id.between(bindparam("lo"), bindparam("hi")),
            subscription.c.created_at <= bindparam("audience_at"),
        )
        .order_by(subscriber.c.id)
    )
)


def _uncut(connection: Connection, mailing: Mailing) -> Iterator[Account]:
    kind, why = CANCELLED if mailing.state == MailingState.CANCELLED else PENDING
    for ids in uncut(connection, mailing):
        for some in chunks(ids, AT_ONCE):
            emails = _emails(connection, some)
            for reader in some:
                yield _account(emails.get(reader, ""), kind, why)


def _emails(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    return dict(_EMAILS.run(connection, readers=list(ids)).fetchall())


_EMAILS = Prepared(
    lambda: select(subscriber.c.id, subscriber.c.email).where(
        subscriber.c.id.in_(bindparam("readers", expanding=True))
    )
)


def _reported(connection: Connection, mailing_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Return the most telling event of each reader with ids in an ascending sequence."""
    rows = _REPORTED.run(connection, first=ids[0], last=ids[-1], mailing=mailing_id)
    found: dict[int, str] = {}
    for reader, kind in rows.fetchall():
        known = found.get(reader)
        if known is None or TELLING.index(kind) <= TELLING.index(known):
            found[reader] = kind
    return found


_REPORTED = Prepared(
    lambda: (
        select(event.c.subscriber_id, event.c.kind)
        .where(
            event.c.subscriber_id.between(bindparam("first"), bindparam("last")),
            event.c.mailing_id == bindparam("mailing"),
            event.c.kind.in_(TELLING),
        )
        .order_by(event.c.at)
    )
)


def _account(
    email: str, state: str, reason: str, at: int = 0, message_id: str = "", reported: str = ""
) -> Account:
    return {
        "email": email,
        "state": state,
        "reason": reason,
        "reported": reported,
        "at": rfc3339(at) if at else "",
        "message_id": message_id,
    }
