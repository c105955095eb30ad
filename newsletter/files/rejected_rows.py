"""The file of refused rows: put beside the import it came from, to be corrected and imported again."""

import csv
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from newsletter.contacts.table.columns import REFUSED_COLUMNS
from newsletter.contacts.table.formulas import guard
from newsletter.contacts.table.header import DELIMITERS
from newsletter.contacts.table.row import Refused
from newsletter.contacts.table.rows import Table
from newsletter.errors import AudienceError
from newsletter.files.private import open_private


def beside(path: Path) -> Path:
    """Return where the refused rows of an import go: ``readers.csv`` → ``readers.refused.csv``."""
    return path.with_name(f"{path.stem}.refused.csv")


class RefusedRows:
    """Collect refused rows in a hidden file, which takes its name only when the import is stored.

    Raises AudienceError when the place cannot be written to, or holds a file that is not an earlier one.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self.path = path
        self._table = table
        self._draft = path.with_name(f".{path.name}.part")
        self._file: IO[str] | None = None
        self._write: Callable[[list[str]], Any] = self._begin

    def add(self, refused: Refused) -> None:
        """Write one row: its line, why, and its cells as they were."""
        cells = (
            refused.cells
            if refused.reason in {"broken quotation", "row too long"}
            else refused.cells[self._table.columns.own :]
        )
        try:
            self._write([str(refused.line), f"{refused.reason}: {refused.sentence}", *map(guard, cells)])
        except OSError as error:
            raise self._unwritable(error) from error

    def _begin(self, row: list[str]) -> None:
        if self.path.exists() and not _is_ours(self.path):
            raise AudienceError(
                "There is another file of that name, and it stays as it is.",
                file=str(self.path),
                hint="Name another place for the refused rows: --refused FILE",
            )
        # With a byte order mark: without it spreadsheets take UTF-8 for something else and save it spoilt.
        self._file = open_private(self._draft, encoding="utf-8-sig")
        delimiter = self._table.delimiter if self._table.delimiter in DELIMITERS else ","
        writer = csv.writer(self._file, delimiter=delimiter, lineterminator="\n")
        writer.writerow([*REFUSED_COLUMNS, *map(guard, self._table.header[self._table.columns.own :])])
        self._write = writer.writerow
        self._write(row)

    def keep(self) -> Path | None:
        """Give the file its name and return it; with no row refused, take away an earlier import's."""
        try:
            if self._file is None:
                if _is_ours(self.path):
                    self.path.unlink()
                return None
            self._file.close()
            return self._draft.replace(self.path)
        except OSError as error:
            raise AudienceError(
                f"The import is stored, but the file of its refused rows is not: {error.strerror}.",
                file=str(self.path),
                hint="Import the file again with --refused FILE; readers on the list stay as they are.",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._draft.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> AudienceError:
        return AudienceError(
            f"The refused rows cannot be written: {error.strerror}.",
            file=str(self.path),
            hint="Name another place for them: --refused FILE",
        )


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.readline(100).startswith(tuple(mark.join(REFUSED_COLUMNS) for mark in ",;\t"))
