"""Lists: sets of subscriptions under a name that may change and a key that never does; their merge fields."""

import difflib
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, func, insert, or_, select, update

from newsletter.contacts.near import near
from newsletter.delivery.states import OPEN, UNFINISHED, MailingState, SubscriptionState
from newsletter.errors import AudienceError
from newsletter.sentences import command
from newsletter.store.database import read
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, list_attribute, mailing, mailing_list, subscriber, subscription


@dataclass(frozen=True, slots=True)
class ListCounts:
    """A list and its subscriptions, each counted once: by status or, of whatever status, as suppressed."""

    name: str
    key: str
    title: str
    archived_at: int | None
    created_at: int
    confirmed: int
    pending: int
    paused: int
    unsubscribed: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class ListName:
    """A list as commands (``name``), mailings (``key``) and readers (``title``) call it."""

    id: int
    name: str
    key: str = ""
    title: str = ""
    archived: bool = False


def resolve(engine: Engine, name: str | None) -> ListName:
    """Return the list of that name; without a name, the only list in use. An archived one is refused.

    Raises AudienceError when there is none of that name, with the nearest, or when the choice is open.
    """
    with read(engine) as connection:
        found = find(connection, name)
    refuse_archived(found)
    return found


def refuse_archived(found: ListName) -> None:
    """Raise AudienceError for an archived list: it is neither sent to nor added to."""
    if found.archived:
        raise AudienceError(
            f"The list “{found.name}” is archived.",
            hint=f"Bring it back with: {command('lists', 'archive', shlex.quote(found.name), '--undo')}",
        )


def insist_in_use(connection: Connection, list_id: int) -> None:
    """Raise AudienceError when a mailing's list was archived since."""
    for row in _BY_ID.rows(connection, list=list_id):
        refuse_archived(_named(row))


def find(connection: Connection, name: str | None) -> ListName:
    """Return the list of that name, archived or not; without a name, the only list in use.

    Raises AudienceError when there is none of that name, with the nearest, or when the choice is open.
    """
    lists = {found.name: found for found in map(_named, _ALL.rows(connection))}
    if name in lists:
        return lists[name]
    in_use = {found.name: found for found in lists.values() if not found.archived}
    if name is None and len(in_use) == 1:
        return next(iter(in_use.values()))
    names = ", ".join(sorted(in_use)[:10])
    if not in_use and lists:
        said = "All lists are archived." if name is None else f"There is no list “{name}”."
        raise AudienceError(said, hint="See: newsletter lists --all")
    if not in_use:
        hint = "Make one by importing readers: newsletter subscribers import FILE --list NAME"
        raise AudienceError(
            "There is no list yet." if name is None else f"There is no list “{name}”.", hint=hint
        )
    if name is None:
        raise AudienceError("There are several lists; say which with --list.", hint=f"There are: {names}.")
    close = difflib.get_close_matches(name, lists, n=1)
    hint = f"Did you mean “{close[0]}”?" if close else f"There are: {names}."
    raise AudienceError(f"There is no list “{name}”.", hint=hint)


_ALL = Prepared(lambda: select(mailing_list))
_BY_ID = Prepared(lambda: select(mailing_list).where(mailing_list.c.id == bindparam("list")))
_BY_NAME = Prepared(lambda: select(mailing_list).where(mailing_list.c.name == bindparam("called")))
_NAMES = Prepared(lambda: select(mailing_list.c.name))


def _named(row: Any) -> ListName:
    return ListName(row.id, row.name, row.key, row.title, row.archived_at is not None)


def near_name(connection: Connection, name: str, *, but: str | None = None) -> str | None:
    """Return the list that a name no list has is probably meant for, or None; ``but`` is left aside."""
    names = set(_NAMES.scalars(connection))
    return None if name in names else near(name, sorted(names - {but}))


def list_id(connection: Connection, name: str) -> int | None:
    """Return the id of the list of that name, or None."""
    return connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == name))


def ensure_list(connection: Connection, name: str, *, now: int) -> tuple[int, bool]:
    """Return the id of the list of that name, and whether it had to be made.

    Raises AudienceError for an archived one.
    """
    found = next(iter(_BY_NAME.rows(connection, called=name)), None)
    if found is not None:
        refuse_archived(_named(found))
        return int(found.id), False
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


def rename(connection: Connection, list_id: int, name: str) -> None:
    """Give a list another name; its key, and so its List-Id and approvals, stay as they are."""
    connection.execute(update(mailing_list).where(mailing_list.c.id == list_id).values(name=name))


def set_title(connection: Connection, list_id: int, title: str) -> None:
    """Say what readers' pages call a list; empty, they show the publication's name."""
    connection.execute(update(mailing_list).where(mailing_list.c.id == list_id).values(title=title))


def set_archived(connection: Connection, list_id: int, at: int | None) -> None:
    """Put a list away since an instant or, with None, bring it back."""
    connection.execute(update(mailing_list).where(mailing_list.c.id == list_id).values(archived_at=at))


def unfinished_issues(connection: Connection, list_id: int) -> list[str]:
    """Return the issues of which a mailing to a list is not at its end."""
    undone = (
        select(batch.c.id).where(batch.c.mailing_id == mailing.c.id, batch.c.state.in_(UNFINISHED)).exists()
    )
    still_open = mailing.c.state.in_(OPEN)
    rows = connection.scalars(
        select(mailing.c.issue)
        .where(
            mailing.c.list_id == list_id,
            or_(still_open, and_(mailing.c.state == MailingState.FINISHED, undone)),
        )
        .distinct()
    )
    return sorted(rows)


def counts(connection: Connection) -> list[ListCounts]:
    """Return every list with its counts, in order of name."""
    found = func.count(subscription.c.subscriber_id)
    mailable = subscriber.c.suppressed.is_(None)
    rows = connection.execute(
        select(
            mailing_list.c.name,
            mailing_list.c.key,
            mailing_list.c.title,
            mailing_list.c.archived_at,
            mailing_list.c.created_at,
            found.filter(subscription.c.status == SubscriptionState.CONFIRMED, mailable),
            found.filter(subscription.c.status == SubscriptionState.PENDING, mailable),
            found.filter(subscription.c.status == SubscriptionState.PAUSED, mailable),
            found.filter(subscription.c.status == SubscriptionState.UNSUBSCRIBED, mailable),
            found.filter(subscriber.c.suppressed.is_not(None)),
        )
        .select_from(mailing_list)
        .outerjoin(subscription, subscription.c.list_id == mailing_list.c.id)
        .outerjoin(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .group_by(mailing_list.c.id)
        .order_by(mailing_list.c.name)
    )
    return [ListCounts(*row) for row in rows]


def attributes(connection: Connection, list_id: int) -> list[str]:
    """Return the attribute names of a list, in order."""
    return list(_ATTRIBUTES.scalars(connection, list=list_id))


_ATTRIBUTES = Prepared(
    lambda: (
        select(list_attribute.c.name)
        .where(list_attribute.c.list_id == bindparam("list"))
        .order_by(list_attribute.c.name)
    )
)


def attribute_names(engine: Engine) -> set[str]:
    """Return the attribute names of all lists: merge fields a brief may use besides the built-in ones."""
    with read(engine) as connection:
        return set(connection.scalars(select(list_attribute.c.name).distinct()))


def add_attributes(connection: Connection, list_id: int, names: Iterable[str]) -> None:
    """Remember the attribute names that readers of a list may have."""
    known = set(attributes(connection, list_id))
    rows = [{"list_id": list_id, "name": name} for name in dict.fromkeys(names) if name not in known]
    if rows:
        connection.execute(insert(list_attribute), rows)
