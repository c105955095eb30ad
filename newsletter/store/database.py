"""Open a database: SQLite in WAL mode by default, created and migrated by the first command that needs it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from newsletter.errors import StoreError
from newsletter.files.private import make_private

HEAD = "0004"  # the newest migration
_URL_HINT = 'Write it like url = "sqlite:///newsletter.db".'
_TURN, _PATIENCE = "write_turn", "write_patience"
BUSY_SECONDS = 60  # how long to wait for another program; `?timeout=` in the URL says otherwise


def open_database(url: str, *, is_sending: Callable[[], bool] = lambda: False) -> Engine:
    """Return an engine on the database at ``url``, migrated to this version.

    An absent SQLite file is made. Raises StoreError when it cannot be opened, is read-only, locked, or was
    made by a newer version; and, where an older one was, while a process ``is_sending`` from it.
    """
    engine = connect(url)
    with store_errors(engine):
        migrate(engine, is_sending=is_sending)
    return engine


def connect(url: str) -> Engine:
    """Return an engine that leaves transactions to ``read`` and ``write``."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return _other_engine(parsed)
    path = Path(parsed.database or "newsletter.db")
    if not path.parent.is_dir() and not str(path).startswith("file:"):
        raise StoreError(
            f"The folder for the database does not exist: {path.parent}",
            hint="Create it, or change [database] url in newsletter.toml.",
        )
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False, "timeout": _patience(parsed)},
        pool_size=0,  # a connection is kept for each thread that needs one at once
        pool_use_lifo=True,  # writers in turn so share one, whose cache nobody else's writing empties
        # Re-entrant, since a connection that goes back at a transaction's end may have another begin there.
        execution_options={_TURN: threading.RLock(), _PATIENCE: _patience(parsed)},
    )
    if not str(path).startswith((":", "file:")):
        _keep_private(path, engine)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
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
        raise StoreError(_explain("unable to open", engine)) from error


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


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open transactions by itself: it would defer the lock that a claim needs at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # NORMAL can lose an accepted batch when the power fails
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-4000")  # kB a connection, and each sending thread has one
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, and sees one and the same instant however many its queries."""
    # SQLite in WAL mode does so by itself.
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with (
        store_errors(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that holds the right to write from its start, and commits at its end."""
    with (
        _turn(engine),
        store_errors(engine),
        engine.connect().execution_options(write=True) as connection,
        connection.begin(),
    ):
        yield connection


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


@contextmanager
def store_errors(engine: Engine) -> Iterator[None]:
    """Turn a database's refusal into a sentence an editor can act on."""
    try:
        yield
    except sqlite3.Error as error:  # while a connection was being prepared
        raise StoreError(_explain(str(error), engine)) from error
    except OperationalError as error:
        raise StoreError(_explain(str(error.orig), engine)) from error
    except DBAPIError as error:
        raise StoreError(f"The database refused: {error.orig}", hint=_where(engine)) from error


def _explain(reason: str, engine: Engine) -> str:
    where = _where(engine)
    for sign, sentence in {
        "locked": f"The database is locked by another program ({where}).\n  Close it and try again.",
        "readonly": f"The database cannot be written ({where}).\n  Check its and its folder's permissions.",
        "unable to open": f"The database cannot be opened ({where}). Check the path and its permissions.",
        "full": f"There is no room left for the database ({where}). Free some and run the command again.",
        "not a database": f"The file is not a database ({where}). Check [database] url in newsletter.toml.",
    }.items():
        if sign in reason:
            return sentence
    return f"The database refused: {reason} ({where})."


def _where(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


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
            f"An older version of newsletter is sending from this database ({_where(engine)}).",
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
            f"The database was made by a newer version of newsletter ({_where(engine)}).",
            hint="Upgrade newsletter, then run the command again.",
        )
    config = Config()
    config.set_main_option("script_location", folder)
    attributes: dict[str, Any] = config.attributes
    with _without_foreign_keys(engine) as connection, connection.begin():
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
    with engine.connect().execution_options(write=True) as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
