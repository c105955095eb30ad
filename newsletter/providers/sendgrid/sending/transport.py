"""The sendgrid package's client over kept-alive connections.

The package keeps what it knows (authorisation, paths, versions, its exceptions); the wire is ours, because
its own opens a connection a call, has no time-out, follows a redirect with a GET and takes that for success,
encodes JSON slowly and formats each payload, and the key, for a debug log.
"""

import threading
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any, Self
from urllib.parse import urlsplit

from python_http_client.client import Client, Response
from python_http_client.exceptions import handle_error

from newsletter.errors import SettingsError
from newsletter.providers.sendgrid.sending.pool import NotConnected, Pool
from newsletter.urls import is_loopback

MAX_ANSWER_BYTES = 1_000_000
PIECE_BYTES = 65_536
WIRE_ERRORS = (NotConnected, OSError, HTTPException)


class GivenUp(Exception):
    """Stop a request whose deadline passed before its last piece was on the wire."""


class Body:
    """A request's bytes, and how far they got.

    The last piece is a gate: before it is handed over, the waiting side may still call the request off and
    know for certain that nobody has it whole; after it, nobody can.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._lock = threading.Lock()
        self._handed_over = False
        self._called_off = False
        self._broken = False

    @property
    def may_have_arrived(self) -> bool:
        """Say whether the other side may have all of it."""
        return self._handed_over and not self._broken

    @property
    def called_off(self) -> bool:
        """Say whether the request was called off in time."""
        return self._called_off

    def let_go(self) -> None:
        """Forget the bytes: an error's traceback would keep them until garbage is collected."""
        self.content = b""

    def call_off(self) -> bool:
        """Keep the last piece back; False when it is already on its way."""
        with self._lock:
            self._called_off = not self._handed_over
            return self._called_off

    def write(self, send: Callable[[memoryview], None]) -> None:
        """Hand the bytes over to what sends all it is given or raises OSError. Raises GivenUp, too."""
        whole = memoryview(self.content)
        last = max(len(whole) - PIECE_BYTES, 0)
        send(whole[:last])
        with self._lock:
            if self._called_off or self._handed_over:  # handed over: nobody may send it a second time
                raise GivenUp
            self._handed_over = True
        try:
            send(whole[last:])
        except OSError:
            self._broken = True  # what the system did not take was never on the wire
            raise


class RawAnswer:
    """An answer in the two shapes the sendgrid package reads: urllib's response and urllib's error."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str], body: bytes) -> None:
        self.code = status
        self.reason = reason
        self.hdrs = headers
        self._body = body

    def getcode(self) -> int:
        """Return the status."""
        return self.code

    def read(self) -> bytes:
        """Return the body."""
        return self._body

    def info(self) -> Mapping[str, str]:
        """Return the headers."""
        return self.hdrs


class PooledClient(Client):  # type: ignore[misc]  # the package has no types
    """The package's client, sending over kept-alive connections."""

    def __init__(self, pool: Pool, authorization: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._pool = pool
        # Kept out of request_headers, which the package formats for its debug log.
        self._authorization = authorization

    @classmethod
    def replacing(cls, client: Client, pool: Pool) -> Self:
        """Return a client with the base URL, version and headers of one the sendgrid package made."""
        headers = dict(client.request_headers)
        authorization = headers.pop("Authorization")
        return cls(pool, authorization, host=client.host, request_headers=headers, version=client._version)

    def post_bytes(self, body: Body) -> Response:
        """Post these bytes to this client's address as the package would, past its JSON encoder and its log.

        It would also build an opener of ten handlers for each call, which the pool takes the place of.
        """
        path = urlsplit(self._build_url(None)).path
        headers = {
            **self.request_headers,
            "Content-Type": "application/json",
            "Content-Length": str(len(body.content)),
        }
        return Response(self._exchange("POST", path, headers, body))

    def _build_client(self, name: str | None = None) -> Self:
        return type(self)(
            self._pool,
            self._authorization,
            host=self.host,
            version=self._version,
            # The package lets one call's headers leak into the next.
            request_headers=dict(self.request_headers),
            url_path=[*self._url_path, name] if name else self._url_path,
        )

    def _make_request(
        self, opener: object, request: urllib.request.Request, timeout: float | None = None
    ) -> RawAnswer:
        return self._exchange(request.get_method(), request.selector, dict(request.header_items()), None)

    def _exchange(self, method: str, path: str, headers: Mapping[str, str], body: Body | None) -> RawAnswer:
        """Send a request and return its answer.

        Raises GivenUp, one of WIRE_ERRORS, or the package's own error for a status that is none of success.
        """
        with self._pool.borrowed() as connection:
            connection.putrequest(method, path)
            for name, value in {**headers, "Authorization": self._authorization}.items():
                connection.putheader(name, value)
            connection.endheaders()
            if body is None:
                answer = _read(connection, self._pool.patience)
            else:
                answer = _written_and_read(connection, body, self._pool.patience)
        if not 200 <= answer.code < 300:
            raise handle_error(answer)
        return answer


def _written_and_read(connection: HTTPConnection, body: Body, patience: float) -> RawAnswer:
    try:
        body.write(connection.send)
    except ConnectionError:
        with suppress(*WIRE_ERRORS):  # answered, perhaps, before all of it was read
            answer = _read(connection, patience)
            connection.close()
            return answer
        raise
    return _read(connection, patience)


def _read(connection: HTTPConnection, patience: float) -> RawAnswer:
    """Return the answer, its body bounded. Raises one of WIRE_ERRORS when it is cut and says too little."""
    connection.sock.settimeout(patience)
    response = connection.getresponse()
    try:
        body = _whole(response)
    except WIRE_ERRORS:
        if not 300 <= response.status < 500:
            raise
        body = b""
        connection.close()
    return RawAnswer(response.status, response.reason, dict(response.getheaders()), body)


def _whole(response: HTTPResponse) -> bytes:
    body = bytearray()
    while piece := response.read(PIECE_BYTES):
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise HTTPException("the answer has no end")
    if response.length:  # of what was announced; http.client says nothing of a shorter one
        raise IncompleteRead(bytes(body), response.length)
    return _decoded(bytes(body), response.headers.get("Content-Encoding", "identity").lower())


def _decoded(body: bytes, encoding: str) -> bytes:
    """Return a body as it was before it was encoded, which nobody asked for."""
    if encoding == "identity" or not body:
        return body
    if encoding != "gzip":
        raise HTTPException(f"the answer is encoded as {encoding}")
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(body, MAX_ANSWER_BYTES)
    except zlib.error as error:
        raise HTTPException("the answer cannot be decoded") from error


def checked_host(host: str) -> str:
    """Return a base URL without a trailing slash.

    Raises SettingsError when it is none, or plain http that would leave the machine with the key readable.
    """
    if not _is_base_url(host):
        raise SettingsError(
            "sendgrid_host is no base URL.", hint="Write it like https://api.sendgrid.com, or leave it out."
        )
    parts = urlsplit(host)
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            f"sendgrid_host is plain http to {parts.hostname}: the key and the list would travel readable.",
            hint="Use https; plain http is for a server on this machine.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _is_base_url(host: str) -> bool:
    try:
        parts = urlsplit(host)
        name = (parts.hostname or "").encode("idna")
        usable = parts.port != 0 and name and parts.scheme in {"http", "https"}
    except ValueError:
        return False
    # A name and password in the URL would replace the key.
    return bool(usable) and not (parts.query or parts.fragment or "@" in parts.netloc)
