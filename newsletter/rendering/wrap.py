"""Lines of plain text: wrapped at spaces, measured as a terminal shows them."""

import re
from unicodedata import combining, east_asian_width

WIDTH = 72  # what a quoted reply still fits on a line of 80

# No-break spaces are words' own; only these end a word.
_SPACES = re.compile("[ \t\n\r\f\v]+")


# Where combining and wide characters lie; all others, curly quotes and dashes too, take one column.
_ODD = re.compile("[\u0300-\u1fff\u20d0-\u20ff\u231a-\u23ff\u25fd-\u27bf\u2b1b-\uffff\U00010000-\U0010ffff]")


def width(text: str) -> int:
    """Return how many columns a text takes."""
    if not _ODD.search(text):
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, columns: int = WIDTH) -> list[str]:
    """Return lines of at most ``columns``, broken at spaces alone: a longer word keeps a line of its own."""
    lines: list[str] = []
    measure = width if _ODD.search(text) else len
    for paragraph in text.split("\v"):  # a hard break
        line, length = "", 0
        for word in _SPACES.split(paragraph):
            if not word:
                continue
            size = measure(word)
            if line and length + 1 + size > columns:
                lines.append(line)
                line, length = word, size
            else:
                line, length = (f"{line} {word}", length + 1 + size) if line else (word, size)
        lines.append(line)
    return lines


def pad(text: str, columns: int, align: str = "left") -> str:
    """Return a text filled up with spaces to ``columns``."""
    room = max(0, columns - width(text))
    if align == "right":
        return " " * room + text
    if align == "center":
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room
