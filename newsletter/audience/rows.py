"""Rows: a table of readers as text, into readers and refused rows, each with its line.

A row is one reader. What is wrong with a row costs that row alone; what is wrong with the file (no column of
addresses) refuses it whole, before anything is stored.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import orjson

from newsletter.audience.address import plain
from newsletter.audience.cells import CellReader, RawRow, unguard
from newsletter.audience.columns import Choices, Columns
from newsletter.audience.fields import BUILT_IN, MAX_ATTRIBUTES, clean, cost, shorten
from newsletter.audience.header import read_header
from newsletter.audience.names import is_no_name
from newsletter.audience.written import MAX_LOCAL_PART, Packaging, Unreadable, check_mailable, read_address

LINES_TOLD = 10
MAX_SHOWN = 80  # characters of a refused value in a report

Status = Literal["confirmed", "pending", "unsubscribed"]
Reason = Literal[
    "no address", "invalid address", "several addresses", "not mailable", "unknown status", "too many cells",
    "broken quotation", "row too long",
]  # fmt: skip

_STATUSES: Mapping[str, Status] = {
    "": "confirmed",
    "confirmed": "confirmed",
    "subscribed": "confirmed",
    "active": "confirmed",
    "pending": "pending",
    "unconfirmed": "pending",
    "unsubscribed": "unsubscribed",
}


class Row(NamedTuple):
    """One reader. ``attrs`` is a JSON object of strings; empty cells are not in it."""

    line: int
    email: str
    name: str
    attrs: str
    status: Status


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out: why, in one of a few words, then in a sentence, and its cells as they were.

    ``value`` is what it was refused for, on one line and not too long to show; ``instead`` what was probably
    meant, where that is not anybody's guess.
    """

    line: int
    reason: Reason
    detail: str
    cells: tuple[str, ...]
    value: str = ""
    instead: str = ""

    @property
    def sentence(self) -> str:
        """Return the value, what is wrong with it, and what was probably meant."""
        shown = f"“{self.value}”: " if self.value else ""
        return f"{shown}{self.detail}" + (f" Did you mean {self.instead}?" if self.instead else "")


class _Refusal(Exception):  # never leaves this module
    def __init__(self, reason: Reason, detail: str, *, value: str = "", instead: str = "") -> None:
        self.reason: Reason = reason
        self.detail = detail
        self.value = value
        self.instead = instead


@dataclass(slots=True)
class Occurrences:
    """How many rows something befell, and the lines of the first of them."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one row; rows come in order of line."""
        self.count += 1
        if len(self.lines) < LINES_TOLD:
            self.lines.append(line)


