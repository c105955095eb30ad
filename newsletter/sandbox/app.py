"""The local SendGrid as a web application: the endpoints of its v3 API, and the inbox beside them."""

import time
from collections.abc import Callable, Mapping, Sequence

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import StoreError
from newsletter.sandbox.account import Account, RateLimit
from newsletter.sandbox.inbox import Inbox, Picture, no_picture
from newsletter.sandbox.shapes import SendGridError
from newsletter.sandbox.store import MessageStore
from newsletter.sandbox.validate import validate

MAX_BODY = 30_000_000  # bytes; SendGrid takes less than 30 MB
MAX_READ = 3 * MAX_BODY  # what is read, most of it thrown away, so that a client gets to see its answer


class TooLarge(Exception):
    """Say that a body is beyond what SendGrid takes."""


def create_app(
    store: MessageStore,
    *,
    api_key: str | None = None,
    picture: Picture = no_picture,
    requests_per_second: int | None = None,
    hosts: Sequence[str] = (),
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Return the application over a store, which stays the caller's to close.

    ``api_key`` None takes any well-formed key. ``picture`` gives the media type and bytes of a picture by its
    name, ``<64 hexadecimal digits>.<ext>``. ``requests_per_second`` answers 429 beyond it. ``hosts`` are
    further names the inbox may be asked for by; ``clock`` counts seconds since 1970.
    """
    limit = RateLimit(requests_per_second, clock) if requests_per_second is not None else None
    api = Api(store, Account(api_key), limit, clock)
    inbox = Inbox(store, picture, hosts)
    return Starlette(
        routes=[
            Route("/v3/mail/send", api.send, methods=["POST"]),
            Route("/v3/scopes", api.scopes, methods=["GET"]),
            Route("/health", api.health, methods=["GET"]),
            *inbox.routes(),
        ],
        exception_handlers={HTTPException: _not_served, StoreError: _store_failed},
    )


class Api:
    """Answer as SendGrid's v3 API does."""

    def __init__(
        self, store: MessageStore, account: Account, limit: RateLimit | None, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._account = account
        self._limit = limit
        self._clock = clock

    async def send(self, request: Request) -> Response:
        """Take one request of mail: 202 once it is committed to the file, 200 in SendGrid's sandbox mode."""
        refusal, headers = self._refusal(request)
        body = b""
        try:
            # Read before refusing: a connection closed on unread bytes is reset, and the answer lost.
            body = await _body(request, keep=refusal is None)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except TooLarge:
            refusal = _errors(413, "The request is too large: SendGrid takes less than 30 MB.")
            refusal.headers["Connection"] = "close"  # a client still writing would wait for us to read on
        answer = await run_in_threadpool(self._take, body) if refusal is None else refusal
        answer.headers.update(headers)
        return answer

    async def scopes(self, request: Request) -> Response:
        """List what the key may do."""
        scopes = self._account.scopes(request.headers.get("authorization"))
        return _unauthorised() if scopes is None else _json(200, {"scopes": scopes})

    async def health(self, _request: Request) -> Response:
        """Say that the server answers."""
        return _json(200, {"status": "ok"})

    def _refusal(self, request: Request) -> tuple[Response | None, Mapping[str, str]]:
        """Judge a request by its head; return the refusal, if any, and headers for any answer."""
        scopes = self._account.scopes(request.headers.get("authorization"))
        if scopes is None:
            return _unauthorised(), {}
        if "mail.send" not in scopes:
            return _errors(403, "access forbidden"), {}
        allowed, headers = self._limit.take() if self._limit else (True, {})
        if not allowed:
            return _errors(429, "too many requests"), headers
        return _unsupported(request.headers), headers

    def _take(self, body: bytes) -> Response:
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            return _errors(
                400, f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
            )
        now = self._clock()
        faults = validate(payload, now)
        if faults:
            return _refused(400, faults)
        if payload.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Response(status_code=200)
        try:
            message_id = self._store.add(body, payload, int(now * 1_000_000))
        except StoreError as error:
            return _errors(500, str(error))
        return Response(status_code=202, headers={"X-Message-Id": message_id})


async def _body(request: Request, *, keep: bool) -> bytes:
    """Return the body, or nothing unless ``keep``; raises TooLarge, and never holds more than 30 MB."""
    read, chunks = 0, list[bytes]()
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_READ:
        raise TooLarge
    async for chunk in request.stream():
        read += len(chunk)
        if read > MAX_READ:
            raise TooLarge
        if read >= MAX_BODY:
            chunks.clear()
        elif keep:
            chunks.append(chunk)
    if read >= MAX_BODY:
        raise TooLarge
    return b"".join(chunks)


def _unsupported(headers: Mapping[str, str]) -> Response | None:
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.replace(" ", "").lower()
    if media_type.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"}:
        return _errors(415, "Content-Type should be application/json.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        return _errors(415, "Compressed bodies are open to some accounts only; this is none of them.")
    return None


def _unauthorised() -> Response:
    return _errors(401, "The provided authorization grant is invalid, expired, or revoked")


def _errors(status: int, message: str) -> Response:
    return _json(status, {"errors": [{"message": message, "field": None}]})


def _refused(status: int, faults: Sequence[SendGridError]) -> Response:
    errors = [{"message": each.message, "field": each.field, "help": each.help} for each in faults]
    return _json(status, {"errors": errors})


def _json(status: int, document: object) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")


async def _not_served(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    if request.url.path.startswith("/v3/"):
        answer = _errors(status, {404: "not found", 405: "method not allowed"}.get(status, "bad request"))
    else:
        from newsletter.sandbox.inbox import page_of_error

        answer = page_of_error(status)
    answer.headers.update(headers or {})
    return answer


async def _store_failed(_request: Request, error: Exception) -> Response:
    return Response(str(error), 500, media_type="text/plain")
