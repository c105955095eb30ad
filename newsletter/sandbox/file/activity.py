"""Messages that went out, newest first, with what Email Activity may be asked about."""

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from newsletter.sandbox.file.database import File, unpack
from newsletter.sandbox.file.dispositions import NOT_OUT, dropped_for
from newsletter.sandbox.file.message import Processed, arguments_of

SECOND = 1_000_000

# Requests are looked through newest first, each with its own messages.
_REQUESTS = """
SELECT id, message_id, received_at, body, first, last FROM request
WHERE ({}) AND id < ? ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Active:
    """A message that went out, with the parts of its request that can be asked for."""

    processed: Processed
    from_email: str
    subject: str


def went_out(file: File, *, prefixes: Sequence[str] = (), attempts: Sequence[str] = ()) -> Generator[Active]:
    """Yield messages, newest request first, of those requests alone that may be meant.

    Their message ids begin with all the ``prefixes``, and the ids of their attempts are all the ``attempts``.
    """
    clauses = ["1", *["substr(message_id, 1, ?) = ?"] * len(prefixes), *["attempt = ?"] * len(attempts)]
    values = [value for prefix in prefixes for value in (len(prefix), prefix)]
    with file.reading() as connection:
        yield from _found(connection, " AND ".join(clauses), [*values, *attempts])


def _found(connection: sqlite3.Connection, clause: str, values: Sequence[str | int]) -> Iterator[Active]:
    before = 2**62
    while row := connection.execute(_REQUESTS.format(clause), [*values, before]).fetchone():
        before, message_id, received_at, packed, first, last = row
        body = unpack(packed)
        for number, position, email, due_at, disposition in connection.execute(
            "SELECT id, position, email, due_at, fate FROM message WHERE id BETWEEN ? AND ?", (first, last)
        ):
            if disposition in NOT_OUT:
                continue
            own = body["personalizations"][position]
            yield Active(
                Processed(
                    row=number,
                    position=position,
                    message_id=message_id,
                    email=email,
                    at=(received_at if due_at is None else due_at) // SECOND,
                    custom_args=arguments_of(body, position),
                    categories=tuple(body.get("categories", ())),
                    dropped=dropped_for(disposition),
                ),
                own.get("from", body["from"])["email"],
                own.get("subject", body.get("subject", "")),
            )
