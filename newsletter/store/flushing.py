"""Put what SQLite committed on the disk: one flush for all the threads that wait for one.

SQLite would flush its write-ahead log within each commit, while nobody else may write. Here a commit
gives the right to write back first, and waits for the disk then: see docs/decisions/0006.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from newsletter.files.atomic import sync_folder

# As SQLite does: of a file's dates nothing depends.
_to_disk: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)


def flush_file(path: Path) -> None:
    """Return once a file's contents are on the disk. Raises OSError."""
    file = os.open(path, os.O_RDWR)
    try:
        _to_disk(file)
    finally:
        os.close(file)


class Flushes:
    """The flushes of one SQLite database's log, which its threads share."""

    def __init__(self, flush: Callable[[Path], None]) -> None:
        self._flush = flush
        self._turn = threading.Lock()
        self._begun = self._done = 0
        self._failure: OSError | None = None
        self._named = 0  # the inode of the log whose name is on the disk

    def wait(self, log: Path) -> None:
        """Return once all that this thread committed is on the disk. Raises OSError."""
        enough = self._begun + 1  # one that begins after this has it all
        with self._turn:
            if self._failure is not None:
                # After a flush that failed, the next may well succeed and have left out what that one lost.
                raise self._failure
            if self._done >= enough:
                return
            self._begun += 1
            try:
                self._flush(log)
                self._keep_name(log)
            except FileNotFoundError:
                pass  # the last connection was closed, and with it SQLite put the whole log on the disk
            except OSError as error:
                self._failure = error
                raise
            self._done = self._begun

    def _keep_name(self, log: Path) -> None:
        """Put the log's name on the disk as well, each time that SQLite made the file anew."""
        inode = log.stat().st_ino
        if inode != self._named:
            sync_folder(log.parent)
            self._named = inode
