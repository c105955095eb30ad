"""Who is on a list: joining, being taken off it, never being mailed again; and whole lists out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from newsletter.contacts import fields
from newsletter.contacts.address import normalise
from newsletter.contacts.consent.standing import ConsentKind
from newsletter.contacts.written import check_mailable
from newsletter.delivery.clock import Now
from newsletter.delivery.states import SubscriptionState, SuppressionReason
from newsletter.errors import AudienceError
from newsletter.readership.lists import check_new, clean_name
from newsletter.sentences import command
from newsletter.store.database import read, write
from newsletter.store.readers import consent, lists, subscribers, suppressions
from newsletter.store.readers.subscribers import Subscriber
from newsletter.store.readers.suppressions import Suppression

BY_COMMAND = "command"  # the way of a consent


@dataclass(frozen=True, slots=True)
class Joining:
    """How a reader is put on a list by hand: by which ``name`` and ``attributes``.

    ``pending`` readers have yet to confirm. ``again`` lets in one who left, and asked to come back.
    ``new_list`` insists on a list whose name is near another's.
    """

    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    pending: bool = False
    again: bool = False
    new_list: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """A reader put on a list by hand; ``joined`` is False when nothing about the subscription changed."""

    email: str
    list_name: str
    list_made: bool
    joined: bool
    status: SubscriptionState


def add(engine: Engine, list_name: str, address: str, *, now: Now, joining: Joining = Joining()) -> Added:
    """Put one reader on a list, which is made if need be.

    Raises AudienceError for what is no address, for one that the provider refuses or that is never mailed,
    for values that are too long, for a reader who left the list, unless they asked to come back, for an
    archived list and, unless a new list is insisted on, for one whose name is near another's.
    """
    email, list_name = normalise(address), clean_name(list_name)
    check_mailable(email)
    name, values = fields.shorten(fields.clean(joining.name)), fields.attributes(joining.attributes)
    with write(engine) as connection:
        at = now()
        check_new(connection, list_name, new_list=joining.new_list)
        list_id, made = lists.ensure_list(connection, list_name, now=at)
        _refuse_suppressed(connection, email)
        subscriber_id = subscribers.put(connection, email, name=name, attrs=values, now=at)
        lists.add_attributes(connection, list_id, values)
        before = subscribers.status_of(connection, list_id, subscriber_id)
        _refuse_who_left(before, email, list_name, joining)
        status = _status_of(joining, before)
        joined = subscribers.set_status(connection, list_id, subscriber_id, status, now=at)
        if joined:
            kind = ConsentKind.JOINED if joining.pending else ConsentKind.CONFIRMED
            came_back = "asked to come back" if before is SubscriptionState.UNSUBSCRIBED else ""
            step = consent.Step(subscriber_id, list_id, at, kind, BY_COMMAND, evidence=came_back)
            consent.record(connection, step)
    return Added(email, list_name, made, joined, status)


def _refuse_who_left(before: SubscriptionState | None, email: str, list_name: str, joining: Joining) -> None:
    if before is SubscriptionState.UNSUBSCRIBED and not joining.again:
        raise AudienceError(
            f"{email} left the list “{list_name}”.", hint="If the reader asked to come back, add --again."
        )


def _status_of(joining: Joining, before: SubscriptionState | None) -> SubscriptionState:
    """Return where a reader stands once they are put on a list: what they confirmed is not taken back."""
    if not joining.pending:
        return SubscriptionState.CONFIRMED
    confirmed = before in (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)
    return before if before and confirmed else SubscriptionState.PENDING


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
        names = [
            subscription.list_name
            for subscription in (found.subscriptions if found else ())
            if subscription.status is not SubscriptionState.UNSUBSCRIBED
            and wanted in {None, subscription.list_name}
        ]
        if found is None or not names:
            where = f"on the list “{wanted}”" if wanted else "on any list"
            raise AudienceError(
                f"{email} is not {where}.", hint=f"See: {command('subscribers', 'show', email)}"
            )
        at = now()
        for name in names:
            list_id = lists.find(connection, name).id
            subscribers.set_status(connection, list_id, found.id, SubscriptionState.UNSUBSCRIBED, now=at)
            step = consent.Step(found.id, list_id, at, ConsentKind.UNSUBSCRIBED, BY_COMMAND)
            consent.record(connection, step)
    return names


def insist_reason(reason: str) -> None:
    """Make sure that a word is a reason for a suppression. Raises AudienceError when it is none."""
    if reason not in set(SuppressionReason):
        raise AudienceError(f"“{reason}” is no reason.", hint=f"Reasons are: {', '.join(SuppressionReason)}.")


def suppress(
    engine: Engine, addresses: Iterable[str], *, now: Now, reason: str = SuppressionReason.MANUAL
) -> list[Suppression]:
    """Never mail these addresses again, whatever list they are or come on; the first reason given stands.

    Raises AudienceError for what is no address, and then suppresses none.
    """
    emails = list(map(normalise, addresses))
    insist_reason(reason)
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
