"""What the local SendGrid accepted, to be read back as each reader got it.

A request is kept once, whole and compressed; each of its messages is one small row that says where in it to
look. So a hundred thousand messages take some 20 MB, and the file outlasts the process. What is reported of
them is worked out from these rows when it is needed; nothing of it is kept.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from newsletter.sandbox.file.database import File, pack, unpack
from newsletter.sandbox.file.dispositions import CANCELLED, EXPIRED, NOT_OUT, dropped_for
from newsletter.sandbox.file.message import Message, Processed, personalise

PAGE_SIZE = 50
SECOND = 1_000_000

_LISTED = """
SELECT message.id, message.email, coalesce(message.subject, request.subject), request.received_at,
       coalesce(message.issue, request.issue, ''), message.fate, hold.status
FROM message JOIN request ON request.id = message.request
LEFT JOIN hold ON hold.batch_id = request.batch_id
"""

_NEIGHBOURS = """
SELECT (SELECT min(id) FROM message WHERE id > ?), (SELECT max(id) FROM message WHERE id < ?)
"""

# A message called off before it went out reached nobody.
_WENT_OUT = f"(message.fate IS NULL OR message.fate NOT IN ('{CANCELLED}', '{EXPIRED}'))"

_TWICE = f"""
SELECT count(DISTINCT email) FROM (
    SELECT message.email AS email FROM message JOIN request ON request.id = message.request
    WHERE coalesce(message.issue, request.issue) IS NOT NULL AND {_WENT_OUT}
    GROUP BY message.email, coalesce(message.issue, request.issue) HAVING count(*) > 1
)
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as a line of the inbox. ``received_at`` counts microseconds since 1970, UTC.

    ``disposition`` is as in newsletter.sandbox.file.dispositions, ``held`` how its batch is held back: pause,
    cancel or None.
    """

    id: int
    email: str
    subject: str
    received_at: int
    issue: str
    disposition: str | None = None
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of the inbox, newest first; ``found`` is how many there are on all pages."""

    messages: tuple[Listed, ...]
    number: int
    found: int

    @property
    def last(self) -> int:
        """Return the number of the last page; pages count from 1."""
        return max(1, -(-self.found // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Counts:
    """How much lies in the file. ``twice`` counts addresses that one issue reached more than once."""

    total: int
    addresses: int
    twice: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One message with what became of it: what was decided, and what is reported on, once it went out.

    ``newer`` and ``older`` are the numbers of its neighbours in the inbox, None at the ends.
    """

    message: Message
    disposition: str | None
    held: str | None
    processed: Processed | None
    newer: int | None
    older: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request as it is kept; times count microseconds since 1970, UTC."""

    message_id: str
    received_at: int
    subject: str
    issue: str | None
    body: bytes
    batch_id: str | None
    attempt: str | None


# Position, address, subject and issue where they are not the request's own, when it is due, its disposition.
Row = tuple[int, str, str | None, str | None, int | None, str | None]


def insert(connection: sqlite3.Connection, request: Accepted, rows: Sequence[Row]) -> tuple[int, int]:
    """Keep a request with a row for each of its messages; return the first number and the last."""
    (before,) = connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    first, last = before + 1, before + len(rows)
    added = connection.execute(
        "INSERT INTO request (message_id, received_at, subject, issue, body, batch_id, attempt, first, last)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            request.message_id, request.received_at, request.subject, request.issue, pack(request.body),
            request.batch_id, request.attempt, first, last,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO message (request, position, email, subject, issue, due_at, fate)"  # noqa: S608  (an integer of SQLite's own)
        f" VALUES ({added.lastrowid or 0}, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    return first, last


class MessageStore:
    """Read accepted messages back. Safe for threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, made if it is absent.

        Raises StoreError when it cannot be opened or written, or was made by a newer version.
        """
        self.path = path
        self.file = File(path)
        self._counted: tuple[tuple[int, int, int], Counts] | None = None

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def messages(self, search: str = "", page: int = 1) -> Page:
        """Return one page of the inbox; ``search`` is any part of an address, in any case."""
        wanted = search.strip().lower()
        where, values = ("WHERE instr(message.email, ?) > 0", [wanted]) if wanted else ("", [])
        with self.file.reading() as connection:
            (found,) = connection.execute(f"SELECT count(*) FROM message {where}", values).fetchone()  # noqa: S608  (the clause is one of two constants)
            number = min(max(1, page), max(1, -(-found // PAGE_SIZE)))
            lines = connection.execute(
                f"{_LISTED} {where} ORDER BY message.id DESC LIMIT ? OFFSET ?",
                [*values, PAGE_SIZE, (number - 1) * PAGE_SIZE],
            ).fetchall()
        return Page(tuple(Listed(*line) for line in lines), number, found)

    def newest(self) -> Listed | None:
        """Return the newest message, or None in an empty inbox."""
        with self.file.reading() as connection:
            line = connection.execute(f"{_LISTED} ORDER BY message.id DESC LIMIT 1").fetchone()
        return Listed(*line) if line else None

    def message(self, number: int) -> Message | None:
        """Return one message as its reader got it, or None when there is none of that number."""
        kept = self.kept(number)
        return kept.message if kept else None

    def kept(self, number: int) -> Kept | None:
        """Return one message with what became of it, or None when there is none of that number."""
        with self.file.reading() as connection:
            row = connection.execute(
                "SELECT request, position, email, due_at, fate FROM message WHERE id = ?", (number,)
            ).fetchone()
            if row is None:
                return None
            request, position, email, due_at, disposition = row
            message_id, received_at, packed, held = _head(connection, request)
            newer, older = connection.execute(_NEIGHBOURS, (number, number)).fetchone()
        message = personalise(
            unpack(packed), position, row=number, email=email, message_id=message_id, received_at=received_at
        )
        went_at = received_at if due_at is None else due_at
        processed = _processed(message, position, went_at, disposition)
        return Kept(message, disposition, held, processed, newer, older)

    def numbered(self, numbers: Sequence[int]) -> Iterator[Message]:
        """Yield the messages of these numbers, in any order; one request is in memory at a time."""
        marks = ",".join("?" * len(numbers))
        with self.file.reading() as connection:
            yield from _personalised(connection, f"id IN ({marks}) ORDER BY request", numbers)

    def everything(self, issue: str | None = None) -> Iterator[Message]:
        """Yield every message, oldest first, or those of one issue; one request is in memory at a time.

        Mail that was accepted is there whatever became of it, unless it was called off before it went out.
        """
        with self.file.reading() as connection:
            for message in _personalised(connection, f"{_WENT_OUT} ORDER BY id"):
                if issue is None or message.custom_args.get("nl_issue") == issue:
                    yield message

    def counts(self) -> Counts:
        """Return how much there is, and how many addresses one issue reached more than once."""
        with self.file.reading() as connection:
            state = connection.execute(
                f"SELECT coalesce(max(id), 0), count(*), coalesce(sum({_WENT_OUT}), 0) FROM message"  # noqa: S608  (a constant)
            ).fetchone()
            if self._counted is None or self._counted[0] != state:
                self._counted = state, _count(connection, state[1])
        return self._counted[1]


def _personalised(
    connection: sqlite3.Connection, clause: str, values: Sequence[int] = ()
) -> Iterator[Message]:
    """Yield messages, putting each together from its request, which is unpacked once for those in a row."""
    request, message_id, received_at, body = None, "", 0, dict[str, Any]()
    for row, of, position, email in connection.execute(
        f"SELECT id, request, position, email FROM message WHERE {clause}",  # noqa: S608  (constants and question marks)
        list(values),
    ):
        if of != request:
            request, (message_id, received_at, packed, _) = of, _head(connection, of)
            body = unpack(packed)
        yield personalise(
            body, position, row=row, email=email, message_id=message_id, received_at=received_at
        )


def _processed(message: Message, position: int, went_at: int, disposition: str | None) -> Processed | None:
    """Return what is reported on of a message; None while it waits, and when it was called off."""
    if disposition in NOT_OUT:
        return None
    return Processed(
        row=message.id,
        position=position,
        message_id=message.message_id,
        email=message.email,
        at=went_at // SECOND,
        custom_args=message.custom_args,
        categories=message.categories,
        dropped=dropped_for(disposition),
    )


def _head(connection: sqlite3.Connection, request: int) -> tuple[str, int, bytes, str | None]:
    found: tuple[str, int, bytes, str | None] = connection.execute(
        "SELECT message_id, received_at, body, hold.status FROM request"
        " LEFT JOIN hold ON hold.batch_id = request.batch_id WHERE id = ?",
        (request,),
    ).fetchone()
    return found


def _count(connection: sqlite3.Connection, total: int) -> Counts:
    (addresses,) = connection.execute("SELECT count(DISTINCT email) FROM message").fetchone()
    if addresses == total:
        return Counts(total, addresses, 0)
    (twice,) = connection.execute(_TWICE).fetchone()
    return Counts(total, addresses, twice)
