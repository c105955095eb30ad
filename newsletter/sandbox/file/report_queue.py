"""What is still to be reported: spans of messages, one small row for each request (the table ``outbox``).

A span is leased to the process that reports it, so that two over the same file share the work; one that dies
loses its lease after a while. What nobody took for 24 hours is given up, as SendGrid does.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.sandbox.file.database import File, unpack
from newsletter.sandbox.file.dispositions import NOT_OUT, dropped_for
from newsletter.sandbox.file.message import Processed, arguments_of

SECOND = 1_000_000
KEEP = 24 * 60 * 60 * SECOND  # microseconds
LEASE = 30 * SECOND
MOST_MESSAGES = 1_000  # in one go

_MESSAGES = """
SELECT message.id, request, position, email, coalesce(due_at, received_at), fate, message_id
FROM message JOIN request ON request.id = message.request
WHERE message.id BETWEEN ? AND ? AND (due_at IS NOT NULL) = ?
ORDER BY message.id
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Messages of one request that went out together. ``waited`` is 1 for those that had been scheduled."""

    id: int
    first: int
    last: int
    waited: int


def add(connection: sqlite3.Connection, first: int, last: int, since: int, *, waited: bool = False) -> None:
    """Have messages reported that went out at ``since`` (microseconds)."""
    connection.execute(
        "INSERT INTO outbox (first, last, waited, since) VALUES (?, ?, ?, ?)",
        (first, last, int(waited), since),
    )


def waiting(file: File, now: int) -> bool:
    """Say whether something could be reported now, in microseconds."""
    with file.reading() as connection:
        return (
            connection.execute("SELECT 1 FROM outbox WHERE leased_until <= ? LIMIT 1", (now,)).fetchone()
            is not None
        )


def count(file: File) -> int:
    """Return how many messages are still to be reported."""
    with file.reading() as connection:
        (found,) = connection.execute("SELECT coalesce(sum(last - first + 1), 0) FROM outbox").fetchone()
    return int(found)


def lease(file: File, now: int, until: int) -> list[Span]:
    """Take the oldest spans, up to a thousand messages; give up those older than a day."""
    with file.writing() as connection:
        connection.execute("DELETE FROM outbox WHERE since < ?", (now - KEEP,))
        free = connection.execute(
            "SELECT id, first, last, waited FROM outbox WHERE leased_until <= ? ORDER BY id LIMIT 1000",
            (now,),
        ).fetchall()
        taken = list(_up_to(MOST_MESSAGES, [Span(*row) for row in free]))
        connection.executemany(
            "UPDATE outbox SET leased_until = ? WHERE id = ?", [(until, span.id) for span in taken]
        )
    return taken


def _up_to(most: int, spans: Sequence[Span]) -> Iterator[Span]:
    messages = 0
    for span in spans:
        messages += span.last - span.first + 1
        if messages > most and span is not spans[0]:
            return
        yield span


def remove(file: File, spans: Sequence[Span]) -> None:
    """Remove spans: they were reported."""
    with file.writing() as connection:
        connection.executemany("DELETE FROM outbox WHERE id = ?", [(span.id,) for span in spans])


def give_back(file: File, spans: Sequence[Span]) -> None:
    """Give up the lease of spans, for the next attempt."""
    with file.writing() as connection:
        connection.executemany(
            "UPDATE outbox SET leased_until = 0 WHERE id = ?", [(span.id,) for span in spans]
        )


def messages(file: File, spans: Sequence[Span]) -> Iterator[Processed]:
    """Yield what is to be reported of these spans' messages, in the order they went out."""
    with file.reading() as connection:
        for span in spans:
            yield from _messages(connection, span)


def _messages(connection: sqlite3.Connection, span: Span) -> Iterator[Processed]:
    request, body = None, dict[str, Any]()
    for row, of, position, email, went_at, disposition, message_id in connection.execute(
        _MESSAGES, (span.first, span.last, span.waited)
    ).fetchall():
        if disposition in NOT_OUT:
            continue
        if of != request:
            request = of
            (packed,) = connection.execute("SELECT body FROM request WHERE id = ?", (of,)).fetchone()
            body = unpack(packed)
        yield Processed(
            row=row,
            position=position,
            message_id=message_id,
            email=email,
            at=went_at // SECOND,
            custom_args=arguments_of(body, position),
            categories=tuple(body.get("categories", ())),
            dropped=dropped_for(disposition),
        )
