"""Sentences laid out for a terminal: wrapped between words, a command to copy whole on a line of its own."""

import re
from collections.abc import Iterator

from newsletter.widths import display_width

INDENT = "  "  # of a command on its own line, below the sentence that names it
_LAST_COMMAND = re.compile(r"(?P<sentence>.*\S:) (?P<command>(?:newsletter|python3) .*)")
_COMMAND = re.compile(r"\s*(?:\$|cd|(?:\S*/)?(?:newsletter|python3[\d.]*)) .*")
_WORD = re.compile(r"(?:[^\s`]*`[^`\n]*`)+\S*|\S+")  # a command in backticks is read as one word
_ROW = re.compile(r"\s*\S+(?: \S+)*?\s{2,}(?=\S)")  # the first cell of a row: a name or number, then a gap


def laid_out(text: str, width: int, *, hang: int = 0) -> str:
    """Return the text in lines of at most ``width`` columns.

    No word is cut: an address, a path or a command that is wider is left to the terminal, and copied whole.
    ``hang`` is how far the lines that continue a sentence are moved in.
    """
    return "\n".join(piece for line in text.split("\n") for piece in _lines(line, width, hang))


def _lines(line: str, width: int, hang: int) -> Iterator[str]:
    if _COMMAND.fullmatch(line):
        yield line
    elif found := _LAST_COMMAND.fullmatch(line):
        yield from _wrapped(found["sentence"], width, hang)
        yield f"{_margin(line)}{INDENT}{found['command']}"
    else:
        yield from _wrapped(line, width, hang)


def _wrapped(line: str, width: int, hang: int) -> Iterator[str]:
    if display_width(line) <= width:
        yield line
        return
    first, later = _indents(line, width, hang)
    row, filled = first, False
    for word in _WORD.findall(line[len(first) :]):
        if filled and display_width(row) + 1 + display_width(word) > width:
            yield row
            row, filled = later, False
        row, filled = f"{row}{' ' if filled else ''}{word}", True
    yield row


def _indents(line: str, width: int, hang: int) -> tuple[str, str]:
    """Return what the first line begins with, kept as it is, and what the lines after it begin with."""
    cell = _ROW.match(line)
    if cell and display_width(cell[0]) <= width // 2:
        return cell[0], " " * display_width(cell[0])
    margin = _margin(line)
    return margin, margin + " " * hang


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
