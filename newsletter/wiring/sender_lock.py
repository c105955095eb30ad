"""The right to send from a database: a file's lock, which the system frees however a process ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.errors import AlreadySending, StoreError


def held(path: Path) -> bool:
    """Say whether a process sends from the database that the lock ``path`` belongs to."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False  # the folder cannot be written to, so nobody could have taken the lock


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock until the block ends.

    Raises AlreadySending when another process holds it, StoreError when the file cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=1)  # ``status`` holds it for an instant
    try:
        lock.acquire()
    except Timeout as error:
        raise AlreadySending(
            "Another process is sending from this database.",
            hint="Wait until it is done. See how far it is: newsletter status",
        ) from error
    except OSError as error:
        raise StoreError(f"The sender's lock cannot be taken: {error.strerror} ({path}).") from error
    try:
        yield
    finally:
        lock.release()
