"""Mail that waits: batches, what holds them back, and the moment they are due.

A message's ``fate`` is empty when it went out as it came in. Otherwise it is ``scheduled`` while it waits,
then ``released``, ``cancelled``, ``expired``, or the reason it was dropped for.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from newsletter.sandbox.behaviour.simulated import DELIVERED, NOT_OUT, dropped_for, heeded, outcome_of
from newsletter.sandbox.file import suppressions
from newsletter.sandbox.file.database import File, unpack
from newsletter.sandbox.file.outbox import put

BATCH_LASTS = 10 * 24 * 60 * 60  # seconds
MAX_HELD = 10  # batches paused or cancelled at once
PAUSE_LASTS = 72 * 60 * 60 * 1_000_000  # microseconds past the time a message was due
SECOND = 1_000_000

_DUE = """
SELECT message.request, message.id, message.email, message.due_at, hold.status
FROM message JOIN request ON request.id = message.request
LEFT JOIN hold ON hold.batch_id = request.batch_id
WHERE message.fate = 'scheduled' AND message.due_at <= ?
ORDER BY message.request, message.due_at, message.id
"""

Due = tuple[int, int, str, int, str | None]


def new_batch(file: File, now: int) -> str:
    """Make a batch id and return it; ``now`` is seconds."""
    batch_id = secrets.token_urlsafe(24)
    with file.writing() as connection:
        connection.execute("INSERT INTO batch VALUES (?, ?)", (batch_id, now))
    return batch_id


def is_batch(file: File, batch_id: str, now: int) -> bool:
    """Say whether a batch id was made here in the last ten days."""
    with file.reading() as connection:
        found = connection.execute("SELECT created FROM batch WHERE batch_id = ?", (batch_id,)).fetchone()
    return found is not None and now <= found[0] + BATCH_LASTS


def held(file: File) -> dict[str, str]:
    """Return the batches held back: ``pause`` or ``cancel`` by batch id."""
    with file.reading() as connection:
        return dict(connection.execute("SELECT batch_id, status FROM hold ORDER BY batch_id").fetchall())


def hold(file: File, batch_id: str, status: str) -> bool:
    """Pause or cancel a batch; False when it is held already, or too many are."""
    with file.writing() as connection:
        (count,) = connection.execute("SELECT count(*) FROM hold").fetchone()
        if count >= MAX_HELD:
            return False
        return connection.execute("INSERT OR IGNORE INTO hold VALUES (?, ?)", (batch_id, status)).rowcount > 0


def change(file: File, batch_id: str, status: str) -> bool:
    """Pause a cancelled batch or the other way round; False when it is not held."""
    with file.writing() as connection:
        changed = connection.execute("UPDATE hold SET status = ? WHERE batch_id = ?", (status, batch_id))
        return changed.rowcount > 0


def let_go(file: File, batch_id: str, now: int) -> bool:
    """Hold a batch back no longer; what is overdue goes out at ``now`` (microseconds). False if not held."""
    with file.writing() as connection:
        if not connection.execute("DELETE FROM hold WHERE batch_id = ?", (batch_id,)).rowcount:
            return False
        connection.execute(
            "UPDATE message SET due_at = max(due_at, ?) WHERE fate = 'scheduled'"
            " AND request IN (SELECT id FROM request WHERE batch_id = ?)",
            (now, batch_id),
        )
        return True


def settle(file: File, now: int) -> None:
    """Let everything go out that was due by ``now`` (microseconds), or be discarded if it was called off."""
    with file.reading() as connection:
        if not connection.execute(
            "SELECT 1 FROM message WHERE fate = 'scheduled' AND due_at <= ? LIMIT 1", (now,)
        ).fetchone():
            return
    with file.writing() as connection:
        due = connection.execute(_DUE, (now,)).fetchall()
        for (request, due_at), messages in groupby(due, key=itemgetter(0, 3)):
            _settle(connection, request, due_at, list(messages), now)


def _settle(connection: sqlite3.Connection, request: int, due_at: int, due: list[Due], now: int) -> None:
    """Decide on the messages of one request that were due at the same moment."""
    status = due[0][4]
    if status == "pause":
        if due_at + PAUSE_LASTS < now:
            _set_fates(connection, ((number, "expired") for _, number, *_ in due))
        return
    if status == "cancel":
        _set_fates(connection, ((number, "cancelled") for _, number, *_ in due))
        return
    (packed,) = connection.execute("SELECT body FROM request WHERE id = ?", (request,)).fetchone()
    lists = heeded(unpack(packed).get("mail_settings", {}))
    dropped = suppressions.take_effect(
        connection, [email for _, _, email, *_ in due], lists, due_at // SECOND
    )
    _set_fates(connection, ((number, dropped.get(email, "released")) for _, number, email, *_ in due))
    for _, number, *_ in due:
        put(connection, number, number, due_at, waited=True)


def _set_fates(connection: sqlite3.Connection, fates: Iterator[tuple[int, str]]) -> None:
    connection.executemany(
        "UPDATE message SET fate = ? WHERE id = ?", ((fate, number) for number, fate in fates)
    )


def fate_in_words(email: str, fate: str | None, status: str | None) -> str:
    """Return what became of a message in a word or two; nothing when it was simply delivered.

    ``status`` is how its batch is held back: pause, cancel or None.
    """
    if fate == "scheduled":
        return {"cancel": "cancelled", "pause": "paused"}.get(status or "", "scheduled")
    if fate in NOT_OUT:
        return str(fate)
    if reason := dropped_for(fate):
        return f"dropped ({reason})"
    outcome = outcome_of(email)
    return "" if outcome is DELIVERED else _WORDS.get(outcome.steps[-1], "")


_WORDS = {
    "bounce": "bounced",
    "late bounce": "bounced later",
    "blocked": "blocked",
    "spamreport": "reported as spam",
    "dropped": "dropped",
    "unsubscribe": "unsubscribed",
}
