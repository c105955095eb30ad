"""An issue as checks read it: its running text, its links, its sentences, each with the line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.token import Token

from newsletter.editorial.issue import Brief, FieldUse, Issue, Picture, Section
from newsletter.editorial.markdown.spans import language_of

_BREAKS = ("softbreak", "hardbreak")


@dataclass(frozen=True, slots=True)
class Passage:
    """One run of inline tokens: a headline, a paragraph, a table's cell. ``line`` is its first.

    ``plain`` says that Markdown is not read in it: a subject, a caption.
    """

    tokens: Sequence[Token]
    line: int
    plain: bool = False

    @property
    def text(self) -> str:
        """Return the words a reader sees, each merge field as its default."""
        return shown(self.tokens)

    @property
    def visible(self) -> str:
        """Return the text as it is shown, lines as in the source, each piece of code as one U+FFFC."""
        return "".join(map(_as_seen, self.tokens))

    @property
    def linked(self) -> tuple[tuple[int, int], ...]:
        """Return where in ``visible`` each link's text begins and ends; addresses shown as such are none."""
        found, at, start = [], 0, 0
        for token in self.tokens:
            if token.type == "link_open":
                start = at
            elif token.type == "link_close" and token.info != "auto":
                found.append((start, at))
            at += len(_as_seen(token))
        return tuple(found)

    def prose(self) -> Iterator[tuple[str, int]]:
        """Yield the text outside code, a line at a time, with the line's number."""
        for number, words in enumerate(self.visible.split("\n"), start=self.line):
            yield words, number


@dataclass(frozen=True, slots=True)
class Link:
    """A link in running text, or around a picture; ``bare`` when its text is nothing but the address."""

    href: str
    text: str
    line: int
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A passage as it is read aloud, and the language that it is in.

    ``kind`` is its section's, if it is of one that was written for this issue and not reviewed by itself.

    ``text`` has the lines of the source. Code, and words marked as of another language, are U+FFFC in it.
    """

    text: str
    passage: Passage
    language: str
    kind: str = ""

    @property
    def line(self) -> int:
        """Return the first line."""
        return self.passage.line

    def line_at(self, place: int) -> int:
        """Return the line of the character at a place."""
        return self.line if self.passage.plain else self.line + self.text.count("\n", 0, place)


def as_shown(token: Token) -> str:
    """Return what a reader sees of an inline token."""
    if token.type == "merge_field":
        use: FieldUse = token.meta["field"]
        return use.default or use.name
    return token.content if token.type not in _BREAKS else "" if token.hidden else " "


def _as_seen(token: Token) -> str:
    if token.type in _BREAKS:
        return "\n"
    # An object stands for code: what is left and right of it is not adjoined.
    return "\ufffc" if token.type == "code_inline" else as_shown(token)


def shown(tokens: Sequence[Token]) -> str:
    """Return what a reader sees of inline tokens, spaces evened out."""
    return " ".join("".join(map(as_shown, tokens)).split())


def sections(issue: Issue) -> Iterator[tuple[Brief, Section]]:
    """Yield every section with its story."""
    for story in issue.stories:
        for part in story.parts:
            if isinstance(part, Section):
                yield story, part


def passages(section: Section) -> Iterator[Passage]:
    """Yield every run of text in a section, in lists, quotes and tables too."""
    line = section.line
    for token in section.body:
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            yield Passage(token.children or (), line)


def paragraphs(section: Section) -> Iterator[Passage]:
    """Yield the paragraphs that stand in a section itself, not in its lists, quotes and tables."""
    for before, token in pairwise(section.body):
        if token.type == "inline" and before.type == "paragraph_open" and before.level == 0:
            yield Passage(token.children or (), token.map[0] + 1 if token.map else section.line)


def all_passages(issue: Issue) -> Iterator[Passage]:
    """Yield every run of text of an issue: its front matter's, headlines and sections in order, pictures'."""
    yield Passage(issue.subject, issue.front_lines.get("subject", 1), plain=True)
    yield Passage(issue.preheader, issue.front_lines.get("preheader", 1), plain=True)
    for key, words in (("by", issue.by), ("correction", issue.correction)):
        if words and key in issue.front_lines:  # the letter that corrects a background has it elsewhere
            yield _plain(words, issue.front_lines[key])
    for _, words, line in feet(issue):
        yield _plain(words, line)
    for story in issue.stories:
        yield Passage(story.headline, story.line)
        for part in story.parts:
            if isinstance(part, Section):
                yield from passages(part)
    for picture in issue.pictures:
        yield _plain(picture.alt, picture.line)
        yield _plain(picture.caption, picture.line)


def feet(issue: Issue) -> Iterator[tuple[str, str, int]]:
    """Yield what the foot of each living background's card says: the key of its front matter, words, line."""
    for background, after in issue.included:
        for key, words in (("reviewed", background.reviewer), ("changed", background.changed)):
            if words:
                yield key, words, after + background.front_lines.get(key, 1)


