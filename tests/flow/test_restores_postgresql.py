"""The same on PostgreSQL, where TEST_DATABASE_URL names a server that may make databases."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from restores import Place
from scripted import Answer
from sqlalchemy import create_engine, make_url

from newsletter import publish, readership

NAMES = [f"reader{n}" for n in range(10)]
ONE, COPY = "newsletter_restored", "newsletter_copy"
SERVER = os.environ.get("TEST_DATABASE_URL", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVER, reason="TEST_DATABASE_URL names no PostgreSQL server"),
]


def _on_the_server(*statements: str) -> None:
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _url(name: str) -> str:
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Ten readers in a database of their own."""
    drop = [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (ONE, COPY)]
    _on_the_server(*drop, f"CREATE DATABASE {ONE}")
    place = Place(tmp_path / "publication", url=_url(ONE))
    place.join(*NAMES)
    yield place
    _on_the_server(*drop)


def _back_up() -> None:
    _on_the_server(f"CREATE DATABASE {COPY} TEMPLATE {ONE}")


def _restore() -> None:
    _on_the_server(f"DROP DATABASE {ONE} WITH (FORCE)", f"CREATE DATABASE {ONE} TEMPLATE {COPY}")


def test_a_restored_dump_mails_nobody_again(place: Place) -> None:
    _back_up()
    place.send("first", Answer("accepted", taken=True), Answer("killed once it is taken", taken=True))
    _restore()
    assert "2 requests that mailed “first” to 8 readers" in place.refusal()
    assert place.reconcile().proof.accepted == 8
    place.resume()
    place.join("late")
    place.send("second")
    assert len(place.mailbox.received) == 21
    assert not place.mailbox.twice


def test_a_database_that_stands_elsewhere_than_it_sent_from_has_to_be_adopted(place: Place) -> None:
    place.send("first", Answer("accepted", taken=True), Answer("killed once it is taken", taken=True))
    _back_up()
    place.url = _url(COPY)
    place.reopen()
    assert "PostgreSQL database was copied" in place.refusal()
    with place.opened() as wiring:
        publish.adopt(wiring, "it moved here today")
        readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    place.reconcile()
    place.resume()
    assert not place.refusal()
    assert not place.mailbox.twice
    place.url = _url(ONE)
    place.reopen()
    assert "older than what was sent" in place.refusal(), "the log knows what the other one sent"
