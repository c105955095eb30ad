"""Who is on a list: joining, being taken off it, never being mailed again; and whole lists out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from sqlalchemy import Connection, Engine

from newsletter import exports
from newsletter.audience import fields
from newsletter.audience.address import normalise
from newsletter.audience.rows import Status
from newsletter.audience.written import check_mailable
from newsletter.errors import AudienceError
from newsletter.store import lists, subscribers, suppressions
from newsletter.store.database import read, write
from newsletter.store.lists import ListCounts
from newsletter.store.subscribers import Subscriber
from newsletter.store.suppressions import REASONS, Suppression

Now = Callable[[], int]
MAX_LIST_NAME = 100


@dataclass(frozen=True, slots=True)
class Added:
    """A reader put on a list by hand; ``joined`` is False when nothing about the subscription changed."""

    email: str
    list_name: str
    list_made: bool
    joined: bool
    status: Status


def add(
    engine: Engine,
    list_name: str,
    address: str,
    *,
    now: Now,
    name: str = "",
    attributes: Mapping[str, str] | None = None,
    pending: bool = False,
    again: bool = False,
) -> Added:
    """Put one reader on a list, which is made if need be.

    Raises AudienceError for what is no address, for one that the provider refuses or that is never mailed,
    for values that are too long, and for a reader who left the list, unless they asked to come back
    (``again``).
    """
    email, list_name = normalise(address), list_name_of(list_name)
    check_mailable(email)
    values = fields.attributes(attributes or {})
    status: Status = "pending" if pending else "confirmed"
    with write(engine) as connection:
        at = now()
        key, made = lists.ensure_list(connection, list_name, now=at)
        _refuse_suppressed(connection, email)
        reader = subscribers.put(
            connection, email, name=fields.shorten(fields.clean(name)), attrs=values, now=at
        )
        lists.add_attributes(connection, key, values)
        before = subscribers.status_of(connection, key, reader)
        if before == "unsubscribed" and not again:
            raise AudienceError(
                f"{email} left the list “{list_name}”.", hint="If the reader asked to come back, add --again."
            )
        if before == "confirmed":
            status = before  # what a reader confirmed is not taken back
        joined = subscribers.set_status(connection, key, reader, status, now=at)
    return Added(email, list_name, made, joined, status)


def _refuse_suppressed(connection: Connection, email: str) -> None:
    held = suppressions.suppressed(connection, email)
    if held is not None:
        raise AudienceError(
            f"{email} is never mailed: {held.reason}.",
            hint=f"If that is over: newsletter suppressions remove {email}",
        )


def show(engine: Engine, address: str) -> tuple[Subscriber | None, Suppression | None]:
    """Return all that is kept of an address. Raises AudienceError when nothing is."""
    email = normalise(address)
    with read(engine) as connection:
        found, held = subscribers.find(connection, email), suppressions.suppressed(connection, email)
    if found is None and held is None:
        raise AudienceError(f"Nothing is known of {email}.")
    return found, held


def remove(engine: Engine, address: str, *, now: Now, list_name: str | None = None) -> list[str]:
    """Take a reader off one list, or off all; return the names of those lists.

    The subscription stays, as unsubscribed: a later import does not bring the reader back, and the proof of a
    send that is under way still adds up. Raises AudienceError when he is on none.
    """
    email = normalise(address)
    with write(engine) as connection:
        found = subscribers.find(connection, email)
        wanted = None if list_name is None else lists.find(connection, list_name).name
        held = [one for one in found.subscriptions if one.status != "unsubscribed"] if found else []
        names = [one.list_name for one in held if wanted in {None, one.list_name}]
        if found is None or not names:
            where = f"on the list “{wanted}”" if wanted else "on any list"
            raise AudienceError(f"{email} is not {where}.", hint=f"See: newsletter subscribers show {email}")
        at = now()
        for name in names:
            key = lists.find(connection, name).id
            subscribers.set_status(connection, key, found.id, "unsubscribed", now=at)
    return names


def suppress(
    engine: Engine, addresses: Iterable[str], *, now: Now, reason: str = "manual"
) -> list[Suppression]:
    """Never mail these addresses again, whatever list they are or come on; the first reason given stands.

    Raises AudienceError for what is no address, and then suppresses none.
    """
    emails = list(map(normalise, addresses))
    if reason not in REASONS:
        raise AudienceError(f"“{reason}” is no reason.", hint=f"Reasons are: {', '.join(REASONS)}.")
    with write(engine) as connection:
        at = now()
        return [suppressions.suppress(connection, email, reason, now=at) for email in emails]


def unsuppress(engine: Engine, address: str, *, now: Now) -> str:
    """Let an address be mailed again; return it. Raises AudienceError when it was not suppressed."""
    email = normalise(address)
    with write(engine) as connection:
        if not suppressions.unsuppress(connection, email, now=now()):
            raise AudienceError(f"{email} is not suppressed.", hint="See: newsletter suppressions")
    return email


def make_list(engine: Engine, name: str, *, now: Now) -> bool:
    """Make a list; False when there is one of that name."""
    with write(engine) as connection:
        return lists.ensure_list(connection, list_name_of(name), now=now())[1]


def list_name_of(text: str) -> str:
    """Return a list's name as it is kept. Raises AudienceError for none and for one that is too long."""
    name = fields.clean(text)
    if not name or len(name) > MAX_LIST_NAME:
        raise AudienceError(f"A list's name has 1 to {MAX_LIST_NAME} characters.")
    return name


def list_counts(engine: Engine) -> list[ListCounts]:
    """Return every list with how many subscriptions of each status it has."""
    with read(engine) as connection:
        return lists.counts(connection)


def export(engine: Engine, out: IO[str], *, list_name: str | None = None, as_json: bool = False) -> int:
    """Write a list as the CSV an import takes back, or as JSON; return how many readers."""
    with read(engine) as connection:
        chosen = lists.find(connection, list_name)
        members = subscribers.members(connection, chosen.id)
        if as_json:
            return exports.write_json(out, map(exports.member_document, members))
        names = lists.attributes(connection, chosen.id)
        header = ["email", "name", "status", *names]
        return exports.write_csv(out, header, (exports.member_cells(one, names) for one in members))


def export_suppressions(
    engine: Engine, out: IO[str], *, reason: str | None = None, as_json: bool = False
) -> int:
    """Write every address that is never mailed, or those of one reason; return how many."""
    with read(engine) as connection:
        found = suppressions.all_suppressions(connection, reason=reason)
        documents = map(exports.suppression_document, found)
        if as_json:
            return exports.write_json(out, documents)
        return exports.write_csv(out, ["email", "reason", "since"], (list(one.values()) for one in documents))
