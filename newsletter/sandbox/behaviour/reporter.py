"""Post what is to be reported to a webhook, signed as SendGrid signs; again later where nobody takes it."""

import http.client
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urlsplit

import orjson

from newsletter.errors import NewsletterError, SettingsError
from newsletter.sandbox.behaviour import schedule
from newsletter.sandbox.behaviour.keys import private_key, sign
from newsletter.sandbox.behaviour.reports import reports_of
from newsletter.sandbox.file import report_queue
from newsletter.sandbox.file.messages import MessageStore

MAX_POST = 768_000  # bytes: SendGrid posts no more at once
POST_SECONDS = 10.0
IDLE_SECONDS = 0.5  # how soon what another process over the same file took is seen
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
LAST_SECONDS = 2.0  # to hand over what is left when the server ends
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where reports go, and how: to ``webhook``, each so many times more, in an order drawn from a seed."""

    webhook: str
    repeat: int = 0
    shuffle: int | None = None


class NotTaken(Exception):
    """Say that a webhook did not take a post."""


class Reporter:
    """Report on a thread of its own what a store's messages come to, for as long as it is open."""

    def __init__(
        self,
        store: MessageStore,
        reporting: Reporting,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; nothing is posted before ``start``. Raises SettingsError for what is no web address."""
        self._file = store.file
        self._path = store.path
        self._target = _target(reporting.webhook)
        self._clock = clock
        self._reporting = reporting
        self._lot = random.Random(self._reporting.shuffle)  # noqa: S311  (an order, not a secret)
        self._news = threading.Event()
        self._until: float | None = None  # by time.monotonic, once it is to end
        self._pause = FIRST_PAUSE
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def notice(self) -> None:
        """Say that there is something new."""
        self._news.set()

    def close(self) -> None:
        """Hand over what can be within two seconds, and leave the rest for the next run."""
        self._until = time.monotonic() + LAST_SECONDS
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(LAST_SECONDS + 0.5)

    def _run(self) -> None:
        while not self._ending:
            began = time.monotonic()
            posted = self._try()
            if posted is None:
                self._wait(self._pause)
                self._pause = min(LONGEST_PAUSE, self._pause * 2)
            elif posted:
                # As long again as it took: senders are answered first.
                self._wait(time.monotonic() - began)
                self._pause = FIRST_PAUSE
            else:
                self._news.wait(IDLE_SECONDS)
                self._news.clear()
        while self._try() and self._left > 0:
            pass

    @property
    def _ending(self) -> bool:
        return self._until is not None

    @property
    def _left(self) -> float:
        """Return the seconds that one post may take."""
        return POST_SECONDS if self._until is None else self._until - time.monotonic()

    def _wait(self, seconds: float) -> None:
        """Wait, whatever is new, but no longer than the server is there."""
        until = time.monotonic() + seconds
        while not self._ending and (left := until - time.monotonic()) > 0:
            self._news.wait(left)
            self._news.clear()

    def _try(self) -> bool | None:
        """Post what is next: True when it was taken, False when there was nothing, None when it failed."""
        try:
            return self._step()
        except (NotTaken, NewsletterError, OSError, http.client.HTTPException):
            # Nobody listens, or the file is busy: an ordinary state of affairs, and it stays queued.
            return None

    def _step(self) -> bool:
        now = int(self._clock() * SECOND)
        schedule.release_due(self._file, now)
        if not report_queue.waiting(self._file, now):
            return False
        with closing(self._connection()) as connection:
            connection.connect()  # before any work: where nobody listens, it is for nothing
            spans = report_queue.lease(self._file, now, now + report_queue.LEASE)
            try:
                for body in self._bodies(spans):
                    self._post(connection, body)
            except BaseException:
                report_queue.give_back(self._file, spans)
                raise
        report_queue.remove(self._file, spans)
        return bool(spans)

    def _bodies(self, spans: Sequence[report_queue.Span]) -> list[bytes]:
        """Return what is to be posted of these spans, with the repeats and in the order asked for."""
        messages = list(report_queue.messages(self._file, spans))
        bodies = list[bytes]()
        for delivery in range(1 + self._reporting.repeat):
            events = [
                orjson.dumps(event)
                for event in chain.from_iterable(reports_of(message, delivery) for message in messages)
            ]
            if self._reporting.shuffle is not None:
                self._lot.shuffle(events)
            bodies += in_posts(events)
        if self._reporting.shuffle is not None:
            self._lot.shuffle(bodies)
        return bodies

    def _connection(self) -> http.client.HTTPConnection:
        left = max(0.1, self._left)
        if self._target.scheme == "https":
            return http.client.HTTPSConnection(
                self._target.host, self._target.port, timeout=left, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(self._target.host, self._target.port, timeout=left)

    def _post(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        timestamp = str(int(self._clock()))
        connection.request(
            "POST",
            self._target.path,
            body,
            {
                "Content-Type": "application/json",
                "User-Agent": "SendGrid Event API",
                "X-Twilio-Email-Event-Webhook-Signature": sign(private_key(self._path), timestamp, body),
                "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            },
        )
        with closing(connection.getresponse()) as answer:
            answer.read(MAX_POST)
            if not 200 <= answer.status < 300:
                raise NotTaken(answer.status)


def in_posts(events: Sequence[bytes]) -> Iterator[bytes]:
    """Yield JSON arrays of at most 768 kB of these events, in their order."""
    batch, size = list[bytes](), 2
    for event in events:
        if batch and size + len(event) + 1 > MAX_POST:
            yield b"[" + b",".join(batch) + b"]"
            batch, size = [], 2
        batch.append(event)
        size += len(event) + 1
    if batch:
        yield b"[" + b",".join(batch) + b"]"


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int | None
    path: str


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    printable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in {"http", "https"} or not host or not printable:
        raise SettingsError(
            f"“{url}” is no webhook's address.",
            hint="Write one like http://localhost:8000/webhooks/sendgrid.",
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.scheme, host, port, path)
