"""Lists: named sets of subscriptions, and the merge fields their imports brought."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from newsletter.store.tables import list_attribute, mailing_list, subscriber, subscription


@dataclass(frozen=True, slots=True)
class ListCounts:
    """A list and its subscriptions by status; ``suppressed`` are those of any status that are never mailed."""

    name: str
    created_at: int
    confirmed: int
    pending: int
    unsubscribed: int
    suppressed: int


def list_id(connection: Connection, name: str) -> int | None:
    """Return the id of the list of that name, or None."""
    return connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == name))


def ensure_list(connection: Connection, name: str, *, now: int) -> tuple[int, bool]:
    """Return the id of the list of that name, and whether it had to be made."""
    found = list_id(connection, name)
    if found is not None:
        return found, False
    made = connection.execute(insert(mailing_list).values(name=name, created_at=now)).inserted_primary_key
    if made is None:
        raise AssertionError("an insert gives a key")
    return int(made[0]), True


def list_names(connection: Connection) -> list[str]:
    """Return the names of all lists, in order."""
    return list(connection.scalars(select(mailing_list.c.name).order_by(mailing_list.c.name)))


def counts(connection: Connection) -> list[ListCounts]:
    """Return every list with its counts, in order of name."""
    one = func.count(subscription.c.subscriber_id)
    rows = connection.execute(
        select(
            mailing_list.c.name,
            mailing_list.c.created_at,
            one.filter(subscription.c.status == "confirmed"),
            one.filter(subscription.c.status == "pending"),
            one.filter(subscription.c.status == "unsubscribed"),
            one.filter(subscriber.c.suppressed.is_not(None)),
        )
        .select_from(mailing_list)
        .outerjoin(subscription, subscription.c.list_id == mailing_list.c.id)
        .outerjoin(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .group_by(mailing_list.c.id, mailing_list.c.name, mailing_list.c.created_at)
        .order_by(mailing_list.c.name)
    )
    return [ListCounts(*row) for row in rows]


def attributes(connection: Connection, list_key: int | None = None) -> list[str]:
    """Return the attribute names of a list, or of all lists, in order."""
    query = select(list_attribute.c.name).distinct().order_by(list_attribute.c.name)
    if list_key is not None:
        query = query.where(list_attribute.c.list_id == list_key)
    return list(connection.scalars(query))


def add_attributes(connection: Connection, list_key: int, names: Iterable[str]) -> None:
    """Remember the attribute names that readers of a list may have."""
    known = set(attributes(connection, list_key))
    rows = [{"list_id": list_key, "name": name} for name in dict.fromkeys(names) if name not in known]
    if rows:
        connection.execute(insert(list_attribute), rows)
