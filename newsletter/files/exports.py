"""Writing lists out: rows as they are read, so that memory stays flat whatever the size."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from newsletter.contacts.consent.dates import iso
from newsletter.contacts.table.formulas import guard
from newsletter.errors import AudienceError
from newsletter.files.atomic import WholeFile
from newsletter.instants import rfc3339
from newsletter.platforms import own
from newsletter.store.readers.lists import ListCounts
from newsletter.store.readers.subscribers import Member
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


def member_cells(member: Member, attributes: Sequence[str]) -> list[str]:
    """Return a reader's line of an export that an import takes back whole."""
    leading = {
        "email": member.email,
        "name": member.name,
        "status": member.status,
        "since": iso(member.since),
        "joined": iso(member.created_at),
        "suppressed": member.suppressed or "",
        "suppressed_since": "" if member.suppressed_since is None else iso(member.suppressed_since),
        "known_since": iso(member.known_since),
        "consent": own.consent_cell(member.consents),
    }
    return [
        *(leading[column] for column in own.COLUMNS),
        *(member.attrs.get(name, "") for name in attributes),
    ]


def member_document(member: Member) -> dict[str, Any]:
    """Return a reader as JSON has them."""
    return {
        "email": member.email,
        "name": member.name,
        "status": member.status,
        "since": rfc3339(member.since),
        "joined": rfc3339(member.created_at),
        "suppressed": member.suppressed,
        "suppressed_since": None if member.suppressed_since is None else rfc3339(member.suppressed_since),
        "consent": [
            own.consent_document(consent) | {"at": rfc3339(consent[0])} for consent in member.consents
        ],
        "attributes": member.attrs,
    }


def list_document(one: ListCounts) -> dict[str, Any]:
    """Return a list as JSON has it."""
    return {
        "name": one.name,
        "key": one.key,
        "title": one.title,
        "archived": one.archived_at is not None,
        "since": rfc3339(one.created_at),
        "confirmed": one.confirmed,
        "pending": one.pending,
        "unsubscribed": one.unsubscribed,
        "suppressed": one.suppressed,
    }


def suppression_document(one: Suppression) -> dict[str, str]:
    """Return a suppression as JSON, and in this order CSV, has it."""
    return {"email": one.email, "reason": one.reason, "since": rfc3339(one.since)}
