"""Connections: each owes a whole request in time, there are only so many, and readers always get in."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace

import pytest
import uvicorn
from pace import until
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.listening import listening
from newsletter.web.connection_limits import ConnectionLimiter, ConnectionLimits, limited

pytestmark = pytest.mark.slow

PATIENCE = 30.0
SWIFT = ConnectionLimits(head_seconds=0.3, look_seconds=0.05)
PATIENT = ConnectionLimits(
    head_seconds=600, fetch_seconds=600, look_seconds=0.05
)  # nothing ends by the clock
LARGE = 2_000_000  # bytes; far more than the system keeps, below, of an answer that is not fetched
KEPT = 32_768
GET = b"GET / HTTP/1.1\r\nHost: site\r\n\r\n"


@dataclass
class Clock:
    """A clock that a test drives."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class LimitedServer:
    """A limited server of a small application, and what it was seen to do."""

    limiter: ConnectionLimiter
    port: int
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def wire(self, said: bytes = b"") -> Iterator[socket.socket]:
        with socket.socket() as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KEPT)
            wire.settimeout(PATIENCE)
            wire.connect(("127.0.0.1", self.port))
            with suppress(ConnectionError):  # the limiter may have ended it at once
                wire.sendall(said)
            yield wire

    def get(self, path: str = "/") -> bytes:
        with self.wire(f"GET {path} HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n".encode()) as wire:
            return _rest(wire)


def _rest(wire: socket.socket) -> bytes:
    """Return what comes until the other side hangs up."""
    answer = b""
    try:
        while piece := wire.recv(65_536):
            answer += piece
    except ConnectionError:
        pass  # hung up with something of ours unread
    return answer


def _application(server: LimitedServer) -> Starlette:
    async def short(_request: Request) -> Response:
        return PlainTextResponse("hello")

    async def large(_request: Request) -> Response:
        server.begun.release()
        return PlainTextResponse("x" * LARGE)

    def slow(_request: Request) -> Response:
        server.begun.release()
        server.go.wait(PATIENCE)
        return PlainTextResponse("at last")

    async def body(request: Request) -> Response:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    routes = [Route("/", short), Route("/large", large), Route("/slow", slow)]
    return Starlette(routes=[*routes, Route("/body", body, methods=["POST"])])


@contextmanager
def _serving(
    limits: ConnectionLimits, clock: Callable[[], float] = time.monotonic
) -> Iterator[LimitedServer]:
    protocol = limited(limits, now=clock)
    with listening("127.0.0.1", 0, who="The test’s server") as (listener, url):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KEPT)  # inherited by what it accepts
        server = LimitedServer(protocol.limiter, int(url.rpartition(":")[2]))
        config = uvicorn.Config(_application(server), http=protocol, log_config=None, lifespan="off")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield server
        finally:
            server.go.set()
            running.should_exit = running.force_exit = True
            thread.join()


@pytest.fixture(scope="module")
def swift() -> Iterator[LimitedServer]:
    with _serving(SWIFT) as server:
        yield server


def _drip(wire: socket.socket, stop: threading.Event) -> None:
    """Send a byte now and then until the other side hangs up."""
    try:
        while not stop.wait(0.05):
            wire.send(b"x")
    except OSError:
        stop.set()


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (b"", 0),
        (b"G", 0),
        (b"\r\n", 0),
        (b"GET / HTTP/1.1\r\n", 0),
        (b"GET / HTTP/1.1\r\nHost: site\r\nX-Long: ", 0),
        (GET, 1),  # and then nothing: a connection kept for a next request that never comes
        (GET + b"GET / HTT", 1),
        (GET * 3 + b"\r\n", 3),
        (b"POST / HTTP/1.1\r\nHost: site\r\nContent-Length: 100000\r\n\r\nxx", 1),  # before its body came
        (b"POST / HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 1),
    ],
)
@pytest.mark.parametrize("drips", [False, True], ids=["then silent", "then dripping"])
def test_a_connection_without_a_complete_head_ends_by_itself(
    swift: LimitedServer, said: bytes, answered: int, *, drips: bool
) -> None:
    stop = threading.Event()
    with swift.wire(said) as wire:
        dripping = threading.Thread(target=_drip, args=[wire, stop])
        if drips:
            dripping.start()
        answer = _rest(wire)  # returns only once the other side has hung up
        stop.set()
        if drips:
            dripping.join()
    # On a busy machine it may be too late even for what was said at once.
    assert answer.count(b"HTTP/1.1 ") - answer.count(b"HTTP/1.1 400 ") <= answered


def _let_pass(server: LimitedServer, clock: Clock) -> None:
    """Let more time pass than a head may take, and see that the server noticed."""
    with server.wire() as silent:
        until(lambda: server.limiter.owing("head") == 1, seconds=PATIENCE)
        clock.seconds += 2 * PATIENT.head_seconds
        assert _rest(silent) == b""


