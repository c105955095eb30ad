"""A strict SendGrid of another make, for tests: the standard library and asyncio alone.

    with StrictSendGrid(latency=0.05, faults=["429", None, "accept_then_reset"]) as server:
        ...  # sendgrid_host = server.url
    server.accepted   # Counter of addresses, lower case
    server.requests   # payloads as they came, parsed when looked at
    server.problems   # what was wrong with any of them

As a process of its own, for senders that are killed and for benchmarks, printing its URL first:

    python tests/strict_sendgrid.py --latency 0.05 --log FILE
    python tests/strict_sendgrid.py --latency 0.05 --count-only

A request counts as accepted as soon as its body is whole, before any latency, as at SendGrid: who is killed
in between must not send again. The log has one JSON line a POST, written before the answer.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload
from urllib.parse import urlsplit

from strict_faults import FAULTS, NO, Fault, Named, at_random, in_order
from strict_sendgrid_rules import Memory, Problem, parse, promise_problems, vendor_problems

if TYPE_CHECKING:
    from strict_reports import Reports

Headers = dict[str, str]


class Requests(Sequence[dict[str, Any]]):
    """Payloads kept as bytes, parsed when looked at."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    def __len__(self) -> int:
        return len(self.raw)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        if isinstance(index, slice):
            return [json.loads(body) for body in self.raw[index]]
        payload: dict[str, Any] = json.loads(self.raw[index])
        return payload


class _Gone(Exception):
    """End a connection."""


