"""An issue as its templates see it: finished pieces of HTML, in the order and the groups of the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from markdown_it.token import Token
from markupsafe import Markup

from newsletter.editorial.issue import Brief, Issue, Picture, Section
from newsletter.errors import RenderError
from newsletter.rendering.html import HtmlWriter
from newsletter.rendering.publication import PictureInfo

_TALLEST = 640  # a portrait taller than this pushes the text off the screen


@dataclass(frozen=True, slots=True)
class TextItem:
    """A run of text. ``html`` is well-formed and safe."""

    html: Markup
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class PictureItem:
    """A picture. ``width`` is what it is shown at on a wide screen, in pixels."""

    src: str
    alt: str
    caption: str
    href: str
    width: int
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True)
class PartView:
    """A section with its label, or a picture between sections (no label). ``kind`` as in an issue."""

    kind: str
    label: str
    items: tuple[TextItem | PictureItem, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Parts that share a ground: the page itself, or the briefing card."""

    kind: Literal["page", "card"]
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story. ``direction`` holds attributes for a headline that runs the other way.

    ``opening`` is what stands on the page between the headline and the first card, ``groups`` the rest.
    """

    number: int
    headline: Markup
    direction: Markup
    opening: GroupView
    groups: tuple[GroupView, ...]

    @property
    def pieces(self) -> tuple[Markup, ...]:
        """Return all HTML of the story's text, in order."""
        items = (
            item for group in (self.opening, *self.groups) for part in group.parts for item in part.items
        )
        return (self.headline, *(item.html for item in items if isinstance(item, TextItem)))


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """What an earlier mail got wrong. ``direction`` holds attributes for words that run the other way."""

    html: Markup
    direction: Markup


@dataclass(frozen=True, slots=True)
class Measures:
    """How wide pictures may be, in pixels, on the page and in the card."""

    page: int
    card: int


def stories_of(
    issue: Issue, writer: HtmlWriter, pictures: Mapping[str, PictureInfo], measures: Measures
) -> tuple[StoryView, ...]:
    """Return every story of an issue. Raises RenderError for a picture nobody handed in."""
    maker = _Maker(issue, writer, pictures, measures)
    return tuple(maker.story(number, brief) for number, brief in enumerate(issue.stories, 1))


def correction_of(issue: Issue, writer: HtmlWriter) -> CorrectionView | None:
    """Return an issue's correction; None when it has none."""
    if not issue.correction:
        return None
    words = Token("text", "", 0, content=issue.correction)
    return CorrectionView(safe(writer.inline([words])), safe(writer.direction(_as_inline((words,)))))


@dataclass(frozen=True, slots=True)
class _Maker:
    issue: Issue
    writer: HtmlWriter
    pictures: Mapping[str, PictureInfo]
    measures: Measures

    def story(self, number: int, brief: Brief) -> StoryView:
        headline = safe(self.writer.inline(brief.headline))
        own_direction = safe(self.writer.direction(_as_inline(brief.headline)))
        groups = tuple(self._groups(brief.parts))
        if groups and groups[0].kind == "page":
            return StoryView(number, headline, own_direction, groups[0], groups[1:])
        return StoryView(number, headline, own_direction, GroupView("page", ()), groups)

    def _groups(self, parts: Iterable[Section | Picture]) -> Iterable[GroupView]:
        page: list[PartView] = []
        for part in parts:
            if isinstance(part, Section) and part.kind == "background":
                if page:
                    yield GroupView("page", tuple(page))
                    page = []
                yield GroupView("card", (self._part(part, self.measures.card),))
            else:
                page.append(self._part(part, self.measures.page))
        if page:
            yield GroupView("page", tuple(page))

    def _part(self, part: Section | Picture, widest: int) -> PartView:
        if isinstance(part, Picture):
            return PartView("picture", "", (self._picture(part, widest),))
        items = tuple(
            self._picture(block, widest) if isinstance(block, Picture) else TextItem(safe(block))
            for block in self.writer.blocks(part.body)
        )
        return PartView(part.kind, part.label, items)

    def _picture(self, picture: Picture, widest: int) -> PictureItem:
        info = self.pictures.get(picture.src)
        if info is None:
            raise RenderError(
                f"The picture {picture.src or '(no name)'} is not there.",
                file=self.issue.file,
                line=picture.line,
                hint="Put the file beside the issue, or correct its name.",
            )
        fitting = min(widest, info.width, max(1, info.width * _TALLEST // max(1, info.height)))
        # A link whose picture has no alt would have no name at all.
        href = picture.href if picture.alt.strip() else ""
        return PictureItem(info.url, picture.alt, picture.caption, href, fitting)


def _as_inline(tokens: tuple[Token, ...]) -> Token:
    return Token("inline", "", 0, content="".join(token.content for token in tokens))


def safe(html: str) -> Markup:
    """Mark HTML that HtmlWriter wrote as finished, so that templates do not escape it again."""
    return Markup(html)  # noqa: S704  every piece of it went through html.escape
