"""A file of readers into a list: found out how it is written, read row by row, stored whole or not at all."""

import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy import Engine

from newsletter.audience.columns import Choices
from newsletter.audience.rows import Refused, Row, Table
from newsletter.audience.text.encodings import UTF_8, Encoding, find_encoding
from newsletter.audience.text.lines import text_lines
from newsletter.errors import AudienceError
from newsletter.readership.members import Now, list_name_of
from newsletter.refusals import RefusedRows, beside
from newsletter.store import imports
from newsletter.store.imports import Tally

Progress = Callable[[str, int, int], None]  # a step's name, how much is done, of how much

PIECE = 256 * 1024  # bytes read at once
ROWS_TOLD = 10  # refused ones, that the report holds in full


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read: what a person said of it, and what to go by where nobody did.

    ``refused_to`` is where refused rows go, by default ``NAME.refused.csv`` next to the file. ``encoding`` is
    found out unless given; of two that make equal sense, the one of ``language`` is taken.
    """

    choices: Choices = field(default_factory=Choices)
    encoding: Encoding | None = None
    language: str = "en"
    refused_to: Path | None = None


@dataclass(slots=True)
class ImportReport:
    """What became of every row: ``rows`` is refused + repeated + suppressed + left + joined + known.

    ``table`` says what was done to the rows that were read: columns, names that were cut, addresses that were
    unwrapped. ``refused_rows`` are the first ones, in full. ``overfull`` readers kept their earlier
    attributes.
    """

    file: str
    list_name: str
    table: Table = field(repr=False)
    encoding: Encoding = UTF_8
    list_made: bool = False
    joined: int = 0
    known: int = 0
    repeated: int = 0
    suppressed: Tally = field(default_factory=Tally)
    left: Tally = field(default_factory=Tally)
    refused: dict[str, Tally] = field(default_factory=dict)
    refused_rows: list[Refused] = field(default_factory=list)
    refused_file: Path | None = None
    overfull: Tally = field(default_factory=Tally)

    @property
    def attributes(self) -> Mapping[str, str]:
        """Map columns to the merge fields they fill."""
        return self.table.columns.attributes

    @property
    def ignored(self) -> Mapping[str, str]:
        """Map columns that were not taken to the reason."""
        return self.table.columns.ignored

    @property
    def refused_count(self) -> int:
        """Count the rows that were left out for what they say."""
        return sum(tally.count for tally in self.refused.values())

    @property
    def rows(self) -> int:
        """Count the rows that were not blank."""
        taken = self.joined + self.known + self.repeated
        return taken + self.suppressed.count + self.left.count + self.refused_count

    def add_refused(self, refused: Refused) -> None:
        """Count a row that was left out."""
        self.refused.setdefault(refused.reason, Tally()).add(refused.line)
        if len(self.refused_rows) < ROWS_TOLD:
            self.refused_rows.append(refused)


def _silent(_step: str, _done: int, _of: int) -> None:
    """Tell nobody."""


def import_subscribers(
    engine: Engine,
    list_name: str,
    path: Path,
    *,
    now: Now,
    progress: Progress = _silent,
    options: ImportOptions = ImportOptions(),
) -> ImportReport:
    """Bring a CSV file's readers into a list, which is made if need be: all of them or, if stopped, none.

    Rows that cannot be taken go to a file of their own. Raises AudienceError when the file itself cannot be,
    and StoreError.
    """
    list_name = list_name_of(list_name)
    command = shlex.join(["newsletter", "subscribers", "import", str(path), "--list", list_name])
    table = Table(str(path), options.choices, command)
    report = ImportReport(str(path), list_name, table)
    with ExitStack() as stack:
        refused = stack.enter_context(RefusedRows(options.refused_to or beside(path), table))
        source = _source(path, stack)
        report.encoding = options.encoding or find_encoding(
            source(_silent), file=str(path), language=options.language
        )
        lines = text_lines(source(progress), file=str(path), encoding=report.encoding)
        merged = imports.import_rows(
            engine,
            list_name,
            _without_refused(table.rows(lines), refused, report),
            attributes=_Fields(table),
            clock=now,
            progress=lambda done, of: progress("Storing", done, of),
        )
        report.refused_file = refused.keep()
    report.list_made = merged.list_made
    report.joined, report.known, report.repeated = merged.joined, merged.known, merged.repeated
    report.suppressed, report.left, report.overfull = merged.suppressed, merged.left, merged.overfull
    return report


@dataclass(frozen=True, slots=True)
class _Fields:
    """A table's fields, looked at once its first line has been read."""

    table: Table

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.table.fields))


Source = Callable[[Progress], Iterator[bytes]]


def _source(path: Path, stack: ExitStack) -> Source:
    """Return what yields the file's bytes from their beginning, as often as it is called.

    A pipe can be read once only, so what comes through it is put into a nameless file first.
    """
    try:
        file = stack.enter_context(path.open("rb"))
        if path.is_file():
            return partial(_pieces, file, str(path))
        copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (the stack closes it)
        shutil.copyfileobj(file, copy, PIECE)
        return partial(_pieces, copy, str(path))
    except OSError as error:
        raise _unreadable(error, path) from error


def _pieces(file: IO[bytes], name: str, progress: Progress) -> Iterator[bytes]:
    try:
        size, done = file.seek(0, 2), 0
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
            done += len(piece)
            progress("Reading", done, size)
    except OSError as error:
        raise _unreadable(error, name) from error


def _unreadable(error: OSError, name: Path | str) -> AudienceError:
    return AudienceError(f"The file cannot be read: {error.strerror}.", file=str(name))


def _without_refused(
    rows: Iterator[Row | Refused], refused: RefusedRows, report: ImportReport
) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, Row):
            yield row
        else:
            report.add_refused(row)
            refused.add(row)
