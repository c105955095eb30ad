"""The file of rejected rows: put next to the file they came from, to be corrected and imported again."""

import csv
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from newsletter.contacts.table.columns import REJECTED_COLUMNS
from newsletter.contacts.table.formulas import guard
from newsletter.contacts.table.header import DELIMITERS
from newsletter.contacts.table.row import RejectedRow
from newsletter.contacts.table.rows import Table
from newsletter.errors import AudienceError
from newsletter.files.atomic import WholeFile


def place_of_rejected_rows(path: Path) -> Path:
    """Return where the rejected rows of an import go: ``readers.csv`` → ``readers.refused.csv``."""
    return path.with_name(f"{path.stem}.refused.csv")


class RejectedRows:
    """Collect rejected rows in a hidden file, which takes its name only when the import is stored.

    Raises AudienceError when the place cannot be written to, or holds a file that is not an earlier one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._whole: WholeFile | None = None
        self._write: Callable[[list[str]], Any] | None = None

    def add(self, row: RejectedRow, table: Table) -> None:
        """Write one row of a table: its line, why, and its cells as they were."""
        broken = row.reason in {"broken quotation", "row too long"}
        cells = row.cells if broken else row.cells[table.columns.own :]
        try:
            write = self._write or self._begin(table)
            write([str(row.line), f"{row.reason}: {row.sentence}", *map(guard, cells)])
        except OSError as error:
            raise self._unwritable(error) from error

    def _begin(self, table: Table) -> Callable[[list[str]], Any]:
        if self.path.exists() and delimiter_of_rejected_rows(self.path) is None:
            raise AudienceError(
                "There is another file of that name, and it stays as it is.",
                file=str(self.path),
                hint="Name another place for the refused rows: --refused FILE",
            )
        # With a byte order mark: without it spreadsheets take UTF-8 for something else and save it spoilt.
        self._whole = WholeFile(self.path, private=True, durable=True, encoding="utf-8-sig")
        delimiter = table.delimiter if table.delimiter in DELIMITERS else ","
        writer = csv.writer(self._whole.file, delimiter=delimiter, lineterminator="\n")
        writer.writerow([*REJECTED_COLUMNS, *map(guard, table.header[table.columns.own :])])
        self._write = writer.writerow
        return self._write

    def keep(self) -> Path | None:
        """Give the file its name and return it; with no row rejected, take away an earlier import's."""
        try:
            if self._whole is not None:
                self._whole.keep()
            elif delimiter_of_rejected_rows(self.path) is not None:
                self.path.unlink()
        except OSError as error:
            raise AudienceError(
                f"The import is stored, but the file of its refused rows is not: {error.strerror}.",
                file=str(self.path),
                hint="Import the file again with --refused FILE; readers on the list stay as they are.",
            ) from error
        return None if self._whole is None else self.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._whole is not None:
            self._whole.discard()

    def _unwritable(self, error: OSError) -> AudienceError:
        return AudienceError(
            f"The refused rows cannot be written: {error.strerror}.",
            file=str(self.path),
            hint="Name another place for them: --refused FILE",
        )


def delimiter_of_rejected_rows(path: Path) -> str | None:
    """Return what stands between the cells of a file of rejected rows; None for any other."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        start = file.readline(100)
    return next((mark for mark in DELIMITERS if start.startswith(mark.join(REJECTED_COLUMNS))), None)
