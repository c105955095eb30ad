"""Writing lists out: rows as they are read, so that memory stays flat whatever the size."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from newsletter.contacts.table.formulas import guard
from newsletter.errors import AudienceError
from newsletter.files.atomic import WholeFile

BYTE_ORDER_MARK = "\ufeff"  # by it, and nothing else, spreadsheets know UTF-8


def write_rows(out: IO[str], rows: Iterable[Sequence[str]], *, quoted: bool = True) -> int:
    """Write rows as CSV, formulas made harmless, every cell in quotation marks; return how many."""
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
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


@contextmanager
def export_file(path: Path) -> Iterator[IO[str]]:
    """Lend a text file that takes its name only when it is complete; its owner alone may read it.

    Raises AudienceError when it cannot be written.
    """
    try:
        with WholeFile(path, private=True, durable=True, encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise AudienceError(f"The file cannot be written: {error.strerror}.", file=str(path)) from error
