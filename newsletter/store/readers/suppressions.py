"""Suppressions: addresses never mailed, each with its reason, mirrored onto the subscriber at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from newsletter.delivery.states import SubscriptionState
from newsletter.store.prepared import Prepared
from newsletter.store.readers import erasures
from newsletter.store.tables import subscriber, subscription, suppression

_MAILABLE = SubscriptionState.CONFIRMED, SubscriptionState.PAUSED
ERASED = "erased"  # the reason for an address of which nothing but a hash is kept


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that is never mailed. ``since`` is microseconds since 1970, UTC."""

    email: str
    reason: str
    since: int


def suppress(connection: Connection, email: str, reason: str, *, now: int) -> Suppression:
    """Never mail a normalised address again; the first reason stands. Return what now holds.

    An erased reader's address is not written down again: their hash keeps them from being mailed.
    """
    held = suppressed(connection, email)
    if held is None:
        held = Suppression(email, reason, now)
        connection.execute(insert(suppression).values(email=email, reason=reason, since=now))
    connection.execute(update(subscriber).where(subscriber.c.email == email).values(suppressed=held.reason))
    return held


def unsuppress(connection: Connection, email: str, *, now: int) -> bool:
    """Let an address be mailed again, an erased one too; False when it was not suppressed.

    Its confirmed subscriptions, paused ones too, count from now: an audience fixed before does not get the
    reader back.
    """
    gone = connection.execute(delete(suppression).where(suppression.c.email == email))
    if gone.rowcount:
        held_by = select(subscriber.c.id).where(subscriber.c.email == email).scalar_subquery()
        connection.execute(
            update(subscription)
            .where(subscription.c.subscriber_id == held_by, subscription.c.status.in_(_MAILABLE))
            .values(since=now)
        )
    connection.execute(update(subscriber).where(subscriber.c.email == email).values(suppressed=None))
    return erasures.forget_hash(connection, email) or bool(gone.rowcount)


def suppressed(connection: Connection, email: str) -> Suppression | None:
    """Return why and since when an address is not mailed, or None; “erased” is such a reason, too."""
    row = _SUPPRESSION.first(connection, address=email)
    if row is not None:
        return Suppression(*row)
    at = erasures.erased_at(connection, email)
    return None if at is None else Suppression(email, ERASED, at)


_SUPPRESSION = Prepared(
    lambda: select(*(suppression.c[name] for name in ("email", "reason", "since"))).where(
        suppression.c.email == bindparam("address")
    )
)


def all_suppressions(connection: Connection, *, reason: str | None = None) -> Iterator[Suppression]:
    """Yield every suppression in order of address, as it is read."""
    query = select(suppression).order_by(suppression.c.email)
    if reason is not None:
        query = query.where(suppression.c.reason == reason)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield Suppression(row.email, row.reason, row.since)
