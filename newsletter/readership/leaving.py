"""What the links in a mail do: leave the list it came from, see the mail again in a browser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine

from newsletter.contacts.links import Purpose, Reference, token_in, verify
from newsletter.contacts.names import Titles
from newsletter.store.database import read, write
from newsletter.store.ledger import mailings
from newsletter.store.readers import consent, links, subscribers

Now = Callable[[], int]

TEST_MAILING = 0  # what links name in tests to editors, and in the question whether the site answers
_LARGEST_ID = 2**63 - 1  # no database holds a larger one
# 43 letters hold two bits more than 32 bytes do: of four spellings of a link, the one that was signed counts.
_LAST_LETTERS = frozenset("AEIMQUYcgkosw048")

State = Literal["subscribed", "left", "erased", "test"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a reader stands with the lists a mail came from.

    ``state`` is subscribed, left, erased (nothing is kept of them) or test (the mail was nobody's);
    ``lists`` are the titles: empty for a list without one.
    """

    state: State
    lists: tuple[str, ...] = ()


def follow(keys: Sequence[bytes], purpose: Purpose, token: str) -> Reference | None:
    """Return whom a link is about, by any of the keys, however a mail program mangled it.

    None when it is forged, cut short, or for another purpose: nobody is told which.
    """
    token = token_in(token)
    if token[-1:] not in _LAST_LETTERS:
        return None
    for key in keys:
        found = verify(key, purpose, token)
        if found is not None and max(found.reader, found.mailing) <= _LARGEST_ID:
            return found
    return None


def standing(engine: Engine, link: Reference) -> Standing:
    """Return how a reader stands with the list of a mail; nothing changes. Raises StoreError."""
    if link.mailing == TEST_MAILING:
        return Standing("test")
    with read(engine) as connection:
        return _standing(connection, link)


def _standing(connection: Connection, link: Reference) -> Standing:
    if links.reader_of(connection, link.reader) is None:
        return Standing("erased")
    held = links.subscriptions_behind(connection, link.reader, link.mailing)
    titles = tuple(each.title for each in held)
    on_one = any(each.status != "unsubscribed" for each in held)
    return Standing("subscribed" if on_one else "left", titles)


def leave(engine: Engine, link: Reference, *, now: Now) -> Standing:
    """Take a reader off the list that a mail came from; return how they stand then.

    Doing it again changes nothing, and so does a link from a test. Raises StoreError when the database
    cannot take it: they are still on the list then.
    """
    before = standing(engine, link)
    if before.state != "subscribed":
        return before  # without waiting for the right to write
    with write(engine) as connection:
        at = now()
        for each in links.subscriptions_behind(connection, link.reader, link.mailing):
            _end(connection, link, each.list_id, at)
        return _standing(connection, link)


def _end(connection: Connection, link: Reference, list_id: int, at: int) -> None:
    """End one subscription, and keep that the reader did so by a mail's link."""
    if subscribers.set_status(connection, list_id, link.reader, "unsubscribed", now=at):
        consent.record(
            connection,
            subscriber_id=link.reader,
            list_id=list_id,
            at=at,
            kind="unsubscribed",
            source="link",
            evidence=f"a link in mailing {link.mailing}",
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader may choose: ``state`` as of a standing, ``lists`` they are on, by id and title.

    Archived lists are among them: one may be brought back, and who wants to leave it must be able to.
    """

    state: State
    lists: tuple[tuple[int, str], ...] = ()


def choices(engine: Engine, link: Reference) -> Choices:
    """Return the lists a reader is on; nothing changes. Raises StoreError."""
    if link.mailing == TEST_MAILING:
        return Choices("test")
    with read(engine) as connection:
        return _choices(connection, link)


def _choices(connection: Connection, link: Reference) -> Choices:
    if links.reader_of(connection, link.reader) is None:
        return Choices("erased")
    held = links.subscriptions_of(connection, link.reader)
    on = tuple((each.list_id, each.title) for each in held if each.status != "unsubscribed")
    return Choices("subscribed" if on else "left", on)


def leave_list(engine: Engine, link: Reference, list_id: int, *, now: Now) -> Choices:
    """Take a reader off one of their lists; return what is left. One they are not on changes nothing."""
    before = choices(engine, link)
    if list_id not in dict(before.lists):
        return before
    with write(engine) as connection:
        if list_id in dict(_choices(connection, link).lists):
            _end(connection, link, list_id, now())
        return _choices(connection, link)


def mail_as_received(
    engine: Engine, link: Reference, *, key: bytes, site_url: str, titles: Titles = "drop"
) -> str | None:
    """Return the HTML of the mail as this reader got it, from the frozen bytes.

    None when they are erased or were not in that mailing. Their links are signed with ``key`` as they were.
    """
    from newsletter.rendering.merge import personalise
    from newsletter.sending.personal import recipient_maker

    with read(engine) as connection:
        reader = links.reader_of(connection, link.reader)
        if reader is None or not links.was_mailed(connection, link.reader, link.mailing):
            return None
        message = mailings.message_of(connection, link.mailing)
    make = recipient_maker(message, key=key, site_url=site_url, mailing=link.mailing, titles=titles)
    return personalise(message, make(reader).substitutions).html
