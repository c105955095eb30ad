"""What an issue is, once read: values only, the Markdown already parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from markdown_it.token import Token

SectionKind = Literal["lede", "background", "now", "extra", "notes"]


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A merge field as the editor wrote it: its name, its default for a reader who has none, and its line."""

    name: str
    default: str
    line: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on a line of its own. ``src`` is a path from the issue file's folder, or an https URL."""

    src: str
    alt: str
    caption: str
    href: str
    line: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A note in the brief that no reader gets: its words, its first and its last line."""

    text: str
    line: int
    last: int


@dataclass(frozen=True, slots=True)
class Section:
    """A labelled part of a story; the lede and the notes at a story's end have no label.

    ``body`` is markdown-it block tokens. Besides CommonMark's, tables' and strikethrough's own there are
    a block ``picture`` (``token.meta["picture"]`` is a Picture), an inline ``merge_field``
    (``token.meta["field"]`` is a FieldUse), and footnotes: an inline ``footnote_ref`` (``token.meta`` has
    its note's ``number`` and which ``use`` of it this is) and, in notes, the blocks ``footnote_block`` and
    ``footnote`` with an inline ``footnote_anchor`` (the ``number`` and how many ``uses``).
    A soft break that is ``hidden`` stands for no space. Raw HTML never occurs: it was read as text, comments
    left out.
    """

    kind: SectionKind
    label: str
    body: tuple[Token, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Brief:
    """One story: a headline (inline tokens), then sections and the pictures between them, in order."""

    headline: tuple[Token, ...]
    parts: tuple[Section | Picture, ...]
    line: int

    def section(self, kind: SectionKind) -> Section | None:
        """Return the first section of that kind."""
        return next((part for part in self.parts if isinstance(part, Section) and part.kind == kind), None)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Return every picture, between the sections and in them."""
        found: list[Picture] = []
        for part in self.parts:
            if isinstance(part, Picture):
                found.append(part)
            else:
                found += [token.meta["picture"] for token in part.body if token.type == "picture"]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Issue:
    """One edition, ready to render.

    ``subject`` and ``preheader`` are inline tokens (text and merge fields alone). ``source`` is the text it
    was read from, ``file`` the name errors quote. ``fields`` are all merge field uses, in order. ``by`` is
    plain text: the person or people the letter is from; empty as a rule.
    ``correction`` is plain text: what an earlier mail of this issue got wrong; empty as a rule.
    ``comments`` were left out of the stories; ``ignored`` are codes of checks to be silent about it.
    """

    id: str
    file: str
    subject: tuple[Token, ...]
    preheader: tuple[Token, ...]
    date: date | None
    number: int | None
    language: str
    stories: tuple[Brief, ...]
    fields: tuple[FieldUse, ...]
    correction: str = ""
    by: str = ""
    comments: tuple[Comment, ...] = ()
    ignored: tuple[str, ...] = ()
    source: str = field(repr=False, default="")
    front_lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Return every picture, wherever in the stories it is."""
        return tuple(picture for story in self.stories for picture in story.pictures)
