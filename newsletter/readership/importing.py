"""A file of readers into a list: found out how it is written, read row by row, stored whole or not at all."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.contacts.consent.questions import answers_given, answers_of, header_key, questions_error
from newsletter.contacts.table.columns import Choices
from newsletter.contacts.table.header import NoReaders
from newsletter.contacts.table.occurrences import Occurrences
from newsletter.contacts.table.row import Erased, Refused, Row
from newsletter.contacts.table.rows import Table
from newsletter.contacts.text.encodings import UTF_8, Encoding, find_encoding
from newsletter.contacts.text.lines import text_lines
from newsletter.errors import AudienceError
from newsletter.files.rejected_rows import RefusedRows, beside
from newsletter.files.sources import Part, parts_of
from newsletter.platforms.layout import Told, layout_of
from newsletter.readership.lists import check_new, clean_name
from newsletter.readership.subscribers import Now
from newsletter.store.database import read
from newsletter.store.readers.column_answers import answers_to, remember
from newsletter.store.readers.erasures import add_hash, count_erased, erase_again, fingerprint
from newsletter.store.readers.import_tally import Import, Merged
from newsletter.store.readers.imports import import_rows

Progress = Callable[[str, int, int], None]  # a step's name, how much is done, of how much

ROWS_TOLD = 10  # refused ones, that the report holds in full


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read: what a person said of it, and what to go by where nobody did.

    ``told`` is what they said of its platform and of who may be mailed. ``refused_to`` is where refused rows
    go, by default ``NAME.refused.csv`` next to the file. ``encoding`` is found out unless given; of two that
    make equal sense, the one of ``language`` is taken. ``new_list`` insists on a list whose name is near
    another's. ``said`` are the options as they were typed, for the command that answers what is open.
    """

    choices: Choices = field(default_factory=Choices)
    told: Told = field(default_factory=Told)
    encoding: Encoding | None = None
    language: str = "en"
    refused_to: Path | None = None
    new_list: bool = False
    said: tuple[str, ...] = ()


@dataclass(slots=True)
class FileReport:
    """How one file was read, be it the one that was named or one in an archive.

    ``table`` says what was done to its rows; ``refused_rows`` are the first of those left out, in full.
    """

    name: str
    table: Table = field(repr=False)
    encoding: Encoding = UTF_8
    refused: dict[str, Occurrences] = field(default_factory=dict)
    refused_rows: list[Refused] = field(default_factory=list)
    refused_file: Path | None = None

    def add_refused(self, refused: Refused) -> None:
        """Count a row that was left out."""
        self.refused.setdefault(refused.reason, Occurrences()).add(refused.line)
        if len(self.refused_rows) < ROWS_TOLD:
            self.refused_rows.append(refused)


@dataclass(slots=True)
class ImportReport:
    """What became of every row: each was refused, or is one of those that ``merged`` counts.

    ``erased`` counts the addresses that other publications erased, and that are never taken in here either.
    ``skipped`` are files of an archive that hold no readers.
    """

    file: str
    list_name: str
    files: list[FileReport] = field(default_factory=list)
    merged: Merged = field(default_factory=Merged)
    erased: int = 0
    skipped: list[str] = field(default_factory=list)

    @property
    def list_made(self) -> bool:
        """Say whether the list is new."""
        return self.merged.list_made

    @property
    def joined(self) -> int:
        """Count who is new on the list, in whatever state."""
        return self.merged.joined

    @property
    def known(self) -> int:
        """Count who was on the list already, and stays as they were."""
        return self.merged.known

    @property
    def repeated(self) -> int:
        """Count the rows that were folded into another of the same address."""
        return self.merged.repeated

    @property
    def left(self) -> Occurrences:
        """Count who left the list before and stays away."""
        return self.merged.left

    @property
    def stopped(self) -> Occurrences:
        """Count who was on the list until now, and left, bounced or complained by the file."""
        return self.merged.stopped

    @property
    def suppressed(self) -> Occurrences:
        """Count who was never to be mailed before, and was not taken in."""
        return self.merged.suppressed

    @property
    def overfull(self) -> Occurrences:
        """Count who kept their earlier values, because the new ones do not fit."""
        return self.merged.overfull

    @property
    def refused(self) -> Mapping[str, Occurrences]:
        """Count the rows that were left out for what they say, by reason."""
        counts: dict[str, Occurrences] = {}
        for file in self.files:
            for reason, tally in file.refused.items():
                counts.setdefault(reason, Occurrences()).join(tally)
        return counts

    @property
    def refused_count(self) -> int:
        """Count the rows that were left out for what they say, whatever it is."""
        return sum(tally.count for file in self.files for tally in file.refused.values())

    @property
    def refused_files(self) -> list[Path]:
        """Return where the refused rows are."""
        return [file.refused_file for file in self.files if file.refused_file]

    @property
    def refused_file(self) -> Path | None:
        """Return where the first refused rows are."""
        return next(iter(self.refused_files), None)

    @property
    def attributes(self) -> Mapping[str, str]:
        """Map columns to the merge fields they fill."""
        return {
            heading: name for file in self.files for heading, name in file.table.columns.attributes.items()
        }

    @property
    def ignored(self) -> Mapping[str, str]:
        """Map columns that were not taken to the reason."""
        return {heading: why for file in self.files for heading, why in file.table.columns.ignored.items()}

    @property
    def rows(self) -> int:
        """Count the rows that were not blank."""
        return self.merged.rows + self.erased + self.refused_count


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
    """Bring a file's readers into a list, which is made if need be: all of them or, if stopped, none.

    The file is CSV, or a zip of CSV files as Mailchimp makes them. Rows that cannot be taken go to a file of
    their own. Raises AudienceError when the file itself cannot be, when its columns leave open who may be
    mailed, when every row is refused, or for a new list whose name is near another's; and StoreError.
    """
    return _Importing(engine, clean_name(list_name), path, now, progress, options).run()


