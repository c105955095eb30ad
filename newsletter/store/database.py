"""Open a database: SQLite in WAL mode by default, created and migrated by the first command that needs it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    PoolProxiedConnection,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from newsletter.errors import StoreError
from newsletter.files.private import make_private
from newsletter.store.flushing import Flushes, flush_file
from newsletter.store.in_place import insist_in_place, note_file
from newsletter.store.store_errors import explain, store_errors, where_it_is

HEAD = "0006"  # the newest migration
_URL_HINT = 'Write it like url = "sqlite:///newsletter.db".'
_TURN, _PATIENCE, _WAIT = "write_turn", "write_patience", "wait_for_the_disk"
BUSY_SECONDS = 60  # how long to wait for another program; `?timeout=` in the URL says otherwise


_CONNECTIONS: dict[str, Any] = {
    "pool_size": 0,  # a connection is kept for each thread that needs one at once
    "pool_use_lifo": True,  # writers in turn so share one, whose cache nobody else's writing empties
}
_ONE_CONNECTION: dict[str, Any] = {
    "poolclass": StaticPool
}  # a second one would see another database in memory


def open_database(url: str, *, is_sending: Callable[[], bool] = lambda: False) -> Engine:
    """Return an engine on the database at ``url``, migrated to this version.

    An absent SQLite file is made. Raises StoreError when it cannot be opened, is read-only, locked, or was
    made by a newer version; and, where an older one was, while a process ``is_sending`` from it.
    """
    engine = connect(url)
    with store_errors(engine):
        migrate(engine, is_sending=is_sending)
    return engine


def connect(url: str, *, flush: Callable[[Path], None] = flush_file) -> Engine:
    """Return an engine that leaves transactions to ``read`` and ``write``.

    ``flush`` puts a file on the disk: SQLite's log, after each ``write``.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return _other_engine(parsed)
    in_memory = parsed.database in (None, "", ":memory:")
    path = Path(parsed.database or "")
    if not in_memory and not path.parent.is_dir() and not str(path).startswith("file:"):
        raise StoreError(
            f"The folder for the database does not exist: {path.parent}",
            hint="Create it, or change [database] url in newsletter.toml.",
        )
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False, "timeout": _patience(parsed)},
        # Re-entrant, since a connection that goes back at a transaction's end may have another begin there.
        execution_options={_TURN: threading.RLock(), _PATIENCE: _patience(parsed)},
        **(_ONE_CONNECTION if in_memory else _CONNECTIONS),
    )
    if not in_memory and not str(path).startswith("file:"):
        _keep_private(path, engine)
    event.listen(engine, "connect", partial(_prepare_sqlite, Flushes(flush)))
    # A listener would do as well, but where there is one SQLAlchemy looks for others at every statement.
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign]
    return engine


def _patience(parsed: URL) -> float:
    """Return how many seconds to wait for another writer. Raises StoreError when the URL says no number."""
    try:
        return float(str(parsed.query.get("timeout", BUSY_SECONDS)))
    except ValueError as error:
        raise StoreError("[database] url: timeout is no number of seconds.", hint=_URL_HINT) from error


def _keep_private(path: Path, engine: Engine) -> None:
    try:
        make_private(path)
    except OSError as error:
        raise StoreError(explain("unable to open", engine)) from error


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise StoreError("[database] url is no database's URL.", hint=_URL_HINT) from error


def _other_engine(parsed: URL) -> Engine:
    try:
        return create_engine(parsed, pool_pre_ping=True)
    except (ImportError, NoSuchModuleError) as error:
        raise StoreError(
            f"[database] url asks for “{parsed.drivername}”, whose driver is not installed.", hint=_URL_HINT
        ) from error


def _prepare_sqlite(flushes: Flushes, connection: sqlite3.Connection, record: Any) -> None:
    # The driver must not open transactions by itself: it would defer the lock that a claim needs at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    [mode] = cursor.execute("PRAGMA journal_mode=WAL").fetchone()
    cursor.execute("PRAGMA synchronous=FULL")  # NORMAL can lose an accepted batch when the power fails
    cursor.execute("PRAGMA foreign_keys=ON")
    # kB a connection, and threads have one each. A larger one saves no time: no page is read twice soon.
    cursor.execute("PRAGMA cache_size=-1000")
    [(_, _, file)] = cursor.execute("PRAGMA database_list")
    cursor.close()
    note_file(record.info, Path(file))
    if mode == "wal":  # which not every file system can; without it SQLite has to wait for the disk itself
        record.info[_WAIT] = partial(flushes.wait, Path(f"{file}-wal"))


