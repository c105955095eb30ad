"""Whether the file that SQLite has open is still the database: somebody may restore a backup meanwhile."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from newsletter.errors import StoreError

_OPENED = "file_opened"


def note_file(info: dict[str, Any], path: Path) -> None:
    """Remember which file a new connection has open; one without a path, as in memory, stays where it is."""
    file = _file_at(path)
    if file is not None:
        info[_OPENED] = path, file


def insist_in_place(connection: Connection) -> None:
    """Refuse a database whose file was deleted or replaced since it was opened.

    A program that went on would read what is no longer so, and write what nobody will ever read. Raises
    StoreError.
    """
    opened = connection.info.get(_OPENED)
    if opened is not None and _file_at(opened[0]) != opened[1]:
        raise StoreError(
            f"The database was deleted, moved or replaced while this program had it open ({opened[0]}).",
            hint="Run the command again; start `newsletter serve` anew.",
        )


def _file_at(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
