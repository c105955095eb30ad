"""Imports: staged rows into a list by whole sets, in one transaction: a kill leaves all or nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection, Engine

from newsletter.contacts.table.row import Row
from newsletter.errors import AudienceError
from newsletter.store.database import store_errors
from newsletter.store.readers.erasures import among
from newsletter.store.readers.import_tally import Import, Merged
from newsletter.store.readers.merging import merge
from newsletter.store.readers.staging import stage


def import_rows(
    engine: Engine, wanted: Import, rows: Iterable[Row], *, progress: Callable[[int, int], None]
) -> Merged:
    """Bring rows into a list, which is made if need be, all or nothing.

    ``progress`` gets addresses done and to do. Raises StoreError, AudienceError when stopped by Ctrl-C, and
    what ``before_writing`` raises.
    """
    merged = Merged()
    with store_errors(engine), engine.connect() as connection:
        connection.detach()  # closed at the end instead of kept: the staging goes with it
        with connection.begin(), _stop_told():
            came, left = stage(connection, rows, partial(_erased, merged))
        wanted.before_writing()
        merged.rows, merged.repeated = came + merged.erased.count, came - left
        connection.execution_options(write=True)
        with connection.begin(), _stop_told():
            merge(connection, wanted, merged, left, progress)
    return merged


def _erased(merged: Merged, connection: Connection, rows: Sequence[Row]) -> set[str]:
    found = among(connection, [row.email for row in rows])
    for row in rows:
        if found and row.email in found:
            merged.erased.add(row.line)
    return found


@contextmanager
def _stop_told() -> Iterator[None]:
    # Within, not around, the transactions: an interrupted commit must claim nothing about what it kept.
    try:
        yield
    except KeyboardInterrupt:
        raise AudienceError(
            "Stopped: nothing was imported.", hint="Run the same command again to import it."
        ) from None