@dataclass(slots=True)
class Table:
    """A file of readers; its columns are known once its first line is read.

    ``command`` is the command that is reading it, for hints that say how to run it again. What follows counts
    what was done to rows so far: ``shortened`` names cut to their bound, ``unwrapped`` addresses by what was
    taken off, ``second`` rows whose address came from a later column, by its heading, ``left_out`` values
    that no mail could carry, by field, ``unnamed`` rows with a value in a column without a heading.
    """

    file: str
    choices: Choices = field(default_factory=Choices)
    command: str = ""
    delimiter: str = ","
    columns: Columns = field(default_factory=Columns)
    shortened: int = 0
    unwrapped: Counter[Packaging] = field(default_factory=Counter)
    second: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, Occurrences] = field(default_factory=dict)
    unnamed: Occurrences = field(default_factory=Occurrences)

    @property
    def header(self) -> tuple[str, ...]:
        """Return the headings of all columns, those of ours in a file of refused rows included."""
        return self.columns.header

    @property
    def fields(self) -> set[str]:
        """Return the names of what the columns bring besides address, name and status."""
        return {name for _, name in self.columns.fills if name not in {"name", "status"}}

    def rows(self, lines: Iterable[str]) -> Iterator[Row | Refused]:
        """Yield every row that is not blank, in order.

        Raises AudienceError when no column holds addresses, or a choice names none.
        """
        reader = CellReader(lines)
        self.delimiter, self.columns = read_header(reader, self.choices, file=self.file, command=self.command)
        for raw in reader.rows(self.delimiter):
            if any(raw.cells):
                try:
                    yield self._row(raw)
                except _Refusal as refusal:
                    value = clean(refusal.value)
                    value = value if len(value) <= MAX_SHOWN else value[: MAX_SHOWN - 1] + "…"
                    yield Refused(
                        raw.line, refusal.reason, refusal.detail, tuple(raw.cells), value, refusal.instead
                    )

    def _row(self, raw: RawRow) -> Row:
        if raw.problem:
            reason: Reason = "row too long" if "characters" in raw.problem else "broken quotation"
            raise _Refusal(reason, raw.problem, value=raw.cells[0])
        cells, columns = raw.cells, self.columns
        width = len(columns.header)
        if len(cells) > width and any(cells[width:]):
            raise self._too_many(cells)
        email, shown_name = self._address(cells)
        attrs = self._values(cells)
        said = attrs.pop("status", "")
        status = _STATUSES.get(said.lower())
        if status is None:
            detail = "The status is none of confirmed, pending, unsubscribed."
            raise _Refusal("unknown status", detail, value=said)
        if status != "unsubscribed" and (len(email) > MAX_LOCAL_PART or not email.isascii()):
            self._refuse_unmailable(email)
        name = attrs.pop("name", "")
        if shown_name and not name:
            name = self._name_shown(shown_name, attrs)
        if columns.unnamed and any(place < len(cells) and cells[place].strip() for place in columns.unnamed):
            self.unnamed.add(raw.line)
        if not attrs:
            return Row(raw.line, email, name, "{}", status)
        self._keep_what_fits(attrs, raw.line)
        return Row(raw.line, email, name, orjson.dumps(attrs).decode(), status)

    def _address(self, cells: list[str]) -> tuple[str, str]:
        """Return the row's address, of the first column of addresses with one, and the name next to it."""
        columns, width = self.columns, len(cells)
        for place in columns.addresses:
            text = unguard(cells[place].strip()) if place < width else ""
            if not text or ("@" not in text and is_no_name(text)):
                continue
            email, name = plain(text), ""
            if not email:
                email, name = self._unwrapped(text)
            if place != columns.addresses[0]:
                self.second[columns.header[place]] += 1
            return email, name
        raise _Refusal("no address", "The row has no address.", value="; ".join(filter(None, cells)))

    def _unwrapped(self, text: str) -> tuple[str, str]:
        try:
            written = read_address(text)
        except Unreadable as error:
            raise _Refusal(error.reason, error.message, value=text, instead=error.instead) from None
        self.unwrapped.update(written.packaging)
        return written.email, written.name

    def _refuse_unmailable(self, email: str) -> None:
        """Refuse who cannot be mailed; who is not to be mailed may well have such an address."""
        try:
            check_mailable(email)
        except Unreadable as error:
            raise _Refusal(error.reason, error.message, value=email, instead=error.instead) from None

    def _too_many(self, cells: list[str]) -> _Refusal:
        """Refuse a row of more cells than there are columns, as a comma within an address makes them."""
        width, place = len(self.columns.header), self.columns.addresses[0]
        text = f"There are {len(cells)} cells under {width} columns."
        hint = " A cell that holds the delimiter needs quotation marks."
        broken = self.delimiter.join(cells[place : place + 2])
        try:
            read_address(broken)
        except Unreadable as error:
            if "@" in cells[place] and error.instead and len(cells) == width + 1:
                return _Refusal("too many cells", text, value=broken, instead=error.instead)
        return _Refusal("too many cells", text + hint, value=self.delimiter.join(cells))

    def _name_shown(self, shown_name: str, attrs: Mapping[str, str]) -> str:
        """Return the name that stood with the address, for a reader who has none in the columns."""
        name = clean(shown_name)
        if "first_name" in attrs or "last_name" in attrs or is_no_name(name):
            return ""
        return shorten(name)

    def _values(self, cells: list[str]) -> dict[str, str]:
        width = len(cells)
        values = {
            name: text
            for place, name in self.columns.fills
            if place < width and cells[place] and (text := unguard(clean(cells[place])))
        }
        for name in ("name", "first_name", "last_name"):
            if name in values and (short := shorten(values[name])) != values[name]:
                values[name] = short
                self.shortened += 1
        return values

    def _keep_what_fits(self, attrs: dict[str, str], line: int) -> None:
        """Leave out values beyond what a mail carries, the longest first: no reader is lost over a note."""
        costs = {name: cost(value) for name, value in attrs.items() if name not in BUILT_IN}
        total = sum(costs.values())
        while total > MAX_ATTRIBUTES:
            longest = max(costs, key=costs.__getitem__)
            total -= costs.pop(longest)
            del attrs[longest]
            self.left_out.setdefault(longest, Occurrences()).add(line)
