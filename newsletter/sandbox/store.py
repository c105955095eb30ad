"""The local SendGrid's own file: what it accepted, to be read back as each reader got it.

A request is kept once, whole and compressed; each of its messages is one small row that says where in it to
look. So a hundred thousand messages take some 20 MB, and the file outlasts the process. Two processes may use
the same file at once.
"""

import os
import secrets
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from newsletter.errors import StoreError
from newsletter.sandbox.mail import Message, personalise, recipients_of, subject_of

VERSION = 1
PAGE_SIZE = 50
BUSY_SECONDS = 15.0

_TABLES = """
CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    received_at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    issue TEXT,
    body BLOB NOT NULL
);
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES request,
    position INTEGER NOT NULL,
    email TEXT NOT NULL,
    subject TEXT,
    issue TEXT
);
CREATE INDEX message_email ON message (email);
"""

_LISTED = """
SELECT message.id, message.email, coalesce(message.subject, request.subject), request.received_at,
       coalesce(message.issue, request.issue, '')
FROM message JOIN request ON request.id = message.request
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as a line of the inbox. ``received_at`` counts microseconds since 1970, UTC."""

    id: int
    email: str
    subject: str
    received_at: int
    issue: str


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


class MessageStore:
    """Keep accepted requests and read their messages back. Safe for threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, made if it is absent.

        Raises StoreError when it cannot be opened or written, or was made by a newer version.
        """
        self.path = path
        self._lock = threading.Lock()
        self._counted: tuple[tuple[int, int], Counts] | None = None
        with self._told():
            _make_private(path)
            self._writer = self._connect()
            try:
                _prepare(self._writer, path)
            except BaseException:
                self._writer.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, body: bytes, request: Mapping[str, Any], received_at: int) -> str:
        """Keep a valid request and return its message id, once it is committed.

        ``body`` is the JSON that ``request`` was read from; ``received_at`` microseconds since 1970.
        Raises StoreError when the file cannot be written: then nothing of it is kept.
        """
        message_id = secrets.token_urlsafe(16)
        subject, issue = request.get("subject", ""), request.get("custom_args", {}).get("nl_issue")
        packed = zlib.compress(body, 1)  # a higher level takes more time and saves next to nothing here
        rows = list(_rows(request, subject, issue))
        with self._told(), self._lock, _writing(self._writer) as connection:
            added = connection.execute(
                "INSERT INTO request (message_id, received_at, subject, issue, body) VALUES (?, ?, ?, ?, ?)",
                (message_id, received_at, subject, issue, packed),
            )
            connection.executemany(
                f"INSERT INTO message (request, position, email, subject, issue) VALUES ({added.lastrowid}, ?, ?, ?, ?)",  # noqa: S608, E501  (an integer of SQLite's own)
                rows,
            )
        return message_id

    def messages(self, search: str = "", page: int = 1) -> Page:
        """Return one page of the inbox; ``search`` is any part of an address, in any case."""
        wanted = search.strip().lower()
        where, values = ("WHERE instr(message.email, ?) > 0", [wanted]) if wanted else ("", [])
        with self._reading() as connection:
            (found,) = connection.execute(f"SELECT count(*) FROM message {where}", values).fetchone()  # noqa: S608  (the clause is one of two constants)
            number = min(max(1, page), max(1, -(-found // PAGE_SIZE)))
            lines = connection.execute(
                f"{_LISTED} {where} ORDER BY message.id DESC LIMIT ? OFFSET ?",
                [*values, PAGE_SIZE, (number - 1) * PAGE_SIZE],
            ).fetchall()
        return Page(tuple(Listed(*line) for line in lines), number, found)

    def message(self, number: int) -> Message | None:
        """Return one message as its reader got it, or None when there is none of that number."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT request, position, email FROM message WHERE id = ?", (number,)
            ).fetchone()
            if row is None:
                return None
            request, position, email = row
            message_id, received_at, packed = _head(connection, request)
        return personalise(
            _unpack(packed), position, row=number, email=email, message_id=message_id, received_at=received_at
        )

    def everything(self, issue: str | None = None) -> Iterator[Message]:
        """Yield every message, oldest first, or those of one issue; one request is in memory at a time."""
        request, body = None, dict[str, Any]()
        with self._reading() as connection:
            for row, of, position, email in connection.execute(
                "SELECT id, request, position, email FROM message ORDER BY id"
            ):
                if of != request:
                    request, (message_id, received_at, packed) = of, _head(connection, of)
                    body = _unpack(packed)
                message = personalise(
                    body, position, row=row, email=email, message_id=message_id, received_at=received_at
                )
                if issue is None or message.custom_args.get("nl_issue") == issue:
                    yield message

    def counts(self) -> Counts:
        """Return how much there is, and how many addresses one issue reached more than once."""
        with self._reading() as connection:
            state = connection.execute("SELECT coalesce(max(id), 0), count(*) FROM message").fetchone()
            if self._counted is None or self._counted[0] != state:
                self._counted = state, _count(connection, state[1])
        return self._counted[1]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        # A connection of its own for each reading: it costs 50 µs, and no reader waits for a writer.
        with self._told(), closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        # What is accepted outlives the death of any process; only a power cut may take the last seconds,
        # and then no mail is lost, since none was ever going anywhere.
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, zlib.error) as error:
            raise StoreError(
                f"The local SendGrid's file cannot be used: {_reason(error)}.",
                file=str(self.path),
                hint="Check its permissions, or delete it: it holds only mail that went nowhere.",
            ) from error


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _rows(
    request: Mapping[str, Any], subject: str, issue: str | None
) -> Iterator[tuple[int, str, str | None, str | None]]:
    """Yield a row per reader; a subject or an issue is kept only where it is not the request's own."""
    for position, each in enumerate(request["personalizations"]):
        own_subject = subject_of(request, each)
        own_issue = each.get("custom_args", {}).get("nl_issue", issue)
        for email in recipients_of(each):
            yield (
                position,
                email.lower(),
                None if own_subject == subject else own_subject,
                None if own_issue == issue else own_issue,
            )


def _head(connection: sqlite3.Connection, request: int) -> tuple[str, int, bytes]:
    found: tuple[str, int, bytes] = connection.execute(
        "SELECT message_id, received_at, body FROM request WHERE id = ?", (request,)
    ).fetchone()
    return found


def _unpack(packed: bytes) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(zlib.decompress(packed))
    return body


def _count(connection: sqlite3.Connection, total: int) -> Counts:
    (addresses,) = connection.execute("SELECT count(DISTINCT email) FROM message").fetchone()
    if addresses == total:
        return Counts(total, addresses, 0)
    (twice,) = connection.execute(
        "SELECT count(DISTINCT email) FROM (SELECT message.email AS email FROM message"
        " JOIN request ON request.id = message.request"
        " WHERE coalesce(message.issue, request.issue) IS NOT NULL"
        " GROUP BY message.email, coalesce(message.issue, request.issue) HAVING count(*) > 1)"
    ).fetchone()
    return Counts(total, addresses, twice)


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _make_private(path: Path) -> None:
    # It holds readers' addresses: nobody else on the machine has a use for them.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _use_wal(connection)
    with _writing(connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(
                "The local SendGrid's file was made by a newer version of newsletter.",
                file=str(path),
                hint="Upgrade newsletter, or delete the file: it holds only mail that went nowhere.",
            )
        if version == 0:
            for statement in _statements(_TABLES):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")


def _statements(script: str) -> Sequence[str]:
    return [each for each in script.split(";") if each.strip()]


def _use_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for the lock that this change needs, so two processes that start at the same
    # moment would refuse each other.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
