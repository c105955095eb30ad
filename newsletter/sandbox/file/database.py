"""The local SendGrid's own file: an SQLite database that several processes may use at once."""

import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson

from newsletter.errors import StoreError
from newsletter.files.private import make_private

Connection = sqlite3.Connection

VERSION = 2
BUSY_SECONDS = 15.0

# ``due_at`` is set for mail that was to wait; ``fate`` says what was decided about a message that did not
# simply go out: see newsletter.sandbox.file.dispositions.
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

_SECOND_VERSION = """
ALTER TABLE request ADD COLUMN batch_id TEXT;
ALTER TABLE request ADD COLUMN attempt TEXT;
ALTER TABLE request ADD COLUMN first INTEGER;
ALTER TABLE request ADD COLUMN last INTEGER;
ALTER TABLE message ADD COLUMN due_at INTEGER;
ALTER TABLE message ADD COLUMN fate TEXT;
CREATE INDEX request_attempt ON request (attempt) WHERE attempt IS NOT NULL;
CREATE INDEX request_batch ON request (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX message_due ON message (due_at) WHERE fate = 'scheduled';
CREATE TABLE suppression (
    list TEXT NOT NULL,
    email TEXT NOT NULL,
    created INTEGER NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (list, email)
) WITHOUT ROWID;
CREATE INDEX suppression_email ON suppression (email);
CREATE TABLE batch (batch_id TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE hold (batch_id TEXT PRIMARY KEY, status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    waited INTEGER NOT NULL,
    since INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0
);
"""


class File:
    """Open the file, made if it is absent, and lend connections to it. Safe for threads."""

    def __init__(self, path: Path) -> None:
        """Raise StoreError when the file cannot be opened or written, or was made by a newer version."""
        self.path = path
        self._lock = threading.Lock()
        with self._as_store_error():
            make_private(path)
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

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection on which nothing changes meanwhile. Raises StoreError."""
        # A connection of its own for each reading: it costs 50 µs, and no reader waits for a writer.
        with self._as_store_error(), closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection that writes; all is committed at the end, or nothing. Raises StoreError."""
        with self._as_store_error(), self._lock, _transaction(self._writer) as connection:
            yield connection

    def empty_unused(self) -> None:
        """Write the file anew and empty its log: nothing of what was deleted is left.

        Raises StoreError, also when another program that reads the file keeps its log.
        """
        with self._as_store_error(), self._lock:
            self._writer.execute("VACUUM")
            (kept,) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[:1]
        if kept:
            raise StoreError("Another program reads it, and its log still holds what was deleted.")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        # What is accepted outlives the death of any process; only a power cut may take the last seconds,
        # and then no mail is lost, since none was ever going anywhere.
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def _as_store_error(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, zlib.error) as error:
            raise StoreError(
                f"The local SendGrid's file cannot be used: {_reason(error)}.",
                file=str(self.path),
                hint="Check its permissions, or delete it: it holds only mail that went nowhere.",
            ) from error


def pack(body: bytes) -> bytes:
    """Return a request's body as it is kept."""
    return zlib.compress(body, 1)  # a higher level takes more time and saves next to nothing here


def unpack(packed: bytes) -> dict[str, Any]:
    """Return a kept request."""
    body: dict[str, Any] = orjson.loads(zlib.decompress(packed))
    return body


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _use_wal(connection)
    with _transaction(connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(
                "The local SendGrid's file was made by a newer version of newsletter.",
                file=str(path),
                hint="Upgrade newsletter, or delete the file: it holds only mail that went nowhere.",
            )
        if version < 1:
            _run(connection, _TABLES)
        if version < 2:
            _run(connection, _SECOND_VERSION)
            _fill_in(connection)
        if version < VERSION:
            connection.execute(f"PRAGMA user_version={VERSION}")


def _run(connection: sqlite3.Connection, script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(statement)


def _fill_in(connection: sqlite3.Connection) -> None:
    """Give requests of an older file what newer ones have; they are looked up, but not reported again."""
    spans = connection.execute("SELECT request, min(id), max(id) FROM message GROUP BY request").fetchall()
    connection.executemany(
        "UPDATE request SET first = ?, last = ? WHERE id = ?", [(a, b, request) for request, a, b in spans]
    )
    for request, packed in connection.execute("SELECT id, body FROM request").fetchall():
        attempt = unpack(packed).get("custom_args", {}).get("nl_attempt")
        connection.execute("UPDATE request SET attempt = ? WHERE id = ?", (attempt, request))


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
