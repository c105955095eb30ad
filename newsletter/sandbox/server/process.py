"""Run the local SendGrid: in this process for people, or as a child that lives as long as its sender."""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Self

import orjson
import uvicorn
from starlette.applications import Starlette

from newsletter.errors import DeliveryError, NewsletterError, StoreError
from newsletter.listening import listening, quiet_config, run_until_stopped
from newsletter.sandbox.behaviour.reporter import Reporter, Reporting
from newsletter.sandbox.file.messages import MessageStore
from newsletter.sandbox.server.app import USUAL, Options, create_app

WHO = "The local SendGrid"
START_SECONDS = 30.0
CLOSE_SECONDS = 15.0
FINISH_SECONDS = 5  # for what a server accepted before it was to end

# The child finds the package where this process found it, and nothing in the folder it is started from.
_BOOT = (
    "import sys; sys.path.append(sys.argv.pop(1)); from newsletter.sandbox.server.process import main; main()"
)


class _Server(uvicorn.Server):
    """Say when the server listens, and leave signals to the sender where there is one."""

    def __init__(self, app: Starlette, ready: Callable[[], None], *, ends_by_signal: bool) -> None:
        config = quiet_config(app, finish_seconds=FINISH_SECONDS, lifespan="off")
        super().__init__(config)
        logging.getLogger("uvicorn.error").addFilter(_unless_cut)
        self._end: Callable[[], None] = app.state.end
        self._ready = ready
        self._ends_by_signal = ends_by_signal

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._ends_by_signal:
            super().handle_exit(sig, frame)


def _unless_cut(record: logging.LogRecord) -> bool:
    # An answer cut short on demand is no mishap of the server's.
    return "without completing response" not in str(record.msg)


@contextmanager
def _reporter(store: MessageStore, reporting: Reporting | None) -> Iterator[Callable[[], None]]:
    """Report, if anywhere, until the block ends; lend what to call when there is something new."""
    if reporting is None:
        yield lambda: None
        return
    reporter = Reporter(store, reporting)
    reporter.start()
    try:
        yield reporter.notice
    finally:
        reporter.close()


def serve(
    path: Path,
    host: str,
    port: int,
    options: Options = USUAL,
    reporting: Reporting | None = None,
    *,
    ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Run the local SendGrid over the file at ``path`` until Ctrl-C, SIGTERM or SIGHUP.

    Port 0 picks a free one; ``ready`` is called with the URL once it answers. Nothing is reported without
    ``reporting``. Raises SettingsError when the host or the port cannot be had or the webhook is no address,
    StoreError when the file cannot be used.
    """
    with (
        listening(host, port, who=WHO) as (listener, url),
        MessageStore(path) as store,
        _reporter(store, reporting) as accepted,
    ):
        app = create_app(store, replace(options, hosts=[*options.hosts, host]), accepted=accepted)
        run_until_stopped(_Server(app, lambda: ready(url), ends_by_signal=True), listener)


class Child:
    """A local SendGrid in a process of its own. ``url`` is where it answers."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str) -> None:
        self._process = process
        self.url = url

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def close(self) -> None:
        """End it, once it has finished what it accepted."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start_child(path: Path, *, webhook: str | None = None) -> Child:
    """Start a local SendGrid over the file at ``path``, on a free port of this machine alone.

    What it reports goes to ``webhook``, an address; where nobody listens it waits for the next run. It ends
    when this process does, however that ends: it waits for the end of a pipe that nobody else holds.
    Raises StoreError when the file or the address cannot be used, DeliveryError when it does not start.
    """
    package_home = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(  # noqa: S603  (our own program, and no shell)
        [sys.executable, "-P", "-c", _BOOT, str(package_home), str(path.absolute()), webhook or ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is the sender's, and it still has requests to finish
    )
    child = Child(process, "")
    try:
        child.url = _handshake(process)
    except BaseException:
        child.close()
        raise
    return child


def _handshake(process: "subprocess.Popen[bytes]") -> str:
    """Return the URL the child says it answers at; raise what it could not do."""
    said = orjson.loads(_first_line(process) or b"{}")
    if "url" in said:
        return str(said["url"])
    if "error" in said:
        raise StoreError(said["error"], hint=said["hint"], file=said["file"])
    raise DeliveryError(
        "The local SendGrid did not start.",
        hint="What it said stands above; newsletter sandbox starts it alone.",
    )


def _first_line(process: "subprocess.Popen[bytes]") -> bytes:
    assert process.stdout is not None  # noqa: S101  (for the type checker: it was asked for)
    descriptor, line = process.stdout.fileno(), b""
    deadline = time.monotonic() + START_SECONDS
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(descriptor, 4096) if ready else b""
        if not chunk:
            process.kill()
            return b""
        line += chunk
    return line


def main() -> None:
    """Be the child: serve the file, and report to the webhook, until standard input ends."""
    # A service manager signals all processes of a service at once, and the sender has requests to finish.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        path, webhook = sys.argv[1:]
        with (
            listening("127.0.0.1", 0, who=WHO) as (listener, url),
            MessageStore(Path(path)) as store,
            _reporter(store, Reporting(webhook) if webhook else None) as accepted,
        ):
            app = create_app(store, accepted=accepted)
            server = _Server(app, lambda: _print({"url": url}), ends_by_signal=False)
            threading.Thread(target=_end_with_sender, args=[server], daemon=True).start()
            server.run(sockets=[listener])
    except NewsletterError as error:
        _print({"error": error.message, "hint": error.hint, "file": error.file})
        sys.exit(error.exit_code)


def _end_with_sender(server: uvicorn.Server) -> None:
    # Bytes straight from the descriptor: a buffered reader would hold a lock when the interpreter ends.
    while os.read(0, 1024):
        pass
    server.should_exit = True


def _print(said: dict[str, str]) -> None:
    os.write(1, orjson.dumps(said) + b"\n")


if __name__ == "__main__":
    main()
