"""An issue as its templates see it: finished pieces of HTML, in the order and the groups of the page."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from markdown_it.token import Token
from markupsafe import Markup

from newsletter.editorial.issue import Background, Brief, Issue, Picture, Section
from newsletter.editorial.markdown.spans import language_of
from newsletter.errors import RenderError
from newsletter.rendering.html.bidi import (
    START,
    count,
    count_blocks,
    count_inline,
    may_turn,
    sum_of,
)
from newsletter.rendering.html.finish import HtmlWriter, escape
from newsletter.rendering.publication import Direction, PictureInfo, Publication
from newsletter.rendering.publication import direction as direction_of

_ELEMENT = re.compile("<[^>]*>")
_LETTER = re.compile(r"\w")
_WORDMARK = (320, 64)
_TALLEST = 640  # a portrait taller than this pushes the text off the screen


@dataclass(frozen=True, slots=True)
class TextItem:
    """A run of text. ``html`` is well-formed and safe."""

    html: Markup
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class PictureItem:
    """A picture. ``width`` is what it is shown at on a wide screen, in pixels.

    ``direction`` holds attributes for a caption that does not run as what is around it.
    """

    src: str
    alt: str
    caption: str
    href: str
    width: int
    direction: Markup
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Who reviewed a living background when; what changed in it since its reader last got it.

    ``changed`` is empty where nothing did. Both are in the letter's language, and ``changed_direction`` holds
    attributes for a change whose words run against the story.
    """

    reviewed: Markup
    changed: Markup
    changed_direction: Markup


@dataclass(frozen=True, slots=True)
class PartView:
    """A section with its label, or a picture between sections (no label). ``kind`` as in an issue."""

    kind: str
    label: str
    items: tuple[TextItem | PictureItem, ...]
    review: ReviewView | None = None


Ground = Literal["page", "card"]
Spine = Literal["", "past", "now"]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Parts with one background: the page itself, or the briefing card.

    ``spine`` is the line next to them: none before the first label, broken for the past, solid for now.
    ``hinge`` is what a dot joins where a solid line begins: ``past``, or ``none`` before it; else empty.
    """

    kind: Ground
    parts: tuple[PartView, ...]
    spine: Spine = ""
    hinge: Literal["", "past", "none"] = ""


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story. ``dir`` is the way it runs; ``direction`` holds attributes where that is not the letter's.

    ``language`` holds the attribute for a line that names a story whose headline has a language of its own.
    ``opening`` is what the page shows between the headline and the first card, ``groups`` the rest.
    """

    number: int
    headline: Markup
    dir: Direction
    direction: Markup
    language: Markup
    opening: GroupView
    groups: tuple[GroupView, ...]

    @property
    def start(self) -> str:
        """Return the side its lines begin at: ``left`` or ``right``."""
        return START[self.dir]

    @property
    def end(self) -> str:
        """Return the side its lines end at: ``right`` or ``left``."""
        return "left" if self.dir == "rtl" else "right"

    @property
    def title(self) -> Markup:
        """Return the headline without its elements: for a list of stories, where no link should be."""
        return safe(_ELEMENT.sub("", self.headline))

    @property
    def pieces(self) -> tuple[Markup, ...]:
        """Return all HTML of the story's text, in order."""
        parts = (part for group in (self.opening, *self.groups) for part in group.parts)
        return (self.headline, *(piece for part in parts for piece in _pieces(part)))


def _pieces(part: PartView) -> Iterator[Markup]:
    yield from (item.html for item in part.items if isinstance(item, TextItem))
    if part.review:
        yield from filter(None, (part.review.changed, part.review.reviewed))


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """What an earlier mail got wrong. ``direction`` holds attributes for words that run the other way."""

    html: Markup
    direction: Markup


@dataclass(frozen=True, slots=True)
class Measures:
    """How wide pictures may be, in pixels, on the page, in the card, and next to the spine."""

    page: int
    card: int
    spine: int

    def widest(self, ground: Ground, spine: Spine) -> int:
        """Return the widest a picture may be there."""
        if ground == "card":
            return self.card
        return self.spine if spine else self.page


@dataclass(frozen=True, slots=True)
class Wordmark:
    """The publication's name as a picture, and the one that replaces it on a dark page; sizes in pixels."""

    src: str
    width: int
    height: int
    dark_src: str


def wordmark_of(publication: Publication) -> Wordmark | None:
    """Return the wordmark at the size it is shown; None when the name itself is."""
    light, dark = publication.wordmark, publication.wordmark_dark
    if light is None:
        return None
    return Wordmark(light.url, *light.within(*_WORDMARK), dark.url if dark else "")


ReviewWords = Callable[[Background], tuple[str, str]]


def no_review(background: Background) -> tuple[str, str]:
    """Say nothing of a review."""
    return "", ""


def stories_of(
    issue: Issue,
    writer: HtmlWriter,
    pictures: Mapping[str, PictureInfo],
    measures: Measures,
    review_words: ReviewWords = no_review,
) -> tuple[StoryView, ...]:
    """Return every story of an issue. Raises RenderError for a picture that was not handed in.

    ``review_words`` says of a living background what changed in it, or nothing, and when it was reviewed.
    """
    maker = _Maker(issue, writer, pictures, measures, review_words)
    stories = tuple(maker.story(number, brief) for number, brief in enumerate(issue.stories, 1))
    writer.sides.enter(writer.page)
    return stories


