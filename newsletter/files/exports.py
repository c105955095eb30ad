"""Writing lists out: rows as they are read, so that memory stays flat whatever the size."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from newsletter.contacts.consent.dates import iso
from newsletter.contacts.table.formulas import guard
from newsletter.errors import AudienceError
from newsletter.files.atomic import WholeFile
from newsletter.instants import rfc3339
from newsletter.platforms import own

if TYPE_CHECKING:
    from newsletter.store.readers.subscribers import ListedSubscriber
    from newsletter.store.readers.suppressions import Suppression

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


def subscriber_cells(subscriber: "ListedSubscriber", attributes: Sequence[str]) -> list[str]:
    """Return a reader's line of an export that an import takes back whole."""
    leading = {
        "email": subscriber.email,
        "name": subscriber.name,
        "status": own.status_cell(subscriber.status, subscriber.paused_until),
        "since": iso(subscriber.since),
        "joined": iso(subscriber.created_at),
        "suppressed": subscriber.suppressed or "",
        "suppressed_since": "" if subscriber.suppressed_since is None else iso(subscriber.suppressed_since),
        "known_since": iso(subscriber.known_since),
        "consent": own.consent_cell(subscriber.consents),
    }
    return [
        *(leading[column] for column in own.COLUMNS),
        *(subscriber.attrs.get(name, "") for name in attributes),
    ]


def subscriber_document(subscriber: "ListedSubscriber") -> dict[str, Any]:
    """Return a reader as JSON has them."""
    return {
        "email": subscriber.email,
        "name": subscriber.name,
        "status": subscriber.status,
        **own.pause_document(subscriber.paused_until),
        "since": rfc3339(subscriber.since),
        "joined": rfc3339(subscriber.created_at),
        "suppressed": subscriber.suppressed,
        "suppressed_since": None
        if subscriber.suppressed_since is None
        else rfc3339(subscriber.suppressed_since),
        "consent": [
            own.consent_document(consent) | {"at": rfc3339(consent[0])} for consent in subscriber.consents
        ],
        "attributes": subscriber.attrs,
    }


def suppression_document(suppression: "Suppression") -> dict[str, str]:
    """Return a suppression as JSON, and in this order CSV, has it."""
    return {"email": suppression.email, "reason": suppression.reason, "since": rfc3339(suppression.since)}
