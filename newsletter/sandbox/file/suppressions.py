"""The lists of addresses the local SendGrid no longer mails, and why each is on one."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from newsletter.sandbox.behaviour.simulated import drop_reason, outcome_of
from newsletter.sandbox.file.database import File


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address on a list. ``created`` is seconds since 1970; some lists have neither reason nor status."""

    email: str
    created: int
    reason: str
    status: str


def take_effect(
    connection: sqlite3.Connection, emails: Collection[str], lists: Collection[str], at: int
) -> dict[str, str]:
    """Let mail to these addresses go out at ``at`` (seconds): return which are dropped, with the reason.

    ``lists`` are those that are heeded. An address that simulates a bounce or a complaint lands on its list.
    """
    dropped = _dropped(connection, emails, lists)
    caused = [(each, outcome_of(each)) for each in emails if each not in dropped]
    connection.executemany(
        "INSERT OR REPLACE INTO suppression (list, email, created, reason, status) VALUES (?, ?, ?, ?, ?)",
        [(o.suppresses, email, at, o.reason, o.status) for email, o in caused if o.suppresses],
    )
    return dropped


def _dropped(
    connection: sqlite3.Connection, emails: Collection[str], lists: Collection[str]
) -> dict[str, str]:
    if not emails or not connection.execute("SELECT 1 FROM suppression LIMIT 1").fetchone():
        return {}
    marks = ",".join("?" * len(emails))
    on: dict[str, set[str]] = {}
    for email, each in connection.execute(
        f"SELECT email, list FROM suppression WHERE email IN ({marks})",  # noqa: S608  (question marks)
        list(emails),
    ):
        on.setdefault(email, set()).add(each)
    reasons = {email: drop_reason(found, lists) for email, found in on.items()}
    return {email: reason for email, reason in reasons.items() if reason}


def listed(
    file: File,
    name: str,
    *,
    start: int | None = None,
    end: int | None = None,
    email: str = "",
    limit: int = 500,
    offset: int = 0,
) -> list[Suppression]:
    """Return one page of a list, newest first; ``start`` and ``end`` are seconds, both inclusive.

    ``email`` is how an address begins, with % for any text.
    """
    pattern = email[:254].lower().replace("\\", "\\\\").replace("_", "\\_") + "%"
    with file.reading() as connection:
        found = connection.execute(
            "SELECT email, created, reason, status FROM suppression WHERE list = ?"
            " AND created >= ? AND created <= ? AND email LIKE ? ESCAPE '\\'"
            " ORDER BY created DESC, email LIMIT ? OFFSET ?",
            (
                name, -1 if start is None else start, 2**62 if end is None else end, pattern,
                limit, offset,
            ),
        ).fetchall()  # fmt: skip
    return [Suppression(*each) for each in found]


def one(file: File, name: str, email: str) -> Suppression | None:
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
        connection.executemany(
            "INSERT OR REPLACE INTO suppression (list, email, created, reason, status)"
            " VALUES (?, ?, ?, '', '')",
            [(name, each.lower(), at) for each in emails],
        )


def remove(file: File, name: str, emails: Sequence[str] | None) -> int:
    """Take addresses off a list, or all when ``emails`` is None; return how many were on it."""
    with file.writing() as connection:
        if emails is None:
            return connection.execute("DELETE FROM suppression WHERE list = ?", (name,)).rowcount
        return sum(
            connection.execute(
                "DELETE FROM suppression WHERE list = ? AND email = ?", (name, each.lower())
            ).rowcount
            for each in emails
        )