def correction_of(issue: Issue, writer: HtmlWriter) -> CorrectionView | None:
    """Return an issue's correction; None when it has none."""
    if not issue.correction:
        return None
    words = Token("text", "", 0, content=issue.correction)
    facing = writer.sides.facing(count_inline([words]).direction(writer.page))
    return CorrectionView(safe(writer.inline([words])), safe(facing))


@dataclass(frozen=True, slots=True)
class _Maker:
    issue: Issue
    writer: HtmlWriter
    pictures: Mapping[str, PictureInfo]
    measures: Measures
    review_words: ReviewWords

    def story(self, number: int, brief: Brief) -> StoryView:
        language = language_of(brief.headline)
        dir_ = direction_of(language) if language else _direction_of(brief, self.writer.page)
        self.writer.sides.enter(dir_)
        direction = safe(self.writer.sides.facing(dir_))  # of labels too, which keep the letter's language
        self.writer.sides.enter(dir_, language)
        opening, *groups = self._groups(brief.parts)
        headline = safe(self.writer.at_line(brief.line, unbroken(self.writer.inline(brief.headline))))
        named = safe(f' lang="{escape(language)}"' if language else "")
        return StoryView(number, headline, dir_, direction, named, opening, tuple(groups))

    def _groups(self, parts: Iterable[Section | Picture]) -> Iterable[GroupView]:
        """Yield the opening, then what follows it, cut where the background or the spine changes."""
        ground: tuple[Ground, Spine] = ("page", "")
        run: list[PartView] = []
        hinge: Literal["", "past", "none"] = ""
        for part in parts:
            here = _ground(part, ground[1])
            if here != ground:
                yield GroupView(ground[0], tuple(run), ground[1], hinge)
                hinge = ("past" if ground[1] else "none") if here[1] == "now" else ""
                run, ground = [], here
            run.append(self._part(part, self.measures.widest(*here)))
        yield GroupView(ground[0], tuple(run), ground[1], hinge)

    def _part(self, part: Section | Picture, widest: int) -> PartView:
        if isinstance(part, Picture):
            return PartView("picture", "", (self._picture(part, widest),))
        items = tuple(
            self._picture(block, widest) if isinstance(block, Picture) else TextItem(safe(block))
            for block in self.writer.blocks(part.body)
        )
        if part.kind == "now":
            items = _carrying(items)
        review = self._review(part.background) if part.background else None
        return PartView(part.kind, self._label(part), items, review)

    def _label(self, section: Section) -> str:
        label = unbroken(section.label)
        return (
            safe(self.writer.at_line(section.line, escape(label))) if self.writer.lines and label else label
        )

    def _review(self, background: Background) -> ReviewView:
        changed, reviewed = self.review_words(background)
        facing = self.writer.sides.facing(count(background.changed).direction(self.writer.sides.story))
        return ReviewView(safe(escape(reviewed)), safe(escape(changed)), safe(facing if changed else ""))

    def _picture(self, picture: Picture, widest: int) -> PictureItem:
        info = self.pictures.get(picture.src)
        if info is None:
            raise RenderError(
                f"The picture {picture.src or '(no name)'} is not there.",
                file=self.issue.file,
                line=picture.line,
                hint="Put the file next to the issue, or correct its name.",
            )
        fitting = min(widest, info.width, max(1, info.width * _TALLEST // max(1, info.height)))
        # A link whose picture has no alt would have no name at all.
        href = picture.href if picture.alt.strip() else ""
        caption = safe(self.writer.sides.facing(count(picture.caption).direction(self.writer.sides.story)))
        return PictureItem(info.url, picture.alt, picture.caption, href, fitting, caption)


def _carrying(items: tuple[TextItem | PictureItem, ...]) -> tuple[TextItem | PictureItem, ...]:
    """Return what happens now with its first paragraph marked as the story's lead."""
    if not items or not isinstance(items[0], TextItem) or not items[0].html.startswith(("<p>", "<p ")):
        return items
    return (TextItem(safe('<p class="carry"' + str(items[0].html)[2:])), *items[1:])


def _ground(part: Section | Picture, spine: Spine) -> tuple[Ground, Spine]:
    """Return the background of a part and the line next to it, given the line so far."""
    if isinstance(part, Picture) or part.kind == "lede":
        return "page", spine
    return ("card", "past") if part.kind == "background" else ("page", "now")


def unbroken(html: str) -> str:
    """Return a line whose last sign, such as an emoji, never stands on a line of its own.

    The space before it becomes a no-break space, as does every one between signs at the end.
    """
    end = ""
    while True:
        rest, space, last = html.rpartition(" ")
        if not space or _LETTER.search(_ELEMENT.sub("", last)):
            return html + end
        html, end = rest, f"\u00a0{last}{end}"


def _direction_of(brief: Brief, otherwise: Direction) -> Direction:
    """Return the way a story runs: as its headline and paragraphs do, what it quotes and lists left out."""
    bodies = [part.body for part in brief.parts if isinstance(part, Section)]
    if otherwise == "ltr" and not any(may_turn(tokens) for tokens in (brief.headline, *bodies)):
        return otherwise
    own = sum_of(count_inline(brief.headline), *(count_blocks(body, outermost=True) for body in bodies))
    return (own if any(own) else sum_of(*map(count_blocks, bodies))).direction(otherwise)


def safe(html: str) -> Markup:
    """Mark HTML that HtmlWriter wrote as finished, so that templates do not escape it again."""
    return Markup(html)  # noqa: S704  every piece of it went through html.escape
