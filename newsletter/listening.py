"""A listening socket for a server of ours, or the reason why there is none; and what ends the server."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from newsletter.errors import SettingsError

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette


@contextmanager
def listening(host: str, port: int, *, who: str) -> Iterator[tuple[socket.socket, str]]:
    """Open a listening socket, and say the URL it answers at. Port 0 picks a free one.

    ``who`` names the server in an error. Raises SettingsError when the port is in use or not ours to take, or
    the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise SettingsError(
            f"{who} cannot listen on {host}, port {port}: {_why(error)}.",
            hint="Choose another port; --port 0 picks a free one.",
        ) from error
    with listener:
        # Inherited by what it accepts. asyncio sets it only on sockets that name their protocol, and without
        # it each answer of two packets waits 40 ms for an acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener, _url(host, listener.getsockname()[1])


def quiet_config(app: "Starlette", *, finish_seconds: int, **how: Any) -> "uvicorn.Config":
    """Return how uvicorn serves an application of ours: nothing of a request is ever logged.

    A request holds readers' addresses, tokens or keys. ``finish_seconds`` is for what is being answered when
    the server ends; ``how`` is what else uvicorn takes.
    """
    import uvicorn

    return uvicorn.Config(
        app,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=finish_seconds,
        **how,
    )


def run_until_stopped(server: "uvicorn.Server", listener: socket.socket) -> None:
    """Serve until Ctrl-C, SIGTERM or SIGHUP, and finish what is being answered.

    uvicorn listens for the first two. SIGHUP, a closing terminal, is the same here, unless it was to be
    ignored, as under ``nohup``.
    """
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGHUP)
    if in_main and before is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, server.handle_exit)
    try:
        with suppress(KeyboardInterrupt):  # uvicorn raises the signal once more when it is done
            server.run(sockets=[listener])
    finally:
        if in_main:
            signal.signal(signal.SIGHUP, before)


def _why(error: OSError) -> str:
    # The system's own words for it: Python adds the address again to some.
    known = error.errno is not None and not isinstance(error, socket.gaierror)
    return os.strerror(error.errno or 0) if known else str(error.strerror or error)


def _url(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (the address a browser can open in place of "all")
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
