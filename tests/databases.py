"""Databases made once and copied: migrating one takes longer than most tests."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

from newsletter.delivery.states import (
    BatchTransition,
    MailingTransition,
    SubscriptionTransition,
    Transition,
)
from newsletter.store.database import open_database

MOVED: tuple[tuple[str, str, Iterable[Transition]], ...] = (
    ("mailing", "state", MailingTransition),
    ("batch", "state", BatchTransition),
    ("subscription", "status", SubscriptionTransition),
)


@cache
def empty_database() -> bytes:
    """Return a migrated SQLite database without a row, which refuses unknown transitions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_database(f"sqlite:///{path}").dispose()
        with closing(sqlite3.connect(path)) as connection:
            for statement in guards():
                connection.execute(statement)
        return contents(path)


def guards() -> Iterator[str]:
    """Yield the triggers that hold every UPDATE, by any process, against the transitions in states.py."""
    for table, column, transitions in MOVED:
        known = sorted({f"{before} {move.after}" for move in transitions for before in move.before})
        words = ", ".join(f"'{pair}'" for pair in known)
        yield (
            f"CREATE TRIGGER known_transitions_of_{table} BEFORE UPDATE OF {column} ON {table}"
            f" WHEN OLD.{column} <> NEW.{column} AND OLD.{column} || ' ' || NEW.{column} NOT IN ({words})"
            f" BEGIN SELECT RAISE(ABORT, 'not a transition of {table}'); END"
        )


def contents(path: Path) -> bytes:
    """Return a SQLite database as one file, with what still stands in its log."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.serialize()
