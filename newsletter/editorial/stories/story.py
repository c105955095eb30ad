"""A story and its sections while they are being gathered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from newsletter.editorial.issue import SectionKind

Block = list[Token]  # one top-level block: a heading, a paragraph, a whole list, a picture
INCLUDE = "include"  # the type of a block that a living background takes the place of


@dataclass(slots=True)
class GatheredSection:
    """A section while it is being gathered."""

    kind: SectionKind
    label: str
    line: int
    blocks: list[Block] = field(default_factory=list)
    heading: Sequence[Token] = ()  # what a label's heading holds, where it is one


@dataclass(slots=True)
class GatheredStory:
    """A story while it is being gathered. Without a headline it holds what comes before the first one."""

    headline: tuple[Token, ...] | None
    line: int
    parts: list[GatheredSection] = field(default_factory=list)
    underlined: bool = False  # a line of = made it a headline

    @property
    def name(self) -> str:
        """Return the headline as errors quote it."""
        text = visible_text(self.headline or ())
        return f"The story “{text[:60]}”" if text else "The story"


def visible_text(children: Sequence[Token]) -> str:
    """Return inline tokens as the words a reader sees; a merge field as it was written."""
    return "".join(
        child.content if child.type not in ("softbreak", "hardbreak") else "" if child.hidden else " "
        for child in children
    ).strip()


def blocks_of(tokens: Sequence[Token]) -> Iterator[Block]:
    """Yield top-level blocks: each ends where the nesting is back at level 0."""
    block: Block = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting != 1:
            yield block
            block = []


def line_of(block: Block) -> int:
    """Return the line a block begins on, counted from 1."""
    place = block[0].map
    return place[0] + 1 if place else 1
