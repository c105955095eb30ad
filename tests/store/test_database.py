"""A database that cannot be used says so in a sentence."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Barrier, Event

import pytest
from conftest import Publication
from sqlalchemy import Connection, Engine

from newsletter.errors import StoreError
from newsletter.store.database import drop_log, open_database, overwrite, read, write


def test_an_absent_database_is_made_and_migrated_by_the_first_command(publication: Publication) -> None:
    assert publication.run("lists").exit_code == 0
    assert (publication.root / "newsletter.db").exists()


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/a.db").dispose()
    open_database(f"sqlite:///{tmp_path}/a.db").dispose()


@pytest.mark.parametrize("open_it", [read, write])
def test_every_commit_is_on_the_disk_before_anything_follows_it(
    tmp_path: Path, open_it: Callable[[Engine], AbstractContextManager[Connection]]
) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db")
    for _ in range(2):  # with NORMAL (1) SQLite in WAL mode syncs at checkpoints alone
        with open_it(engine) as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
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
