"""Bound what strangers can hold of the site: how many connections, how long unfinished, how much unread.

uvicorn has no limit on how long a request's head may take and keeps silent connections for good, so its
protocol is extended here by what it lacks (docs/decisions/0016-own-guard-of-connections.md).
"""

import asyncio
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from uvicorn.protocols.http.h11_impl import H11Protocol

Owes = Literal["head", "body", "nothing"]

_FIRST_TO_END: tuple[Owes, ...] = ("head", "body")

CONNECTIONS = 500
OTHER_FILES = 300  # the database's: three for each of forty threads, and more of the interpreter's own


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What all connections together may take of the machine.

    ``connections`` may be open at a time. Each owes a complete head within ``head_seconds`` after it was
    opened or its last request was answered. Of an answer that waits in memory something has to be fetched in
    every ``fetch_seconds``: the system takes more than a megabyte at a time, which is slow for some lines.
    ``unfetched`` bytes of answers may wait. ``look_seconds`` is how often the clocks are looked at.
    """

    connections: int = CONNECTIONS
    head_seconds: float = 5.0
    fetch_seconds: float = 60.0
    unfetched: int = 16 * 1024 * 1024
    look_seconds: float = 1.0


def connections_at_most() -> int:
    """Return how many connections the system lets this process have, up to the usual limit.

    Each is an open file, and so is each of the database's; without one left nobody else is let in.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = CONNECTIONS if soft == resource.RLIM_INFINITY else soft - OTHER_FILES
    return min(CONNECTIONS, max(16, room))


class ConnectionLimiter:
    """Know all connections, and end those that take too much.

    At the limit a new one takes the place of the one that has gone longest without a complete head, else of
    the one whose body has been awaited longest. One whose request is being answered is never ended for that.
    """

    def __init__(self, limits: ConnectionLimits, now: Callable[[], float]) -> None:
        self.limits = limits
        self.now = now
        self._owing: dict[Owes, dict[Connection, None]] = {"head": {}, "body": {}, "nothing": {}}
        self._looking: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return sum(map(len, self._owing.values()))

    def owing(self, owes: Owes) -> int:
        """Count the connections that owe a head, a body, or nothing."""
        return len(self._owing[owes])

    def admit(self, connection: "Connection") -> None:
        """Take in a new connection, if need be in place of another."""
        if len(self) >= self.limits.connections:
            self._end(self._longest_waiting() or connection)
        if self._looking is None:
            self._look_later(connection.loop)

    def _longest_waiting(self) -> "Connection | None":
        return next((connection for kind in _FIRST_TO_END for connection in self._owing[kind]), None)

    def sort(self, connection: "Connection", owes: Owes) -> None:
        """Put a connection last among those that owe the same."""
        self.forget(connection)
        self._owing[owes][connection] = None

    def forget(self, connection: "Connection") -> None:
        """Count a connection no longer."""
        for connections in self._owing.values():
            connections.pop(connection, None)

    def _end(self, connection: "Connection") -> None:
        self.forget(connection)
        connection.transport.abort()

    def _everyone(self) -> list["Connection"]:
        return [connection for connections in self._owing.values() for connection in connections]

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = loop.call_later(self.limits.look_seconds, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = None
        for connection in self._everyone():
            connection.look(self.now())
        if len(self):
            self._look_later(loop)

    def weigh(self) -> None:
        """End those who have let their answers wait longest, until what waits fits."""
        waiting = [connection for connection in self._everyone() if connection.unfetched]
        waiting.sort(key=lambda connection: connection.unfetched_since, reverse=True)
        weight = sum(connection.unfetched for connection in waiting)
        while weight > self.limits.unfetched:
            slowest = waiting.pop()
            weight -= slowest.unfetched
            self._end(slowest)


class Connection(H11Protocol):
    """One connection, watched by a limiter."""

    limiter: ConnectionLimiter

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owes: Owes = "nothing"
        self._since = 0.0  # when it began to owe that
        self._left = 0  # bytes of an answer that were not fetched at the last look
        self._moved = 0.0  # when some were fetched last
        self.unfetched_since = 0.0

    @property
    def unfetched(self) -> int:
        """Return the bytes of answers that the other side has not taken yet."""
        return self.transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self.limiter.admit(self)
        if not transport.is_closing():
            self._sort("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """Count no longer."""
        self.limiter.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what came, and see what is still owed."""
        super().data_received(data)
        self._see()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head; what still comes of an unread body is dropped until then."""
        super().on_response_complete()
        self._see()

    def pause_writing(self) -> None:
        """Stop writing, since answers are not fetched as fast as they come."""
        super().pause_writing()
        self._see_unfetched(self.limiter.now())
        self.limiter.weigh()

    def _see(self) -> None:
        cycle = self.cycle
        owes: Owes = "nothing"
        if cycle is None or cycle.response_complete:
            owes = "head"  # also of one that is to close, but waits for its answer to be fetched
        elif cycle.more_body:
            owes = "body"
        if owes != self._owes:
            self._sort(owes)

    def _sort(self, owes: Owes) -> None:
        self._owes, self._since = owes, self.limiter.now()
        self.limiter.sort(self, owes)

    def look(self, now: float) -> None:
        """End the connection when it is too late for what it owes."""
        limits = self.limiter.limits
        self._see_unfetched(now)
        if self._left:
            if now - self._moved >= limits.fetch_seconds:
                self.transport.abort()
        elif self._owes == "head" and now - self._since >= limits.head_seconds:
            self.transport.close()

    def _see_unfetched(self, now: float) -> None:
        before, self._left = self._left, self.unfetched
        if not before:
            self.unfetched_since = now
        if self._left < before or not before:
            self._moved = now


def limited(limits: ConnectionLimits, *, now: Callable[[], float] = time.monotonic) -> type[Connection]:
    """Return a protocol for ``uvicorn.Config(http=…)`` whose connections share these limits.

    ``now`` tells seconds from any beginning, and never goes back.
    """
    return type("LimitedConnection", (Connection,), {"limiter": ConnectionLimiter(limits, now)})
