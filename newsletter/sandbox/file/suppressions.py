"""The lists of addresses the local SendGrid no longer mails, and why each is on one."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from newsletter.sandbox.file.database import File


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address on a list. ``created`` is seconds since 1970; some lists have neither reason nor status."""

    email: str
    created: int
    reason: str
    status: str


def lists_of(connection: sqlite3.Connection, emails: Collection[str]) -> dict[str, set[str]]:
    """Return the names of the lists that any of these addresses is on, by address."""
    if not emails or not connection.execute("SELECT 1 FROM suppression LIMIT 1").fetchone():
        return {}
    marks = ",".join("?" * len(emails))
    lists: dict[str, set[str]] = {}
    for email, name in connection.execute(
        f"SELECT email, list FROM suppression WHERE email IN ({marks})",  # noqa: S608  (question marks)
        list(emails),
    ):
        lists.setdefault(email, set()).add(name)
    return lists


def put(connection: sqlite3.Connection, entries: Iterable[tuple[str, Suppression]]) -> None:
    """Put entries on lists, each with its list's name, in place of any that the address had there."""
    connection.executemany(
        "INSERT OR REPLACE INTO suppression (list, email, created, reason, status) VALUES (?, ?, ?, ?, ?)",
        [(name, entry.email, entry.created, entry.reason, entry.status) for name, entry in entries],
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a list are asked for.

    ``start`` and ``end`` are seconds, both inclusive; ``email`` is how an address begins, % any text.
    """

    start: int | None = None
    end: int | None = None
    email: str = ""
    limit: int = 500
    offset: int = 0


def listed(file: File, name: str, wanted: Wanted) -> list[Suppression]:
    """Return one page of a list, newest first."""
    pattern = wanted.email[:254].lower().replace("\\", "\\\\").replace("_", "\\_") + "%"
    with file.reading() as connection:
        found = connection.execute(
            "SELECT email, created, reason, status FROM suppression WHERE list = ?"
            " AND created >= ? AND created <= ? AND email LIKE ? ESCAPE '\\'"
            " ORDER BY created DESC, email LIMIT ? OFFSET ?",
            (
                name, -1 if wanted.start is None else wanted.start,
                2**62 if wanted.end is None else wanted.end, pattern, wanted.limit, wanted.offset,
            ),
        ).fetchall()  # fmt: skip
    return [Suppression(*row) for row in found]


def entry(file: File, name: str, email: str) -> Suppression | None:
    """Return an address's entry on a list, or None."""
    with file.reading() as connection:
        found = connection.execute(
            "SELECT email, created, reason, status FROM suppression WHERE list = ? AND email = ?",
            (name, email.lower()),
        ).fetchone()
    return Suppression(*found) if found else None


def add(file: File, name: str, emails: Sequence[str], at: int) -> None:
    """Put addresses on a list."""
    with file.writing() as connection:
        put(connection, [(name, Suppression(email.lower(), at, "", "")) for email in emails])


def remove(file: File, name: str, emails: Sequence[str] | None) -> int:
    """Take addresses off a list, or all when ``emails`` is None; return how many were on it."""
    with file.writing() as connection:
        if emails is None:
            return connection.execute("DELETE FROM suppression WHERE list = ?", (name,)).rowcount
        return sum(
            connection.execute(
                "DELETE FROM suppression WHERE list = ? AND email = ?", (name, email.lower())
            ).rowcount
            for email in emails
        )
