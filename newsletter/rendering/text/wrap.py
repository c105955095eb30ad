"""Lines of plain text: wrapped where words end, measured as a terminal shows them."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from newsletter.editorial.fields import RESERVED
from newsletter.widths import display_width, one_each

WIDTH = 72  # columns: quoted in a reply, it still fits on a line of 80

# No-break and thin spaces are part of a word, as in 10 000; only these end one.
_SPACES = re.compile("[ \t\n\r\f\v]+")

# Chinese and Japanese end a line after any letter, except for what belongs to the letter before or after it
# (JIS X 4051, GB/T 15834): no line begins with closing marks or small kana, or ends with opening ones.
_UNSPACED = (
    "\u2e80-\u2fdf\u3000-\u30ff\u3105-\u312f\u3190-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\uff01-\uff9f"
    "\U00020000-\U0003fffd"
)
_CLOSING = (
    "、。，．・：；？！゛゜ヽヾゝゞ々ー’”）〕］｝〉》」』】〟～…‥％‰℃)\\]}!?.,:;%"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_OPENING = "‘“（〔［｛〈《「『【〝＃￥＄(\\[{"
_STAY = "\u2060\u00a0\u202f"  # word joiner and no-break spaces
_MAY_BREAK = re.compile("[^\0-\u2e7f]")
_ADDRESS = re.compile(r"(<[^<>\s]*>|(?:https?://|www\.|mailto:)[^\s<>、。，；：？！」』）】》〉]+)")


@cache  # most issues never need it, and it takes milliseconds
def _break() -> re.Pattern[str]:
    script = f"(?:(?<=[{_UNSPACED}])|(?=[{_UNSPACED}]))"
    return re.compile(f"{script}(?<![{_OPENING}{_STAY}])(?![{_CLOSING}{_STAY}])(?<=.)(?=.)")


def wrap(text: str, columns: int = WIDTH, lengths: Mapping[str, int] | None = None) -> list[str]:
    """Return lines of at most ``columns``: a longer word or address keeps a line of its own.

    Lines end at spaces, and between the letters of scripts that have none. ``lengths`` maps tags of merge
    fields to the columns that a reader's value is likely to take.
    """
    lines: list[str] = []
    for paragraph in text.split("\v"):  # a hard break
        if one_each(paragraph) and not (lengths and RESERVED in paragraph):
            lines.extend(_narrow(paragraph, columns))
            continue
        line, length = "", 0
        for space, piece in _pieces(paragraph):
            size = _size(piece, lengths)
            gap = len(space) if line else 0
            if line and length + gap + size > columns:
                lines.append(line)
                line, length = piece, size
            else:
                line, length = (f"{line}{space}{piece}", length + gap + size) if line else (piece, size)
        lines.append(line)
    return lines


def _narrow(paragraph: str, columns: int) -> Iterator[str]:
    """Yield the lines of a text whose characters all take one column, as most texts' do: the quick way."""
    line = ""
    for word in filter(None, _SPACES.split(paragraph)):
        if line and len(line) + 1 + len(word) > columns:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _size(piece: str, lengths: Mapping[str, int] | None) -> int:
    size = display_width(piece)
    if lengths and RESERVED in piece:
        size += sum((length - len(tag)) * piece.count(tag) for tag, length in lengths.items())
    return size


def _pieces(paragraph: str) -> Iterator[tuple[str, str]]:
    """Yield what no line's end may divide, each with the space before it: one, or none within a word."""
    divided = _MAY_BREAK.search(paragraph) is not None
    for word in _SPACES.split(paragraph):
        if not word:
            continue
        parts = list(_parts(word)) if divided else [word]
        yield " ", parts[0]
        for part in parts[1:]:
            yield "", part


def _parts(word: str) -> Iterator[str]:
    """Yield the parts of a word of which each may begin a line; an address is never divided."""
    held = ""
    for number, run in enumerate(_ADDRESS.split(word)):
        parts = [run] if number % 2 else [part for part in _break().split(run) if part]
        for part in parts:
            if held and _joined(held, part):
                held += part
                continue
            if held:
                yield held
            held = part
    yield held


def _joined(before: str, after: str) -> bool:
    """Say whether no line's end may come between two runs of a word."""
    return _break().search(before[-1] + after[0]) is None


def pad(text: str, columns: int, align: str = "left") -> str:
    """Return a text filled up with spaces to ``columns``."""
    room = max(0, columns - display_width(text))
    if align == "right":
        return " " * room + text
    if align == "center":
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room
