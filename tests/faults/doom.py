"""A publication wired so that its process dies, its clock jumps or its disk fills at a named moment.

The wiring is the only way in: a trace of the real database, a wrapper around the real provider, a clock.
"""

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

from sqlalchemy import Connection, Engine, event

from newsletter.config import Settings
from newsletter.delivery.evidence import LookUp
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import Accepted, Outcome, PerMessage
from newsletter.delivery.properties import Properties
from newsletter.delivery.provider import Build, Provider, Recipient, looked_up
from newsletter.wiring import SystemClock, Wiring

ANY = "any"  # whatever moment is the nth
# What every request goes through, in its order.
POINTS = [
    "planning before commit",
    "planning after commit",
    "claim before commit",
    "claim after commit",
    "rendering",
    "rendered",
    "gate before commit",
    "gate after commit",  # and not in the log of requests yet
    "logged",
    "answered",
    "acceptance before commit",
    "acceptance after commit",
]


class Moments:
    """Count what a send goes through, and end the process without warning at one of them.

    A transaction is named for what it does: "planning", "claim", "gate", "acceptance", "answer" (any other
    than an acceptance), "decision", "finish", "write"; it is "… before commit" and "… after commit". Around
    them are "statement", "rendering", "rendered", "logged" (and not on the wire yet), "body half written",
    "answered", "late".
    """

    def __init__(self, fatal: str = "", nth: int = 1) -> None:
        self.fatal, self.nth = fatal, nth
        self.reached: Counter[str] = Counter()
        self._lock = threading.Lock()

    def at(self, moment: str) -> None:
        """Note a moment; nothing comes after the fatal one."""
        with self._lock:
            for name in (moment, ANY):
                self.reached[name] += 1
                if name == self.fatal and self.reached[name] == self.nth:
                    os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Follow every transaction of an engine."""
        if engine.dialect.name == "sqlite":  # not by SQLAlchemy's events: some go to the driver without it
            event.listen(engine, "checkout", self._taken)
        else:
            event.listen(engine, "begin", lambda connection: self._statement(connection.info, "BEGIN"))
            event.listen(engine, "before_cursor_execute", self._executed)
            event.listen(engine, "commit", lambda connection: self._statement(connection.info, "COMMIT"))
        event.listen(engine, "checkin", self._given_back)

    def watch_wire(self) -> None:
        """Follow the pieces of requests' bodies, from now to the end of the process."""
        begun: set[object] = set()

        def audit(event: str, about: tuple[Any, ...]) -> None:
            if event != "http.client.send" or not isinstance(about[1], memoryview):
                return
            connection, piece = about
            if connection in begun:
                begun.discard(connection)
                self.at("body half written")
            elif piece:
                begun.add(connection)

        sys.addaudithook(audit)

    def _taken(self, connection: Any, record: Any, _taker: object) -> None:
        connection.set_trace_callback(partial(self._statement, record.info))

    def _executed(
        self, connection: Connection, _cursor: object, statement: str, values: object, *_: object
    ) -> None:
        self._statement(connection.info, f"{statement} {values!r}")

    def _statement(self, doing: dict[str, str], statement: str) -> None:
        verb = statement.split(maxsplit=1)[0].upper()
        if verb == "COMMIT":
            if does := doing.pop("does", ""):
                self.at(f"{does} before commit")
                doing["did"] = does
            return
        if verb == "BEGIN":
            doing.pop("does", None)
        self.at("statement")
        if name := _name(statement):
            doing["does"] = name

    def _given_back(self, _connection: object, record: Any) -> None:
        # A commit is traced when it begins; its connection comes back once it is done.
        if did := record.info.pop("did", ""):
            self.at(f"{did} after commit")


def _name(statement: str) -> str:
    """Tell from a statement what its transaction does; nothing for those that say too little."""
    verb = " ".join(statement.split()[:3]).lower()
    if verb in _BY_VERB:
        return _BY_VERB[verb]
    if verb.startswith("update attempt"):
        return "acceptance" if "'accepted'" in statement else "answer"
    if verb.startswith("update batch") and "tries=" in statement:  # which a claim alone counts up
        return "claim"
    if verb.startswith("update mailing"):
        return (
            "planning" if "plan_cursor=" in statement else "finish" if "'finished'" in statement else "write"
        )
    return ""


_BY_VERB = {"insert into attempt": "gate", "insert into decision": "decision"}


class DoomedProvider:
    """The real provider, with moments around what it does."""

    def __init__(self, real: Provider, moments: Moments) -> None:
        self.real, self.moments = real, moments

    @property
    def identity(self) -> str:
        return self.real.identity

    @property
    def properties(self) -> Properties:
        return self.real.properties

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        build = self.real.prepare(envelope, tags)

        def watched(recipients: Sequence[Recipient], *, batch: str, attempt: str) -> bytes:
            self.moments.at("rendering")
            request = build(recipients, batch=batch, attempt=attempt)
            self.moments.at("rendered")
            return request

        return watched

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        def late_and_watched(outcome: Outcome) -> None:
            self.moments.at("late")
            late(outcome)

        self.moments.at("logged")
        outcome = self.real.post(request, late_and_watched)
        self.moments.at("answered" if isinstance(outcome, Accepted | PerMessage) else "not accepted")
        return outcome

    def look_up(self, attempt: str) -> LookUp:
        return looked_up(self.real, attempt)

    def close(self) -> None:
        self.real.close()


class JumpingClock(SystemClock):
    """The machine's clock, ahead by some seconds, and by more from its nth look on.

    ``patience`` is the part of each wait that it really waits.
    """

    def __init__(self, ahead: float, jumps: Mapping[int, float], patience: float) -> None:
        self._ahead, self._jumps, self._patience = ahead, dict(jumps), patience
        self._looks = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """Return microseconds since 1970, as far as this clock knows."""
        with self._lock:
            self._looks += 1
            self._ahead += self._jumps.pop(self._looks, 0)
            return time.time_ns() // 1000 + int(self._ahead * 1_000_000)

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return after a part of ``seconds``, or at once when ``stop`` is set."""
        stop.wait(seconds * self._patience)


class Doomed(Wiring):
    """A publication whose process ends at a moment, whose clock jumps, whose database has so many pages."""

    def __init__(
        self,
        settings: Settings,
        moments: Moments,
        *,
        ahead: float = 0,
        jumps: Mapping[int, float] | None = None,
        patience: float = 1,
        spare_pages: int | None = None,
    ) -> None:
        super().__init__(settings)
        self.clock = JumpingClock(ahead, jumps or {}, patience)
        self.moments = moments
        self._spare_pages = spare_pages

    @cached_property
    def engine(self) -> Engine:
        """Return the real database, watched."""
        engine = Wiring(self.settings).engine
        if self._spare_pages is not None:
            _leave_room_for(engine, self._spare_pages)
        self.moments.watch(engine)
        return engine

    @contextmanager
    def provider(self) -> Iterator[Provider]:
        """Open the real provider, watched."""
        self.moments.watch_wire()
        with super().provider() as real:
            yield DoomedProvider(real, self.moments)


def _leave_room_for(engine: Engine, spare: int) -> None:
    """Let the SQLite file grow by so many pages and no more, as on a disk that is nearly full."""
    with engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
    engine.dispose()

    def bound(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + spare}")

    event.listen(engine, "connect", bound)
