"""``POST /v3/mail/send``: accepted, refused, or made to fail on demand."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from newsletter.errors import StoreError
from newsletter.sandbox.behaviour import schedule
from newsletter.sandbox.behaviour.acceptance import accept
from newsletter.sandbox.behaviour.faults import Fault, FaultPlan
from newsletter.sandbox.file.messages import MessageStore
from newsletter.sandbox.server.account import Account, RateLimit
from newsletter.sandbox.server.responses import error, errors_answer, refusal
from newsletter.sandbox.server.validate import validate

MAX_BODY = 30_000_000  # bytes; SendGrid takes less than 30 MB
MAX_READ = 3 * MAX_BODY  # what is read, most of it thrown away, so that a client gets to see its answer
POLL_SECONDS = 0.1


class TooLarge(Exception):
    """Say that a body is beyond what SendGrid takes."""


class MailSend:
    """Accept mail as SendGrid does, with faults where they are asked for."""

    def __init__(
        self,
        store: MessageStore,
        account: Account,
        limit: RateLimit | None,
        clock: Callable[[], float],
        faults: FaultPlan,
        accepted: Callable[[], None],
    ) -> None:
        self._store = store
        self._account = account
        self._limit = limit
        self._clock = clock
        self._faults = faults
        self._accepted = accepted
        self._let_go = 0

    def let_go(self) -> None:
        """Let go of clients that wait for a late answer, or for none at all."""
        self._let_go += 1

    async def send(self, request: Request) -> Response:
        """Answer one request of mail: 202 once it is in the file, 200 in SendGrid's sandbox mode."""
        refused, headers = self._refusal(request)
        body = b""
        try:
            # Read before refusing: a connection closed on unread bytes is reset, and the answer lost.
            body = await _body(request, keep=refused is None)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except TooLarge:
            refused = error(413, "The request is too large: SendGrid takes less than 30 MB.")
            refused.headers["Connection"] = "close"  # a client still writing would wait for us to read on
        answer = refused if refused is not None else await self._answer(request, body)
        answer.headers.update(headers)
        return answer

    async def _answer(self, request: Request, body: bytes) -> Response:
        """Answer a request as it deserves, unless a fault is due."""
        fault = self._faults.draw()
        if fault and fault.name in _NOT_ACCEPTED:
            return self._instead(fault)
        answer = await run_in_threadpool(self._judge, body)
        # What would have been refused is refused all the same, and sandbox mode keeps nothing.
        accepted = answer.status_code == 202
        return await self._after(fault, request, answer) if fault and accepted else answer

    def _instead(self, fault: Fault) -> Response:
        if fault.name == "redirect":
            return Response(status_code=302, headers={"Location": "/v3/elsewhere"})
        if fault.name == "5xx":
            return error(500, "internal server error")
        answer = error(429, "too many requests")
        if fault.name == "429-reset":
            answer.headers["X-RateLimit-Remaining"] = "0"
            answer.headers["X-RateLimit-Reset"] = str(int(self._clock()) + 2)
        return answer

    async def _after(self, fault: Fault, request: Request, answer: Response) -> Response:
        """Spoil the answer to a request that was accepted."""
        if fault.name == "slow":
            await self._wait(request, fault.seconds)
            return answer
        if fault.name == "accept-then-time-out":
            await self._wait(request, None)
            return Broken(answer)
        if fault.name == "cut-answer":
            return Broken(answer)
        if fault.name == "accept-then-5xx":
            return error(500, "internal server error")
        headers = {"X-Message-Id": answer.headers["X-Message-Id"], "Content-Encoding": "gzip"}
        return Response(b"not what it says", 202, headers=headers)

    async def _wait(self, request: Request, seconds: float | None) -> None:
        """Wait so long, or for ever; no longer than the client is there, or it is to be let go."""
        loop, before = asyncio.get_running_loop(), self._let_go
        until = loop.time() + seconds if seconds is not None else None
        while self._let_go == before and (until is None or loop.time() < until):
            if await request.is_disconnected():
                return
            left = POLL_SECONDS if until is None else max(0.0, until - loop.time())
            await asyncio.sleep(min(POLL_SECONDS, left))

    def _refusal(self, request: Request) -> tuple[Response | None, Mapping[str, str]]:
        """Judge a request by its head; return the refusal, if any, and headers for any answer."""
        refused = refusal(self._account, request, "mail.send")
        if refused is not None:
            return refused, {}
        allowed, headers = self._limit.take() if self._limit else (True, {})
        if not allowed:
            return error(429, "too many requests"), headers
        return _unsupported(request.headers), headers

    def _judge(self, body: bytes) -> Response:
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError as fault:
            return error(
                400, f"The body is not JSON: {fault.msg} (line {fault.lineno}, column {fault.colno})."
            )
        now = self._clock()
        errors = validate(payload, now)
        if errors:
            return errors_answer(400, errors)
        try:
            return self._keep(body, payload, now)
        except StoreError as fault:
            return error(500, str(fault))

    def _keep(self, body: bytes, payload: Mapping[str, dict[str, dict[str, object]]], now: float) -> Response:
        batch = payload.get("batch_id")
        if batch is not None and not schedule.is_batch(self._store.file, str(batch), int(now)):
            return error(400, "The batch_id is not one that POST /v3/mail/batch gave.", "batch_id")
        if payload.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Response(status_code=200)
        schedule.release_due(self._store.file, int(now * 1_000_000))
        message_id = accept(self._store.file, body, payload, int(now * 1_000_000))
        self._accepted()
        return Response(status_code=202, headers={"X-Message-Id": message_id})


_NOT_ACCEPTED = frozenset(("429", "429-reset", "5xx", "redirect"))


class Broken(Response):
    """An answer that breaks off in its middle: less comes than was announced, and the connection closes."""

    def __init__(self, answer: Response) -> None:
        super().__init__(b"{", answer.status_code, headers=dict(answer.headers) | {"content-length": "64"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        with suppress(OSError):
            await send({"type": "http.response.body", "body": self.body, "more_body": True})


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
        return error(415, "Content-Type should be application/json.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        return error(415, "Compressed bodies are open to some accounts only; this is none of them.")
    return None
