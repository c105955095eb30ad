"""Kept-alive connections to one host, each in one thread's hands at a time."""

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from newsletter.providers.sendgrid.sending.wire import connector

IDLE_SECONDS = 5.0  # a connection idle for longer may be closing at the far end: a new one is safer
LATE_SECONDS = 60.0  # how much longer than the deadline an answer is listened for


class NotConnected(Exception):
    """No connection came about, so nothing of a request was on the wire; the cause says why."""


class Pool:
    """Lend out connections to one host. None is made again by itself in the middle of a request.

    ``patience`` is for how many seconds an answer is listened for: longer than anybody waits for it, since
    one that is late still tells what became of a request.
    """

    def __init__(self, host: str, *, timeout_seconds: float, keep: int, trust_environment: bool) -> None:
        """Prepare; nothing is connected yet.

        ``host`` is a base URL, ``timeout_seconds`` bounds connecting and each write, ``keep`` is how many
        idle connections to keep. ``trust_environment`` honours a proxy and certificates named there.
        Raises SettingsError for a proxy that cannot be gone through.
        """
        self._new = connector(host, timeout_seconds, trust_environment=trust_environment)
        self._timeout = timeout_seconds
        self.patience = timeout_seconds + LATE_SECONDS
        self._keep = keep
        self._idle: list[tuple[HTTPConnection, float]] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def borrowed(self) -> Iterator[HTTPConnection]:
        """Lend a connection that nobody else has: the one used last, or a new one. Raises NotConnected.

        Its answer has to be read to the end; a connection that an error leaves half way is closed.
        """
        connection = self._kept() or self._connected()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._take_back(connection)

    def close(self) -> None:
        """Close what is idle; what is lent out closes when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _kept(self) -> HTTPConnection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection, since = self._idle.pop()
            if time.monotonic() - since < IDLE_SECONDS and not _has_something_to_read(connection.sock):
                connection.sock.settimeout(self._timeout)
                return connection
            connection.close()

    def _connected(self) -> HTTPConnection:
        connection = self._new()
        try:
            connection.connect()
        except (OSError, HTTPException, ValueError) as error:  # ValueError: a name no system can look up
            connection.close()
            raise NotConnected from error
        return connection

    def _take_back(self, connection: HTTPConnection) -> None:
        with self._lock:
            # Where the answer said that it is the last one, http.client has closed it.
            wanted = connection.sock is not None and not self._closed and len(self._idle) < self._keep
            if wanted:
                self._idle.append((connection, time.monotonic()))
        if not wanted:
            connection.close()


def _has_something_to_read(sock: socket.socket) -> bool:
    """Say whether an idle connection is of no use: its far end closed it, or speaks out of turn."""
    with selectors.DefaultSelector() as watched:
        watched.register(sock, selectors.EVENT_READ)
        return bool(watched.select(0))
