"""Make a reader's part of a request: their values and signed links. The hot path of a send."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import orjson

from newsletter.contacts.address import on_the_wire
from newsletter.contacts.fields import BUILT_IN, names_of
from newsletter.contacts.links import FirstSigner, Purpose, Signer
from newsletter.contacts.titles import Titles
from newsletter.delivery.provider import RecipientColumns
from newsletter.rendering.merge import Merger
from newsletter.rendering.message import LINKS, RenderedMessage
from newsletter.store.ledger.transitions import BatchReaders

_PURPOSES: dict[str, Purpose] = {
    "unsubscribe_url": "unsubscribe",
    "view_url": "view",
    "preferences_url": "preferences",
}

_BUILT_IN = {name: place for place, name in enumerate(BUILT_IN)}

# From readers' ids to what stands in each tag of the message's links, and their links to unsubscribe.
_Links = Callable[[Sequence[int]], tuple[Sequence[Sequence[str]], Sequence[str]]]


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

    def of(self, readers: BatchReaders) -> RecipientColumns:
        """Return readers as recipients, in their order."""
        if not readers:
            return RecipientColumns((), (), (), (), ())
        # One kind of value of all readers at a time, as far as that spares a call for each reader.
        numbers, addresses, names, attrs = readers.columns
        attributes = _all_attributes(attrs)
        known = addresses, *names_of(names, attributes, self._titles)
        links, unsubscribe = self._links(numbers)
        values = [*links]
        for place, field, fill in self._slots:
            cells = [found.get(field) or "" for found in attributes] if place is None else known[place]
            values += zip(*map(fill, cells), strict=True)
        emails = addresses if "".join(addresses).isascii() else [*map(on_the_wire, addresses)]
        return RecipientColumns(numbers, emails, known[1], values, unsubscribe)


def _links(merger: Merger, signing: Signing) -> _Links:
    """Return the links of a message that has their addresses: tokens alone are filled in."""
    sign = Signer(signing.key, signing.mailing).all_of
    addresses = {field.name: field.address for field in merger.links}
    address = addresses.get("unsubscribe_url", f"{signing.site_url}/{LINKS['unsubscribe_url']}/")
    places = [list(_PURPOSES).index(name) for name in addresses]

    def links(readers: Sequence[int]) -> tuple[list[Sequence[str]], list[str]]:
        tokens = sign(readers)
        return [tokens[place] for place in places], [address + token for token in tokens.unsubscribe]

    return links


def _first_links(merger: Merger, signing: Signing) -> _Links:
    """Return the links of a message that was frozen with a tag for each whole link, as they were then."""
    signers = {
        name: FirstSigner(signing.key, purpose, signing.mailing) for name, purpose in _PURPOSES.items()
    }

    def all_of(name: str, readers: Sequence[int]) -> list[str]:
        return [f"{signing.site_url}/{LINKS[name]}/{signers[name](reader)}" for reader in readers]

    names = [field.name for field in merger.links]
    return lambda readers: ([all_of(name, readers) for name in names], all_of("unsubscribe_url", readers))


def _all_attributes(texts: Sequence[str]) -> Sequence[Mapping[str, str]]:
    try:
        found = [*map(orjson.loads, texts)]
    except orjson.JSONDecodeError:
        return [*map(_attributes, texts)]
    if {*map(type, found)} == {dict} and {*map(type, chain.from_iterable(map(dict.values, found)))} <= {str}:
        return found
    return [*map(_attributes, texts)]


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
