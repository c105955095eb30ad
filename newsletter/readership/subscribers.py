"""Who is on a list: joining, being taken off it, never being mailed again; and whole lists out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from newsletter.contacts import fields
from newsletter.contacts.address import normalise
from newsletter.contacts.consent.standing import Status
from newsletter.contacts.written import check_mailable
from newsletter.errors import AudienceError
from newsletter.readership.lists import check_new, clean_name
from newsletter.sentences import command
from newsletter.store.database import read, write
from newsletter.store.readers import consent, lists, subscribers, suppressions
from newsletter.store.readers.subscribers import Subscriber
from newsletter.store.readers.suppressions import REASONS, Suppression

Now = Callable[[], int]


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
    new_list: bool = False,
) -> Added:
    """Put one reader on a list, which is made if need be.

    Raises AudienceError for what is no address, for one that the provider refuses or that is never mailed,
    for values that are too long, for a reader who left the list, unless they asked to come back (``again``),
    for an archived list and, without ``new_list``, for a new one whose name is near another's.
    """
    email, list_name = normalise(address), clean_name(list_name)
    check_mailable(email)
    values = fields.attributes(attributes or {})
    status: Status = "pending" if pending else "confirmed"
    with write(engine) as connection:
        at = now()
        check_new(connection, list_name, new_list=new_list)
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
        if joined:
            consent.record(
                connection,
                subscriber_id=reader,
                list_id=key,
                at=at,
                kind="joined" if pending else "confirmed",
                source="command",
                evidence="asked to come back" if before == "unsubscribed" else "",
            )
    return Added(email, list_name, made, joined, status)


def _refuse_suppressed(connection: Connection, email: str) -> None:
    held = suppressions.suppressed(connection, email)
    if held is not None:
        raise AudienceError(
            f"{email} is never mailed: {held.reason}.",
            hint=f"If that is over: {command('suppressions', 'remove', email)}",
        )


def show(engine: Engine, address: str) -> tuple[Subscriber | None, Suppression | None]:
    """Return all that is kept of an address; of an erased one, a suppression for the reason “erased”.

    Raises AudienceError when nothing is kept.
    """
    email = normalise(address)
    with read(engine) as connection:
        found, held = subscribers.find(connection, email), suppressions.suppressed(connection, email)
    if found is None and held is None:
        raise AudienceError(f"Nothing is known of {email}.")
    return found, held


def remove(engine: Engine, address: str, *, now: Now, list_name: str | None = None) -> list[str]:
    """Take a reader off one list, or off all; return the names of those lists.

    The subscription stays, as unsubscribed: a later import does not bring the reader back, and the proof of a
    send that is under way still adds up. Raises AudienceError when they are on none.
    """
    email = normalise(address)
    with write(engine) as connection:
        found = subscribers.find(connection, email)
        wanted = None if list_name is None else lists.find(connection, list_name).name
        held = [one for one in found.subscriptions if one.status != "unsubscribed"] if found else []
        names = [one.list_name for one in held if wanted in {None, one.list_name}]
        if found is None or not names:
            where = f"on the list “{wanted}”" if wanted else "on any list"
            raise AudienceError(
                f"{email} is not {where}.", hint=f"See: {command('subscribers', 'show', email)}"
            )
        at = now()
        for name in names:
            key = lists.find(connection, name).id
            subscribers.set_status(connection, key, found.id, "unsubscribed", now=at)
            consent.record(
                connection,
                subscriber_id=found.id,
                list_id=key,
                at=at,
                kind="unsubscribed",
                source="command",
            )
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
