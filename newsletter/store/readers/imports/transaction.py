"""Transaction: an import's own connection, on which a kill or Ctrl-C leaves all of a file or none of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from newsletter.errors import AudienceError
from newsletter.store.database import begin_to_write
from newsletter.store.store_errors import store_errors


@contextmanager
def import_connection(engine: Engine) -> Iterator[Connection]:
    """Open the connection of one import; what it staged is gone with it. Raises StoreError."""
    with store_errors(engine), engine.connect() as connection:
        connection.detach()  # closed at the end instead of kept: the staging goes with it
        yield connection


@contextmanager
def staging(connection: Connection) -> Iterator[None]:
    """Run a transaction that stages rows, while others write. Raises AudienceError when Ctrl-C stops it."""
    with connection.begin(), _nothing_when_stopped():
        yield


@contextmanager
def storing(connection: Connection) -> Iterator[None]:
    """Run a transaction that holds the right to write, and commits at its end.

    Raises AudienceError when Ctrl-C stops it.
    """
    with begin_to_write(connection), _nothing_when_stopped():
        yield


@contextmanager
def _nothing_when_stopped() -> Iterator[None]:
    # Within, not around, the transactions: an interrupted commit must claim nothing about what it kept.
    try:
        yield
    except KeyboardInterrupt:
        raise AudienceError(
            "Stopped: nothing was imported.", hint="Run the same command again to import it."
        ) from None
