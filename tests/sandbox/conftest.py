"""A local SendGrid to talk to, and a webhook that it reports to."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from local_sendgrid import Site, Stage
from pace import FOREVER

PATIENCE = FOREVER  # seconds; a test that waits so long has failed


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with Stage().running() as stage:
        yield stage


@pytest.fixture
def site(stage: Stage, tmp_path: Path) -> Iterator[Site]:
    with stage.site(tmp_path / "sandbox.db") as site:
        yield site


@pytest.fixture
def make_site(stage: Stage, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Make one with options, in place of the ordinary one."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(stage.site(tmp_path / "sandbox.db", **options))


@dataclass(frozen=True)
class Post:
    """What came in: headers as sent, and the raw body."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = orjson.loads(self.body)
        return events


class Webhook:
    """A server that keeps what is posted to it. ``answers`` are statuses to give first; then 200."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.answers: list[int] = []
        self.refused: list[Post] = []
        self.taken: list[Post] = []
        self.gate = threading.Event()  # answers wait for it
        self.gate.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/sendgrid"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                status = keep(Post(dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Keep the test's output clean."""

        return Handler

    def _keep(self, post: Post) -> int:
        self.gate.wait(PATIENCE)
        with self._changed:
            status = self.answers.pop(0) if self.answers else 200
            (self.taken if status < 300 else self.refused).append(post)
            self._changed.notify_all()
            return status

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for post in self.taken for event in post.events]

    def wait_for(self, events: int) -> list[dict[str, Any]]:
        """Return the events taken, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= events, PATIENCE), self.events
            return self.events

    def wait_for_refusals(self, posts: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.refused) >= posts, PATIENCE)

    def run(self) -> Iterator["Webhook"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self.gate.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    yield from Webhook().run()
