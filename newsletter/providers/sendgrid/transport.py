"""The sendgrid package's client over a pooled keep-alive transport.

The package keeps what it knows (authorisation, paths, versions, its exceptions); the wire is ours, because
its own opens a connection a call, has no time-out, follows a redirect with a GET and takes that for success,
encodes JSON slowly and formats each payload, and the key, for a debug log.
"""

import threading
import urllib.request
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from python_http_client.client import Client, Response
from python_http_client.exceptions import handle_error

from newsletter.errors import SettingsError
from newsletter.providers.sendgrid.pool import Pool
from newsletter.urls import is_loopback

if TYPE_CHECKING:
    import httpx

MAX_ANSWER_BYTES = 1_000_000
PIECE_BYTES = 65_536


class GivenUp(Exception):
    """Stop a request whose deadline passed before its last piece was on the wire."""


class Body:
    """A request's bytes in pieces, and how far they got.

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
        """Forget the bytes: httpx ties a request and its answer in a knot that only a collection undoes."""
        self.content = b""

    def call_off(self) -> bool:
        """Keep the last piece back; False when it is already on its way."""
        with self._lock:
            self._called_off = not self._handed_over
            return self._called_off

    def __iter__(self) -> Iterator[bytes]:
        last = (max(len(self.content), 1) - 1) // PIECE_BYTES * PIECE_BYTES
        for start in range(0, last, PIECE_BYTES):
            yield self.content[start : start + PIECE_BYTES]
        with self._lock:
            if self._called_off or self._handed_over:  # handed over: nobody may send it a second time
                raise GivenUp
            self._handed_over = True
        yield self.content[last:]

    def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Note a failed write: what the system did not take was never on the wire (a hook of httpcore's)."""
        if event == "http11.send_request_body.failed" and self._handed_over:
            self._broken = True  # without the last piece handed over, it was a proxy's handshake


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
        return Response(self._exchange("POST", self._build_url(None), self.request_headers, body))

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
        return self._exchange(
            request.get_method(), request.get_full_url(), dict(request.header_items()), None
        )

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: Body | None) -> RawAnswer:
        headers = {**headers, "Authorization": self._authorization}
        extensions: dict[str, Any] = {}
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["Content-Length"] = str(len(body.content))
            extensions["trace"] = body.trace
        with (
            self._pool.borrowed() as line,
            line.stream(method, url, headers=headers, content=body, extensions=extensions) as response,
        ):
            answer = RawAnswer(
                response.status_code, response.reason_phrase, response.headers, _read(response)
            )
        if not response.is_success:
            raise handle_error(answer)
        return answer


def _read(response: "httpx.Response") -> bytes:
    """Return the body, bounded. Raises httpx.HTTPError when it is cut and the status says too little."""
    import httpx

    body = bytearray()
    try:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise httpx.RemoteProtocolError("the answer has no end")
    except httpx.HTTPError:
        if not 300 <= response.status_code < 500:
            raise
    return bytes(body)


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
