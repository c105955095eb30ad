"""A plain text's lines, and what each is: a paragraph's beginning, more of it, a line to keep, an item."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from newsletter.editorial.importing.webtext import chrome, is_picture_name
from newsletter.editorial.labels import Labels
from newsletter.editorial.markdown.dialects.breaks import kept_lines
from newsletter.editorial.markdown.dialects.lists import Item, depths, pieces

_AROUND = re.compile(r"(?P<mark>[*_]{1,3})(?=[^\s*_])(?P<inside>[^*_]{1,250})(?<=\S)(?P=mark)(?P<rest>.*)$")
_PROSE = 120  # characters: text broken by hand has no longer lines, so a longer one is a paragraph
_BLANK = (
    " \t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\u200b\u2060\ufeff"
)
_TAB = 4


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line with something on it, white space around it taken off.

    ``begins`` says that it starts a paragraph or a list's item, ``kept`` that it goes on with a paragraph
    but on a line of its own. ``item`` is what it is of a list, ``depth`` how many lists that one lies in.
    """

    number: int
    text: str
    begins: bool
    kept: bool = False
    item: Item | None = None
    depth: int = 0


def bare(raw: str) -> str:
    """Return a line without the white space around it, the invisible kinds too."""
    return raw.strip(_BLANK)


def page_lines(text: str, labels: Labels) -> Iterator[PageLine]:
    """Yield the lines with something on them. Lines that touch are one paragraph only if broken by hand."""
    block: list[tuple[int, str]] = []
    for number, raw in enumerate([*text.split("\n"), ""], start=1):
        if bare(raw):
            block.append((number, raw.rstrip(_BLANK)))
            continue
        yield from _of_block(block, labels)
        block = []


def _of_block(block: Sequence[tuple[int, str]], labels: Labels) -> Iterator[PageLine]:
    texts = [raw for _, raw in block]
    by_hand = all(len(bare(raw)) <= _PROSE for raw in texts)
    found = {piece.line: piece for piece in pieces("\n".join(texts), _indent(texts[0]))} if texts else {}
    kept = kept_lines(texts)
    alone = True
    for place, (number, raw) in enumerate(block):
        text = _label_unmarked(bare(raw), labels)
        item = found[place].item if place in found else None
        own = stands_alone(text, labels)
        begins = alone or own or not by_hand or place in found or labels.run_in(text) is not None
        yield PageLine(number, text, begins, not begins and place - 1 in kept, None if own else item)
        alone = own


def unmarked(text: str) -> str:
    """Return a line without asterisks or underscores that stand around all of it, as chats write bold."""
    found = _AROUND.match(text)
    return found["inside"] if found and not found["rest"] else text


def _label_unmarked(text: str, labels: Labels) -> str:
    """Return a line without those around the label that it begins with."""
    found = _AROUND.match(text)
    plain = f"{found['inside']}{found['rest']}" if found else text
    return plain if found and (labels.run_in(plain) or labels.kind_of(plain)) else text


def _indent(raw: str) -> int:
    return len(raw[: len(raw) - len(raw.lstrip(_BLANK))].expandtabs(_TAB))


def stands_alone(line: str, labels: Labels) -> bool:
    """Say whether a line belongs to no paragraph: one of the page, a picture's name, a label."""
    return bool(chrome(line) or is_picture_name(line) or labels.kind_of(line))


def with_depths(lines: Sequence[PageLine]) -> list[PageLine]:
    """Return lines with the depth of each item; items follow one another over empty lines, too.

    A single line that begins with a hyphen or a star is no list.
    """
    done: list[PageLine] = []
    run: list[PageLine] = []
    for line in lines:
        if line.begins and line.item is None:
            done += _deepened(run)
            done.append(line)
            run = []
        else:
            run.append(line)
    return [*done, *_deepened(run)]


def _deepened(run: Iterable[PageLine]) -> Iterator[PageLine]:
    """Yield the lines of some items that follow one another, with their depths."""
    lines = list(run)
    items = [line.item for line in lines if line.item]
    if len(items) == 1 and items[0].mark in "-*+":
        lines = [replace(line, item=None) for line in lines]
        items = []
    deep = depths(items)
    for line in lines:
        depth = next(deep) if line.item else 0
        yield replace(line, depth=depth) if depth else line
