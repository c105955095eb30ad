"""One question to one server: the status of a page and where it sends on. The page itself is not read."""

import socket
import ssl
import threading
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

from newsletter.online.guard import NotAsked

_MOST_LOCATION = 2_000  # characters of an address that a server sends on to


class Asked(NamedTuple):
    """What a server said: its status, and the address it sends on to; empty when it does not."""

    status: int
    location: str


class Target(NamedTuple):
    """A page on a server: the server's name for itself, its address as it was found, the page's path."""

    host: str
    port: int
    address: str
    path: str
    secure: bool


class _Connection(HTTPConnection):
    """A connection to an address that was found and allowed before, whatever the name says by now."""

    def __init__(self, target: Target, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self.default_port = 443 if target.secure else 80  # it decides about the Host header
        self._target = target

    def connect(self) -> None:
        """Connect, and prove who answers."""
        plain = socket.create_connection((self._target.address, self._target.port), self.timeout)
        self.sock = plain
        if self._target.secure:
            self.sock = _trust().wrap_socket(plain, server_hostname=self._target.host)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def exchange(target: Target, method: str, agent: str, seconds: float) -> Asked:
    """Ask once, for so many seconds in all. Raises NotAsked with the reason when there is no answer."""
    if seconds <= 0:
        raise NotAsked("there was no time left to ask")
    connection = _Connection(target, seconds)
    over = threading.Event()
    ending = threading.Timer(seconds, _end, (connection, over))  # each read is bounded; this bounds their sum
    ending.daemon = True
    ending.start()
    try:
        connection.request(method, target.path, headers=_headers(agent))
        answer = connection.getresponse()
        return Asked(answer.status, (answer.getheader("Location") or "")[:_MOST_LOCATION])
    except ssl.SSLCertVerificationError as error:
        raise NotAsked(f"its certificate does not hold: {error.verify_message}") from error
    except (TimeoutError, OSError, HTTPException, ValueError) as error:
        raise NotAsked(_why(error, expired=over.is_set(), seconds=seconds)) from error
    finally:
        ending.cancel()
        connection.close()


def _headers(agent: str) -> dict[str, str]:
    return {"User-Agent": agent, "Accept": "text/html, */*;q=0.5", "Connection": "close"}


def _end(connection: _Connection, over: threading.Event) -> None:
    over.set()
    with suppress(OSError):  # it ended by itself a moment ago
        if connection.sock:
            connection.sock.shutdown(socket.SHUT_RDWR)


def _why(error: Exception, *, expired: bool, seconds: float) -> str:
    if expired or isinstance(error, TimeoutError):
        return f"its server did not answer within {seconds:.0f} s"
    if isinstance(error, ConnectionRefusedError):
        return "its server refuses the connection"
    if isinstance(error, ssl.SSLError):
        return "its server and this machine agree on no encryption"
    return "its server broke the connection off"
