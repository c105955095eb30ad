"""What the local SendGrid accepted, to be read back as each reader got it.

A request is kept once, whole and compressed; each of its messages is one small row that says where in it to
look. So a hundred thousand messages take some 20 MB, and the file outlasts the process. What is reported of
them is worked out from these rows when it is needed; nothing of it is kept.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from newsletter.sandbox.behaviour.reports import Reported
from newsletter.sandbox.behaviour.schedule import fate_in_words
from newsletter.sandbox.behaviour.simulated import NOT_OUT, dropped_for, heeded
from newsletter.sandbox.file import suppressions
from newsletter.sandbox.file.database import File, pack, unpack
from newsletter.sandbox.file.outbox import put
from newsletter.sandbox.inbox.mail import Message, personalise, recipients_of, subject_of
from newsletter.sandbox.inbox.shown import preview

PAGE_SIZE = 50
SECOND = 1_000_000

_LISTED = """
SELECT message.id, message.email, coalesce(message.subject, request.subject), request.received_at,
       coalesce(message.issue, request.issue, ''), message.fate, hold.status
FROM message JOIN request ON request.id = message.request
LEFT JOIN hold ON hold.batch_id = request.batch_id
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as a line of the inbox. ``received_at`` counts microseconds since 1970, UTC.

    ``fate`` is said of what was not simply delivered: scheduled, cancelled, dropped, bounce and so on.
    """

    id: int
    email: str
    subject: str
    received_at: int
    issue: str
    fate: str = ""


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
    """One message with what became of it: words for a person, and what is reported, once it went out.

    ``newer`` and ``older`` are the numbers of its neighbours in the inbox, None at the ends.
    """

    message: Message
    fate: str
    reported: Reported | None
    newer: int | None
    older: int | None


class MessageStore:
    """Keep accepted requests and read their messages back. Safe for threads."""

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

    def add(self, body: bytes, request: Mapping[str, Any], received_at: int) -> str:
        """Keep a valid request and return its message id, once it is committed.

        ``body`` is the JSON that ``request`` was read from; ``received_at`` microseconds since 1970.
        Raises StoreError when the file cannot be written: then nothing of it is kept.
        """
        message_id = secrets.token_urlsafe(16)
        subject, arguments = request.get("subject", ""), request.get("custom_args", {})
        issue, packed = arguments.get("nl_issue"), pack(body)
        rows = list(_rows(request, subject, issue, received_at))
        with self.file.writing() as connection:
            (before,) = connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
            span = before + 1, before + len(rows)
            added = connection.execute(
                "INSERT INTO request (message_id, received_at, subject, issue, body, batch_id, attempt,"
                " first, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    message_id, received_at, subject, issue, packed,
                    request.get("batch_id"), arguments.get("nl_attempt"), *span,
                ),
            )  # fmt: skip
            if _add_rows(connection, added.lastrowid or 0, rows, request, received_at):
                put(connection, *span, received_at)
        return message_id

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
        return Page(tuple(_listed(*line) for line in lines), number, found)

    def newest(self) -> Listed | None:
        """Return the newest message, or None in an empty inbox."""
        with self.file.reading() as connection:
            line = connection.execute(f"{_LISTED} ORDER BY message.id DESC LIMIT 1").fetchone()
        return _listed(*line) if line else None

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
            request, position, email, due_at, fate = row
            message_id, received_at, packed, status = _head(connection, request)
            newer, older = connection.execute(_NEIGHBOURS, (number, number)).fetchone()
        message = personalise(
            unpack(packed), position, row=number, email=email, message_id=message_id, received_at=received_at
        )
        return Kept(
            message,
            fate_in_words(email, fate, status),
            reported(message, position, received_at if due_at is None else due_at, fate),
            newer,
            older,
        )

    def previews(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return what an inbox shows after the subject, by the messages' numbers."""
        found: dict[int, str] = {}
        request, body = None, dict[str, Any]()
        marks = ",".join("?" * len(numbers))
        with self.file.reading() as connection:
            for row, of, position, email in connection.execute(
                f"SELECT id, request, position, email FROM message WHERE id IN ({marks}) ORDER BY request",  # noqa: S608  (question marks)
                list(numbers),
            ).fetchall():
                if of != request:
                    request, body = of, unpack(_head(connection, of)[2])
                message = personalise(body, position, row=row, email=email, message_id="", received_at=0)
                found[row] = preview(message.html, message.text)
        return found

    def everything(self, issue: str | None = None) -> Iterator[Message]:
        """Yield every message, oldest first, or those of one issue; one request is in memory at a time.

        Mail that was accepted is there whatever became of it, unless it was called off before it went out.
        """
        request, body = None, dict[str, Any]()
        with self.file.reading() as connection:
            for row, of, position, email in connection.execute(
                f"SELECT id, request, position, email FROM message WHERE {_WENT_OUT} ORDER BY id"  # noqa: S608  (a constant)
            ):
                if of != request:
                    request, (message_id, received_at, packed, _) = of, _head(connection, of)
                    body = unpack(packed)
                message = personalise(
                    body, position, row=row, email=email, message_id=message_id, received_at=received_at
                )
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


