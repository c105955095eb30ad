"""Whole lists written out, so that an import takes them back with nothing lost; and who is never mailed."""

from collections.abc import Iterator
from typing import IO

from sqlalchemy import Connection, Engine

from newsletter.contacts.table.row import Erased
from newsletter.files import exports
from newsletter.platforms import own
from newsletter.store.database import read
from newsletter.store.readers import erasures, lists, subscribers, suppressions


def export(engine: Engine, out: IO[str], *, list_name: str | None = None, as_json: bool = False) -> int:
    """Write a list as the CSV an import takes back, or as JSON; return how many readers.

    The CSV begins with a byte order mark and ends with the erased addresses, as hashes. Raises AudienceError
    when the list is not clear.
    """
    with read(engine) as connection:
        chosen = lists.find(connection, list_name)
        found = subscribers.on_list(connection, chosen.id)
        if as_json:
            return exports.write_json(out, map(exports.subscriber_document, found))
        names = lists.attributes(connection, chosen.id)
        out.write(exports.BYTE_ORDER_MARK)
        lines = (exports.subscriber_cells(subscriber, names) for subscriber in found)
        exports.write_rows(out, [[*own.COLUMNS, *names]])
        count = exports.write_rows(out, lines)
        blank = [""] * len(names)
        exports.write_rows(out, ([*own.erased_cells(address), *blank] for address in _erased(connection)))
        return count


def _erased(connection: Connection) -> Iterator[Erased]:
    fingerprint = erasures.fingerprint(connection)
    if fingerprint is not None:
        for line, (digest, at) in enumerate(erasures.hashes(connection)):
            yield Erased(line, fingerprint, digest, at)


def export_suppressions(
    engine: Engine, out: IO[str], *, reason: str | None = None, as_json: bool = False
) -> int:
    """Write every address that is never mailed, or those of one reason; return how many."""
    with read(engine) as connection:
        found = suppressions.all_suppressions(connection, reason=reason)
        documents = map(exports.suppression_document, found)
        if as_json:
            return exports.write_json(out, documents)
        exports.write_rows(out, [own.SUPPRESSIONS], quoted=False)
        return exports.write_rows(out, (list(document.values()) for document in documents), quoted=False)
