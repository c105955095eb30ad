"""Reading: each file of an import, from its bytes to staged rows, and what the report says of it."""

import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsletter.chunks import chunks
from newsletter.contacts.consent.questions import answers_of, header_key, questions_error
from newsletter.contacts.table.cells import CellParser
from newsletter.contacts.table.columns import ColumnChoices
from newsletter.contacts.table.header import Header, NoReaders, read_header
from newsletter.contacts.table.row import Erased, RejectedRow, Row
from newsletter.contacts.table.rows import Table
from newsletter.contacts.text.encodings import Encoding, find_encoding
from newsletter.contacts.text.lines import text_lines
from newsletter.errors import AudienceError
from newsletter.files.readers.rejected_rows import RejectedRows, place_of_rejected_rows
from newsletter.files.readers.sources import Part
from newsletter.platforms.layout import Declaration, layout_of
from newsletter.progress import Progress, silent
from newsletter.readership.import_report import FileReport, ImportReport
from newsletter.store.readers.imports.staging import STAGED_AT_ONCE, Staging


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read: what a person said of it, and what to go by where nobody did.

    ``declared`` is what they said of its platform and of who may be mailed. ``rejected_to`` is where rejected
    rows go, by default ``NAME.refused.csv`` next to the file. ``encoding`` is found out unless given; of two
    that make equal sense, the one of ``language`` is taken. ``new_list`` insists on a list whose name is near
    another's. ``as_typed`` are the options as they were typed, for the command that answers what is open.
    """

    choices: ColumnChoices = field(default_factory=ColumnChoices)
    declared: Declaration = field(default_factory=Declaration)
    encoding: Encoding | None = None
    language: str = "en"
    rejected_to: Path | None = None
    new_list: bool = False
    as_typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the database holds from before: answers about ``values`` and ``columns``, and erased addresses.

    ``fingerprint`` is that of the key they are hashed under, ``erased`` how many they are.
    """

    values: Mapping[tuple[str, str], str]
    columns: Mapping[str, str]
    fingerprint: str | None
    erased: int


class Reading:
    """The reading of one import, file after file: each row is staged, kept as rejected, or counted.

    ``erased`` are the addresses that an export says were erased, under this database's key. ``declared`` is
    what an editor said of the file, now and at earlier imports.
    """

    def __init__(self, path: Path, report: ImportReport, options: ImportOptions, recalled: Recalled) -> None:
        self.report = report
        self.erased: list[Erased] = []
        self._path, self._options, self._recalled = path, options, recalled
        said = [heading for heading, _ in options.choices.fields] + [*options.choices.ignored]
        self.declared = replace(
            options.declared,
            remembered=answers_of(recalled.values),
            remembered_columns=frozenset(map(header_key, recalled.columns)),
            typed_columns=frozenset(map(header_key, said)),
        )
        self._command = [
            *("newsletter", "subscribers", "import", str(path), "--list", report.list_name),
            *options.as_typed,
        ]
        self._rejected: list[tuple[FileReport | None, RejectedRows]] = []

    @property
    def attributes(self) -> list[str]:
        """Return the fields that the files' rows may fill, once they are read."""
        return sorted({name for file in self.report.files for name in file.table.fields})

    def stage(self, part: Part, staged: Staging, opened: ExitStack, *, progress: Progress) -> None:
        """Read one file into the staging. Raises AudienceError for what cannot be read as it is.

        One of an archive that holds no column of addresses is skipped.
        """
        rejected = opened.enter_context(RejectedRows(self._place_of_rejected_rows(part)))
        encoding = self._options.encoding or find_encoding(
            part.pieces(silent), file=part.name, language=self._options.language
        )
        cells = CellParser(text_lines(part.pieces(progress), file=part.name, encoding=encoding))
        header = self._header(cells, part)
        file = self._report_on(part, header, encoding) if header else None
        self._rejected.append((file, rejected))
        if file is None:
            self.report.skipped.append(part.name)
            return
        for rows in chunks(file.table.rows(cells), STAGED_AT_ONCE):
            readers = [row for row in rows if isinstance(row, Row)]
            staged.add(readers)
            for row in rows if len(readers) < len(rows) else ():
                self._set_apart(row, file, rejected)

    def _header(self, cells: CellParser, part: Part) -> Header | None:
        try:
            return read_header(cells, self._choices(part), file=part.name, command=shlex.join(self._command))
        except NoReaders:
            if part.alone:
                raise
            return None

    def _report_on(self, part: Part, header: Header, encoding: Encoding) -> FileReport:
        path = self._path.name if part.alone else f"{self._path.name}/{part.name}"
        declared = replace(self.declared, among_others=not part.alone, path=path)
        layout = layout_of(header.columns.header, header.columns.given, declared=declared, file=part.name)
        file = FileReport(part.name, Table.under(header, layout), encoding, self._choices(part))
        self.report.files.append(file)
        return file

    def _choices(self, part: Part) -> ColumnChoices:
        return replace(self._options.choices, remembered=self._recalled.columns, among_others=not part.alone)

    def _place_of_rejected_rows(self, part: Part) -> Path:
        if self._options.rejected_to and part.alone:
            return self._options.rejected_to
        named = self._path if part.alone else self._path.with_name(part.name.replace("/", "-"))
        return place_of_rejected_rows(named)

    def _set_apart(self, row: Row | RejectedRow | Erased, file: FileReport, rejected: RejectedRows) -> None:
        """Keep a row that is no reader to take in, whatever it is."""
        if isinstance(row, Row):
            return
        if isinstance(row, Erased) and row.fingerprint == self._recalled.fingerprint:
            self.erased.append(row)
            self.report.erased += 1
            return
        left_out = row if isinstance(row, RejectedRow) else _of_another_key(row)
        file.add_rejected(left_out)
        rejected.add(left_out, file.table)

    def insist_on_readers_and_answers(self) -> None:
        """Refuse, before anything is stored, a file that leaves open who may be mailed, or has no reader.

        Raises AudienceError with all that is to be answered, or with where the rejected rows are.
        """
        questions = {file.name: file.table.layout.consent.questions for file in self.report.files}
        if asking := {name: asked for name, asked in questions.items() if asked.open}:
            raise questions_error(asking, self._command)
        if self.report.rejected_count and not self.report.merged.rows and not self.erased:
            kept = [str(place) for _, rejected in self._rejected if (place := rejected.keep())]
            first = next(row for file in self.report.files for row in file.rejected_rows)
            raise AudienceError(
                f"Every row is refused; nothing was imported. The first, line {first.line}: {first.sentence}",
                file=str(self._path),
                hint=f"All of them are in {' and '.join(kept)}: correct them there and import that file.",
            )

    def keep_rejected_rows(self) -> None:
        """Give the files of rejected rows their names, once the readers are stored."""
        for file, rejected in self._rejected:
            kept = rejected.keep()
            if file is not None:
                file.rejected_file = kept


def _of_another_key(row: Erased) -> RejectedRow:
    return RejectedRow(
        row.line,
        "erased under another key",
        "It stands for an erased address, under a key that is not this publication's. Bring the key first: "
        "newsletter subscribers erasure-key --set FILE",
        (f"erased:{row.fingerprint}:{row.hash.hex()}",),
    )
