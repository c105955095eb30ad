"""Reports of imports: how each file was read, and what became of every row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.contacts.table.columns import ColumnChoices
from newsletter.contacts.table.occurrences import Occurrences
from newsletter.contacts.table.row import RejectedRow
from newsletter.contacts.table.rows import Table
from newsletter.contacts.text.encodings import UTF_8, Encoding
from newsletter.store.readers.imports.tally import Merged

ROWS_SHOWN = 10  # rejected ones, that a report holds in full


@dataclass(slots=True)
class FileReport:
    """How one file was read, be it the one that was named or one in an archive.

    ``table`` says what was done to its rows; ``rejected_rows`` are the first of those left out, in full.
    ``choices`` are what a person said of its columns.
    """

    name: str
    table: Table = field(repr=False)
    encoding: Encoding = UTF_8
    choices: ColumnChoices = field(default_factory=ColumnChoices)
    rejected: dict[str, Occurrences] = field(default_factory=dict)
    rejected_rows: list[RejectedRow] = field(default_factory=list)
    rejected_file: Path | None = None

    def add_rejected(self, row: RejectedRow) -> None:
        """Count a row that was left out."""
        self.rejected.setdefault(row.reason, Occurrences()).add(row.line)
        if len(self.rejected_rows) < ROWS_SHOWN:
            self.rejected_rows.append(row)


@dataclass(slots=True)
class ImportReport:
    """What became of every row: each was rejected, or is one of those that ``merged`` counts.

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
    def rejected(self) -> Mapping[str, Occurrences]:
        """Count the rows that were left out for what they say, by reason."""
        counts: dict[str, Occurrences] = {}
        for file in self.files:
            for reason, tally in file.rejected.items():
                counts.setdefault(reason, Occurrences()).join(tally)
        return counts

    @property
    def rejected_count(self) -> int:
        """Count the rows that were left out for what they say, whatever it is."""
        return sum(tally.count for file in self.files for tally in file.rejected.values())

    @property
    def rejected_files(self) -> list[Path]:
        """Return where the rejected rows are."""
        return [file.rejected_file for file in self.files if file.rejected_file]

    @property
    def rejected_file(self) -> Path | None:
        """Return where the first rejected rows are."""
        return next(iter(self.rejected_files), None)

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
        return self.merged.rows + self.erased + self.rejected_count
