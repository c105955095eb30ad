"""The request log's file: lines are added to its end, each on the disk before its request leaves."""

import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from newsletter.delivery.request_log import Entry, LogLine, line_of
from newsletter.errors import StoreError
from newsletter.files.atomic import sync_folder
from newsletter.files.private import MODE, tighten

NAME = "newsletter.requests.log"
TAIL_BYTES = 4_000_000  # holds the latest requests of all threads many times over
_GET_VERSION = 0x80087601  # FS_IOC_GETVERSION, of Linux (linux/fs.h)
_MACHINE_ID = Path("/etc/machine-id")


class RequestLog:
    """The log in a folder, which may not be there yet."""

    def __init__(self, folder: Path, machine: str | None = None) -> None:
        """Stand on a folder; ``machine`` names this machine, by default as the system does."""
        self.path = folder / NAME
        self._machine = machine

    @property
    def exists(self) -> bool:
        """Say whether there is a log."""
        return self.path.exists()

    @property
    def place(self) -> str:
        """Return a digest of where the log lies: another one for a copy, the same if its folder is renamed.

        A copy of a file has an inode of its own, or that of a deleted one and a generation of its own. On
        another machine both may be the same by chance.
        """
        machine = _machine_id() if self._machine is None else self._machine
        try:
            with self._open() as file:
                inode, generation = os.fstat(file.fileno()).st_ino, _generation(file.fileno())
        except OSError as error:
            raise self._unreadable(error) from error
        return hashlib.blake2b(f"{machine}\0{inode}\0{generation}".encode(), digest_size=8).hexdigest()

    def tail(self) -> list[bytes]:
        """Return its last lines; nothing when there is none. Raises StoreError when it cannot be read."""
        try:
            with self._open() as file:
                size = file.seek(0, os.SEEK_END)
                start = max(0, size - TAIL_BYTES)
                file.seek(start)
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unreadable(error) from error
        # What stands after the last line's end was never written whole, and its request never left.
        return lines[bool(start) : -1]

    def lines(self) -> Iterator[bytes]:
        """Yield every line, the oldest first. Raises StoreError when it cannot be read."""
        try:
            with self._open() as file:
                yield from (line[:-1] for line in file if line.endswith(b"\n"))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unreadable(error) from error

    @contextmanager
    def opened(self, publication: int) -> Iterator["LogWriter"]:
        """Open it to add lines of a publication, made if there is none. Raises StoreError if it cannot."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, MODE)
        except OSError as error:
            raise self.unwritable(error) from error
        try:
            try:
                tighten(self.path)
                _cut_torn_end(descriptor)
                sync_folder(self.path.parent)
            except OSError as error:
                raise self.unwritable(error) from error
            yield LogWriter(self, descriptor, publication)
        finally:
            os.close(descriptor)

    def _open(self) -> BinaryIO:
        file = self.path.open("rb")
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a device may have no end
            file.close()
            raise OSError(errno.EINVAL, "it is no file")
        return file

    def _unreadable(self, error: OSError) -> StoreError:
        return StoreError(
            f"The log of requests cannot be read: {error.strerror} ({self.path}).",
            hint="It tells whether this database is the one that sent last. Check its permissions.",
        )

    def unwritable(self, error: OSError) -> StoreError:
        """Return what is raised where no line can be added."""
        return StoreError(
            f"The log of requests cannot be written: {error.strerror} ({self.path}).",
            hint="No request leaves that is not in it. Check the room on the disk, and its permissions.",
        )


class LogWriter:
    """A log that is open to add lines; threads may share it."""

    def __init__(self, log: RequestLog, descriptor: int, publication: int) -> None:
        """Write to an open file."""
        self._log = log
        self._descriptor = descriptor
        self._place = log.place
        self._publication = publication
        self._lock = Lock()
        self._closed = False

    def add(self, entry: Entry, *, durable: bool = True) -> None:
        """Add a line, which is on the disk when this returns if it is ``durable``. Raises StoreError.

        Once the log is closed, nothing is added: an answer that late is in the database alone.
        """
        line = line_of(LogLine(entry, self._place, self._publication))
        try:
            with self._lock:  # held for the writing alone: threads wait for the disk side by side
                if self._closed:
                    return
                self._write(line)
            if durable:
                os.fsync(self._descriptor)
        except OSError as error:
            raise self._log.unwritable(error) from error

    def _write(self, line: bytes) -> None:
        before = os.fstat(self._descriptor).st_size
        if os.write(self._descriptor, line) < len(line):
            os.ftruncate(self._descriptor, before)  # what follows begins a line of its own
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Close it: another file may be given its number."""
        with self._lock:
            self._closed = True
            os.close(self._descriptor)


def _cut_torn_end(descriptor: int) -> None:
    """Take away what a process that died, or a full disk, left of a last line: its request never left."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - TAIL_BYTES)
    end = os.pread(descriptor, TAIL_BYTES, start)
    if end and not end.endswith(b"\n"):
        os.ftruncate(descriptor, start + end.rfind(b"\n") + 1)


def _generation(descriptor: int) -> int:
    """Return the generation of a file's inode, which file systems that use a number again draw anew."""
    answer = bytearray(8)
    try:
        fcntl.ioctl(descriptor, _GET_VERSION, answer)
    except OSError:  # a file system without: the inode has to do
        return 0
    return int.from_bytes(answer[:4], "little")


def _machine_id() -> str:
    try:
        return _MACHINE_ID.read_text().strip()
    except OSError:  # a container, or another system: the file's inode has to do
        return ""
