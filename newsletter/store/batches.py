"""Batches: claim, gate, record, recover. Each is one step of the ledger, in its caller's transaction.

pending → claimed → posting → accepted
             ↑         ├────→ unknown          (a late answer still turns it into accepted)
             └─────────┴────→ rejected, split, empty, cancelled
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    CursorResult,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from newsletter.delivery.clock import SECOND
from newsletter.delivery.members import decode, encode
from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Refused, Unknown
from newsletter.delivery.policy import backoff
from newsletter.store.mailings import Mailing
from newsletter.store.plan import exclusion
from newsletter.store.reach import outside, rejected_between
from newsletter.store.tables import attempt, batch, exception, limiter, mailing, subscriber, subscription

LARGEST_BATCH = 1000  # readers: SendGrid's limit of personalizations a request
LONGEST_WAIT = 3600 * SECOND  # beyond this a provider's wish to wait is not believed


class Reader(NamedTuple):
    """A member of a batch, as the ledger saw him at the claim. ``attrs`` is JSON."""

    id: int
    email: str
    name: str
    attrs: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is this sender's for as long as its lease lives."""

    batch: int
    mailing: int
    attempt: str
    tries: int
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is ready before ``until`` (microseconds)."""

    until: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A batch had nobody left to mail and is done, or was cut in two."""


class Ceiling(NamedTuple):
    """How many readers may be mailed in all from ``since`` until ``until`` (microseconds)."""

    readers: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Full:
    """A ceiling is reached; there is room again at ``until`` (microseconds)."""

    until: int


