"""Kept-alive connections, each in one thread's hands at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

IDLE_SECONDS = 5.0  # a connection idle for longer may be closing at the far end: a new one is safer
LATE_SECONDS = 60.0  # how much longer than the deadline an answer is listened for


class Pool:
    """Lend out HTTP clients of one connection each, follow no redirect, keep no cookie.

    One httpx client for all threads would do, but for its way of tidying up: it may close as idle what it has
    just given to another thread, and a request that was on the wire then counts as unknown.
    """

    def __init__(self, *, timeout_seconds: float, keep: int, tls: bool, trust_environment: bool) -> None:
        """Prepare; nothing is connected yet.

        ``timeout_seconds`` bounds connecting and writing. Reading goes on for longer, since an answer that is
        late still tells what became of a request. ``keep`` is how many idle clients to keep, ``tls``
        whether the host is an https one; ``trust_environment`` honours proxies and certificates named there.
        """
        self._timeout = httpx.Timeout(timeout_seconds, read=timeout_seconds + LATE_SECONDS)
        self._keep = keep
        self._trust_environment = trust_environment
        # Reading all certificates takes 20 ms and more: once is enough, and without TLS it is for nothing.
        self._tls = httpx.create_ssl_context(trust_env=trust_environment) if tls else False
        self._idle: list[httpx.Client] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def borrowed(self) -> Iterator[httpx.Client]:
        """Lend a client that nobody else has: the one used last, or a new one."""
        with self._lock:
            client = self._idle.pop() if self._idle else None
        client = client or self._new()
        try:
            yield client
        finally:
            self._take_back(client)

    def close(self) -> None:
        """Close what is idle; what is lent out closes when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    def _take_back(self, client: httpx.Client) -> None:
        with self._lock:
            wanted = not self._closed and len(self._idle) < self._keep
            if wanted:
                self._idle.append(client)
        if not wanted:
            client.close()

    def _new(self) -> httpx.Client:
        return httpx.Client(
            timeout=self._timeout,
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            verify=self._tls,
            follow_redirects=False,
            trust_env=self._trust_environment,
            headers={"Accept-Encoding": "identity"},
        )