def spoken(issue: Issue) -> Iterator[Spoken]:
    """Yield every run of text of an issue with its language: all but the byline and a correction."""
    stories = [(story, language_of(story.headline) or issue.language) for story in issue.stories]
    front = (Passage(issue.subject, issue.front_lines.get("subject", 1), plain=True),
             Passage(issue.preheader, issue.front_lines.get("preheader", 1), plain=True))  # fmt: skip
    yield from (_spoken(passage, issue.language) for passage in front)
    for story, language in stories:
        yield _spoken(Passage(story.headline, story.line), language)
        for part in story.parts:
            if isinstance(part, Section):
                kind = "" if part.background else part.kind
                yield from (_spoken(passage, language, kind) for passage in passages(part))
    for story, language in stories:
        for picture in story.pictures:
            for words in (picture.alt, picture.caption):
                yield _spoken(_plain(words, picture.line), language)


def _spoken(passage: Passage, language: str, kind: str = "") -> Spoken:
    return Spoken("".join(_as_spoken(passage.tokens, language)), passage, language, kind)


def _as_spoken(tokens: Sequence[Token], language: str) -> Iterator[str]:
    foreign: list[bool] = []  # for each span that is open
    for token in tokens:
        if token.type == "span_open":
            foreign.append(str(token.attrs["lang"]).lower() != language.lower())
        elif token.type == "span_close":
            foreign.pop()
        text = _as_seen(token)
        yield re.sub("[^\n]", "\ufffc", text) if any(foreign) else text


def _plain(text: str, line: int) -> Passage:
    return Passage((Token("text", "", 0, content=text.replace("\n", " ")),), line, plain=True)


def links(passages: Iterable[Passage], pictures: Iterable[Picture]) -> Iterator[Link]:
    """Yield every link of some text, then those around pictures."""
    for passage in passages:
        yield from _links(passage)
    for picture in pictures:
        if picture.href:
            yield Link(picture.href, picture.alt, picture.line)


def _links(passage: Passage) -> Iterator[Link]:
    line, start = passage.line, 0
    for place, token in enumerate(passage.tokens):
        line += token.type in _BREAKS
        if token.type == "link_open":
            start = place
        elif token.type == "link_close":
            opening, inside = passage.tokens[start], passage.tokens[start + 1 : place]
            href, text = str(opening.attrs.get("href", "")), shown(inside)
            began = line - sum(token.type in _BREAKS for token in inside)
            yield Link(href, text, began, bare=_is_address(text))


def _is_address(text: str) -> bool:
    return re.match(r"(https?://|www\.)\S+$", text) is not None


def words(section: Section) -> int:
    """Return how many words a section has."""
    return sum(len(passage.text.split()) for passage in passages(section))


# A full stop after these, or after a single letter, ends no sentence.
_ABBREVIATION = re.compile(r"(^|[\s(“‘])([^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|No|vs|approx|Gen|Sen|Rep|Jan|Feb|Aug|"
                           r"Sept|Oct|Nov|Dec|[A-Za-z](\.[A-Za-z])+)\.$")  # fmt: skip
_LONGEST_ABBREVIATION = 40  # characters looked at before a full stop
_SENTENCE_END = re.compile(r"[.!?…؟][”’\")\]]*(?=\s+[“‘\"(\[]?[^\W_a-z])|[。！？।॥۔።։။។]")


def sentences(text: str) -> int:
    """Return how many sentences a text has, erring on the low side."""
    ends = [end for end in _SENTENCE_END.finditer(text) if not _abbreviates(text, end.start() + 1)]
    last = 1 if text and not (ends and ends[-1].end() == len(text)) else 0
    return len(ends) + last


def _abbreviates(text: str, stop: int) -> bool:
    return _ABBREVIATION.search(text, max(0, stop - _LONGEST_ABBREVIATION), stop) is not None
