"""The same on PostgreSQL: a dump that is restored, and a database that stands elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from restores import HOUR, Place
from scripted import Answer
from sqlalchemy import URL, create_engine

from newsletter import publish, readership

NAMES = [f"reader{n}" for n in range(10)]
ONE, COPY = "newsletter_restored", "newsletter_copy"
pytestmark = pytest.mark.slow


class Server:
    """A PostgreSQL server, whose databases are made, copied and dropped."""

    def __init__(self, url: URL) -> None:
        self._url = url

    def run(self, *statements: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def url(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def back_up(self) -> None:
        self.run(f"CREATE DATABASE {COPY} TEMPLATE {ONE}")

    def restore(self) -> None:
        self.run(f"DROP DATABASE {ONE} WITH (FORCE)", f"CREATE DATABASE {ONE} TEMPLATE {COPY}")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server without the databases of these tests."""
    with postgres.server() as url:
        made = Server(url)
        drop = [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (ONE, COPY)]
        made.run(*drop)
        yield made
        made.run(*drop)


@pytest.fixture
def place(tmp_path: Path, server: Server) -> Place:
    """Ten readers in a database of their own."""
    server.run(f"CREATE DATABASE {ONE}")
    place = Place(tmp_path / "publication", url=server.url(ONE))
    place.join(*NAMES)
    return place


def test_a_restored_dump_mails_nobody_again(place: Place, server: Server) -> None:
    server.back_up()
    place.send("first", Answer("accepted", taken=True), Answer("killed once it is taken", taken=True))
    server.restore()
    assert "2 requests that mailed “first” to 8 readers" in place.refusal()
    assert place.reconcile().proof.accepted == 8
    place.resume()
    place.join("late")
    place.send("second")
    assert len(place.mailbox.received) == 21
    assert not place.mailbox.twice


def test_a_database_that_stands_elsewhere_than_it_sent_from_is_adopted(place: Place, server: Server) -> None:
    place.send("first", Answer("accepted", taken=True), Answer("killed once it is taken", taken=True))
    server.back_up()
    place.url = server.url(COPY)
    place.reopen()
    assert "PostgreSQL database was copied" in place.refusal()
    with place.opened() as wiring:
        publish.adopt(wiring, "it moved here today")
        readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    place.reconcile()
    place.resume()
    assert not place.refusal()
    assert not place.mailbox.twice
    place.url = server.url(ONE)
    place.reopen()
    assert "older than what was sent" in place.refusal(), "the log knows what the other one sent"


def test_another_publications_log_is_noticed(place: Place, server: Server, tmp_path: Path) -> None:
    other = Place(tmp_path / "other")
    other.clock.at += HOUR
    other.join(*NAMES)
    other.send("second")
    place.send()
    own = place.log()
    place.write_log(other.log(), in_place=True)
    assert "is another publication's" in place.refusal("second")
    assert place.reconcile().taken_in.requests == 0
    place.write_log(own, in_place=True)
    server.back_up()
    place.send("second")
    server.restore()
    assert "3 requests that mailed “second” to 10 readers" in place.refusal()
    assert place.reconcile("second").taken_in.requests == 3