_NEIGHBOURS = """
SELECT (SELECT min(id) FROM message WHERE id > ?), (SELECT max(id) FROM message WHERE id < ?)
"""

# A message called off before it went out reached nobody.
_WENT_OUT = "(message.fate IS NULL OR message.fate NOT IN ('cancelled', 'expired'))"


def reported(message: Message, position: int, went_at: int, fate: str | None) -> Reported | None:
    """Return what is reported of a message; None while it waits, and when it was called off."""
    if fate in NOT_OUT:
        return None
    return Reported(
        row=message.id,
        position=position,
        message_id=message.message_id,
        email=message.email,
        at=went_at // SECOND,
        custom_args=message.custom_args,
        categories=message.categories,
        dropped=dropped_for(fate),
    )


def _listed(
    number: int, email: str, subject: str, received_at: int, issue: str, fate: str | None, status: str | None
) -> Listed:
    return Listed(number, email, subject, received_at, issue, fate_in_words(email, fate, status))


_Row = tuple[int, str, str | None, str | None, int | None]


def _rows(request: Mapping[str, Any], subject: str, issue: str | None, received_at: int) -> Iterator[_Row]:
    """Yield a row per reader; a subject or an issue is kept only where it is not the request's own."""
    send_at = request.get("send_at")
    for position, each in enumerate(request["personalizations"]):
        own_subject = subject_of(request, each)
        own_issue = each.get("custom_args", {}).get("nl_issue", issue)
        due_at = each.get("send_at", send_at)
        due_at = due_at * SECOND if due_at is not None and due_at * SECOND > received_at else None
        for email in recipients_of(each):
            yield (
                position,
                email.lower(),
                None if own_subject == subject else own_subject,
                None if own_issue == issue else own_issue,
                due_at,
            )


def _add_rows(
    connection: sqlite3.Connection,
    number: int,
    rows: Sequence[_Row],
    request: Mapping[str, Any],
    received_at: int,
) -> bool:
    """Add a request's messages; return whether any goes out at once, and let those take effect."""
    at_once = [email for _, email, _, _, due_at in rows if due_at is None]
    lists = heeded(request.get("mail_settings", {}))
    dropped = suppressions.take_effect(connection, at_once, lists, received_at // SECOND)
    connection.executemany(
        "INSERT INTO message (request, position, email, subject, issue, due_at, fate)"  # noqa: S608  (an integer of SQLite's own)
        f" VALUES ({number}, ?, ?, ?, ?, ?, ?)",
        ((*row, dropped.get(row[1]) if row[4] is None else "scheduled") for row in rows),
    )
    return bool(at_once)


def _head(connection: sqlite3.Connection, request: int) -> tuple[str, int, bytes, str | None]:
    found: tuple[str, int, bytes, str | None] = connection.execute(
        "SELECT message_id, received_at, body, hold.status FROM request"
        " LEFT JOIN hold ON hold.batch_id = request.batch_id WHERE id = ?",
        (request,),
    ).fetchone()
    return found


_TWICE = f"""
SELECT count(DISTINCT email) FROM (
    SELECT message.email AS email FROM message JOIN request ON request.id = message.request
    WHERE coalesce(message.issue, request.issue) IS NOT NULL AND {_WENT_OUT}
    GROUP BY message.email, coalesce(message.issue, request.issue) HAVING count(*) > 1
)
"""  # noqa: S608  (a constant)


def _count(connection: sqlite3.Connection, total: int) -> Counts:
    (addresses,) = connection.execute("SELECT count(DISTINCT email) FROM message").fetchone()
    if addresses == total:
        return Counts(total, addresses, 0)
    (twice,) = connection.execute(_TWICE).fetchone()
    return Counts(total, addresses, twice)
