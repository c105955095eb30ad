"""A machine in a simulated world: its disk with the database, the processes on it, and the sender's lock."""

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from databases import empty_database
from simulation.world import BEGINNING, SECOND, Process, World
from sqlalchemy import Engine, event

from newsletter import readership
from newsletter.errors import AlreadySending
from newsletter.store import database

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of our own is made in it)
LISTS = "readers", "evening"
DAY = 24 * 3600 * SECOND


@cache
def disk() -> Path:
    """Return a folder in memory, if there is one, for the databases of this process's worlds."""
    root = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="simulation-", dir=root)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def address(number: int) -> str:
    return f"reader{number}@example.org"


def lists_of(number: int) -> Sequence[str]:
    """Return the lists a reader is on in the beginning."""
    if number % 3 == 2:
        return LISTS
    return LISTS[1:] if number % 5 == 4 else LISTS[:1]


def had_left(number: int) -> bool:
    """Say whether a reader had left all lists before the beginning."""
    return number % 8 == 6


def _leave_a_gap(engine: Engine, ids: int) -> None:
    """Let the next reader's id be far from the last one's, as after years of coming and going."""
    with database.write(engine) as connection:
        raised = "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'subscriber'"
        connection.exec_driver_sql(raised, (ids,))


@cache
def listed(readers: int) -> bytes:
    """Return a database with two lists: most are on the first, every third on both, a few on the second."""
    path = disk() / f"listed-{readers}.db"
    path.write_bytes(empty_database())
    engine = database.connect(f"sqlite:///{path}")
    for number in range(readers):
        if number % 7 == 5:
            _leave_a_gap(engine, 150 + 1_000 * number)
        for name in lists_of(number):
            readership.add(
                engine,
                name,
                address(number),
                now=lambda: BEGINNING - DAY,
                joining=readership.Joining(new_list=True),
            )
        if had_left(number):
            readership.remove(engine, address(number), now=lambda: BEGINNING - DAY // 2)
    engine.dispose()
    with sqlite3.connect(path) as connection:
        content = connection.serialize()
    connection.close()
    path.unlink()
    return content


class Disk:
    """The database of one world after another, in one place, so that statements are compiled once for all.

    All processes of a world share its connections. None is ever in two transactions: others run only before
    one is taken, and what was begun by who dies is rolled back as it goes back.
    """

    def __init__(self) -> None:
        self.path = disk() / "newsletter.db"
        self.engine = database.connect(f"sqlite:///{self.path}", flush=self._flush)
        self._log = f"{self.path}-wal"
        self.before: Callable[[], None] = lambda: None
        self._connections: list[sqlite3.Connection] = []
        self._flushed = 0  # how much of the log has reached the disk
        event.listen(self.engine, "connect", self._connect)
        event.listen(self.engine, "checkout", self._checkout)
        event.listen(self.engine, "close", self._close)

    def become(self, content: bytes) -> None:
        """Hold another database."""
        self.before = lambda: None
        self.engine.dispose()
        self._connections.clear()
        self._flushed = 0
        for end in ("", "-wal", "-shm"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)
        self.path.write_bytes(content)

    def lose_power(self) -> int:
        """Keep of the log what has reached the disk; return how many bytes of it had not.

        A database whose connections are closed first would have been put in order by that.
        """
        log = Path(self._log)
        content, frames = self.path.read_bytes(), log.read_bytes() if log.exists() else b""
        before, self.before = self.before, lambda: None
        self.engine.dispose()
        for end in ("-wal", "-shm"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)
        self.path.write_bytes(content)
        log.write_bytes(frames[: self._flushed])
        self.before = before
        return max(0, len(frames) - self._flushed)

    def _flush(self, log: Path) -> None:
        self._flushed = log.stat().st_size

    def _connect(self, connection: sqlite3.Connection, _record: object) -> None:
        self._connections.append(connection)

    def _close(self, connection: sqlite3.Connection, _record: object) -> None:
        self._connections = [other for other in self._connections if other is not connection]

    def _checkout(self, *_: object) -> None:
        if not any(connection.in_transaction for connection in self._connections):
            self.before()  # else it is within another transaction of the same actor


the_disk = cache(Disk)


class Machine:
    """One machine: what is committed on its disk outlives every process on it."""

    def __init__(self, world: World, readers: int, content: bytes | None = None) -> None:
        """Start with a database; without one, with so many readers on its lists."""
        self.world = world
        self.folder = disk() / "world"
        drive = the_disk()
        drive.become(content or listed(readers))
        drive.before = self._before_a_transaction
        self.engine = drive.engine
        self.full = False  # the disk
        self.hiccups = 0.0  # percent of transactions for which there is no room, and a moment later there is
        self.cut_at_once = 50_000  # subscriptions that a transaction of planning goes through
        self.sender: Process | None = None
        self.claims: dict[str, int] = {}  # the turn in which an attempt's readers were chosen
        self.chosen_at: dict[str, int] = {}  # and when, by the machine's clock
        self.transactions = 0
        self._numbers = 0

    def start(self, name: str, *, mortal: bool = True) -> Process:
        """Start a process."""
        self._numbers += 1
        return Process(f"{name}-{self._numbers}", mortal=mortal)

    def _before_a_transaction(self) -> None:
        self.transactions += 1
        self.world.pause("transaction")
        if self.full and self.world.chance.happens(50):
            self.world.say("the disk is full", rare="disk full")
            raise sqlite3.OperationalError("database or disk is full")
        if self.hiccups and self.world.chance.happens(self.hiccups):
            self.world.say("no room on the disk for a moment", rare="no room for a moment")
            raise sqlite3.OperationalError("database or disk is full")

    def lose_power(self) -> int:
        """End as a machine does whose plug is pulled; return how many bytes of the log were lost."""
        return the_disk().lose_power()

    def new_id(self) -> str:
        """Return an id nobody had before; it is asked for while a claim holds the right to write."""
        attempt = f"{len(self.claims) + 1:020x}"
        self.claims[attempt] = self.world.turn
        self.chosen_at[attempt] = self.world.now()
        return attempt

    @contextmanager
    def sender_lock(self, process: Process) -> Iterator[None]:
        """Hold the right to send, which the system frees however the process ends."""
        self.world.pause("sender's lock")
        if self.sender is not None:
            raise AlreadySending("Another process is sending from this database.", hint="Wait.")
        self.sender = process
        process.on_death.append(self._free)
        try:
            yield
        finally:
            if not process.dead:
                self._free()
                process.on_death.remove(self._free)

    def _free(self) -> None:
        self.sender = None
