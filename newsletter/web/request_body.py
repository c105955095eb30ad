"""Bodies of requests, bounded each and all together: what is said of their length is never believed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

ROOM = 20_000_000  # bytes of all bodies at a time; one may have 10 MB
MAX_SMALL = 64 * 1024  # bytes; a mail program that unsubscribes sends 26 (RFC 8058, section 3.2)

_AND_CLOSE = {"Connection": "close"}
_LATER = {**_AND_CLOSE, "Retry-After": "10"}


def _nobody(_piece: bytes) -> None:
    """Show it to nobody."""


class RequestBodies:
    """Room for all bodies that are being read.

    When a piece does not fit, the body that costs most gives way: bytes held times seconds since it began.
    One that was sent swiftly, as a provider does, so stays; one that is held back on purpose goes.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._open: set[RequestBody] = set()

    @asynccontextmanager
    async def of(self, request: Request, *, limit: int, seconds: float) -> AsyncIterator["RequestBody"]:
        """Lend a body of at most ``limit`` bytes that has to come within ``seconds``.

        Its room is taken until the block ends. Raises HTTPException 413 when it says to be larger.
        """
        if declared_length(request.headers.get("content-length", "")) > limit:
            raise HTTPException(413)
        body = RequestBody(request, self, limit, seconds)
        self._open.add(body)
        try:
            yield body
        finally:
            self._open.discard(body)

    def make_room(self) -> None:
        """Let the costliest give way until the rest fits; those that were read to their end stay."""
        while sum(body.held for body in self._open) > self._room:
            costliest = max(
                (body for body in self._open if body.may_give_way), key=lambda body: body.cost, default=None
            )
            if costliest is None:
                return
            costliest.give_way()


class RequestBody:
    """One body being read."""

    def __init__(self, request: Request, among: RequestBodies, limit: int, seconds: float) -> None:
        self._request = request
        self._among = among
        self._limit = limit
        self._seconds = seconds
        self._pieces: list[bytes] = []
        self._clock: asyncio.Timeout | None = None
        self._since = asyncio.get_running_loop().time()
        self._gave_way = False
        self.held = 0  # bytes

    @property
    def may_give_way(self) -> bool:
        """Say whether it is still being read, and holds anything."""
        return self._clock is not None and self.held > 0

    @property
    def cost(self) -> float:
        """Return the byte-seconds it took so far."""
        return self.held * (asyncio.get_running_loop().time() - self._since)

    def give_way(self) -> None:
        """Drop what came, and end the reading."""
        self._pieces.clear()
        self.held, self._gave_way = 0, True
        if self._clock is not None:
            self._clock.reschedule(asyncio.get_running_loop().time())

    async def read(self, see: Callable[[bytes], None] = _nobody) -> None:
        """Read it to its end; ``see`` is shown each piece as it comes.

        Raises HTTPException 413 when it is too large, 408 when it takes too long, and 503 when it had to give
        way to others.
        """
        try:
            async with asyncio.timeout(self._seconds) as self._clock:
                async for piece in self._request.stream():
                    self._add(piece)
                    see(piece)
        except TimeoutError:
            if not self._gave_way:
                raise HTTPException(408, headers=_AND_CLOSE) from None
        finally:
            self._clock = None
        if self._gave_way:
            raise HTTPException(503, "Other bodies took up the memory for it.", headers=_LATER)

    def _add(self, piece: bytes) -> None:
        if self._gave_way:
            return
        if self.held + len(piece) > self._limit:
            raise HTTPException(413)
        self._pieces.append(piece)
        self.held += len(piece)
        self._among.make_room()

    def whole(self) -> bytes:
        """Return all of it, once it is read; it is held no longer than the caller does."""
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def declared_length(said: str) -> int:
    """Return a Content-Length as a number; nothing said is 0, and what is no number is left to the server."""
    if not (said.isascii() and said.isdecimal()):
        return 0
    return int(said) if len(said) <= 15 else 10**15


class SmallBodies:
    """Refuse large bodies, and any that a page does not ask for, except on the paths ``but``."""

    def __init__(self, app: ASGIApp, *, but: Collection[str], refusal: ASGIApp) -> None:
        self._app = app
        self._but = but
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = scope["type"] == "http" and scope["path"] not in self._but and _too_large(scope)
        await (self._refusal if refused else self._app)(scope, receive, send)


def _too_large(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    declared = declared_length(headers.get(b"content-length", b"").decode("latin-1"))
    if scope["method"] in {"GET", "HEAD"}:
        # Nobody would read it, and it would wait in memory until the answer.
        return declared > 0 or b"transfer-encoding" in headers
    return declared > MAX_SMALL
