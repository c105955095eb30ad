"""A database that cannot be used says so in a sentence."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Event

import pytest
from conftest import Publication
from databases import empty_database
from pace import until
from sqlalchemy import Engine

from newsletter.errors import StoreError
from newsletter.store import tables
from newsletter.store.database import connect, drop_log, open_database, overwrite, read, write
from newsletter.store.flushing import flush_file


def test_an_absent_database_is_made_and_migrated_by_the_first_command(publication: Publication) -> None:
    assert publication.run("lists").exit_code == 0
    assert (publication.root / "newsletter.db").exists()


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/a.db").dispose()
    open_database(f"sqlite:///{tmp_path}/a.db").dispose()


class _Disk:
    """What a disk is known to hold: the database and its log as they were when the log was last flushed."""

    def __init__(self, database: Path) -> None:
        self.flushes = 0
        self.begun, self.may_end = Event(), Event()
        self.may_end.set()
        self._database = database

    def flush(self, log: Path) -> None:
        self.begun.set()
        kept = self._database.read_bytes(), log.read_bytes()
        assert self.may_end.wait(30)
        flush_file(log)
        self.flushes += 1
        self._kept = kept

    def after_a_power_cut(self) -> set[str]:
        """Return the lists in what is left, opened as a database elsewhere."""
        copy = self._database.with_name("left.db")
        log = copy.with_name("left.db-wal")
        for path, contents in zip((copy, log), self._kept, strict=True):
            path.write_bytes(contents)
        with closing(sqlite3.connect(copy)) as connection:
            return {name for [name] in connection.execute("SELECT name FROM list")}


@pytest.fixture
def disk(tmp_path: Path) -> _Disk:
    return _Disk(tmp_path / "a.db")


@pytest.fixture
def engine(tmp_path: Path, disk: _Disk) -> Iterator[Engine]:
    """A database whose log goes to a disk that counts."""
    (tmp_path / "a.db").write_bytes(empty_database())
    made = connect(f"sqlite:///{tmp_path}/a.db", flush=disk.flush)
    yield made
    made.dispose()


def _add(engine: Engine, name: str) -> None:
    with write(engine) as connection:
        connection.exec_driver_sql("INSERT INTO list (name, key, created_at) VALUES (?, ?, 0)", (name, name))


def test_what_is_written_is_on_the_disk_before_anything_follows_it(engine: Engine, disk: _Disk) -> None:
    for name in ("first", "second"):
        _add(engine, name)
        assert name in disk.after_a_power_cut()


def test_who_changed_nothing_waits_for_no_disk(engine: Engine, disk: _Disk) -> None:
    with write(engine) as connection:
        connection.exec_driver_sql("UPDATE list SET title = 'x' WHERE name = 'nobody'")
    assert disk.flushes == 0


def test_others_may_write_while_one_waits_for_the_disk_and_one_flush_does_for_all_of_them(
    engine: Engine, disk: _Disk
) -> None:
    disk.may_end.clear()
    names = {"second", "third", "fourth"}
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(_add, engine, "first")
        assert disk.begun.wait(30)
        others = [pool.submit(_add, engine, name) for name in names]
        until(lambda: _lists(engine) == {"first", *names})
        assert not any(writer.done() for writer in (first, *others))
        disk.may_end.set()
        for writer in (first, *others):
            writer.result()
    assert disk.flushes == 2
    assert disk.after_a_power_cut() == {"first", *names}


def _lists(engine: Engine) -> set[str]:
    with read(engine) as connection:
        return set(connection.exec_driver_sql("SELECT name FROM list").scalars())


def test_once_the_disk_failed_to_keep_something_nothing_more_is_taken_for_kept(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(empty_database())
    answers: list[OSError | None] = [OSError(5, "Input/output error"), None]

    def fail_once(_log: Path) -> None:
        if error := answers.pop(0):
            raise error

    engine = connect(f"sqlite:///{tmp_path}/a.db", flush=fail_once)
    for name in ("first", "second"):
        with pytest.raises(StoreError, match="disk did not keep"):
            _add(engine, name)
    engine.dispose()


def test_a_transaction_of_any_other_kind_waits_for_the_disk_within_sqlite(engine: Engine) -> None:
    with write(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    with engine.connect() as connection:  # with NORMAL (1) SQLite in WAL mode syncs at checkpoints alone
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_where_there_can_be_no_log_sqlite_waits_for_the_disk_itself(tmp_path: Path) -> None:
    (tmp_path / "b.db").touch()
    engine = open_database(f"sqlite:///file:{tmp_path}/b.db?vfs=unix-none&uri=true")  # no shared memory
    with write(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    engine.dispose()


def test_threads_that_write_at_once_take_turns_on_one_connection(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db")
    together = Barrier(4)

    def used() -> set[int]:
        together.wait()
        found = set()
        for _ in range(10):
            with write(engine) as connection:
                found.add(id(connection.connection.dbapi_connection))
        return found

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(used) for _ in range(4)]
    assert len(set().union(*[writer.result() for writer in writers])) == 1


def test_a_thread_waits_for_its_turn_to_write_as_long_as_the_url_says(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db?timeout=0.05")
    held, ended = Event(), Event()

    def hold() -> None:
        with write(engine):
            held.set()
            ended.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        assert held.wait(30)
        with pytest.raises(StoreError, match="locked by another program"), write(engine):
            pass
        assert not holder.done()
        ended.set()
    engine.dispose()


def test_a_locked_database_is_said(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db?timeout=0.05")
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"), write(engine):
        pass
    holder.close()
    engine.dispose()


def test_a_database_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/a.db").dispose()
    engine = open_database(f"sqlite:///file:{tmp_path}/a.db?mode=ro&uri=true")
    with pytest.raises(StoreError, match="cannot be written"), write(engine) as connection:
        connection.exec_driver_sql("INSERT INTO list (name, created_at) VALUES ('x', 0)")
    engine.dispose()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"this is a letter to my aunt, not a database" * 40)
    with pytest.raises(StoreError, match="not a database"):
        open_database(f"sqlite:///{tmp_path}/a.db")


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/a.db").dispose()
    holder = sqlite3.connect(tmp_path / "a.db")
    holder.execute("UPDATE alembic_version SET version_num = '9999'")
    holder.commit()
    holder.close()
    with pytest.raises(StoreError, match="newer version"):
        open_database(f"sqlite:///{tmp_path}/a.db")


def test_a_program_that_ran_while_another_version_upgraded_is_told_to_start_anew(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db")
    with closing(sqlite3.connect(tmp_path / "a.db")) as another:
        another.execute("ALTER TABLE batch RENAME COLUMN reader_ids TO called_otherwise_now")
        another.execute("DROP TABLE decision")
    for table in (tables.batch, tables.decision):
        with pytest.raises(StoreError, match="so start it anew"), read(engine) as connection:
            connection.execute(table.select())
    engine.dispose()


def test_a_program_whose_database_was_replaced_or_deleted_reads_and_writes_nothing_more(
    tmp_path: Path,
) -> None:
    path, backup = tmp_path / "newsletter.db", tmp_path / "backup.db"
    for database in (path, backup):
        database.write_bytes(empty_database())
    engine = connect(f"sqlite:///{path}")
    for change in (lambda: backup.replace(path), path.unlink):
        with read(engine):
            pass
        change()
        for begin in (read, write):
            with pytest.raises(StoreError, match="deleted, moved or replaced") as refused, begin(engine):
                raise AssertionError("nothing is to begin")
            assert "start `newsletter serve` anew" in refused.value.hint
        engine.dispose()


def test_a_missing_folder_is_said_with_the_setting(publication: Publication) -> None:
    ran = publication.run("lists", environment={"NEWSLETTER_DATABASE__URL": "sqlite:///no/such/a.db"})
    assert ran.exit_code == 1
    assert "[database] url" in ran.stderr


def test_the_newest_migration_is_the_one_that_every_command_looks_for() -> None:
    from alembic.script import ScriptDirectory

    from newsletter.store import database

    folder = Path(database.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == database.HEAD


def test_the_tables_are_those_the_migrations_make(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from newsletter.store.tables import metadata

    engine = open_database(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("garbage", "no database's URL"),
        ("mysql://editor:hushhush@db/letters", "driver is not installed"),
        ("nosuch://db/letters", "driver is not installed"),
    ],
)
def test_a_url_that_is_none_or_has_no_driver_is_said_without_its_password(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        open_database(url)
    assert "[database] url" in str(caught.value)
    assert "hushhush" not in str(caught.value)


def test_what_is_deleted_by_overwriting_is_no_longer_in_the_file(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db")
    with write(engine) as connection:
        for n in range(200):
            connection.exec_driver_sql(
                "INSERT INTO suppression (email, reason, since) VALUES (?, 'manual', 1)",
                (f"reader-{n:03}-{'x' * 100}@example.org",),
            )
    with overwrite(engine) as connection:
        connection.exec_driver_sql("DELETE FROM suppression WHERE email LIKE 'reader-1%'")
    assert drop_log(engine)
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"reader-099" in held
    assert b"reader-1" not in held
    engine.dispose()


def test_a_log_that_another_program_reads_is_said_to_be_kept(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db?timeout=0.05")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM list").fetchall()
    with write(engine) as connection:
        connection.exec_driver_sql("INSERT INTO list (name, created_at) VALUES ('x', 0)")
    assert not drop_log(engine)
    other.close()
    assert drop_log(engine)
    engine.dispose()


def test_a_database_in_memory_is_migrated_and_keeps_what_is_written_until_it_is_let_go() -> None:
    engine = open_database("sqlite:///:memory:")
    with write(engine) as connection:
        connection.exec_driver_sql("INSERT INTO list (name, created_at) VALUES ('x', 0)")
    refused = "INSERT INTO list (name, created_at) VALUES ('y', 0), ('x', 0)"
    with pytest.raises(StoreError), write(engine) as connection:
        connection.exec_driver_sql(refused)
    with read(engine) as connection:
        assert connection.exec_driver_sql("SELECT name FROM list").scalars().all() == ["x"]
    engine.dispose()
