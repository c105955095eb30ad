"""Header: the first line of a file of readers, the delimiter it shows, and the columns it names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from shlex import quote

from newsletter.contacts.fields import clean
from newsletter.contacts.table.cells import CellParser, RawRow, split_cells
from newsletter.contacts.table.columns import ColumnChoices, Columns, assign
from newsletter.contacts.text.lines import MAX_LINE
from newsletter.contacts.written import UnreadableAddress, read_address
from newsletter.errors import AudienceError

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LOOKED_AT = 50  # rows that are searched for addresses when no column is called so
MAX_SHOWN = 80  # characters of the line in an error

# What Excel writes before the header; some programs put it into quotation marks or give it cells of its own.
_DELIMITER_LINE = re.compile(r"""[ "']*sep[ ]*=[ ]*(\\t|[^\w\s"'=]|\t)[ "']*[,;\t]*\s*""", re.IGNORECASE)


class NoReaders(AudienceError):
    """Refuse a file that has no column of addresses."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line of a file shows: what stands between cells, and what the columns are."""

    delimiter: str
    columns: Columns


def read_header(cells: CellParser, choices: ColumnChoices, *, file: str, command: str = "") -> Header:
    """Return what the first line of a file shows; ``cells`` then stand before the first row.

    Raises AudienceError when the file is empty, a choice names no column, or no column is one of addresses:
    then with the column that seems to be, and ``command`` with the option that says so.
    """
    text = cells.header()
    own_line = _DELIMITER_LINE.fullmatch(text)
    if own_line:
        text = cells.header()
    if not text:
        raise NoReaders("The file is empty.", file=file, hint="Its first line must name the columns.")
    if len(text) > MAX_LINE:
        message = f"The first line has more than {MAX_LINE:,} characters."
        raise AudienceError(message, file=file, line=cells.number, hint="It must name the columns.")
    named = [own_line.group(1).replace("\\t", "\t")] if own_line else list(DELIMITERS)
    delimiter, columns = _best(text, named, choices, file, cells.number)
    if own_line and not columns.addresses:  # a spreadsheet puts its own line on top of whatever it was given
        delimiter, columns = _best(text, DELIMITERS, choices, file, cells.number)
    if columns.addresses:
        return Header(delimiter, columns)
    number = cells.number
    rows = list(islice(cells.rows(delimiter), LOOKED_AT))
    message, hint = _without_addresses(text, columns.header, rows, command)
    raise NoReaders(message, file=file, line=number, hint=hint)


def _best(
    text: str, marks: Iterable[str], choices: ColumnChoices, file: str, number: int
) -> tuple[str, Columns]:
    """Return the delimiter under which the header makes most sense, and the columns it then names."""
    found: list[tuple[bool, int, str, Columns]] = []
    failed: list[tuple[int, AudienceError]] = []
    for mark in marks:
        cells = split_cells(text, mark)
        try:
            columns = assign(cells, choices, file=file, line=number)
            found.append((bool(columns.addresses), len(cells), mark, columns))
        except AudienceError as error:  # what was chosen may be there under another delimiter
            failed.append((len(cells), error))
    if not found:
        raise max(failed, key=lambda failure: failure[0])[1]
    *_, mark, columns = max(found, key=lambda way: way[:2])
    return mark, columns


def _without_addresses(
    text: str, header: tuple[str, ...], rows: list[RawRow], command: str
) -> tuple[str, str]:
    """Say that no column is called an address, and which one seems to hold some; and what to do."""
    named = [header[place] for place in range(len(header)) if header[place] and _holds_addresses(rows, place)]
    if named and "@" not in text:
        which = " and ".join(f"“{heading}”" for heading in named)
        ways = (f"{command} --column {quote(f'{heading}=email')}".strip() for heading in named)
        return f"No column is called “email”, but addresses are in {which}.", "\n  or: ".join(ways)
    message = f"No column is called “email”. The first line reads: {clean(text)[:MAX_SHOWN]}"
    if "@" in text:
        return message, "Put a line with the columns' names on top, such as: email,name"
    return message, f"Looked for a column “email” between {', '.join(DELIMITERS.values())}."


def _holds_addresses(rows: Iterable[RawRow], place: int) -> bool:
    """Say whether most of what stands in a column is an address."""
    cells = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place].strip()]
    return bool(cells) and 2 * sum(map(_is_address, cells)) > len(cells)


def _is_address(cell: str) -> bool:
    if "@" not in cell or "|" in cell:  # one may stand before an @-sign, but comes of a list divided by it
        return False
    try:
        read_address(cell.strip())
    except UnreadableAddress:
        return False
    return True