def test_a_body_may_take_longer_than_a_head() -> None:
    clock = Clock()
    head = b"POST /body HTTP/1.1\r\nHost: site\r\nContent-Length: 12\r\nConnection: close\r\n\r\n"
    with _serving(PATIENT, clock) as server, server.wire(head) as wire:
        until(lambda: server.limiter.owing("body") == 1, seconds=PATIENCE)
        for _ in range(3):
            wire.sendall(b"four")
            _let_pass(server, clock)
        assert b"12 bytes" in _rest(wire)


def test_a_request_that_is_being_answered_may_take_longer_than_a_head() -> None:
    clock, said = Clock(), b"GET /slow HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n"
    with _serving(PATIENT, clock) as server, server.wire(said) as wire:
        assert server.begun.acquire(timeout=PATIENCE)
        _let_pass(server, clock)
        server.go.set()
        assert b"at last" in _rest(wire)


@pytest.mark.parametrize("requests", [1, 3], ids=["one", "with more behind it"])
def test_an_answer_that_nobody_fetches_ends_by_itself(requests: int) -> None:
    with (
        _serving(replace(SWIFT, fetch_seconds=0.3)) as server,
        server.wire(b"GET /large HTTP/1.1\r\nHost: site\r\n\r\n" * requests),
    ):
        until(lambda: len(server.limiter), seconds=PATIENCE)
        until(lambda: not len(server.limiter), seconds=PATIENCE)


def test_an_answer_that_is_fetched_slowly_comes_whole(swift: LimitedServer) -> None:
    with swift.wire(b"GET /large HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n") as wire:
        fetched = 0
        for _ in range(12):  # far longer than a head may take
            fetched += len(wire.recv(100_000))
            threading.Event().wait(SWIFT.head_seconds / 6)
        fetched += len(_rest(wire))
    assert fetched > LARGE


def test_answers_that_nobody_fetches_take_only_so_much_memory() -> None:
    with _serving(replace(PATIENT, unfetched=2 * LARGE)) as server, ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(server.wire(b"GET /large HTTP/1.1\r\nHost: site\r\n\r\n"))
        for _ in range(12):
            assert server.begun.acquire(timeout=PATIENCE)
        until(lambda: len(server.limiter) < 12)
        until(lambda: b"hello" in server.get())


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HTTP/1.1\r\nX-",
        GET,
        b"POST /body HTTP/1.1\r\nHost: site\r\nContent-Length: 9900\r\n\r\nxx",
        b"POST /body HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_however_many_wait_readers_are_answered(said: bytes) -> None:
    with _serving(replace(PATIENT, connections=8)) as server, ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(server.wire(said))
        for _ in range(5):
            # While all others are being answered, who comes is the only one that waits, and may have to go.
            until(lambda: b"hello" in server.get())
        assert len(server.limiter) <= 8


@pytest.mark.parametrize("closing", [b"", b"Connection: close\r\n"])
def test_those_who_fetch_no_answer_make_way(closing: bytes) -> None:
    limits = replace(PATIENT, connections=8, unfetched=100 * LARGE)
    with _serving(limits) as server, ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(server.wire(b"GET /large HTTP/1.1\r\nHost: site\r\n" + closing + b"\r\n"))
            assert server.begun.acquire(timeout=PATIENCE)
        until(lambda: server.limiter.owing("head") == 8, seconds=PATIENCE)
        for _ in range(5):
            assert b"hello" in server.get()


def test_those_without_a_head_make_way_before_those_whose_body_is_awaited() -> None:
    with _serving(replace(PATIENT, connections=4)) as server, ExitStack() as stack:
        head = b"POST /body HTTP/1.1\r\nHost: site\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
        post = stack.enter_context(server.wire(head))
        until(lambda: server.limiter.owing("body") == 1)
        for _ in range(20):
            stack.enter_context(server.wire())
        assert b"hello" in server.get()
        post.sendall(b"ab")
        assert b"2 bytes" in _rest(post)


def test_a_request_that_is_being_answered_makes_way_for_nobody() -> None:
    with _serving(replace(PATIENT, connections=3)) as server, ExitStack() as stack:
        asked = [
            stack.enter_context(server.wire(b"GET /slow HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n"))
            for _ in range(3)
        ]
        for _ in asked:
            assert server.begun.acquire(timeout=PATIENCE)
        assert server.get() == b""  # nobody can make way, so who comes now is turned away
        server.go.set()
        assert all(b"at last" in _rest(wire) for wire in asked)


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "raised"),
    [(256, 256, 16, 256), (256, 4096, 500, 800), (600, 600, 300, 600)],
)
def test_there_are_never_more_connections_than_files(
    soft: int, hard: int, connections: int, raised: int
) -> None:
    script = (
        "import resource; from newsletter.web.connection_limits import connections_at_most as most; files = "
        f"resource.RLIMIT_NOFILE; resource.setrlimit(files, ({soft}, {hard})); "
        "print(most(), resource.getrlimit(files)[0])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(connections), str(raised)]
