"""Rows: a table of readers as text, into readers and rejected rows, each with its line.

A row is one reader. What is wrong with a row costs that row alone; what is wrong with the file (no column of
addresses) refuses it whole, before anything is stored.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

import orjson

from newsletter.contacts.address import plain
from newsletter.contacts.consent.file_consent import NOTHING_SAID
from newsletter.contacts.entries import entries_of
from newsletter.contacts.fields import clean, field_name, fitting, shorten
from newsletter.contacts.names import is_no_name
from newsletter.contacts.table.cells import CellParser, RawRow, split_cells
from newsletter.contacts.table.columns import MAX_COLUMNS, Columns
from newsletter.contacts.table.formulas import unguard
from newsletter.contacts.table.header import Header
from newsletter.contacts.table.layout import Layout
from newsletter.contacts.table.occurrences import Occurrences
from newsletter.contacts.table.row import Erased, RejectedRow, RejectionReason, Row
from newsletter.contacts.written import (
    MAX_LOCAL_PART,
    Packaging,
    UnreadableAddress,
    check_mailable,
    read_address,
)
from newsletter.delivery.states import SubscriptionState
from newsletter.errors import AudienceError

_CONFIRMED = SubscriptionState.CONFIRMED.value
MAX_SHOWN = 80  # characters of a value in a report, for which its row was rejected


class _Rejection(Exception):  # never leaves this module
    def __init__(self, reason: RejectionReason, detail: str, *, value: str = "", instead: str = "") -> None:
        self.reason: RejectionReason = reason
        self.detail = detail
        self.value = value
        self.instead = instead

    def of(self, raw: RawRow) -> RejectedRow:
        value = clean(self.value)
        value = value if len(value) <= MAX_SHOWN else value[: MAX_SHOWN - 1] + "…"
        return RejectedRow(raw.line, self.reason, self.detail, tuple(raw.cells), value, self.instead)


@dataclass(slots=True)
class Table:
    """A file of readers whose header was read, and how to read its rows.

    What follows counts what was done to rows so far: ``shortened`` names cut to their bound, ``unwrapped``
    addresses by what was taken off, ``second`` rows whose address came from a later column, by its heading,
    ``left_out`` values that no mail could carry, by field, ``unnamed`` rows with a value in a column without
    a heading, ``disagreeing`` rows of which some columns say different things of leaving, by those columns.
    """

    delimiter: str
    columns: Columns
    layout: Layout
    shortened: int = 0
    unwrapped: Counter[Packaging] = field(default_factory=Counter)
    second: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, Occurrences] = field(default_factory=dict)
    unnamed: Occurrences = field(default_factory=Occurrences)
    disagreeing: dict[tuple[str, ...], Occurrences] = field(default_factory=dict)
    _entries: dict[str, None] = field(default_factory=dict)

    @classmethod
    def under(cls, header: Header, layout: Layout) -> Self:
        """Return the table under a header, laid out as it says."""
        elsewhere = {*layout.consent_columns, *layout.left_out, *layout.objects}
        return cls(header.delimiter, header.columns.without(elsewhere), layout)

    @property
    def header(self) -> tuple[str, ...]:
        """Return the headings of all columns, those of ours in a file of rejected rows included."""
        return self.columns.header

    @property
    def fields(self) -> set[str]:
        """Return the names of what the columns bring besides address, name and status."""
        filled = {name for _, name in self.columns.fills if name not in {"name", "status"}}
        return filled | self._entries.keys() | set(self.layout.fields)

    def rows(self, cells: CellParser) -> Iterator[Row | RejectedRow | Erased]:
        """Yield every row below the header that is not blank, in order."""
        read = self._whole if self.layout.whole else self._row
        for raw in cells.rows(self.delimiter):
            if any(raw.cells):
                try:
                    yield read(raw)
                except _Rejection as rejection:
                    yield rejection.of(raw)

    def _whole(self, raw: RawRow) -> Row | Erased:
        """Read a row by what its layout brings along."""
        _reject_broken(raw)
        try:
            return self.layout.whole(raw)  # type: ignore[misc]  # only asked where there is one
        except (AudienceError, ValueError) as error:
            said = error.message if isinstance(error, AudienceError) else str(error)
            raise _Rejection("not as exported", said, value=raw.cells[0]) from None

    def _row(self, raw: RawRow) -> Row:
        _reject_broken(raw)
        cells, columns = raw.cells, self.columns
        width = len(columns.header)
        if len(cells) > width and any(cells[width:]):
            raise self._too_many(cells)
        email, shown_name = self._address(cells)
        standing = self.layout.consent.standing_of(cells)
        if standing.disagreeing:
            self.disagreeing.setdefault(standing.disagreeing, Occurrences()).add(raw.line)
        attrs = self._values(cells)
        attrs.pop("status", None)  # read already
        if standing.status is not SubscriptionState.UNSUBSCRIBED and (
            len(email) > MAX_LOCAL_PART or not email.isascii()
        ):
            self._reject_unmailable(email)
        name = attrs.pop("name", "")
        if shown_name and not name:
            name = self._name_shown(shown_name, attrs)
        if columns.unnamed and any(place < len(cells) and cells[place].strip() for place in columns.unnamed):
            self.unnamed.add(raw.line)
        if attrs:
            self._keep_what_fits(attrs, raw.line)
        written = orjson.dumps(attrs).decode() if attrs else "{}"
        if standing is NOTHING_SAID:
            return Row(raw.line, email, name, written, _CONFIRMED)
        return Row(
            raw.line,
            email,
            name,
            written,
            standing.status.value,
            standing.suppressed,
            standing.joined,
            standing.since,
            standing.suppressed_since,
            None,
            standing.consent,
        )

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
        raise _Rejection("no address", "The row has no address.", value="; ".join(filter(None, cells)))

    def _unwrapped(self, text: str) -> tuple[str, str]:
        try:
            written = read_address(text)
        except UnreadableAddress as error:
            raise _Rejection(error.reason, error.message, value=text, instead=error.instead) from None
        self.unwrapped.update(written.packaging)
        return written.email, written.name

    def _reject_unmailable(self, email: str) -> None:
        """Reject who cannot be mailed; who is not to be mailed may well have such an address."""
        try:
            check_mailable(email)
        except UnreadableAddress as error:
            raise _Rejection(error.reason, error.message, value=email, instead=error.instead) from None

    def _too_many(self, cells: list[str]) -> _Rejection:
        """Reject a row of more cells than there are columns, as a comma within an address makes them."""
        width, place = len(self.columns.header), self.columns.addresses[0]
        text = f"There are {len(cells)} cells under {width} columns."
        hint = " A cell that holds the delimiter needs quotation marks."
        broken = self.delimiter.join(cells[place : place + 2])
        try:
            read_address(broken)
        except UnreadableAddress as error:
            if "@" in cells[place] and error.instead and len(cells) == width + 1:
                return _Rejection("too many cells", text, value=broken, instead=error.instead)
        return _Rejection("too many cells", text + hint, value=self.delimiter.join(cells))

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
        for place in self.layout.tags:
            if place < width and '"' in cells[place]:
                self._part_tags(values, cells[place], field_name(self.columns.header[place]))
        for place in self.layout.objects:
            if place < width and cells[place]:
                self._add_entries(values, self.columns.header[place], cells[place])
        for name in ("name", "first_name", "last_name"):
            if name in values and (short := shorten(values[name])) != values[name]:
                values[name] = short
                self.shortened += 1
        return values

    def _part_tags(self, values: dict[str, str], cell: str, name: str) -> None:
        """Take tags that stand in quotation marks within their cell, ``"VIP","Blog"``, as words."""
        values[name] = clean(", ".join(filter(None, split_cells(cell, ","))))

    def _add_entries(self, values: dict[str, str], heading: str, cell: str) -> None:
        """Take the entries of a JSON object as values of their own; what is none stays one value."""
        for name, text in entries_of(cell, otherwise=field_name(heading)):
            if name in self._entries or len(self._entries) + len(self.columns.fills) < MAX_COLUMNS:
                self._entries[name] = None
                values.setdefault(name, text)
            else:
                self.left_out.setdefault(name, Occurrences()).add(0)

    def _keep_what_fits(self, attrs: dict[str, str], line: int) -> None:
        """Leave out values beyond what a mail carries: no reader is lost over a note."""
        for name in fitting(attrs):
            self.left_out.setdefault(name, Occurrences()).add(line)


def _reject_broken(raw: RawRow) -> None:
    if raw.problem:
        reason: RejectionReason = "row too long" if "characters" in raw.problem else "broken quotation"
        raise _Rejection(reason, raw.problem, value=raw.cells[0])