class _Importing:
    """One import, from the file's bytes to the report."""

    def __init__(
        self, engine: Engine, list_name: str, path: Path, now: Now, progress: Progress, options: ImportOptions
    ) -> None:
        self._engine, self._path, self._now, self._progress = engine, path, now, progress
        self._options = options
        self._report = ImportReport(str(path), list_name)
        self._command = [
            *("newsletter", "subscribers", "import", str(path), "--list", list_name),
            *options.said,
        ]
        self._refused: list[tuple[FileReport, RefusedRows]] = []
        self._erased: list[Erased] = []
        self._taken = 0

    def run(self) -> ImportReport:
        with read(self._engine) as connection:
            check_new(connection, self._report.list_name, new_list=self._options.new_list)
            values, self._columns = answers_to(connection, self._report.list_name)
            self._fingerprint, self._erased_before = fingerprint(connection), count_erased(connection)
        said = [heading for heading, _ in self._options.choices.fields] + [*self._options.choices.ignored]
        self._told = replace(
            self._options.told,
            remembered=answers_of(values),
            remembered_columns=frozenset(map(header_key, self._columns)),
            typed_columns=frozenset(map(header_key, said)),
        )
        with ExitStack() as stack:
            self._report.merged = import_rows(
                self._engine,
                Import(
                    list_name=self._report.list_name,
                    attributes=_Fields(self._report),
                    clock=self._now,
                    evidence=self._path.name,
                    erased_before=self._erased_before,
                    before_writing=self._insist,
                    after_writing=self._remember,
                ),
                self._rows(stack),
                progress=lambda done, of: self._progress("Storing", done, of),
            )
            for file, refused in self._refused:
                file.refused_file = refused.keep()
        return self._report

    def _rows(self, stack: ExitStack) -> Iterator[Row]:
        """Yield the readers of every file; what else a row is, is kept on the way."""
        for part in parts_of(self._path, stack):
            table = Table(
                part.name,
                partial(layout_of, told=self._told_of(part), file=part.name),
                replace(self._options.choices, remembered=self._columns, among_others=not part.alone),
                shlex.join(self._command),
            )
            file = FileReport(part.name, table)
            refused = stack.enter_context(RefusedRows(self._refused_to(part), table))
            self._report.files.append(file)
            self._refused.append((file, refused))
            file.encoding = self._options.encoding or find_encoding(
                part.pieces(_silent), file=part.name, language=self._options.language
            )
            lines = text_lines(part.pieces(self._progress), file=part.name, encoding=file.encoding)
            try:
                yield from self._readers(table.rows(lines), file, refused)
            except NoReaders:
                if part.alone:
                    raise
                self._report.files.remove(file)
                self._report.skipped.append(part.name)
        if not self._report.files:
            raise NoReaders("No file in the archive holds a column of addresses.", file=str(self._path))

    def _told_of(self, part: Part) -> Told:
        path = self._path.name if part.alone else f"{self._path.name}/{part.name}"
        return replace(self._told, among_others=not part.alone, path=path)

    def _refused_to(self, part: Part) -> Path:
        if self._options.refused_to and part.alone:
            return self._options.refused_to
        return beside(self._path if part.alone else self._path.with_name(part.name.replace("/", "-")))

    def _readers(
        self, rows: Iterator[Row | Refused | Erased], file: FileReport, refused: RefusedRows
    ) -> Iterator[Row]:
        for row in rows:
            if isinstance(row, Row):
                self._taken += 1
                yield row
            elif isinstance(row, Erased) and row.fingerprint == self._fingerprint:
                self._erased.append(row)
                self._report.erased += 1
            else:
                left_out = row if isinstance(row, Refused) else _of_another_key(row)
                file.add_refused(left_out)
                refused.add(left_out)

    def _insist(self) -> None:
        """Refuse, before anything is written, a file that leaves open who may be mailed, or has no reader."""
        questions = {file.name: file.table.layout.consent.questions for file in self._report.files}
        if asking := {name: asked for name, asked in questions.items() if asked.open}:
            raise questions_error(asking, self._command)
        if self._report.refused_count and not self._taken and not self._erased:
            kept = [str(place) for _, refused in self._refused if (place := refused.keep())]
            first = next(row for file in self._report.files for row in file.refused_rows)
            raise AudienceError(
                f"Every row is refused; nothing was imported. The first, line {first.line}: {first.sentence}",
                file=str(self._path),
                hint=f"All of them are in {' and '.join(kept)}: correct them there and import that file.",
            )

    def _remember(self, connection: Connection, list_key: int) -> None:
        for address in self._erased:
            add_hash(connection, address.hash, now=address.at)
        if self._erased:
            erase_again(connection, now=self._now())  # a reader here who was erased elsewhere
        values: dict[tuple[str, str], str] = {}
        columns: dict[str, str] = {}
        for file in self._report.files:
            table = file.table
            values |= answers_given(table.layout.consent.questions.answers, self._told.remembered)
            columns |= {header_key(table.header[place]): name for place, name in table.columns.given.items()}
        remember(connection, list_key, values, columns)


def _of_another_key(row: Erased) -> Refused:
    return Refused(
        row.line,
        "erased under another key",
        "It stands for an erased address, under a key that is not this publication's. Bring the key first: "
        "newsletter subscribers erasure-key --set FILE",
        (f"erased:{row.fingerprint}:{row.hash.hex()}",),
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of all files, looked at once their rows have been read."""

    report: ImportReport

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({name for file in self.report.files for name in file.table.fields}))
