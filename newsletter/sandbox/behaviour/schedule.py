"""Mail that waits: the batches that may hold it back, and what happens to it when its time comes."""

import secrets
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from newsletter.sandbox.behaviour.acceptance import process
from newsletter.sandbox.behaviour.outcomes import lists_consulted
from newsletter.sandbox.file import report_queue, scheduled
from newsletter.sandbox.file.database import Connection, File
from newsletter.sandbox.file.dispositions import CANCELLED, EXPIRED, RELEASED
from newsletter.sandbox.file.scheduled import Due

BATCH_LASTS = 10 * 24 * 60 * 60  # seconds
MAX_HELD = 10  # batches paused or cancelled at once
PAUSE_LASTS = 72 * 60 * 60 * 1_000_000  # microseconds past the time a message was due
SECOND = 1_000_000


def new_batch(file: File, now: int) -> str:
    """Make a batch id and return it; ``now`` is seconds."""
    batch_id = secrets.token_urlsafe(24)
    scheduled.add_batch(file, batch_id, now)
    return batch_id


def is_batch(file: File, batch_id: str, now: int) -> bool:
    """Say whether a batch id was made here in the last ten days."""
    created = scheduled.batch_created(file, batch_id)
    return created is not None and now <= created + BATCH_LASTS


def hold(file: File, batch_id: str, status: str) -> bool:
    """Pause or cancel a batch; False when it is held already, or too many are."""
    return scheduled.hold(file, batch_id, status, most=MAX_HELD)


def release_due(file: File, now: int) -> None:
    """Let everything go out that was due by ``now`` (microseconds), or discard it if it was called off."""
    if not scheduled.is_any_due(file, now):
        return
    with file.writing() as connection:
        due = scheduled.due(connection, now)
        for (request, due_at), messages in groupby(due, key=attrgetter("request", "due_at")):
            _decide(connection, request, due_at, list(messages), now)


def _decide(connection: Connection, request: int, due_at: int, messages: Sequence[Due], now: int) -> None:
    """Decide on the messages of one request that were due at the same moment."""
    held = messages[0].held
    if held == "pause":
        if due_at + PAUSE_LASTS < now:
            scheduled.dispose(connection, [(EXPIRED, message.id) for message in messages])
        return
    if held == "cancel":
        scheduled.dispose(connection, [(CANCELLED, message.id) for message in messages])
        return
    consulted = lists_consulted(scheduled.mail_settings(connection, request))
    dropped = process(connection, [message.email for message in messages], consulted, due_at // SECOND)
    scheduled.dispose(
        connection, [(dropped.get(message.email, RELEASED), message.id) for message in messages]
    )
    for message in messages:
        report_queue.add(connection, message.id, message.id, due_at, waited=True)
