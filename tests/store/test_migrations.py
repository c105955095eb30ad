"""A database made by an earlier version goes on as it was: approvals hold, and a list keeps its List-Id."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from scripted import House, Scripted
from sqlalchemy import select, text

from newsletter import publish, readership
from newsletter.delivery.manifest import new_key, public_of
from newsletter.store import database
from newsletter.store.database import connect, read, write
from newsletter.store.ledger.mailings import of_issue
from newsletter.store.tables import approval

ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A publication with an approved mailing that waits, in a database that stands at 0002."""
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    made = House(tmp_path, Scripted(), approval=rules)
    readership.add(made.engine, "Old Readers", "ana@example.org", now=made.clock.now)
    asking = _as(made, ANA)
    publish.send(asking, publish.plan_send(asking, "first"))
    signing = _as(made, BEN)
    publish.approve(signing, publish.plan_approval(signing, "first"))
    made.engine.dispose()
    _make_it_0002(tmp_path / "newsletter.db", tmp_path / "old.db")
    yield made
    made.engine.dispose()


def _as(house: House, key: str) -> House:
    """The same publication, as whoever holds this key sees it."""
    other = House.__new__(House)
    other.__dict__.update({k: v for k, v in house.__dict__.items() if k not in {"person", "approver"}})
    other.settings = house.settings.model_copy(update={"approval_key": SecretStr(key)})
    return other


def _make_it_0002(new: Path, old: Path) -> None:
    """Carry all that 0002 has a place for into a database made by it, and put that in the new one's place."""
    engine = connect(f"sqlite:///{old}")
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    filled = sqlite3.connect(old)
    filled.execute("ATTACH ? AS new", [str(new)])
    tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (table,) in filled.execute(tables).fetchall():
        if table != "alembic_version":
            columns = ", ".join(f'"{row[1]}"' for row in filled.execute(f'PRAGMA main.table_info("{table}")'))
            filled.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM new."{table}"')
    filled.commit()
    filled.close()
    for leftover in new.parent.glob(f"{new.name}*"):
        leftover.unlink()
    old.replace(new)


def test_an_approval_and_a_list_id_outlive_the_migration_and_a_renaming(house: House) -> None:
    database.migrate(house.engine)
    with read(house.engine) as connection:
        (before,) = of_issue(connection, "first")
        signed = orjson.loads(connection.scalar(select(approval.c.manifest)) or "")
    readership.rename_list(house.engine, "Old Readers", "Everyone")
    proof = publish.resume(house, "first")
    assert (proof.state, proof.accepted) == ("finished", 1)
    with read(house.engine) as connection:
        (after,) = of_issue(connection, "first")
    assert (after.list_name, after.list_key, signed["list"]) == ("Everyone", "Old Readers", "Old Readers")
    assert before.envelope["list_id"] == after.envelope["list_id"] == "<old-readers.example.org>"
    assert publish.plan_send(house, "first").envelope["list_id"] == "<old-readers.example.org>"


def test_lists_of_before_get_their_names_as_keys_and_new_ones_never_take_them(house: House) -> None:
    with write(house.engine) as connection:
        connection.execute(text("INSERT INTO list (name, created_at) VALUES ('two', 1)"))
    database.migrate(house.engine)
    readership.rename_list(house.engine, "two", "zwei")
    readership.make_list(house.engine, "two", now=house.clock.now)
    keys = {one.name: one.key for one in readership.list_counts(house.engine)}
    assert keys == {"Old Readers": "Old Readers", "zwei": "two", "two": "two-2"}
