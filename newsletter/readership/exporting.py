"""Whole lists written out, so that an import takes them back with nothing lost; and who is never mailed."""

from collections.abc import Iterator, Sequence
from typing import IO, Any

from sqlalchemy import Connection, Engine

from newsletter.contacts.consent.dates import iso
from newsletter.contacts.table.row import Erased
from newsletter.files.readers import exports
from newsletter.instants import rfc3339
from newsletter.platforms import own
from newsletter.readership.subscribers import insist_reason
from newsletter.store.database import read
from newsletter.store.readers import erasures, lists, subscribers, suppressions
from newsletter.store.readers.subscribers import ListedSubscriber
from newsletter.store.readers.suppressions import Suppression


def export(engine: Engine, out: IO[str], *, list_name: str | None = None, as_json: bool = False) -> int:
    """Write a list as the CSV an import takes back, or as JSON; return how many readers.

    The CSV begins with a byte order mark and ends with the erased addresses, as hashes. Raises AudienceError
    when the list is not clear.
    """
    with read(engine) as connection:
        chosen = lists.find(connection, list_name)
        found = subscribers.on_list(connection, chosen.id)
        if as_json:
            return exports.write_json(out, map(_subscriber_document, found))
        names = lists.attributes(connection, chosen.id)
        out.write(exports.BYTE_ORDER_MARK)
        lines = (_subscriber_cells(subscriber, names) for subscriber in found)
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
    """Write every address that is never mailed, or those of one reason; return how many.

    Raises AudienceError for what is no reason.
    """
    if reason is not None:
        insist_reason(reason)
    with read(engine) as connection:
        found = suppressions.all_suppressions(connection, reason=reason)
        documents = map(_suppression_document, found)
        if as_json:
            return exports.write_json(out, documents)
        exports.write_rows(out, [own.SUPPRESSIONS], quoted=False)
        return exports.write_rows(out, (list(document.values()) for document in documents), quoted=False)


def _subscriber_cells(subscriber: ListedSubscriber, attributes: Sequence[str]) -> list[str]:
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


def _subscriber_document(subscriber: ListedSubscriber) -> dict[str, Any]:
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


def _suppression_document(suppression: Suppression) -> dict[str, str]:
    """Return a suppression as JSON, and in this order CSV, has it."""
    return {"email": suppression.email, "reason": suppression.reason, "since": rfc3339(suppression.since)}
