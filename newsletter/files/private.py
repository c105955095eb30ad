"""Files that hold readers: only their owner may read them, whatever the umask."""

import os
from contextlib import suppress
from pathlib import Path

MODE = 0o600
_OTHERS = 0o077
_NEXT_TO_SQLITE = ("-wal", "-shm", "-journal")


def make_private(path: Path) -> None:
    """Make an SQLite file, if there is none, and let only its owner read it and what SQLite puts next to it.

    SQLite gives its ``-wal`` and ``-shm`` the mode of the database when it makes them; those that are there
    are tightened too. Raises OSError when it cannot be made.
    """
    # A database that is there is never opened here: closing it again would drop this process's other locks on
    # it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        os.fchmod(descriptor, MODE)  # the umask may have taken from it even what its owner needs
        os.close(descriptor)
    for name in ("", *_NEXT_TO_SQLITE):
        tighten(Path(f"{path}{name}"))


def tighten(path: Path) -> None:
    """Let only the owner read a file.

    One that is absent or another user's, or on a file system without modes, stays as it is: nobody but that
    user, or nothing at all, could change it.
    """
    with suppress(OSError):
        status = path.stat()
        if status.st_mode & _OTHERS and status.st_uid == os.geteuid():
            path.chmod(MODE)
