"""Which way the HTML being written runs at each place, and the attributes that say so where it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token
from markupsafe import escape

from newsletter.rendering.html.bidi import START, block_directions
from newsletter.rendering.publication import Direction

_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})


@dataclass(slots=True)
class Sides:
    """Follow the direction of a letter, its stories and their blocks while they are written.

    ``page`` is the letter's, ``story`` the story's, ``own`` that of the block being opened, ``language`` the
    story's tag where it is not the letter's.
    """

    page: Direction
    story: Direction = field(default="ltr", init=False)
    own: Direction = field(default="ltr", init=False)
    language: str = field(default="", init=False)
    _mixed: bool = field(default=False, init=False)  # the list being opened has items of both directions
    _around: list[Direction | None] = field(default_factory=list, init=False)  # of the elements around
    _directions: Mapping[int, Direction] = field(default_factory=dict, init=False)  # of blocks, by position

    def __post_init__(self) -> None:
        self.enter(self.page)

    def enter(self, story: Direction, language: str = "") -> None:
        """Begin a story: what has no words takes its direction."""
        self.story, self.language = story, language
        # A template may turn a story's containers or not: the blocks in them say for themselves.
        self._around = [self.page if story == self.page else None]

    def read(self, tokens: Sequence[Token]) -> None:
        """Find the direction of every one of these blocks, to be opened in order."""
        self._directions = block_directions(tokens, self.story)

    def begin(self, tokens: Sequence[Token], position: int) -> None:
        """Come to a token, which may open a block."""
        self.own = self._directions.get(position, self.story)
        self._mixed = tokens[position].type in _LISTS and self._has_turned_items(tokens, position)

    def go_on(self, token: Token) -> None:
        """Enter a block whose opening has been written, or leave one whose end has."""
        if token.nesting > 0 and not token.hidden:
            self._around.append(self.own)
        elif token.nesting < 0 and not token.hidden:
            self._around.pop()

    @property
    def here(self) -> Direction:
        """Return the direction of the innermost block that is open."""
        return self._around[-1] or self.story

    @property
    def left_to_right(self) -> str:
        """Return the attribute for code or an address, whose signs would change places in other text."""
        return ' dir="ltr"' if self.here == "rtl" else ""

    def facing(self, own: Direction | None = None, style: str = "") -> str:
        """Return the attributes of a block that differs from what it stands in; else only ``style``.

        ``own`` is its direction, without it that of the block being opened. Its alignment is said too, since
        the containers around it say left, or right. A story's outermost blocks name its language.
        """
        own = own or self.own
        language = f' lang="{escape(self.language)}"' if self.language and len(self._around) == 1 else ""
        if own == self._around[-1]:
            return language + (f' style="{style}"' if style else "")
        return f'{language} dir="{own}" style="{style}{";" if style else ""}text-align:{START[own]}"'

    def classes(self, *names: str) -> str:
        """Return the class attribute of a block that has a start and an end.

        ``turned`` are those in another direction than the letter, ``mixed`` lists whose items differ: a theme
        gives them their marks, rules and room at the other side, or at both.
        """
        names = (*names, *["mixed"] * self._mixed, *["turned"] * (self.own != self.page))
        return f' class="{" ".join(names)}"' if names else ""

    def _has_turned_items(self, tokens: Sequence[Token], position: int) -> bool:
        level = tokens[position].level
        for at in range(position + 1, len(tokens)) if self._directions else ():
            if tokens[at].level == level:
                break
            item = tokens[at].type == "list_item_open" and tokens[at].level == level + 1
            if item and self._directions[at] != self.own:
                return True
        return False
