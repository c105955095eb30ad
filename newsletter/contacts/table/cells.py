"""Cells: lines of delimited text into rows of cells, one broken row never swallowing its neighbours."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from newsletter.contacts.text.lines import MAX_LINE

# Of one row, by line breaks within quotation marks. Beyond it the quotation mark counts as unclosed; fewer
# would make rows of a long note's lines, and readers of the addresses in them.
MAX_ROW_LINES = 1_000
MAX_HEADER_LINES = 20
_LONGEST = MAX_LINE + 1  # characters of a row, with its end

# The module's own bound of 131,072 characters a cell would cost a reader the mail for a long note.
csv.field_size_limit(MAX_LINE)


class RawRow(NamedTuple):
    """The cells of a row and the line it begins on; ``problem`` says why they are not to be trusted."""

    line: int
    cells: list[str]
    problem: str = ""


class CellParser:
    """Read rows off lines, counting lines as an editor's program does: from 1, quoted breaks included."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._length = 0
        self.number = 0

    def header(self) -> str:
        """Return the first line that is not blank, with those a quoted heading goes on in; "" at the end."""
        text = next((line for line in self._counted() if line.strip()), "")
        more: list[str] = []
        while (text + "".join(more)).count('"') % 2:
            line = next(self._lines, "") if len(more) < MAX_HEADER_LINES else ""
            if not line:  # the quotation mark is not one that opens a cell
                self._again.extend(more)
                return text
            more.append(line)
        self.number += len(more)
        return text + "".join(more)

    def _counted(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            yield line

    def rows(self, delimiter: str) -> Iterator[RawRow]:
        """Yield what is left as rows; a blank line is a row without cells."""
        while True:
            try:
                # Strict: a quotation mark that never closes is an error, not a cell that holds all the rest.
                for cells in csv.reader(self._feed(), delimiter=delimiter, strict=True):
                    line = self.number - len(self._row) + 1
                    self._row.clear()
                    self._length = 0
                    yield RawRow(line, cells)
            except csv.Error:
                yield self._recover(delimiter)
            else:
                return

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, "")
            if not line:
                return
            self.number += 1
            self._row.append(line)
            self._length += len(line)
            if self._length > _LONGEST or len(self._row) > MAX_ROW_LINES:
                raise csv.Error
            yield line

    def _recover(self, delimiter: str) -> RawRow:
        """Take the row's first line alone, leniently, and put the others back."""
        first, *rest = self._row
        self._row.clear()
        self._length = 0
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        cells = split_cells(first, delimiter) if len(first) <= _LONGEST else []
        if not cells:
            return RawRow(self.number, [first[:200]], f"The row has more than {MAX_LINE:,} characters.")
        if cells[-1].endswith("\n"):
            return RawRow(
                self.number, [first.rstrip("\n")], "A quotation mark opens a cell and nothing closes it."
            )
        return RawRow(self.number, cells)


def split_cells(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, leniently; none when a cell is too long for a table."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
