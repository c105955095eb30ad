"""Merge fields: which a message has, and what stands in them for one reader."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from newsletter.editorial.issue import FieldUse
from newsletter.rendering.message import MergeField, RenderedMessage

_PREFIX = "-nl."  # begins every tag, see MergeField


class Fields:
    """Give each distinct (name, default) of one message its key, in order of first use."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], MergeField] = {}

    def field(self, use: FieldUse) -> MergeField:
        """Return the field for a use; a second default for a name gets ``name.2``."""
        return self._field(use.name, use.default)

    def link(self, name: str) -> str:
        """Return the tag of one of LINKS."""
        return self._field(name, "").raw_tag

    def plain(self, tokens: Iterable[Token]) -> str:
        """Return inline tokens as text with raw tags, for a subject."""
        return "".join(
            self.field(token.meta["field"]).raw_tag if token.type == "merge_field" else token.content
            for token in tokens
        )

    def _field(self, name: str, default: str) -> MergeField:
        found = self._known.get((name, default))
        if found is None:
            count = 1 + sum(known == name for known, _ in self._known)
            key = name if count == 1 else f"{name}.{count}"
            found = self._known[name, default] = MergeField(key, name, default)
        return found

    def all(self) -> tuple[MergeField, ...]:
        """Return every field asked for so far."""
        return tuple(self._known.values())


def with_defaults(tokens: Iterable[Token]) -> str:
    """Return inline tokens as text with every default in its place, for a title."""
    text = "".join(
        token.meta["field"].default if token.type == "merge_field" else token.content for token in tokens
    )
    return " ".join(text.split())


# A name may come from a stranger's form. Line ends would split a header, C0 and C1 controls and the
# directional overrides would rewrite what stands after them, a lone surrogate cannot be encoded.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def clean(value: str) -> str:
    """Return a value fit for a subject, a text and HTML: no control characters, nothing like a tag."""
    if not value.isprintable():
        value = _INVISIBLE.sub("", _UNWANTED.sub(" ", value))
    while _PREFIX in value:  # taking one out may bring another together
        value = value.replace(_PREFIX, "")
    return value.strip()


_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_HTML_SPECIAL = re.compile("[&<>\"']")


def _escape(value: str) -> str:
    return _HTML_SPECIAL.sub(lambda match: _HTML[match[0]], value) if _HTML_SPECIAL.search(value) else value


class Slot:
    """A field of one message: its tags, and what stands in them for a value. Links are none."""

    def __init__(self, field: MergeField, whole: str) -> None:
        self.name = field.name
        tags = field.raw_tag, field.html_tag
        self.tags = tuple(tag for tag in tags if tag in whole)
        cleaned = clean(field.default)
        defaults = dict(zip(tags, (cleaned, _escape(cleaned)), strict=True))
        self._used = tuple((tag == field.html_tag, defaults[tag]) for tag in self.tags)
        # Readers share first names and cities.
        self.fill: Callable[[str], tuple[str, ...]] = lru_cache(maxsize=4096)(self._fill)

    def _fill(self, value: str) -> tuple[str, ...]:
        """Return what stands in each tag: the value, or its default for one that is empty once clean."""
        cleaned = clean(value)
        both = cleaned, _escape(cleaned)
        return tuple(both[escaped] or default for escaped, default in self._used)


class Merger:
    """Turn readers' values into what stands in one message's tags; made once, called for every reader.

    ``tags`` are the tags the message uses: those of ``links`` first, then those of ``slots``.
    """

    def __init__(self, message: RenderedMessage) -> None:
        whole = "\n".join((message.subject, message.html, message.text))
        self.links = tuple(field for field in message.fields if field.is_link and field.raw_tag in whole)
        slots = (Slot(field, whole) for field in message.fields if field not in self.links)
        self.slots = tuple(slot for slot in slots if slot.tags)
        self.tags = (
            *(field.raw_tag for field in self.links),
            *(tag for slot in self.slots for tag in slot.tags),
        )

    def __call__(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return tag to value for one reader, only tags that the message uses.

        ``values`` maps field names to values, LINKS among them. An absent or empty value, or one of
        control characters alone, becomes the field's default. Links are ours and pass as they are.
        """
        found = [values.get(field.name, "").removeprefix(field.address) for field in self.links]
        for slot in self.slots:
            found += slot.fill(values.get(slot.name) or "")
        return dict(zip(self.tags, found, strict=True))


def substitutions(message: RenderedMessage, values: Mapping[str, str]) -> dict[str, str]:
    """Return tag to value for one reader; for many readers keep a Merger."""
    return Merger(message)(values)


@dataclass(frozen=True, slots=True)
class PersonalMessage:
    """A mail as one reader gets it."""

    subject: str
    html: str
    text: str


def personalise(message: RenderedMessage, substitutions: Mapping[str, str]) -> PersonalMessage:
    """Put a reader's substitutions in, as the provider does: whole tags, everywhere, in one pass."""
    if not substitutions:
        return PersonalMessage(message.subject, message.html, message.text)
    tags = re.compile("|".join(re.escape(tag) for tag in substitutions))
    subject, html, text = (
        tags.sub(lambda match: substitutions[match[0]], part)
        for part in (message.subject, message.html, message.text)
    )
    return PersonalMessage(subject, html, text)


def sample(message: RenderedMessage) -> PersonalMessage:
    """Return the mail as nobody in particular gets it: defaults, or names as in “[first name]”."""
    names = {field.name: f"[{field.name.replace('_', ' ')}]" for field in message.fields if not field.default}
    return personalise(message, substitutions(message, names))
