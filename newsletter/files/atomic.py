"""The one writer of files that must never be seen half written."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from newsletter.files.private import MODE

_LONGEST = 50  # characters of a file's name in its draft's: a name may have 255 bytes and no room for more


class WholeFile:
    """A file that takes its name only once it is complete: until then another of that name stays as it is.

    What is written goes into a draft in the same folder, ``.NAME.part``. The next writer replaces one that a
    killed process left; two that write at the same time each have their own, and the last one to finish wins.
    A symbolic link of that name is replaced, and what it points to stays.

    ``private`` gives mode 0600, else the umask decides. ``new`` never replaces a file (FileExistsError), not
    even one that appeared meanwhile. ``durable`` survives a power cut: file and name are on the disk when
    ``keep`` returns. ``encoding`` makes it a text file, whose line ends stay as they are written.

    As a context manager it lends the open file, and keeps it unless the block fails. Raises OSError, and then
    leaves no draft.
    """

    def __init__(
        self,
        path: Path,
        *,
        private: bool = False,
        new: bool = False,
        durable: bool = False,
        encoding: str | None = None,
    ) -> None:
        if new and os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        self._path, self._new, self._durable = path, new, durable
        self._draft, descriptor = _draft_for(path)
        if private:
            os.fchmod(descriptor, MODE)  # the umask may have taken from it even what its owner needs
        text = encoding is not None
        self.file: IO[Any] = os.fdopen(
            descriptor, "w" if text else "wb", encoding=encoding, newline="" if text else None
        )

    def keep(self) -> None:
        """Give the file its name."""
        try:
            self.file.flush()
            if self._durable:
                os.fsync(self.file.fileno())
            if self._new:
                os.link(self._draft, self._path)
                self._draft.unlink()
            else:
                os.replace(self._draft, self._path)
            self.file.close()  # not before: its lock says that somebody still needs the draft
        except BaseException:
            self.discard()
            raise
        if self._durable:
            sync_folder(self._path.parent)

    def discard(self) -> None:
        """Leave nothing behind, unless it was kept."""
        if self.file.closed:
            return
        with suppress(OSError):  # the failure that led here is the one to report
            if _is_at(self._draft, self.file.fileno()):
                self._draft.unlink()
        with suppress(OSError):  # what a full disk did not take is written once more by closing
            self.file.close()

    def __enter__(self) -> IO[Any]:
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.keep() if kind is None else self.discard()


def write_whole(
    path: Path, data: bytes, *, private: bool = False, new: bool = False, durable: bool = False
) -> None:
    """Write a file as a ``WholeFile``, all at once."""
    with WholeFile(path, private=private, new=new, durable=durable) as file:
        file.write(data)


def _draft_for(path: Path) -> tuple[Path, int]:
    """Return a new draft that nobody else writes to, open and locked until it is closed."""
    beginning = f".{path.name[:_LONGEST]}"
    while True:
        draft = path.with_name(f"{beginning}.part")
        if _is_being_written(draft):
            draft = path.with_name(f"{beginning}.{os.urandom(4).hex()}.part")
        with suppress(FileExistsError):  # another writer was quicker
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(draft, descriptor):
                return draft, descriptor
            os.close(descriptor)  # before it was locked, another writer took it for a leftover


def _is_being_written(draft: Path) -> bool:
    """Say whether somebody writes to a draft; one that nobody does is removed."""
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    except PermissionError:  # another user's
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(draft, descriptor):
            draft.unlink()  # not written over: a program that has it open would see what comes
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_at(path: Path, descriptor: int) -> bool:
    """Say whether an open file still has this name."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def sync_folder(folder: Path) -> None:
    """Put the names of a folder's files on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
