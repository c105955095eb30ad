"""The rendered message: all of a mail except what differs per reader."""

import hashlib
import re
from dataclasses import dataclass, replace

#: Fields whose value is a URL that we signed ourselves, each with the site's path that it leads to.
LINKS = {"unsubscribe_url": "u", "view_url": "v", "preferences_url": "p"}


@dataclass(frozen=True, slots=True)
class MergeField:
    """A place in the message that differs per reader.

    ``key`` is unique in the message and has two tags: ``-nl.KEY-`` takes the value as it is (text,
    subject, links) and ``-nl.KEY.h-`` the value escaped for HTML. Two uses of one name with different
    defaults have two keys. A provider may fill all parts of a mail with one value, so there are two tags.

    A link whose address stands in the message has its path in capitals as key, which no other field can have,
    and that address as default: its tag takes the token alone.
    """

    key: str
    name: str
    default: str

    @property
    def raw_tag(self) -> str:
        """Return the tag for text, subject and links."""
        return f"-nl.{self.key}-"

    @property
    def html_tag(self) -> str:
        """Return the tag for HTML."""
        return f"-nl.{self.key}.h-"

    @property
    def address(self) -> str:
        """Return what stands before a link's tag in the message; "" where the tag takes the whole link."""
        return self.default if self.key == LINKS.get(self.name, "").upper() else ""

    @property
    def is_link(self) -> bool:
        """Say whether it is one of LINKS, whole or after its address."""
        return self.name in LINKS and (not self.default or bool(self.address))


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A mail, frozen except for its merge fields. The same issue gives the same bytes every time."""

    subject: str
    preheader: str
    html: str
    text: str
    fields: tuple[MergeField, ...]

    @property
    def digest(self) -> str:
        """Return the SHA-256 over all parts, in hexadecimal: what a manifest names and a resume compares."""
        whole = hashlib.sha256()
        for part in (self.subject, self.preheader, self.html, self.text):
            whole.update(len(part.encode()).to_bytes(8, "big") + part.encode())
        for field in self.fields:
            whole.update(f"{field.key}\0{field.name}\0{field.default}\0".encode())
        return whole.hexdigest()


def has_link(part: str, name: str) -> bool:
    """Say whether one of LINKS stands in a part of a message, whole or after its address."""
    return f"-nl.{name}-" in part or f"-nl.{LINKS[name].upper()}-" in part


def with_addresses(message: RenderedMessage, site_url: str) -> RenderedMessage:
    """Return a message in which each link's address stands once for all readers, before the tag of a token.

    Readers' parts of a request so hold tokens alone. One whose links have their addresses stays as it is.
    """
    for field in message.fields:
        if field.is_link and not field.address:
            page = LINKS[field.name]
            placed = MergeField(page.upper(), field.name, f"{site_url}/{page}/")
            message = _replaced(message, field, placed)
    return message


def with_short_tags(message: RenderedMessage) -> RenderedMessage:
    """Return a message whose fields have a number as key, since each reader's part repeats every tag.

    No field's name begins with a digit. Links, whose tags are as short, stay as they are.
    """
    named = [field for field in message.fields if not field.is_link]
    numbered = {field: replace(field, key=str(number)) for number, field in enumerate(named, 1)}
    tags = {
        tag: short
        for field, new in numbered.items()
        for tag, short in ((field.raw_tag, new.raw_tag), (field.html_tag, new.html_tag))
    }
    if not tags:
        return message
    pattern = re.compile("|".join(map(re.escape, tags)))

    def shortened(part: str) -> str:
        return pattern.sub(lambda found: tags[found[0]], part)

    return RenderedMessage(
        subject=shortened(message.subject),
        preheader=shortened(message.preheader),
        html=shortened(message.html),
        text=shortened(message.text),
        fields=tuple(numbered.get(field, field) for field in message.fields),
    )


def _replaced(message: RenderedMessage, field: MergeField, placed: MergeField) -> RenderedMessage:
    link = placed.address + placed.raw_tag
    return replace(
        message,
        html=message.html.replace(field.raw_tag, link),
        text=message.text.replace(field.raw_tag, link),
        fields=tuple(placed if known is field else known for known in message.fields),
    )
