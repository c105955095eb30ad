"""Rows: a table of readers as text, into readers and refused rows, each with its line.

A row is one reader. What is wrong with a row costs that row alone; what is wrong with the file (its encoding,
no column of addresses) refuses it whole, before anything is stored.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import orjson

from newsletter.audience.address import normalise
from newsletter.audience.cells import CellReader, RawRow, split_cells, unguard
from newsletter.audience.fields import MAX_ATTRIBUTES, RESERVED, clean, field_name, fits, shorten
from newsletter.errors import AudienceError

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MAX_COLUMNS = 200
REFUSED_COLUMNS = ("line", "reason")  # put before a row's own cells in a file of refused rows

Status = Literal["confirmed", "pending", "unsubscribed"]
Reason = Literal[
    "no address", "invalid address", "unknown status", "too many cells", "values too long", "broken quotation"
]

_ROLES = {
    "email": "email",
    **dict.fromkeys(("e_mail", "email_address", "e_mail_address", "emailaddress", "mail"), "email"),
    "name": "name",
    **dict.fromkeys(("full_name", "fullname", "display_name"), "name"),
    "first_name": "first_name",
    **dict.fromkeys(("firstname", "fname", "given_name", "forename"), "first_name"),
    "last_name": "last_name",
    **dict.fromkeys(("lastname", "lname", "surname", "family_name"), "last_name"),
    "status": "status",
    "subscription_status": "status",
}
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
    """A row that was left out: why, in one of a few words, then in a sentence, and its cells as they were."""

    line: int
    reason: Reason
    detail: str
    cells: tuple[str, ...]


class _Refusal(Exception):  # never leaves this module
    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason: Reason = reason
        self.detail = detail


@dataclass(slots=True)
class Table:
    """A file of readers; its columns are known once its first line is read.

    ``attributes`` maps a column's header to the merge field it fills, ``ignored`` lists the headers that are
    not taken, ``shortened`` counts the names cut to their bound so far.
    """

    file: str
    delimiter: str = ","
    header: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    shortened: int = 0
    _fills: list[tuple[int, str]] = field(default_factory=list)
    _email_at: int = 0

    @property
    def fields(self) -> set[str]:
        """Return the names of what the columns bring beside address, name and status."""
        return {name for _, name in self._fills if name not in {"name", "status"}}

    @property
    def own_columns(self) -> int:
        """Count the leading columns that a file of refused rows has from us."""
        return len(REFUSED_COLUMNS) if self.header[: len(REFUSED_COLUMNS)] == REFUSED_COLUMNS else 0

    def rows(self, lines: Iterable[str]) -> Iterator[Row | Refused]:
        """Yield every row that is not blank, in order.

        Raises AudienceError when no column holds addresses.
        """
        reader = CellReader(lines)
        self._read_header(reader)
        for raw in reader.rows(self.delimiter):
            if any(raw.cells):
                try:
                    yield self._row(raw)
                except _Refusal as refusal:
                    yield Refused(raw.line, refusal.reason, refusal.detail, tuple(raw.cells))

    def _read_header(self, reader: CellReader) -> None:
        line = reader.next_line()
        told = re.fullmatch(r"sep=([,;\t])\s*", line)  # what Excel writes before the header
        if told:
            line = reader.next_line()
        tried = {mark: split_cells(line, mark) for mark in (told.group(1) if told else DELIMITERS)}
        usable = {mark: cells for mark, cells in tried.items() if "email" in map(_role, cells)}
        if not usable:
            raise _no_addresses(line, self.file, reader.number)
        self.delimiter, cells = max(usable.items(), key=lambda each: len(each[1]))
        if len(cells) > MAX_COLUMNS:
            text = f"There are {len(cells)} columns; {MAX_COLUMNS} are allowed."
            raise AudienceError(text, file=self.file, line=reader.number)
        self.header = tuple(map(clean, cells))
        self._assign_columns()

    def _assign_columns(self) -> None:
        taken: set[str] = set()
        for place, header in enumerate(self.header):
            name = _role(header) or field_name(header) or f"column_{place + 1}"
            own = place < self.own_columns
            if own or name in RESERVED or (name in taken and _role(header)):
                self.ignored += [] if own else [header]
                continue
            while name in taken:
                name += "_2"
            taken.add(name)
            if name == "email":
                self._email_at = place
                continue
            self._fills.append((place, name))
            if not _role(header):
                self.attributes[header or name] = name

    def _row(self, raw: RawRow) -> Row:
        if raw.problem:
            raise _Refusal("broken quotation", raw.problem)
        email = self._address(raw.cells)
        attrs = self._values(raw.cells)
        status = _STATUSES.get(attrs.pop("status", "").lower())
        if status is None:
            raise _Refusal("unknown status", "The status is none of confirmed, pending, unsubscribed.")
        name = attrs.pop("name", "")
        if not attrs:
            return Row(raw.line, email, name, "{}", status)
        if not fits(attrs):
            raise _Refusal(
                "values too long", f"The values take more than {MAX_ATTRIBUTES:,} bytes in a mail."
            )
        return Row(raw.line, email, name, orjson.dumps(attrs).decode(), status)

    def _address(self, cells: list[str]) -> str:
        if len(cells) > len(self.header) and any(cells[len(self.header) :]):
            detail = f"There are {len(cells)} cells under {len(self.header)} columns."
            raise _Refusal(
                "too many cells", f"{detail} A cell that holds the delimiter needs quotation marks."
            )
        # Not cleaned like other cells: an address with something taken out is another address.
        text = unguard(cells[self._email_at].strip()) if self._email_at < len(cells) else ""
        if not text:
            raise _Refusal("no address", "The row has no address.")
        try:
            return normalise(text)
        except AudienceError as error:
            raise _Refusal("invalid address", error.message) from None

    def _values(self, cells: list[str]) -> dict[str, str]:
        width = len(cells)
        values = {
            name: text
            for place, name in self._fills
            if place < width and cells[place] and (text := unguard(clean(cells[place])))
        }
        for name in ("name", "first_name", "last_name"):
            if name in values and (short := shorten(values[name])) != values[name]:
                values[name] = short
                self.shortened += 1
        return values


def _role(header: str) -> str:
    return _ROLES.get(field_name(header), "")


def _no_addresses(line: str, file: str, number: int) -> AudienceError:
    if not line:
        return AudienceError("The file is empty.", file=file, hint="Its first line must name the columns.")
    shown = clean(line)[:80]
    if "@" in line:
        hint = "Put a line with the columns' names on top, such as: email,name"
    else:
        hint = f"Looked for a column “email” between {', '.join(DELIMITERS.values())}."
    return AudienceError(
        f"No column is called “email”. The first line reads: {shown}", file=file, line=number, hint=hint
    )
