"""The lists: made, renamed, given a title, put away and brought back. None is ever deleted."""

from sqlalchemy import Connection, Engine

from newsletter.contacts import fields
from newsletter.delivery.clock import Now
from newsletter.errors import AudienceError
from newsletter.sentences import command
from newsletter.store.database import read, write
from newsletter.store.readers import lists
from newsletter.store.readers.lists import ListCounts, ListName

MAX_LIST_NAME = 100  # characters, of a title too


def clean_name(text: str) -> str:
    """Return a list's name on one line. Raises AudienceError when nothing is left, or too much."""
    name = fields.clean(text)
    if not name or len(name) > MAX_LIST_NAME:
        raise AudienceError(f"A list's name has 1 to {MAX_LIST_NAME} characters.")
    return name


def near_list(engine: Engine, name: str, *, but: str | None = None) -> str | None:
    """Return the list that a new name is so like that it is probably meant, or None.

    For a command that can ask. A name that some list has is not new, and the answer is None. ``but`` is a
    list whose name may be near.
    """
    with read(engine) as connection:
        return lists.near_name(connection, clean_name(name), but=but)


def check_new(connection: Connection, name: str, *, new_list: bool, but: str | None = None) -> None:
    """Refuse a name that no list has and one nearly has, unless a new list is insisted on (``new_list``).

    ``but`` is the name of a list that may be near. Raises AudienceError, for an archived list too.
    """
    meant = None if new_list else lists.near_name(connection, name, but=but)
    if meant is not None:
        raise AudienceError(
            f"There is no list “{name}”, but one called “{meant}”.",
            hint=f"If that is meant, write “{meant}”. If “{name}” is to be another list, add --new-list.",
        )


def make_list(engine: Engine, name: str, *, now: Now, new_list: bool = False) -> bool:
    """Make a list; False when there is one of that name.

    Raises AudienceError when it is archived or, without ``new_list``, when the name is near another one.
    """
    name = clean_name(name)
    with write(engine) as connection:
        check_new(connection, name, new_list=new_list)
        return lists.ensure_list(connection, name, now=now())[1]


def rename_list(engine: Engine, old: str, new: str, *, new_list: bool = False) -> ListName:
    """Give a list another name; List-Id, approvals and past mailings go by its key, which stays.

    Raises AudienceError when another list has that name or, without ``new_list``, nearly has.
    """
    new = clean_name(new)
    with write(engine) as connection:
        found = lists.find(connection, old)
        if new != found.name and lists.list_id(connection, new) is not None:
            raise AudienceError(f"There is a list “{new}” already.", hint="See: newsletter lists --all")
        check_new(connection, new, new_list=new_list, but=found.name)
        lists.rename(connection, found.id, new)
        return lists.find(connection, new)


def title_list(engine: Engine, name: str, title: str) -> ListName:
    """Say what readers' pages call a list; an empty title shows them the publication's name.

    Raises AudienceError for a title that is too long, or no such list.
    """
    title = fields.clean(title)
    if len(title) > MAX_LIST_NAME:
        raise AudienceError(f"A list's title has at most {MAX_LIST_NAME} characters.")
    with write(engine) as connection:
        found = lists.find(connection, name)
        lists.set_title(connection, found.id, title)
        return lists.find(connection, name)


def archive_list(engine: Engine, name: str, *, now: Now) -> bool:
    """Put a list away: it is no longer offered, sent to or added to, and keeps all it holds.

    False when it was archived already. Raises AudienceError while a mailing to it is not at its end.
    """
    with write(engine) as connection:
        found = lists.find(connection, name)
        issues = lists.unfinished_issues(connection, found.id)
        if issues:
            raise AudienceError(
                f"“{issues[0]}” is still being sent to “{found.name}”.",
                hint=f"Archive the list once that is finished: {command('resume', issues[0])}\n"
                f"  Or once it is ended for good: {command('cancel', issues[0])}",
            )
        if not found.archived:
            lists.set_archived(connection, found.id, now())
        return not found.archived


def bring_back_list(engine: Engine, name: str) -> bool:
    """Bring an archived list back as it was; False when it was not archived."""
    with write(engine) as connection:
        found = lists.find(connection, name)
        lists.set_archived(connection, found.id, None)
        return found.archived


def list_counts(engine: Engine, *, archived: bool = True) -> list[ListCounts]:
    """Return every list, or those in use alone, with how many subscriptions of each status it has."""
    with read(engine) as connection:
        return [found for found in lists.counts(connection) if archived or found.archived_at is None]
