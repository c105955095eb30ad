"""What the links in a mail do: leave the list it came from, say which lists are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Engine

from newsletter.contacts.consent.standing import ConsentKind
from newsletter.contacts.links import DAY, Purpose, Reference, tokens_in, verify
from newsletter.delivery.clock import Now
from newsletter.delivery.states import SubscriptionState
from newsletter.store.database import read, write
from newsletter.store.ledger import mailings
from newsletter.store.readers import consent, links, subscribers

TEST_MAILING = 0  # what links name in tests to editors, and in the question whether the site answers
_LARGEST_ID = 2**63 - 1  # no database holds a larger one


class LinkState(StrEnum):
    """How a link's reader stands: *erased* if nothing is kept of them, *test* if the mail was nobody's."""

    SUBSCRIBED = "subscribed"
    LEFT = "left"
    ERASED = "erased"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class LinkStanding:
    """How a reader stands with the lists a mail came from.

    ``lists`` are the titles: empty for a list without one.
    """

    state: LinkState
    lists: tuple[str, ...] = ()


def follow(keys: Sequence[bytes], purpose: Purpose, token: str, *, now: int) -> Reference | None:
    """Return which reader a link is about, by any of the keys, however a mail program mangled it.

    ``now`` is microseconds since 1970. None when it is forged, cut short, expired, or for another purpose:
    the answer does not say which.
    """
    for candidate in tokens_in(token):
        for key in keys:
            found = verify(key, purpose, candidate, today=now // DAY)
            if found is not None and max(found.reader, found.mailing) <= _LARGEST_ID:
                return found
    return None


def standing(engine: Engine, link: Reference) -> LinkStanding:
    """Return how a reader stands with the list of a mail; nothing changes. Raises StoreError."""
    if link.mailing == TEST_MAILING:
        return LinkStanding(LinkState.TEST)
    with read(engine) as connection:
        return _standing(connection, link)


def _standing(connection: Connection, link: Reference) -> LinkStanding:
    if links.subscriber_of(connection, link.reader) is None:
        return LinkStanding(LinkState.ERASED)
    held = links.subscriptions_behind(connection, link.reader, link.mailing)
    titles = tuple(subscription.title for subscription in held)
    on_one = any(map(_is_on, held))
    return LinkStanding(LinkState.SUBSCRIBED if on_one else LinkState.LEFT, titles)


def _is_on(subscription: links.LinkedSubscription) -> bool:
    return subscription.status is not SubscriptionState.UNSUBSCRIBED


def leave(engine: Engine, link: Reference, *, now: Now) -> LinkStanding:
    """Take a reader off the list that a mail came from; return how they stand then.

    Doing it again changes nothing, and so does a link from a test. Raises StoreError when the database
    cannot take it: they are still on the list then.
    """
    before = standing(engine, link)
    if before.state is not LinkState.SUBSCRIBED:
        return before  # without waiting for the right to write
    with write(engine) as connection:
        at = now()
        for subscription in links.subscriptions_behind(connection, link.reader, link.mailing):
            _end(connection, link, subscription.list_id, at)
        return _standing(connection, link)


def _end(connection: Connection, link: Reference, list_id: int, at: int) -> None:
    """End one subscription, and keep that the reader did so by a mail's link."""
    unsubscribed = SubscriptionState.UNSUBSCRIBED
    if subscribers.set_status(connection, list_id, link.reader, unsubscribed, now=at):
        evidence = f"a link in mailing {link.mailing}"
        step = consent.Step(link.reader, list_id, at, ConsentKind.UNSUBSCRIBED, "link", evidence=evidence)
        consent.record(connection, step)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a reader may choose: ``state`` as of a standing, ``lists`` they are on, by id and title.

    Archived lists are among them: one may be brought back, and a reader must be able to leave it.
    """

    state: LinkState
    lists: tuple[tuple[int, str], ...] = ()


def choices(engine: Engine, link: Reference) -> Preferences:
    """Return the lists a reader is on; nothing changes. Raises StoreError."""
    if link.mailing == TEST_MAILING:
        return Preferences(LinkState.TEST)
    with read(engine) as connection:
        return _choices(connection, link)


def _choices(connection: Connection, link: Reference) -> Preferences:
    if links.subscriber_of(connection, link.reader) is None:
        return Preferences(LinkState.ERASED)
    held = links.subscriptions_of(connection, link.reader)
    on = tuple((subscription.list_id, subscription.title) for subscription in filter(_is_on, held))
    return Preferences(LinkState.SUBSCRIBED if on else LinkState.LEFT, on)


def leave_list(engine: Engine, link: Reference, list_id: int, *, now: Now) -> Preferences:
    """Take a reader off one of their lists; return what is left. One they are not on changes nothing."""
    before = choices(engine, link)
    if list_id not in dict(before.lists):
        return before
    with write(engine) as connection:
        if list_id in dict(_choices(connection, link).lists):
            _end(connection, link, list_id, now())
        return _choices(connection, link)


def picture_as_mailed(engine: Engine, digest: str) -> tuple[str, bytes] | None:
    """Return a mailed picture's media type and bytes by the SHA-256 of its bytes; None when there is none."""
    with read(engine) as connection:
        return mailings.picture_of(connection, digest)
