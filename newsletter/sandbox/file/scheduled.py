"""Mail that waits: batch ids, what holds a batch back, and the messages that are due."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.sandbox.file.database import File, unpack
from newsletter.sandbox.file.dispositions import SCHEDULED

_DUE = f"""
SELECT message.id, message.request, message.email, message.due_at, hold.status
FROM message JOIN request ON request.id = message.request
LEFT JOIN hold ON hold.batch_id = request.batch_id
WHERE message.fate = '{SCHEDULED}' AND message.due_at <= ?
ORDER BY message.request, message.due_at, message.id
"""  # noqa: S608  (a constant)


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose time (``due_at``, microseconds) has come. ``held`` is pause, cancel or None."""

    id: int
    request: int
    email: str
    due_at: int
    held: str | None


def add_batch(file: File, batch_id: str, now: int) -> None:
    """Keep a new batch id; ``now`` is seconds."""
    with file.writing() as connection:
        connection.execute("INSERT INTO batch VALUES (?, ?)", (batch_id, now))


def batch_created(file: File, batch_id: str) -> int | None:
    """Return when a batch id was made here, in seconds; None when it never was."""
    with file.reading() as connection:
        found = connection.execute("SELECT created FROM batch WHERE batch_id = ?", (batch_id,)).fetchone()
    return found[0] if found else None


def held(file: File) -> dict[str, str]:
    """Return the batches held back: ``pause`` or ``cancel`` by batch id."""
    with file.reading() as connection:
        return dict(connection.execute("SELECT batch_id, status FROM hold ORDER BY batch_id").fetchall())


def hold(file: File, batch_id: str, status: str, *, most: int) -> bool:
    """Pause or cancel a batch; False when it is held already, or ``most`` others are."""
    with file.writing() as connection:
        (count,) = connection.execute("SELECT count(*) FROM hold").fetchone()
        if count >= most:
            return False
        return connection.execute("INSERT OR IGNORE INTO hold VALUES (?, ?)", (batch_id, status)).rowcount > 0


def change_hold(file: File, batch_id: str, status: str) -> bool:
    """Pause a cancelled batch or the other way round; False when it is not held."""
    with file.writing() as connection:
        changed = connection.execute("UPDATE hold SET status = ? WHERE batch_id = ?", (status, batch_id))
        return changed.rowcount > 0


def end_hold(file: File, batch_id: str, now: int) -> bool:
    """Hold a batch back no longer; what is overdue is due ``now`` (microseconds). False if it is not held."""
    with file.writing() as connection:
        if not connection.execute("DELETE FROM hold WHERE batch_id = ?", (batch_id,)).rowcount:
            return False
        connection.execute(
            "UPDATE message SET due_at = max(due_at, ?) WHERE fate = ?"
            " AND request IN (SELECT id FROM request WHERE batch_id = ?)",
            (now, SCHEDULED, batch_id),
        )
        return True


def is_any_due(file: File, now: int) -> bool:
    """Say whether the time of any message has come, in microseconds."""
    with file.reading() as connection:
        found = connection.execute(
            f"SELECT 1 FROM message WHERE fate = '{SCHEDULED}' AND due_at <= ? LIMIT 1",  # noqa: S608  (a constant, for the index)
            (now,),
        )
        return found.fetchone() is not None


def due(connection: sqlite3.Connection, now: int) -> list[Due]:
    """Return the messages whose time has come, by request and time."""
    return [Due(*row) for row in connection.execute(_DUE, (now,)).fetchall()]


def mail_settings(connection: sqlite3.Connection, request: int) -> dict[str, dict[str, object]]:
    """Return the ``mail_settings`` of a request."""
    (packed,) = connection.execute("SELECT body FROM request WHERE id = ?", (request,)).fetchone()
    settings: dict[str, dict[str, object]] = unpack(packed).get("mail_settings", {})
    return settings


def dispose(connection: sqlite3.Connection, dispositions: Iterable[tuple[str, int]]) -> None:
    """Record what was decided about messages: the disposition, and the message's number."""
    connection.executemany("UPDATE message SET fate = ? WHERE id = ?", dispositions)