def claim(
    connection: Connection,
    each: Mailing,
    *,
    attempt_id: str,
    owner: str,
    now: int,
    lease_seconds: float,
    rate_per_second: float,
    ceiling: Ceiling | None = None,
) -> Claim | Wait | Skipped | Full | None:
    """Take the next ready batch with the readers eligible now; None when no batch is left to take."""
    if connection.scalar(_STATE, {"mailing": each.id}) != "sending":
        return None
    row = connection.execute(_READY, {"mailing": each.id}).first()
    if row is None:
        return None
    ready_at = max(row.not_before, _rate_allows(connection, rate_per_second, now))
    if ready_at > now:
        return Wait(ready_at)
    room = None if ceiling is None else _room(connection, each, ceiling)
    if ceiling is not None and room == 0:
        # What others have in hand may come back, and then there is room.
        return Wait(now + SECOND // 20) if _in_hand(connection, each.id) else Full(ceiling.until)
    readers = _eligible(connection, each, row)
    if room is not None and len(readers) > room:
        lower = _cut_in_two(connection, row, readers, readers[room - 1].id, now=now)
        row, readers = connection.execute(select(batch).where(batch.c.id == lower)).one(), readers[:room]
    if not readers:
        _set(connection, row.id, now=now, state="empty", n=0, members=None, owner=None, lease_until=None)
        return Skipped()
    _take_tokens(connection, rate_per_second, len(readers), now)
    _set(
        connection,
        row.id,
        now=now,
        state="claimed",
        attempt=attempt_id,
        tries=row.tries + 1,
        owner=owner,
        lease_until=now + int(lease_seconds * SECOND),
        n=len(readers),
        members=encode(reader.id for reader in readers),
    )
    return Claim(row.id, each.id, attempt_id, row.tries + 1, readers)


def _in_hand(connection: Connection, mailing_id: int) -> bool:
    held = select(batch.c.id).where(
        batch.c.mailing_id == mailing_id, batch.c.state.in_(("claimed", "posting"))
    )
    return connection.execute(held.limit(1)).first() is not None


def _room(connection: Connection, each: Mailing, ceiling: Ceiling) -> int:
    """Return how many readers may still be mailed under a ceiling, whatever they are mailed.

    Only this mailing is being sent: what another one has claimed, a dead sender left.
    """
    taken = connection.scalar(
        select(func.coalesce(func.sum(batch.c.n), 0))
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .outerjoin(attempt, attempt.c.id == batch.c.attempt)
        .where(
            mailing.c.provider == each.provider,
            or_(
                and_(batch.c.state == "claimed", batch.c.mailing_id == each.id),
                and_(
                    batch.c.state.in_(("posting", "accepted", "unknown")),
                    attempt.c.posted_at >= ceiling.since,
                ),
            ),
        )
    )
    return max(0, ceiling.readers - int(taken or 0))


# Queries are built once and run for every batch: building one takes SQLAlchemy longer than SQLite takes to
# answer it.
_STATE = select(mailing.c.state).where(mailing.c.id == bindparam("mailing"))
_READY = (
    select(batch)
    .where(batch.c.mailing_id == bindparam("mailing"), batch.c.state == "pending")
    .order_by(batch.c.not_before, batch.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def _eligible(connection: Connection, each: Mailing, row: Row[Any]) -> tuple[Reader, ...]:
    """Return who of the batch may be mailed now, and write down who may not and why."""
    span = {"lo": row.lo, "hi": row.hi}
    where = each.issue, each.provider, row.lo, row.hi
    found = connection.execute(_span_of(each.list_id, each.audience_at), span).all()
    if row.only is not None:
        only = set(decode(row.only))
        found = [one for one in found if one.id in only]
    settled = _turned_away(connection, each, row, span)
    settled |= outside(connection, each, [one[0] for one in found])
    rejected = rejected_between(connection, *where, but=each.id) if each.kind == "newcomers" else {}
    if not settled and not rejected and not any(one[4] for one in found):
        return tuple([Reader._make(one[:4]) for one in found])
    readers: list[Reader] = []
    left_out: list[dict[str, object]] = []
    about = {"mailing_id": each.id, "batch_id": row.id}
    for reader, email, name, attrs, why in found:
        if reader in settled:
            continue
        if reader in rejected:
            left_out.append(
                {**about, "subscriber_id": reader, "kind": "rejected", "reason": rejected[reader]}
            )
        elif why is not None:
            left_out.append({**about, "subscriber_id": reader, "kind": "excluded", "reason": why})
        else:
            readers.append(Reader(reader, email, name, attrs))
    if left_out:
        connection.execute(insert(exception), left_out)
    return tuple(readers)


def _turned_away(connection: Connection, each: Mailing, row: Row[Any], span: Mapping[str, int]) -> set[int]:
    """Return whom this mailing turned away; forget the batch's own exclusions, which a claim finds anew."""
    found = connection.execute(_EXCEPTIONS, {**span, "mailing": each.id}).all()
    stale = {reader for reader, of, kind in found if of == row.id and kind == "excluded"}
    if row.only is not None:
        stale &= set(decode(row.only))
    if stale:
        connection.execute(
            delete(exception).where(
                exception.c.batch_id == row.id,
                exception.c.kind == "excluded",
                exception.c.subscriber_id.in_(stale),
            )
        )
    return {reader for reader, _, _ in found} - stale


_EXCEPTIONS = select(exception.c.subscriber_id, exception.c.batch_id, exception.c.kind).where(
    exception.c.mailing_id == bindparam("mailing"),
    exception.c.subscriber_id.between(bindparam("lo"), bindparam("hi")),
)


@lru_cache(maxsize=8)
def _span_of(list_id: int | None, audience_at: int) -> Select[Any]:
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


def _rate_allows(connection: Connection, rate_per_second: float, now: int) -> int:
    """Return when the rate allows the next batch (GCRA: the theoretical arrival time)."""
    if not rate_per_second:
        return 0
    tat = connection.scalar(select(limiter.c.tat).where(limiter.c.name == "recipients"))
    return _believable(tat, rate_per_second, now)


def _believable(tat: int | None, rate_per_second: float, now: int) -> int:
    # One batch is all that is ever taken ahead of time: further off, the clock that set it went back since.
    return tat if tat and tat <= now + int(LARGEST_BATCH / rate_per_second * SECOND) else 0


def _take_tokens(connection: Connection, rate_per_second: float, n: int, now: int) -> None:
    if not rate_per_second:
        return
    tat = connection.scalar(select(limiter.c.tat).where(limiter.c.name == "recipients").with_for_update())
    value = max(now, _believable(tat, rate_per_second, now)) + int(n / rate_per_second * SECOND)
    if tat is None:
        connection.execute(insert(limiter).values(name="recipients", tat=value))
    else:
        connection.execute(update(limiter).where(limiter.c.name == "recipients").values(tat=value))


def begin_posting(connection: Connection, claimed: Claim, *, now: int, lease_seconds: float) -> bool:
    """Pass the gate just before the wire; False when the lease is gone or the mailing no longer sends.

    Committed before the request leaves, so that whatever is killed after it is known to be ambiguous.
    """
    moved = connection.execute(
        _POSTING,
        {
            "batch": claimed.batch,
            "mailing": claimed.mailing,
            "mine": claimed.attempt,
            "now": now,
            "lease": now + int(lease_seconds * SECOND),
        },
    )
    if not moved.rowcount:
        return False
    connection.execute(_ATTEMPT, {"id": claimed.attempt, "batch_id": claimed.batch, "posted_at": now})
    return True


_POSTING = (
    update(batch)
    .where(
        batch.c.id == bindparam("batch"),
        batch.c.attempt == bindparam("mine"),
        batch.c.state == "claimed",
        batch.c.lease_until > bindparam("now"),
        select(mailing.c.id)
        .where(mailing.c.id == bindparam("mailing"), mailing.c.state == "sending")
        .exists(),
    )
    .values(state="posting", changed_at=bindparam("now"), lease_until=bindparam("lease"))
)
_ATTEMPT = insert(attempt)


def give_back(connection: Connection, claimed: Claim, *, now: int) -> None:
    """Return a batch that never reached the wire."""
    _if_mine(connection, claimed, ("claimed",), now=now, state="pending", n=0, members=None)


def record(connection: Connection, claimed: Claim, outcome: Outcome, *, now: int) -> bool:
    """Write what became of a request; False when the batch was no longer this attempt's."""
    if _taken_before(connection, claimed, outcome, now=now):
        return True
    match outcome:
        case Accepted(message_id):
            moved = _if_mine(
                connection, claimed, ("posting", "unknown"), now=now, state="accepted", message_id=message_id
            )
        case Unknown():
            moved = _if_mine(connection, claimed, ("posting",), now=now, state="unknown")
        case NotAccepted(_, retry_after):
            later = now + int(backoff(claimed.tries, retry_after) * SECOND)
            moved = _again(connection, claimed, ("posting",), now=now, not_before=later)
        case AccountRefused():
            moved = _again(connection, claimed, ("posting",), now=now, not_before=now)
        case Refused():
            moved = _refused(connection, claimed, outcome, now)
    if moved:
        _record_attempt(connection, claimed, outcome, now)
    return moved


def record_late(connection: Connection, claimed: Claim, outcome: Outcome, *, now: int) -> bool:
    """Write an answer that came after its deadline: it settles what was, or is about to be, unknown."""
    if isinstance(outcome, Unknown):
        return False
    if isinstance(outcome, Accepted):
        return record(connection, claimed, outcome, now=now)
    if _taken_before(connection, claimed, outcome, now=now):
        return True
    moved = _again(connection, claimed, ("posting", "unknown"), now=now, not_before=now)
    if moved:
        _record_attempt(connection, claimed, outcome, now)
    return moved


def _taken_before(connection: Connection, claimed: Claim, outcome: Outcome, *, now: int) -> bool:
    """Settle a batch by an earlier request, if one was reported while this one was on the wire.

    This one was not taken, so its readers have one mail, of the earlier one: they must not go back to wait.
    """
    if isinstance(outcome, Accepted | Unknown):
        return False
    earlier = connection.execute(_EARLIER, {"batch": claimed.batch, "mine": claimed.attempt}).first()
    if earlier is None:
        return False
    readers = decode(earlier.members)
    values = {"state": "accepted", "attempt": earlier.id, "members": earlier.members, "n": len(readers)}
    if not _if_mine(connection, claimed, ("posting", "unknown"), now=now, **values):
        return False
    connection.execute(
        delete(exception).where(exception.c.batch_id == claimed.batch, exception.c.subscriber_id.in_(readers))
    )
    _record_attempt(connection, claimed, outcome, now)
    return True


_EARLIER = (
    select(attempt.c.id, attempt.c.members)
    .where(
        attempt.c.batch_id == bindparam("batch"),
        attempt.c.id != bindparam("mine"),
        attempt.c.outcome == "accepted",
        attempt.c.members.is_not(None),
    )
    .order_by(attempt.c.posted_at)
    .limit(1)
)


def _record_attempt(connection: Connection, claimed: Claim, outcome: Outcome, now: int) -> None:
    name = {
        Accepted: "accepted",
        NotAccepted: "not_accepted",
        Refused: "refused",
        AccountRefused: "account_refused",
        Unknown: "unknown",
    }[type(outcome)]
    detail = "" if isinstance(outcome, Accepted) else outcome.reason[:500]
    connection.execute(
        _ANSWERED, {"mine": claimed.attempt, "answered_at": now, "outcome": name, "detail": detail}
    )


_ANSWERED = (
    update(attempt)
    .where(attempt.c.id == bindparam("mine"))
    .values({name: bindparam(name) for name in ("answered_at", "outcome", "detail")})
)


def _again(
    connection: Connection, claimed: Claim, states: tuple[str, ...], *, now: int, not_before: int
) -> bool:
    return _if_mine(
        connection, claimed, states, now=now, state="pending", not_before=not_before, n=0, members=None
    )


def _refused(connection: Connection, claimed: Claim, outcome: Refused, now: int) -> bool:
    """Let a refused reader cost himself alone: drop whom the answer names, else split to find him."""
    blamed = {place: why for place, why in outcome.entries if 0 <= place < len(claimed.readers)}
    if blamed and not outcome.too_large:
        rows = [(claimed.readers[place].id, why) for place, why in blamed.items()]
        if not _again(connection, claimed, ("posting",), now=now, not_before=now):
            return False
        _reject(connection, claimed, rows)
        return True
    if len(claimed.readers) > 1:
        return _split(connection, claimed, now)
    if not _if_mine(connection, claimed, ("posting",), now=now, state="rejected", n=0, members=None):
        return False
    _reject(connection, claimed, [(claimed.readers[0].id, outcome.reason)])
    return True


def _reject(connection: Connection, claimed: Claim, readers: Sequence[tuple[int, str]]) -> None:
    connection.execute(
        insert(exception),
        [
            {
                "mailing_id": claimed.mailing,
                "subscriber_id": reader,
                "batch_id": claimed.batch,
                "kind": "rejected",
                "reason": why[:500],
            }
            for reader, why in readers
        ],
    )


def _split(connection: Connection, claimed: Claim, now: int) -> bool:
    row = connection.execute(select(batch).where(batch.c.id == claimed.batch)).one()
    if not _if_mine(connection, claimed, ("posting",), now=now, state="split", n=0, members=None):
        return False
    middle = claimed.readers[len(claimed.readers) // 2 - 1].id
    _cut_in_two(connection, row, claimed.readers, middle, now=now)
    return True


def _cut_in_two(
    connection: Connection, row: Row[Any], readers: Sequence[Reader], middle: int, *, now: int
) -> int:
    """Replace a batch by two, the first up to the reader ``middle``; return the first one's id.

    Who was turned away goes along.
    """
    halves: list[int] = []
    _set(connection, row.id, now=now, state="split", n=0, members=None)
    turned_away = select(func.count()).where(
        exception.c.batch_id == row.id, exception.c.subscriber_id > middle
    )
    upper = sum(reader.id > middle for reader in readers) + int(connection.scalar(turned_away) or 0)
    only = None if row.only is None else decode(row.only)
    for lo, hi, candidates in ((row.lo, middle, row.candidates - upper), (middle + 1, row.hi, upper)):
        key = connection.execute(
            insert(batch).values(
                mailing_id=row.mailing_id,
                variant=row.variant,
                lo=lo,
                hi=hi,
                candidates=candidates,
                state="pending",
                only=None if only is None else encode(one for one in only if lo <= one <= hi),
                decided_after=row.decided_after,
                changed_at=now,
            )
        ).inserted_primary_key
        connection.execute(
            update(exception)
            .where(exception.c.batch_id == row.id, exception.c.subscriber_id.between(lo, hi))
            .values(batch_id=key[0] if key else None)
        )
        halves.append(key[0] if key else 0)
    return halves[0]


def forget_waits(connection: Connection, mailing_id: int) -> None:
    """Let every batch be tried now: the clock they were to wait by went back."""
    connection.execute(
        update(batch).where(batch.c.mailing_id == mailing_id, batch.c.state == "pending").values(not_before=0)
    )
    connection.execute(delete(limiter).where(limiter.c.name == "recipients"))


def recover(connection: Connection, *, now: int) -> None:
    """Release what dead senders held, of whatever issue; what was on the wire becomes unknown.

    The caller alone may send from this database, so every lease is a dead one's. Batches that wait longer
    than any answer asks for are tried now: the clock went back since.
    """
    connection.execute(
        update(batch)
        .where(batch.c.state == "claimed")
        .values(state="pending", owner=None, lease_until=None, n=0, members=None, changed_at=now)
    )
    connection.execute(
        update(batch)
        .where(batch.c.state == "posting")
        .values(state="unknown", owner=None, lease_until=None, changed_at=now)
    )
    connection.execute(
        update(batch)
        .where(batch.c.state == "pending", batch.c.not_before > now + LONGEST_WAIT)
        .values(not_before=0)
    )


def undone(connection: Connection, mailing_id: int) -> int:
    """Count batches that are ready, waiting or in somebody's hands."""
    return int(
        connection.scalar(
            select(func.count()).where(
                batch.c.mailing_id == mailing_id, batch.c.state.in_(("pending", "claimed", "posting"))
            )
        )
        or 0
    )


def _if_mine(
    connection: Connection, claimed: Claim, states: tuple[str, ...], *, now: int, **values: object
) -> bool:
    """Move the batch out of this sender's hands if it is still this attempt's and in one of ``states``."""
    moved: CursorResult[Any] = connection.execute(
        _move_if_mine(states, tuple(values)),
        {"batch": claimed.batch, "mine": claimed.attempt, "changed_at": now, **values},
    )
    return bool(moved.rowcount)


def _set(connection: Connection, batch_id: int, *, now: int, **values: object) -> None:
    connection.execute(_move(tuple(values)), {"batch": batch_id, "changed_at": now, **values})


@lru_cache
def _move(names: tuple[str, ...]) -> Update:
    new: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in ("changed_at", *names)}
    return update(batch).where(batch.c.id == bindparam("batch")).values(new)


@lru_cache
def _move_if_mine(states: tuple[str, ...], names: tuple[str, ...]) -> Update:
    mine = batch.c.attempt == bindparam("mine"), batch.c.state.in_(states)
    return _move(names).where(*mine).values(owner=None, lease_until=None)
