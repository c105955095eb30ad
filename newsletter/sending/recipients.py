"""Make a reader's part of a request: their values and signed links. The hot path of a send."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from newsletter.contacts.address import on_the_wire
from newsletter.contacts.fields import BUILT_IN, names_of
from newsletter.contacts.links import FirstSigner, Purpose, Signer
from newsletter.contacts.names import Titles
from newsletter.delivery.provider import Recipient
from newsletter.rendering.merge import Merger
from newsletter.rendering.message import LINKS, RenderedMessage
from newsletter.store.ledger.transitions import Reader

_PURPOSES: dict[str, Purpose] = {
    "unsubscribe_url": "unsubscribe",
    "view_url": "view",
    "preferences_url": "preferences",
}

NOTHING: Mapping[str, str] = {}
_BUILT_IN = {name: place for place, name in enumerate(BUILT_IN)}

# From readers' ids to what stands in the tags of the message's links, and each one's link to unsubscribe.
_Links = Callable[[Sequence[int]], Iterable[tuple[Sequence[str], str]]]


@dataclass(frozen=True, slots=True)
class Signing:
    """What links are signed with: the key, where the site stands for readers, the mailing they come in."""

    key: bytes
    site_url: str
    mailing: int


class Recipients:
    """Turn readers into recipients of one message. ``tags`` are what their values stand in place of."""

    def __init__(self, message: RenderedMessage, signing: Signing, titles: Titles = "drop") -> None:
        """Prepare. ``titles`` says how a reader who is listed with one is greeted."""
        self._merger = Merger(message)
        self.tags = self._merger.tags
        whole_links = any(field.is_link and not field.address for field in message.fields)
        links = _first_links if whole_links else _links
        self._links = links(self._merger, signing)
        self._slots = tuple((_BUILT_IN.get(slot.name), slot.name, slot.fill) for slot in self._merger.slots)
        self._titles = titles

    def of(self, readers: Sequence[Reader]) -> list[Recipient]:
        """Return readers as recipients, in their order."""
        slots, titles = self._slots, self._titles
        made: list[Recipient] = []
        all_links = self._links([reader[0] for reader in readers])
        for (number, email, name, attrs), (links, unsubscribe) in zip(readers, all_links, strict=True):
            values = NOTHING if attrs == "{}" else _attributes(attrs)
            known = (email, *names_of(name, values, titles))
            filled = [*links]
            for place, field, fill in slots:
                filled += fill(values.get(field) or "" if place is None else known[place])
            address = email if email.isascii() else on_the_wire(email)
            made.append(Recipient(number, address, known[1], filled, unsubscribe))
        return made


def _links(merger: Merger, signing: Signing) -> _Links:
    """Return the links of a message that has their addresses: tokens alone are filled in."""
    sign = Signer(signing.key, signing.mailing).all_of
    addresses = {field.name: field.address for field in merger.links}
    address = addresses.get("unsubscribe_url", f"{signing.site_url}/{LINKS['unsubscribe_url']}/")
    if tuple(addresses) == tuple(_PURPOSES):  # in the order of a reader's tokens
        return lambda readers: [(tokens, address + tokens[0]) for tokens in sign(readers)]
    places = [list(_PURPOSES).index(name) for name in addresses]
    return lambda readers: [
        ([tokens[place] for place in places], address + tokens[0]) for tokens in sign(readers)
    ]


def _first_links(merger: Merger, signing: Signing) -> _Links:
    """Return the links of a message that was frozen with a tag for each whole link, as they were then."""
    signers = {
        name: FirstSigner(signing.key, purpose, signing.mailing) for name, purpose in _PURPOSES.items()
    }

    def link(name: str, reader: int) -> str:
        return f"{signing.site_url}/{LINKS[name]}/{signers[name](reader)}"

    names = [field.name for field in merger.links]
    return lambda readers: [
        ([link(name, reader) for name in names], link("unsubscribe_url", reader)) for reader in readers
    ]


def _attributes(text: str) -> Mapping[str, str]:
    """Read a reader's attributes; damaged ones cost them their attributes, never the mail."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    for value in found.values():
        if value.__class__ is not str:
            return {field: str(value) for field, value in found.items()}
    return found
