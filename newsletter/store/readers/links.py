"""What the two numbers in a signed link stand for now: a reader, and the mailing it came in."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from newsletter.delivery.id_set import decode
from newsletter.delivery.states import MAY_HAVE_ARRIVED, SubscriptionState
from newsletter.store.ledger.transitions import Reader
from newsletter.store.tables import batch, mailing, mailing_list, subscriber, subscription


@dataclass(frozen=True, slots=True)
class LinkedSubscription:
    """A reader's subscription to one list."""

    list_id: int
    title: str  # what readers see; empty for none of its own
    status: SubscriptionState


def subscriber_of(connection: Connection, subscriber_id: int) -> Reader | None:
    """Return a reader as they are now, or None when they were erased."""
    row = connection.execute(
        select(subscriber.c.id, subscriber.c.email, subscriber.c.name, subscriber.c.attrs).where(
            subscriber.c.id == subscriber_id
        )
    ).first()
    return None if row is None else Reader(*row)


def subscriptions_behind(
    connection: Connection, subscriber_id: int, mailing_id: int
) -> list[LinkedSubscription]:
    """Return the subscription through which a reader got a mailing; all of theirs for an unknown mailing.

    A database brought back from a backup may have lost a mailing whose mails are in readers' hands.
    """
    list_id = connection.scalar(select(mailing.c.list_id).where(mailing.c.id == mailing_id))
    held = subscriptions_of(connection, subscriber_id)
    return held if list_id is None else [found for found in held if found.list_id == list_id]


def subscriptions_of(connection: Connection, subscriber_id: int) -> list[LinkedSubscription]:
    """Return all subscriptions of a reader, to archived lists too, in order of the lists' names."""
    rows = connection.execute(
        select(subscription.c.list_id, mailing_list.c.title, subscription.c.status)
        .join(mailing_list, mailing_list.c.id == subscription.c.list_id)
        .where(subscription.c.subscriber_id == subscriber_id)
        .order_by(mailing_list.c.name)
    )
    return [LinkedSubscription(row.list_id, row.title, SubscriptionState(row.status)) for row in rows]


def was_mailed(connection: Connection, subscriber_id: int, mailing_id: int) -> bool:
    """Say whether a reader is in a batch of the mailing that was, or may have been, taken."""
    rows = connection.scalars(
        select(batch.c.reader_ids).where(
            batch.c.mailing_id == mailing_id,
            batch.c.lo <= subscriber_id,
            batch.c.hi >= subscriber_id,
            # On the wire counts: a mail can be read before its answer is written down.
            batch.c.state.in_(MAY_HAVE_ARRIVED),
        )
    )
    return any(subscriber_id in decode(ids or b"") for ids in rows)
