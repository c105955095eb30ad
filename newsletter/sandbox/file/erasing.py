"""Take a reader's mail out of the local SendGrid's file: the messages, and their part of each request."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import orjson

from newsletter.contacts.address import on_the_wire
from newsletter.contacts.mentions import pattern, without
from newsletter.sandbox.file.database import File, pack, unpack
from newsletter.sandbox.file.message import recipients_of

NOBODY = "erased@erased.invalid"  # stands where a message was: the others of its request keep their places


def erase(path: Path, address: str) -> int:
    """Take all mail to a normalised address out of the file, if there is one; return how many messages.

    Its place on suppression lists goes too. Raises StoreError when the file cannot be used.
    """
    if not path.exists():
        return 0
    spellings = sorted({address, on_the_wire(address).lower()})
    file = File(path)
    try:
        with file.writing() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            requests = _requests(connection, spellings)
            for request in requests:
                _blank(connection, request, set(spellings), pattern(address))
            count = sum(_delete(connection, "message", email) for email in spellings)
            listed = sum(_delete(connection, "suppression", email) for email in spellings)
        if count or listed:
            file.empty_unused()
    finally:
        file.close()
    return count


def _requests(connection: sqlite3.Connection, spellings: list[str]) -> list[int]:
    found: set[int] = set()
    for email in spellings:
        found |= {
            row[0] for row in connection.execute("SELECT request FROM message WHERE email = ?", (email,))
        }
    return sorted(found)


def _blank(connection: sqlite3.Connection, request: int, emails: set[str], found: re.Pattern[str]) -> None:
    (packed,) = connection.execute("SELECT body FROM request WHERE id = ?", (request,)).fetchone()
    body = unpack(packed)
    body["personalizations"] = [_without(own, emails) for own in body["personalizations"]]
    text = without(orjson.dumps(body).decode(), found)
    connection.execute("UPDATE request SET body = ? WHERE id = ?", (pack(text.encode()), request))


def _without(personalization: dict[str, Any], emails: set[str]) -> dict[str, Any]:
    """Return one message's part of a request; its place alone when nobody is left in it."""
    if not {email.lower() for email in recipients_of(personalization)} & emails:
        return personalization
    kept = {
        kind: [person for person in personalization.get(kind, ()) if person["email"].lower() not in emails]
        for kind in ("to", "cc", "bcc")
    }
    if not any(kept.values()):
        return {"to": [{"email": NOBODY}]}
    kept["to"] = kept["to"] or [{"email": NOBODY}]
    return personalization | {
        kind: people for kind, people in kept.items() if people or kind in personalization
    }


def _delete(connection: sqlite3.Connection, table: str, email: str) -> int:
    return connection.execute(f"DELETE FROM {table} WHERE email = ?", (email,)).rowcount  # noqa: S608  (ours)