class StrictSendGrid:
    """Take mail/send strictly, remember who was mailed, and fail on demand.

    ``faults`` meet the POSTs in the order they come, None letting one pass; ``shares`` meet so many of them
    at random instead. ``reports`` hears of what is accepted, and posts it; ``on_half`` is told when half a
    body was read. ``refuse`` names an address' entry in a 400, ``refuse_unnamed`` refuses without naming;
    ``accept_then_hang`` takes a request with that address and never answers. ``status`` answers every request
    so and takes none. With ``tls`` it is also the proxy a request for any https host may be sent through, and
    answers in that host's place. So many POSTs are ``answered`` at once; later ones wait for ``release``.
    """

    def __init__(
        self,
        *,
        latency: float = 0.0,
        faults: Iterable[Named] = (),
        shares: Mapping[str, float] | None = None,
        seed: int = 0,
        refuse: Collection[str] = (),
        refuse_unnamed: Collection[str] = (),
        accept_then_hang: Collection[str] = (),
        status: int | None = None,
        scopes: Sequence[str] = ("mail.send",),
        tls: ssl.SSLContext | None = None,
        log: Path | None = None,
        keep_bodies: bool = True,
        count_only: bool = False,
        port: int = 0,
        reports: "Reports | None" = None,
        on_half: Callable[[], None] = lambda: None,
        answered: int | None = None,
    ) -> None:
        self.latency = latency
        self.refuse, self.refuse_unnamed, self.accept_then_hang = refuse, refuse_unnamed, accept_then_hang
        self.status, self.scopes, self._tls = status, scopes, tls
        self.accepted: Counter[str] = Counter()
        self.requests = Requests()
        self.headers: list[Headers] = []
        self.problems: list[str] = []
        self.posts = self.connections = self.count = self.body_bytes = 0
        self._faults = in_order(at_random(shares, seed) if shares else faults)
        self._reports, self._on_half, self._answered = reports, on_half, answered
        self._log = log
        self._keep, self._count_only, self._port = keep_bodies, count_only, port
        self._memory = Memory()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://127.0.0.1:{self._port}"

    def release(self) -> None:
        """Answer what was held back, and whatever comes, at once."""
        self._loop.call_soon_threadsafe(self._released.set)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="strict-sendgrid", daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stop, self._released = asyncio.Event(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, limit=1 << 20)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # transports close on the loop's next turn

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(
                _Gone, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                while True:
                    await self._one_request(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort() if self._stop.is_set() else writer.close()

    async def _one_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        method, path, _ = start.split(" ")
        if method == "CONNECT" and self._tls:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            return await writer.start_tls(self._tls)
        if method == "GET":
            return await self._look(writer, path, headers)
        if (method, path) != ("POST", "/v3/mail/send"):
            return await self._no_address_of_ours(writer, method, path)
        self.posts += 1
        return await self._take(reader, writer, headers, self.posts)

    async def _look(self, writer: asyncio.StreamWriter, path: str, headers: Headers) -> None:
        where = urlsplit(path).path
        if where == "/v3/messages" and self._reports:
            status, body = self._reports.search(path)
            return await _answer(writer, status, {}, body)
        if where.startswith("/v3/suppression/"):
            return await _answer(writer, 200, {}, b"[]")
        if where != "/v3/scopes":
            return await self._no_address_of_ours(writer, "GET", path)
        self.headers.append(headers)
        if self.status is not None:
            return await _answer(writer, self.status, {}, NO)
        return await _answer(writer, 200, {}, json.dumps({"scopes": list(self.scopes)}).encode())

    async def _no_address_of_ours(self, writer: asyncio.StreamWriter, method: str, path: str) -> None:
        self.problems.append(f"{method} {path}: not an address of ours")
        await _answer(writer, 404, {}, b"")

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: Headers, number: int
    ) -> None:
        fault = self._next_fault()
        length = int(headers["content-length"])
        if fault and fault.how in ("early", "half", "reset_mid_body"):
            await self._before_the_body(reader, writer, fault, length)
        body = await reader.readexactly(length)
        self.body_bytes += len(body)
        if self._count_only:
            self.count += body.count(b'"to":[') + body.count(b'"to": [')  # the vendor's JSON has spaces
            fault = fault or Fault()
        else:
            fault = self._judge(number, headers, body, fault)
        await asyncio.sleep(self.latency)
        if self._answered is not None and number > self._answered:
            await self._released.wait()
        return await self._act(writer, fault, number)

    def _next_fault(self) -> Fault | None:
        if self.status is not None:
            return Fault(status=self.status, body=NO)
        return next(self._faults, None)

    def _judge(self, number: int, headers: Headers, body: bytes, fault: Fault | None) -> Fault:
        """Hold a request against the rules, decide what becomes of it, and write that down."""
        if self._keep:
            self.requests.raw.append(body)
            self.headers.append(headers)
        problems = [*_header_problems(headers, len(body))]
        try:
            payload = parse(body)
            problems += vendor_problems(payload)
        except ValueError as error:
            payload, problems = None, [("", f"Bad Request: {error}")]
        refusal = _refusal(problems)
        if not problems:
            problems += promise_problems(payload, self._memory)
        self.problems += [f"request {number}: {where}: {what}" for where, what in problems]
        addresses = (
            []
            if refusal
            else [recipient["to"][0]["email"].lower() for recipient in payload["personalizations"]]
        )
        decided = refusal or fault or self._by_address(addresses)
        taken = decided.accept or (decided.how == "answer" and decided.status == 202)
        if taken:
            self.accepted.update(addresses)
            self.count += len(addresses)
            if self._reports:
                self._reports.take(payload, _message_id(number))
        self._write_down(number, payload, addresses if taken else [], decided, problems)
        return decided

    def _by_address(self, addresses: list[str]) -> Fault:
        named = [n for n, address in enumerate(addresses) if address in self.refuse]
        if named:
            return (
                _refusal([(f"personalizations.{n}.to.0.email", f"Refused {addresses[n]}") for n in named])
                or Fault()
            )
        if any(address in self.refuse_unnamed for address in addresses):
            return FAULTS["400_unnamed"]
        if any(address in self.accept_then_hang for address in addresses):
            return FAULTS["accept_then_hang"]
        return Fault()

    def _write_down(
        self, number: int, payload: Any, taken: list[str], decided: Fault, problems: list[Problem]
    ) -> None:
        if self._log is None:
            return
        args = payload.get("custom_args", {}) if isinstance(payload, dict) else {}
        line = {"post": number, **args, "accepted": taken, "how": decided.how, "status": decided.status,
                "problems": problems}  # fmt: skip
        # Opened with O_APPEND and written at once: a killed server leaves whole lines.
        with self._log.open("ab", buffering=0) as file:
            file.write(json.dumps(line).encode() + b"\n")

    async def _before_the_body(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, length: int
    ) -> None:
        if fault.how == "half":
            await reader.readexactly(length // 2)
            self._on_half()
            await asyncio.Event().wait()
        if fault.how == "early":
            await _answer(writer, fault.status, {"Connection": "close", **fault.headers}, fault.body)
            raise _Gone
        await reader.read(1000)
        _reset(writer)

    async def _act(self, writer: asyncio.StreamWriter, fault: Fault, number: int) -> None:
        headers = (
            {"X-Message-Id": _message_id(number), **fault.headers} if fault.status == 202 else fault.headers
        )
        match fault.how:
            case "hang":
                await asyncio.Event().wait()
            case "reset":
                _reset(writer)
            case "close":
                raise _Gone
            case "garbage":
                writer.write(b"\x16\x03\x01 nothing a browser would know\r\n\r\n")
                raise _Gone
            case "cut":
                writer.write(_head(fault.status, headers, 100) + b"abc")
                raise _Gone
            case "drip":
                for byte in _head(fault.status, headers, 0):
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(fault.delay)
            case _:
                await asyncio.sleep(fault.delay)
                await _answer(writer, fault.status, headers, fault.body)


def _message_id(number: int) -> str:
    return f"strict{number:08d}"


def _header_problems(headers: Headers, length: int) -> Iterator[Problem]:
    if not headers.get("authorization", "").startswith("Bearer "):
        yield "authorization", "No bearer key"
    if headers.get("content-type") != "application/json":
        yield "content-type", "Not JSON"
    if length > 30_000_000:
        yield "", "Over 30 MB"


def _refusal(problems: list[Problem]) -> Fault | None:
    if not problems:
        return None
    errors = [{"message": what, "field": where or None, "help": None} for where, what in problems[:50]]
    return Fault(status=400, body=json.dumps({"errors": errors}).encode())


async def _answer(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], body: bytes) -> None:
    writer.write(_head(status, headers, len(body)) + body)
    await writer.drain()


def _head(status: int, headers: Mapping[str, str], length: int) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Length: {length}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise _Gone


def main() -> None:
    """Run until SIGTERM, or until who started it is gone; then print the sums as JSON."""
    parser = argparse.ArgumentParser(description="A strict SendGrid for tests.")
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--faults", default="", help="names, comma separated; ok lets one pass")
    parser.add_argument("--count-only", action="store_true", help="read and answer, look at nothing")
    asked = parser.parse_args()
    faults = [None if name == "ok" else name for name in asked.faults.split(",") if name]
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    with StrictSendGrid(
        latency=asked.latency, faults=faults, log=asked.log, keep_bodies=False, count_only=asked.count_only,
        port=asked.port,
    ) as server:  # fmt: skip
        print(server.url, flush=True)
        parent = os.getppid()
        while not stop.wait(0.5) and os.getppid() == parent:
            pass
        used = time.process_time()
        twice = sum(count > 1 for count in server.accepted.values())
        sums = {"posts": server.posts, "recipients": server.count, "addresses": len(server.accepted),
                "twice": twice, "problems": server.problems[:20], "cpu_seconds": round(used, 3)}  # fmt: skip
    json.dump(sums, sys.stdout)
    print(flush=True)


if __name__ == "__main__":
    main()
