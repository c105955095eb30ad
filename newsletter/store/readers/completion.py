"""Names of lists for the Tab key: read at once from the file itself, and never at the price of making one."""

import sqlite3
from contextlib import closing
from pathlib import Path


def list_names(path: Path) -> list[str]:
    """Return the lists in use, by name; none where the file is no database of ours, or is busy."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.2)
        ) as database:
            rows = database.execute(
                "SELECT name FROM list WHERE archived_at IS NULL ORDER BY name"
            ).fetchall()
    except sqlite3.Error:  # a person who pressed Tab wants no error in the middle of their line
        return []
    return [str(name) for (name,) in rows]
