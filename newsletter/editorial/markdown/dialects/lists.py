"""Lists that Markdown does not know as such: lines that begin with •, ◦, Word's “o”, or a number."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from newsletter.editorial.markdown.dialects.breaks import SPACE, Lines, ends_sentence, sequences
from newsletter.editorial.markdown.steps import Steps

# What word processors, web pages and people use as bullets; the private ones are Word's own fonts'.
_BULLETS = "•‣⁃◦●○▪▫■□◆◇▸▹►▻➢➤❖⦁・\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8"
_MARK = re.compile(
    rf"(?P<indent>{SPACE}*)(?:"
    rf"(?P<bullet>[{_BULLETS}])(?!(?P=bullet)){SPACE}*"
    rf"|(?P<dot>[·∙]){SPACE}+"
    rf"|(?P<letter>[o§Øüvq])(?P<gap>{SPACE}+)"  # Word's others, as letters of their font
    rf"|(?P<ascii>[-*+]){SPACE}+"
    rf"|(?P<number>\d{{1,9}})(?P<after>[.)]){SPACE}+"
    r")(?=\S)"
)
_MAY_HOLD = re.compile(rf"(?:^|\n){SPACE}*(?:[{_BULLETS}·∙§ØüÜ]|[ovq]{SPACE}|[-*+\d])")
_LAYOUT = " \t\u00a0\u2002\u2003\u202f"  # white space that word processors indent a paragraph with
_DEEPER = 2  # columns that begin another level
_TAB = 4


@dataclass(frozen=True, slots=True)
class Item:
    """One line that begins a list's item; ``indent`` in columns, ``text`` what follows the mark."""

    mark: str
    indent: int
    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a paragraph: an item's, or (without ``item``) text. ``line`` is the first, from 0."""

    item: Item | None
    text: str
    line: int


def pieces(text: str, first_indent: int = 0) -> list[Piece]:
    """Return a paragraph's text as its items and the text between them; one piece where there are no items.

    ``first_indent`` is how many columns the first line was indented by, which Markdown takes away.
    """
    if not _MAY_HOLD.search(text):
        return [Piece(None, text, 0)]
    texts = text.split("\n")
    lines = Lines.of(texts)
    found: list[Piece] = []
    items = _items(texts, lines, first_indent)
    for number, line in enumerate(texts):
        item = items[number]
        goes_on = (
            bool(found) and item is None and not _begins_paragraph(found[-1], line, lines.early[number - 1])
        )
        if goes_on:
            found[-1] = Piece(found[-1].item, f"{found[-1].text}\n{line}", found[-1].line)
        else:
            found.append(Piece(item, item.text if item else line, number))
    return found


def depths(items: Iterable[Item]) -> Iterator[int]:
    """Yield how deep each item is: by its indent, or where indents are equal by a bullet of its own."""
    stack: list[Item] = []
    for item in items:
        while stack and item.indent <= stack[-1].indent - _DEEPER:
            stack.pop()
        alike = [n for n, above in enumerate(stack) if item.indent < above.indent + _DEEPER]
        same = [n for n in alike if stack[n].mark == item.mark]
        if same:
            del stack[same[0] :]
        elif alike and item.number is not None:  # numbers are no marks of a list within bullets
            del stack[alike[0] :]
        stack.append(item)
        yield len(stack) - 1


def _begins_paragraph(before: Piece, line: str, early: bool) -> bool:
    """Say whether a line below an item is no longer the item's: it would have fitted, and is not indented."""
    return before.item is not None and early and not line[:1].isspace()


def _items(texts: Sequence[str], lines: Lines, first_indent: int) -> list[Item | None]:
    counting = {number for pair in sequences(lines.texts) for number in pair}
    items: list[Item | None] = []
    begun = False
    for number, line in enumerate(texts):
        may_begin = begun or not number or ends_sentence(lines.texts[number - 1])
        goes_on = begun and lines.early[number - 1]
        found = _MARK.match(line)
        if found and _is_item(found, line, may_begin=may_begin, goes_on=goes_on, counts=number in counting):
            indent = first_indent if not number else len(found["indent"].expandtabs(_TAB))
            items.append(_item(found, line, indent))
            begun = True
        else:
            items.append(None)
    return items


def _item(found: re.Match[str], line: str, indent: int) -> Item:
    number = int(found["number"]) if found["number"] else None
    mark = f"#{found['after']}" if number is not None else line[found.end("indent")]
    return Item(mark, indent, number, line[found.end() :])


def _is_item(found: re.Match[str], line: str, *, may_begin: bool, goes_on: bool, counts: bool) -> bool:
    if found["number"]:
        return counts or "\t" in found[0]  # word processors put a tab after a list's number
    if found["ascii"]:
        return may_begin
    if found["letter"]:
        return goes_on or "\t" in found["gap"] or len(found["gap"]) > 1
    # “A • B • C” is a row, not a list, wherever its line happens to begin.
    mark = re.escape(line[found.end("indent")])
    return not re.search(rf"(?:^|{SPACE}){mark}(?:{SPACE}|$)", line[found.end() :])


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────


