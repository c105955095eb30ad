"""A database made by an earlier version loses nothing and goes on as it was."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import orjson
import postgres
import pytest
from filelock import FileLock
from old_databases import contents, fill, made_at, made_by
from pydantic import SecretStr
from scripted import Answer, Killed, Scripted, Wired
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from newsletter import publish, readership
from newsletter.config import load_settings
from newsletter.delivery.manifest import new_key, public_of
from newsletter.errors import StoreError
from newsletter.store import database
from newsletter.store.database import connect, read, write
from newsletter.store.ledger import mailings
from newsletter.store.ledger.mailings import frozen_of, of_issue
from newsletter.store.tables import approval, metadata
from newsletter.wiring import Wiring

OLD = ("0001", "0002", "0003", "0004")
ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))
RENAMED = {"exception": "unmailed"}
# What a column that came later holds in the rows of before.
SINCE: Mapping[str, Mapping[str, object]] = {
    "mailing": {
        "send_at": None,
        "requested_by": "",
        "corrects": None,
        "put_off_until": None,
        "unfamiliar": 0,
    },
    "batch": {"only": None, "decided_after": None},
    "attempt": {"reader_ids": None},
    "list": {"title": "", "archived_at": None},
    "subscription": {"paused_until": None},
}


@pytest.mark.parametrize("revision", OLD)
def test_every_row_of_an_older_database_is_there_after_the_migration(revision: str, tmp_path: Path) -> None:
    _nothing_is_lost(made_by(revision, tmp_path / "old.db"))


@pytest.mark.slow
def test_every_row_of_an_older_database_is_there_after_the_migration_on_postgresql() -> None:
    with postgres.server() as server:
        for revision in OLD:
            with postgres.database(server) as url:
                _nothing_is_lost(made_at(revision, url))


def _nothing_is_lost(engine: database.Engine) -> None:
    fill(engine)
    before = contents(engine)
    assert all(before.values()), "a table without a row shows nothing"
    database.migrate(engine)
    after = dict(contents(engine))
    expected = {RENAMED.get(name, name): [_now(name, row) for row in rows] for name, rows in before.items()}
    limits = expected["limiter"]
    expected["limiter"] = [row for row in limits if row["name"] == "recipients"]
    expected["sync_cursor"] = [{"provider": "sendgrid", "until": 71}]
    # What was sent by then is in no log of requests: from the latest request on, it is.
    posted = max(int(str(row["posted_at"])) for row in before["attempt"])
    nobody = {"issue": "", "readers": 0, "person": "", "reason": "", "place": ""}
    expected["adoption"] = [{"id": 1, "at": posted, **nobody}]
    for name, rows in after.items():
        assert rows == sorted(expected.get(name, []), key=repr), name
    assert set(expected) <= set(after)
    _ids_go_on(engine)
    engine.dispose()


def _now(name: str, row: Mapping[str, object]) -> dict[str, object]:
    """Return a row of before as it should stand now, its columns in the order of now."""
    values = dict(row)
    if "members" in values:
        values["reader_ids"] = values.pop("members")
    if name == "mailing" and "put_off_until" not in values:
        manifest = orjson.loads(str(values["manifest"]))
        frozen = manifest.pop("send_at", None)
        if values.get("send_at") != frozen:
            values |= {"send_at": frozen, "put_off_until": values["send_at"]}
        values["manifest"] = orjson.dumps(manifest).decode()
    if name == "list":
        values.setdefault("key", values["name"])
    values = {**SINCE.get(name, {}), **values}
    return {column.name: values[column.name] for column in metadata.tables[RENAMED.get(name, name)].columns}


def _ids_go_on(engine: database.Engine) -> None:
    """Assert that no id is given twice: those given up by the old version are not given again."""
    names = ("subscriber", "list", "mailing", "batch")
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            of = "SELECT nextval(pg_get_serial_sequence('{}', 'id')) - 1"
            given = {name: connection.scalar(text(of.format(name))) for name in names}
        else:
            rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all()
            given = dict(tuple(row) for row in rows)
    assert {given[name] for name in names} == {900}


@pytest.mark.parametrize("revision", OLD)
def test_a_migrated_database_has_the_rules_of_a_new_one(revision: str, tmp_path: Path) -> None:
    old = made_by(revision, tmp_path / "old.db")
    fill(old)
    database.migrate(old)
    new = connect(f"sqlite:///{tmp_path}/new.db")
    metadata.create_all(new)
    for name in metadata.tables:
        assert _rules(old, name) == _rules(new, name), name
    with pytest.raises(IntegrityError, match="ck_batch_state"), old.begin() as connection:
        connection.execute(text("UPDATE batch SET state = 'cancelled'"))
    with old.begin() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        connection.execute(text("DELETE FROM mailing WHERE id = 2"))
        assert connection.scalar(text("SELECT count(*) FROM attempt")) == 0
    old.dispose()
    new.dispose()


def _rules(engine: database.Engine, name: str) -> object:
    known = inspect(engine)
    with engine.connect() as connection:
        sql = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name})
        of_table = text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name")
        indexes = set(connection.scalars(of_table, {"name": name}))
    checks = {str(check["name"]): check["sqltext"] for check in known.get_check_constraints(name)}
    keys = {
        (tuple(key["constrained_columns"]), key["referred_table"], str(key["options"]))
        for key in known.get_foreign_keys(name)
    }
    columns = {
        column["name"]: (str(column["type"]), column["nullable"]) for column in known.get_columns(name)
    }
    return checks, keys, indexes, columns, "AUTOINCREMENT" in sql, "WITHOUT ROWID" in sql


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    """A publication with an approved mailing that waits, in a database that stands at 0002."""
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    made = Wired(tmp_path, Scripted(), approval=rules)
    readership.add(made.engine, "Old Readers", "ana@example.org", now=made.clock.now)
    asking = _as(made, ANA)
    publish.send(asking, publish.plan_send(asking, "first"))
    signing = _as(made, BEN)
    publish.approve(signing, publish.plan_approval(signing, "first"))
    _bring_back_to("0002", made, tmp_path)
    yield made
    made.engine.dispose()


def _as(wired: Wired, key: str) -> Wired:
    """The same publication, as the holder of this key sees it."""
    other = Wired.__new__(Wired)
    other.__dict__.update({k: v for k, v in wired.__dict__.items() if k not in {"person", "approver"}})
    other.settings = wired.settings.model_copy(update={"approval_key": SecretStr(key)})
    return other


# How a column of before is read from the tables of now.
THEN = {
    "batch.members": "reader_ids",
    "attempt.members": "reader_ids",
    "mailing.send_at": "coalesce(put_off_until, send_at)",
    "mailing.manifest": "json_set(manifest, '$.send_at', send_at)",
}


def _bring_back_to(revision: str, wired: Wired, folder: Path) -> None:
    """Carry all that a revision has a place for into a database made by it, which takes the place."""
    wired.engine.dispose()
    new, old = folder / "newsletter.db", folder / "old.db"
    made_by(revision, old).dispose()
    filled = sqlite3.connect(old)
    filled.execute("ATTACH ? AS new", [str(new)])
    tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (table,) in filled.execute(tables).fetchall():
        if table != "alembic_version":
            columns = [row[1] for row in filled.execute(f'PRAGMA main.table_info("{table}")')]
            values = ", ".join(THEN.get(f"{table}.{column}", f'"{column}"') for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            filled.execute(
                f'INSERT INTO main."{table}" ({names}) SELECT {values} FROM new."{RENAMED.get(table, table)}"'
            )
    filled.commit()
    filled.close()
    for leftover in new.parent.glob(f"{new.name}*"):
        leftover.unlink()
    old.replace(new)


def test_an_approval_and_a_list_id_outlive_the_migration_and_a_renaming(wired: Wired) -> None:
    database.migrate(wired.engine)
    with read(wired.engine) as connection:
        (before,) = of_issue(connection, "first")
        before_it = frozen_of(connection, before.id)
        signed = orjson.loads(connection.scalar(select(approval.c.manifest)) or "")
    readership.rename_list(wired.engine, "Old Readers", "Everyone")
    proof = publish.resume(wired, "first")
    assert (proof.state, proof.accepted) == ("finished", 1)
    with read(wired.engine) as connection:
        (after,) = of_issue(connection, "first")
        assert frozen_of(connection, after.id) == before_it
    assert (after.list_name, after.list_key, signed["list"]) == ("Everyone", "Old Readers", "Old Readers")
    assert before_it.envelope.list_id == "<old-readers.example.org>"
    assert publish.plan_send(wired, "first").frozen.envelope.list_id == "<old-readers.example.org>"


def test_lists_of_before_get_their_names_as_keys_and_new_ones_never_take_them(wired: Wired) -> None:
    with write(wired.engine) as connection:
        connection.execute(text("INSERT INTO list (name, created_at) VALUES ('two', 1)"))
    database.migrate(wired.engine)
    readership.rename_list(wired.engine, "two", "zwei")
    readership.make_list(wired.engine, "two", now=wired.clock.now)
    keys = {found.name: found.key for found in readership.list_counts(wired.engine)}
    assert keys == {"Old Readers": "Old Readers", "zwei": "two", "two": "two-2"}


@pytest.mark.parametrize("revision", OLD)
def test_a_half_sent_mailing_is_finished_after_the_migration(revision: str, tmp_path: Path) -> None:
    post = Scripted()
    wired = Wired(tmp_path, post, batch_size=2)
    for number in range(6):
        readership.add(wired.engine, "readers", f"r{number}@example.org", now=wired.clock.now)
    post.script.extend(
        [Answer("accepted", taken=True), Answer("unknown", taken=True), Answer("killed before the wire")]
    )
    with pytest.raises(Killed):
        publish.send(wired, publish.plan_send(wired, "first"))
    before = publish.status(wired, "first")
    assert before is not None
    assert (before.accepted, before.unknown, before.pending) == (2, 2, 2)
    _bring_back_to(revision, wired, tmp_path)
    database.migrate(wired.engine)
    assert publish.status(wired, "first") == before
    after = publish.resume(wired, "first")
    assert (after.state, after.accepted, after.unknown, after.pending) == ("finished", 4, 2, 0)
    assert max(post.mailed.values()) == 1
    wired.engine.dispose()


def test_a_mailing_that_was_put_off_still_is_and_begins_at_its_time(tmp_path: Path) -> None:
    engine = made_by("0003", tmp_path / "old.db")
    fill(engine)
    database.migrate(engine)
    with read(engine) as connection:
        found = {mailing.id: mailing for mailing in mailings.due(connection, now=900)}
        later = {mailing.id: mailing for mailing in mailings.due(connection, now=999)}
    assert list(found) == [7]
    assert {key: mailing.put_off for key, mailing in later.items()} == {7: False, 8: True, 9: True}
    assert [later[key].send_at for key in (7, 8, 9)] == [777, 777, None]
    assert [later[key].due_at for key in (7, 8, 9)] == [777, 999, 999]
    engine.dispose()


def test_a_database_that_an_older_version_sends_from_waits_until_that_has_ended(tmp_path: Path) -> None:
    made_by("0003", tmp_path / "newsletter.db").dispose()
    (tmp_path / "newsletter.toml").write_text("[publication]\nname = 'Dig In'\n")
    with FileLock(tmp_path / "newsletter.sending.lock"), pytest.raises(StoreError) as refused:
        _ = Wiring(load_settings(tmp_path / "newsletter.toml")).engine
    assert "older version of newsletter is sending" in refused.value.message
    assert "Ctrl-C" in refused.value.hint
    assert _revision(tmp_path / "newsletter.db") == "0003"
    Wiring(load_settings(tmp_path / "newsletter.toml")).engine.dispose()
    assert _revision(tmp_path / "newsletter.db") == database.HEAD


def _revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
