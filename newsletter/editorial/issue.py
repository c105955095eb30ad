"""What an issue is, once read: values only, the Markdown already parsed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

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


class Source(NamedTuple):
    """Where a background's words can be checked: an address, and what is there in words, or nothing."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Background:
    """A living background: one text that issues include by its name, reviewed by somebody on a day.

    ``body`` is block tokens as a Section has them, ``text`` the Markdown they were read from, and ``digest``
    tells its versions apart. ``changed`` says in a line what is new since the last version, or nothing;
    ``formerly`` are names it had before. ``source`` is its whole file, which errors call ``file``.
    """

    name: str
    file: str
    title: str
    reviewed: date
    reviewer: str
    text: str
    digest: str
    body: tuple[Token, ...] = field(repr=False)
    sources: tuple[Source, ...] = ()
    changed: str = ""
    formerly: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    source: str = field(repr=False, default="")
    front_lines: Mapping[str, int] = field(default_factory=dict)


class Included(NamedTuple):
    """A background as an issue includes it: its first line goes by the number that follows ``after``.

    So one number says in which file a line is, whatever is found there: see ``Issue.place``.
    """

    background: Background
    after: int


@dataclass(frozen=True, slots=True)
class Section:
    """A labelled part of a story; the lede and the notes at a story's end have no label.

    ``body`` is markdown-it block tokens. Besides CommonMark's, tables' and strikethrough's own there are
    a block ``picture`` (``token.meta["picture"]`` is a Picture), an inline ``merge_field``
    (``token.meta["field"]`` is a FieldUse), and footnotes: an inline ``footnote_ref`` (``token.meta`` has
    its note's ``number`` and which ``use`` of it this is) and, in notes, the blocks ``footnote_block`` and
    ``footnote`` with an inline ``footnote_anchor`` (the ``number`` and how many ``uses``).
    A soft break that is ``hidden`` stands for no space. Raw HTML never occurs: it was read as text, comments
    left out. ``background`` is the living background that all of it comes from, if one does.
    """

    kind: SectionKind
    label: str
    body: tuple[Token, ...]
    line: int
    background: Background | None = None


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
    ``included`` are the living backgrounds in it, each once. Their lines are counted on from its own, so that
    ``place`` can tell them apart.
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
    included: tuple[Included, ...] = ()

    def place(self, line: int | None) -> tuple[str, int | None]:
        """Return the file that a line is in, and its number there."""
        for background, after in reversed(self.included):
            if line is not None and line > after:
                return background.file, line - after
        return self.file, line

    @property
    def lines(self) -> list[str]:
        """Return all lines by their numbers, from 1: the issue's own, then those of each background in it."""
        texts = (self.source, *(background.source for background, _ in self.included))
        return [line for text in texts for line in lines_of(text)]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Return every picture, wherever in the stories it is."""
        return tuple(picture for story in self.stories for picture in story.pictures)


def lines_of(text: str) -> list[str]:
    """Return a file's lines as they are counted, whatever ends them, without a byte order mark."""
    return re.split(r"\r\n?|\n", text.removeprefix("\ufeff"))
