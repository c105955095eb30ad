"""Writing lists out: rows as they are read, so that memory stays flat whatever the size."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import orjson

from newsletter.audience.cells import guard
from newsletter.errors import AudienceError
from newsletter.private import open_private
from newsletter.store.lists import ListCounts
from newsletter.store.subscribers import Member
from newsletter.store.suppressions import Suppression


def write_csv(out: IO[str], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write rows as CSV, formulas made harmless; return how many."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  (the last number is the answer)
        writer.writerow(map(guard, row))
    return count


def write_json(out: IO[str], documents: Iterable[Mapping[str, Any]]) -> int:
    """Write documents as one JSON array, one a line; return how many."""
    count = 0
    out.write("[")
    for count, document in enumerate(documents, 1):
        out.write(("\n" if count == 1 else ",\n") + orjson.dumps(document).decode())
    out.write("\n]\n")
    return count


class WholeFile:
    """A file that takes its name only when it is complete. Raises AudienceError when it cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.part")

    def __enter__(self) -> IO[str]:
        try:
            self._file = open_private(self._draft, encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        return self._file

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            self._file.close()
            if error is None:
                self._draft.replace(self._path)
        except OSError as failed:
            raise self._unwritable(failed) from failed
        finally:
            with suppress(
                OSError
            ):  # what could not be replaced may not be removable either, and is named above
                self._draft.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> AudienceError:
        return AudienceError(f"The file cannot be written: {error.strerror}.", file=str(self._path))


def member_cells(one: Member, attributes: Sequence[str]) -> list[str]:
    """Return a reader's line of an export that an import takes back."""
    return [one.email, one.name, one.status, *(one.attrs.get(name, "") for name in attributes)]


def member_document(one: Member) -> dict[str, Any]:
    """Return a reader as JSON has him."""
    return {
        "email": one.email,
        "name": one.name,
        "status": one.status,
        "since": iso_time(one.since),
        "suppressed": one.suppressed,
        "attributes": one.attrs,
    }


def list_document(one: ListCounts) -> dict[str, Any]:
    """Return a list as JSON has it."""
    return {
        "name": one.name,
        "since": iso_time(one.created_at),
        "confirmed": one.confirmed,
        "pending": one.pending,
        "unsubscribed": one.unsubscribed,
        "suppressed": one.suppressed,
    }


def suppression_document(one: Suppression) -> dict[str, str]:
    """Return a suppression as JSON, and in this order CSV, has it."""
    return {"email": one.email, "reason": one.reason, "since": iso_time(one.since)}


def iso_time(at: int) -> str:
    """Return microseconds since 1970 as people and programs both read them: 2026-01-12T08:30:00Z."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