def build_lists(state: StateCore) -> None:
    """Turn paragraphs whose lines begin with bullets or numbers into lists; a rule of markdown-it's core."""
    builder = _Builder(state)
    tokens = iter(state.tokens)
    for token in tokens:
        if token.type == "paragraph_open":
            builder.take_paragraph(token, next(tokens), next(tokens))
        else:
            builder.take_other(token)
    builder.end_list()
    state.tokens = builder.tokens


@dataclass(slots=True)
class _List:
    """A list while it is being gathered, over paragraphs that follow one another."""

    level: int
    items: list[tuple[Item, str, int]] = field(default_factory=list)  # with text and line in the file, from 0
    loose: bool = False


class _Builder:
    """The tokens of a text as they are rewritten."""

    def __init__(self, state: StateCore) -> None:
        self.tokens: list[Token] = []
        self._steps: Steps = state.env["steps"]
        self._source = state.src
        self._lines: list[str] = []
        self._growing: _List | None = None

    def take_other(self, token: Token) -> None:
        """Keep a token that belongs to no paragraph."""
        self.end_list()
        self.tokens.append(token)

    def take_paragraph(self, opening: Token, inline: Token, closing: Token) -> None:
        """Keep a paragraph, or put its items into the list that is being gathered."""
        inline.content = inline.content.lstrip(_LAYOUT) or inline.content
        first = inline.map[0] if inline.map else 0
        found = self._pieces(inline.content, first)
        again = self._growing is not None
        for piece in found:
            if piece.item:
                self._growing = self._growing or _List(opening.level)
                self._growing.loose = self._growing.loose or (again and piece is found[0])
                self._growing.items.append((piece.item, piece.text, first + piece.line))
                continue
            self.end_list()
            if len(found) > 1:
                inline = inline.copy(content=piece.text, map=_place(piece, first))
            self.tokens += [opening, inline, closing]

    def _pieces(self, text: str, first: int) -> list[Piece]:
        if not _MAY_HOLD.search(text):
            return [Piece(None, text, 0)]
        self._lines = self._lines or self._source.split("\n")
        return pieces(text, _indent_before(text, self._lines[first]))

    def end_list(self) -> None:
        """Write out the list that was being gathered, if there was one."""
        if self._growing:
            self._steps.take_for_items(len(self._growing.items), self._growing.items[0][2] + 1)
            self.tokens += _list_tokens(self._growing)
            self._growing = None


def _indent_before(text: str, line: str) -> int:
    """Return the columns by which a paragraph's first line is indented, marks before it included."""
    before, found, _ = line.partition(text.partition("\n")[0])
    return len(before.expandtabs(_TAB)) if found else 0


def _place(piece: Piece, first: int) -> list[int]:
    begin = first + piece.line
    return [begin, begin + piece.text.count("\n") + 1]


def _list_tokens(growing: _List) -> Iterator[Token]:
    """Yield the tokens of a list and of the lists within its items."""
    opened: list[tuple[str, str]] = []  # the mark and the kind of every list that is open
    deep = depths(item for item, _, _ in growing.items)
    for (item, text, line), depth in zip(growing.items, deep, strict=True):
        while len(opened) > depth + 1:
            yield from _closed(opened, growing.level)
        if len(opened) == depth + 1 and opened[-1][0] == item.mark:
            yield _token("list_item_close", "li", -1, growing.level + 2 * depth + 1)
        else:
            if len(opened) == depth + 1:
                yield from _closed(opened, growing.level)
            opened.append((item.mark, "bullet" if item.number is None else "ordered"))
            yield _opening(item, growing.level + 2 * depth, line)
        yield from _item_tokens(text, line, growing.level + 2 * depth + 1, hidden=not growing.loose)
    while opened:
        yield from _closed(opened, growing.level)


def _closed(opened: list[tuple[str, str]], level: int) -> Iterator[Token]:
    """Yield what closes the innermost open list and its last item."""
    _, kind = opened.pop()
    depth = level + 2 * len(opened)
    yield _token("list_item_close", "li", -1, depth + 1)
    yield _token(f"{kind}_list_close", "ul" if kind == "bullet" else "ol", -1, depth)


def _opening(item: Item, level: int, line: int) -> Token:
    if item.number is None:
        return _token("bullet_list_open", "ul", 1, level, line)
    token = _token("ordered_list_open", "ol", 1, level, line)
    if item.number != 1:
        token.attrs = {"start": item.number}
    return token


def _item_tokens(text: str, line: int, level: int, *, hidden: bool) -> Iterator[Token]:
    """Yield an item's opening and its text; what closes it comes with what follows."""
    yield _token("list_item_open", "li", 1, level, line)
    opening = _token("paragraph_open", "p", 1, level + 1, line)
    inline = _token("inline", "", 0, level + 2, line)
    closing = _token("paragraph_close", "p", -1, level + 1)
    opening.hidden = closing.hidden = hidden
    inline.content, inline.children = text, []
    inline.map = opening.map = [line, line + text.count("\n") + 1]
    yield from (opening, inline, closing)


def _token(kind: str, tag: str, nesting: Literal[-1, 0, 1], level: int, line: int | None = None) -> Token:
    place = None if line is None else [line, line + 1]
    return Token(kind, tag, nesting, map=place, level=level, block=True)
