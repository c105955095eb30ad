"""Databases made once and copied: migrating one takes longer than most tests."""

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from newsletter.store.database import open_database


@cache
def empty_database() -> bytes:
    """Return a migrated SQLite database without a row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_database(f"sqlite:///{path}").dispose()
        return contents(path)


def contents(path: Path) -> bytes:
    """Return a SQLite database as one file, with what still stands in its log."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.serialize()
