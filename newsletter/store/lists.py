"""Lists: named sets of subscriptions, and the merge fields their imports brought."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, insert, select

from newsletter.errors import AudienceError
from newsletter.store.database import read
from newsletter.store.tables import list_attribute, mailing_list, subscriber, subscription


@dataclass(frozen=True, slots=True)
class ListCounts:
    """A list and its subscriptions by status; ``suppressed`` are those of any status never mailed."""

    name: str
    created_at: int
    confirmed: int
    pending: int
    unsubscribed: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class ListName:
    """A list as commands and mailings name it."""

    id: int
    name: str


def resolve(engine: Engine, name: str | None) -> ListName:
    """Return the list of that name; without a name, the only list there is.

    Raises AudienceError when there is none of that name, with the nearest, or when the choice is open.
    """
    with read(engine) as connection:
        return find(connection, name)


def find(connection: Connection, name: str | None) -> ListName:
    """Do the same in a transaction that is open already."""
    lists = {row.name: ListName(row.id, row.name) for row in connection.execute(select(mailing_list))}
    if name is None and len(lists) == 1:
        return next(iter(lists.values()))
    if name in lists:
        return lists[name]
    names = ", ".join(sorted(lists)[:10])
    if not lists:
        hint = "Make one by importing readers: newsletter subscribers import FILE --list NAME"
        raise AudienceError(
            "There is no list yet." if name is None else f"There is no list “{name}”.", hint=hint
        )
    if name is None:
        raise AudienceError("There are several lists; say which with --list.", hint=f"There are: {names}.")
    close = difflib.get_close_matches(name, lists, n=1)
    hint = f"Did you mean “{close[0]}”?" if close else f"There are: {names}."
    raise AudienceError(f"There is no list “{name}”.", hint=hint)


def list_id(connection: Connection, name: str) -> int | None:
    """Return the id of the list of that name, or None."""
    return connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == name))


def ensure_list(connection: Connection, name: str, *, now: int) -> tuple[int, bool]:
    """Return the id of the list of that name, and whether it had to be made."""
    found = list_id(connection, name)
    if found is not None:
        return found, False
    row = {"name": name, "key": _free_key(connection, name), "created_at": now}
    made = connection.execute(insert(mailing_list).values(**row)).inserted_primary_key
    if made is None:
        raise AssertionError("an insert gives a key")
    return int(made[0]), True


def _free_key(connection: Connection, name: str) -> str:
    """Return a key no list has or had: a renamed list keeps the one it was made under."""
    taken = set(connection.scalars(select(mailing_list.c.key)))
    keys = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in keys if key not in taken)


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


def attributes(connection: Connection, list_key: int) -> list[str]:
    """Return the attribute names of a list, in order."""
    return list(
        connection.scalars(
            select(list_attribute.c.name)
            .where(list_attribute.c.list_id == list_key)
            .order_by(list_attribute.c.name)
        )
    )


def attribute_names(engine: Engine) -> set[str]:
    """Return the attribute names of all lists: merge fields a brief may use beside the built-in ones."""
    with read(engine) as connection:
        return set(connection.scalars(select(list_attribute.c.name).distinct()))


def add_attributes(connection: Connection, list_key: int, names: Iterable[str]) -> None:
    """Remember the attribute names that readers of a list may have."""
    known = set(attributes(connection, list_key))
    rows = [{"list_id": list_key, "name": name} for name in dict.fromkeys(names) if name not in known]
    if rows:
        connection.execute(insert(list_attribute), rows)
