"""What reports do to readers: suppressions, and leaving or rejoining a list."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, case, exists, insert, select, update

from newsletter.chunks import chunks
from newsletter.contacts.consent.standing import ConsentKind
from newsletter.delivery.states import SubscriptionTransition
from newsletter.store.readers import erasures
from newsletter.store.readers.consent import record_all
from newsletter.store.tables import event, mailing, subscriber, subscription, suppression

CHOICES = ("group_unsubscribe", "group_resubscribe")
ADDRESSES_AT_ONCE = 500


def suppress_all(connection: Connection, wanted: Mapping[str, str], *, now: int) -> int:
    """Never mail these addresses again, each for its reason; return how many could be mailed till now.

    It does what ``suppressions.suppress`` does, for many at once: where one is suppressed already, the first
    reason stands; an erased one is not written down again.
    """
    addresses = sorted(set(wanted) - erasures.among(connection, list(wanted)))
    count = 0
    for some in chunks(addresses, ADDRESSES_AT_ONCE):
        held = set(connection.scalars(select(suppression.c.email).where(suppression.c.email.in_(some))))
        count += _suppress(connection, {email: wanted[email] for email in some if email not in held}, now)
    return count


def _suppress(connection: Connection, wanted: Mapping[str, str], now: int) -> int:
    if wanted:
        rows = [{"email": email, "reason": reason, "since": now} for email, reason in wanted.items()]
        connection.execute(insert(suppression), rows)
    for reason in sorted(set(wanted.values())):
        same = [email for email in wanted if wanted[email] == reason]
        connection.execute(update(subscriber).where(subscriber.c.email.in_(same)).values(suppressed=reason))
    return len(wanted)


def follow_choices(
    connection: Connection, readers: Iterable[tuple[int, int]], *, now: int
) -> tuple[int, int]:
    """Follow each (reader, list)'s last choice at the provider; return how many left and rejoined.

    The last by the provider's clock counts, in whatever order they came; of two at once, leaving.
    """
    left = rejoined = 0
    steps = []
    for reader, list_id in sorted(readers):
        choice, at = _last_choice(connection, reader, list_id)
        gone = _leave(connection, reader, list_id, now) if choice == "group_unsubscribe" else 0
        back = 0 if choice == "group_unsubscribe" else _rejoin(connection, reader, list_id, now)
        if gone or back:
            kind = ConsentKind.UNSUBSCRIBED if gone else ConsentKind.CONFIRMED
            steps.append(_step(reader, list_id, at, kind, choice))
        left, rejoined = left + gone, rejoined + back
    record_all(connection, steps)
    return left, rejoined


def _step(reader: int, list_id: int, at: int, kind: ConsentKind, choice: str) -> dict[str, object]:
    about = {"subscriber_id": reader, "list_id": list_id, "at": at, "kind": kind}
    return {**about, "source": "provider", "wording": "", "form": "", "evidence": f"reported as {choice}"}


def _last_choice(connection: Connection, reader: int, list_id: int) -> tuple[str, int]:
    """Return a reader's last choice about a list, and when they made it by the provider's clock."""
    kind, at = connection.execute(
        select(event.c.kind, event.c.at)
        .join(mailing, mailing.c.id == event.c.mailing_id)
        .where(event.c.subscriber_id == reader, mailing.c.list_id == list_id, event.c.kind.in_(CHOICES))
        .order_by(event.c.at.desc(), case((event.c.kind == "group_unsubscribe", 0), else_=1))
        .limit(1)
    ).one()
    return kind, at


def _leave(connection: Connection, reader: int, list_id: int, now: int) -> int:
    return connection.execute(
        update(subscription)
        .where(
            subscription.c.list_id == list_id,
            subscription.c.subscriber_id == reader,
            subscription.c.status.in_(SubscriptionTransition.LEAVE.before),
        )
        .values(status=SubscriptionTransition.LEAVE.after, since=now)
    ).rowcount


def _rejoin(connection: Connection, reader: int, list_id: int, now: int) -> int:
    """Put a reader back who left through the provider: what they left by another way stays left."""
    left_through_the_provider = exists().where(
        event.c.subscriber_id == reader,
        event.c.kind == "group_unsubscribe",
        event.c.received_at == subscription.c.since,
    )
    return connection.execute(
        update(subscription)
        .where(
            subscription.c.list_id == list_id,
            subscription.c.subscriber_id == reader,
            subscription.c.status.in_(SubscriptionTransition.RETURN.before),
            left_through_the_provider,
        )
        .values(status=SubscriptionTransition.RETURN.after, since=now)
    ).rowcount