def _begin_sqlite(dbapi_connection: PoolProxiedConnection) -> None:
    driver: Any = dbapi_connection.dbapi_connection
    if not driver.in_transaction:  # else it was begun to write
        driver.execute("BEGIN")


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, and sees one and the same instant however many its queries."""
    with store_errors(engine), engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # which in WAL mode does so by itself
            connection.execution_options(isolation_level="REPEATABLE READ")
        insist_in_place(connection)
        with connection.begin():
            yield connection


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that holds the right to write from its start, and commits at its end."""
    with _turn(engine), store_errors(engine), engine.connect() as connection:
        insist_in_place(connection)
        wait: Callable[[], None] | None = connection.info.get(_WAIT)
        driver: Any = connection.connection.dbapi_connection
        if wait is None:
            with begin_to_write(connection):
                yield connection
            return
        before = driver.total_changes  # tables themselves are changed by migrations alone
        with _flushed_later(driver), begin_to_write(connection):
            yield connection
        changed = driver.total_changes != before
    if changed:
        _on_the_disk(wait, engine)


@contextmanager
def _flushed_later(driver: Any) -> Iterator[None]:
    """Let SQLite commit without waiting for the disk: who wrote waits for it once others may write again."""
    driver.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        driver.execute("PRAGMA synchronous=FULL")


def _on_the_disk(wait: Callable[[], None], engine: Engine) -> None:
    try:
        wait()
    except OSError as error:
        raise StoreError(
            f"The disk did not keep what the database wrote ({where_it_is(engine)}): {error.strerror}.",
            hint="Check the disk; what was written last may be gone when the computer starts anew.",
        ) from error


@contextmanager
def begin_to_write(connection: Connection) -> Iterator[None]:
    """Run a transaction on a connection of one's own, as ``write`` does on one of the engine's."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN IMMEDIATE")
    with connection.begin():
        yield


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Let this process's threads write to SQLite in turn.

    SQLite itself sleeps for longer and longer between looks at whether it may write, so that threads which
    write often wait for nobody most of the time. It still keeps this process and others apart. A turn that
    does not come in time is left to SQLite, which says that the database is locked.
    """
    options = engine.get_execution_options()
    turn: threading.RLock | None = options.get(_TURN)
    mine = turn is not None and turn.acquire(timeout=options[_PATIENCE])
    try:
        yield
    finally:
        if turn is not None and mine:
            turn.release()


@contextmanager
def overwrite(engine: Engine) -> Iterator[Connection]:
    """Open a transaction as ``write`` does, in which SQLite writes zeros over all that is deleted."""
    with write(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        yield connection


def drop_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, which holds pages as they were; False when another program kept it."""
    return _alone(engine, "PRAGMA wal_checkpoint(TRUNCATE)") in (None, 0)


def compact(engine: Engine) -> None:
    """Write an SQLite database anew, so that nothing is left in pages that are not in use."""
    _alone(engine, "VACUUM")


def _alone(engine: Engine, statement: str) -> int | None:
    """Run a statement that SQLite takes outside a transaction; return the first number it answers."""
    if engine.dialect.name != "sqlite":
        return None
    with store_errors(engine):
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            row = cursor.execute(statement).fetchone()
            cursor.close()
            return int(row[0]) if row else None
        finally:
            connection.close()


def migrate(engine: Engine, *, is_sending: Callable[[], bool] = lambda: False) -> None:
    """Bring the database to this version's tables, all or nothing.

    Raises StoreError when it is of a newer version, or an older one while a process ``is_sending`` from it.
    """
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        current = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    if current == HEAD:
        return
    if current is not None and is_sending():
        # Its next statement would name what is called otherwise by then, and what it posted stay unknown.
        raise StoreError(
            f"An older version of newsletter is sending from this database ({where_it_is(engine)}).",
            hint="Wait until it has ended, or stop it with Ctrl-C; then run the command again.",
        )
    _upgrade(engine, current)


def _upgrade(engine: Engine, current: str | None) -> None:
    # Alembic takes longer to import than most commands take to run, and is needed once a version.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    folder = str(Path(__file__).parent / "migrations")
    known = {revision.revision for revision in ScriptDirectory(folder).walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(
            f"The database was made by a newer version of newsletter ({where_it_is(engine)}).",
            hint="Upgrade newsletter, then run the command again.",
        )
    config = Config()
    config.set_main_option("script_location", folder)
    attributes: dict[str, Any] = config.attributes
    with _without_foreign_keys(engine) as connection, begin_to_write(connection):
        attributes["connection"] = connection
        command.upgrade(config, "head")
        if engine.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            assert broken is None, f"a migration broke a foreign key: {tuple(broken or ())}"  # noqa: S101


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[Connection]:
    """Open a connection to write whose foreign keys SQLite does not keep.

    SQLite changes a table by making it anew, and dropping the old one would take along all rows that refer to
    it. It can be told so only outside a transaction (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
