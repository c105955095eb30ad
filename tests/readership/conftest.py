"""What the reader's tests stand on: a real database in a folder of its own, and a clock of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from databases import empty_database
from sqlalchemy import Engine, select

from newsletter import readership
from newsletter.readership import ImportReport
from newsletter.store.database import open_database, read
from newsletter.store.readers import subscribers
from newsletter.store.readers.lists import find
from newsletter.store.readers.subscribers import ListedSubscriber
from newsletter.store.tables import metadata


@dataclass
class Clock:
    """A clock that ticks a second whenever it is asked."""

    at: int = 1_700_000_000_000_000

    def __call__(self) -> int:
        self.at += 1_000_000
        return self.at


@dataclass
class Store:
    """A database and the ways into it that the tests use."""

    folder: Path
    engine: Engine
    clock: Clock = field(default_factory=Clock)

    def bring(self, text: str, *, into: str = "readers", name: str = "readers.csv") -> ImportReport:
        """Import a file that holds ``text``."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return readership.import_subscribers(self.engine, into, path, now=self.clock)

    def on_list(self, list_name: str = "readers") -> Mapping[str, ListedSubscriber]:
        """Return a list's readers by address."""
        with read(self.engine) as connection:
            key = find(connection, list_name).id
            return {subscriber.email: subscriber for subscriber in subscribers.on_list(connection, key)}

    def dump(self) -> Mapping[str, list[tuple[object, ...]]]:
        """Return every row of every table."""
        with read(self.engine) as connection:
            return {
                name: sorted(map(tuple, connection.execute(select(table))), key=repr)
                for name, table in metadata.tables.items()
            }


@pytest.fixture
def make_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Store]:
    """Make databases: property tests need one an example."""

    def make() -> Store:
        folder = tmp_path_factory.mktemp("store")
        (folder / "newsletter.db").write_bytes(empty_database())
        return Store(folder, open_database(f"sqlite:///{folder}/newsletter.db"))

    return make


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """A new database."""
    return make_store()
