"""Bodies: each bounded in size and time, all together in memory; who holds most for longest gives way."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from newsletter.web.request_body import RequestBodies, declared_length

ROOM = 100


class Sender:
    """The other side of a body: it sends when told to."""

    def __init__(
        self, among: RequestBodies, *, limit: int = ROOM, seconds: float = 60, length: str = ""
    ) -> None:
        self._pieces: asyncio.Queue[Message] = asyncio.Queue()
        headers = [(b"content-length", length.encode())] if length else []
        request = Request({"type": "http", "method": "POST", "headers": headers}, self._pieces.get)
        self.seen: list[bytes] = []
        self.kept = asyncio.Event()
        self.go = asyncio.Event()
        self.outcome = asyncio.create_task(self._read(among, request, limit, seconds))

    async def _read(self, among: RequestBodies, request: Request, limit: int, seconds: float) -> bytes | int:
        try:
            async with among.of(request, limit=limit, seconds=seconds) as body:
                await body.read(self.seen.append)
                self.kept.set()
                await self.go.wait()
                return body.whole()
        except HTTPException as error:
            return error.status_code

    async def send(self, piece: bytes, *, more: bool = True) -> None:
        self._pieces.put_nowait({"type": "http.request", "body": piece, "more_body": more})
        for _ in range(10):  # until the one that waits for it has taken it in
            await asyncio.sleep(0)


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def test_the_body_that_was_held_back_longest_gives_way_and_the_others_come_whole() -> None:
    async def story() -> None:
        bodies = RequestBodies(ROOM)
        held_back = Sender(bodies)
        await held_back.send(b"a" * 60)
        await asyncio.sleep(0.05)  # so that its age is told from that of the others
        swift, large = Sender(bodies), Sender(bodies)
        await swift.send(b"b" * 30)
        await large.send(b"c" * 70)
        assert await held_back.outcome == 503
        for sender in (swift, large):
            await sender.send(b"", more=False)
            sender.go.set()
        assert (await swift.outcome, await large.outcome) == (b"b" * 30, b"c" * 70)

    run(story)


def test_a_body_that_was_read_to_its_end_gives_way_to_nobody() -> None:
    async def story() -> None:
        bodies = RequestBodies(ROOM)
        whole = Sender(bodies)
        await whole.send(b"a" * 80, more=False)
        await whole.kept.wait()
        late = Sender(bodies)
        await late.send(b"b" * 30)
        assert await late.outcome == 503
        whole.go.set()
        assert await whole.outcome == b"a" * 80

    run(story)


def test_room_that_was_taken_is_there_again_for_the_next() -> None:
    async def story() -> None:
        bodies = RequestBodies(ROOM)
        for _ in range(5):
            sender = Sender(bodies)
            await sender.send(b"a" * 90, more=False)
            sender.go.set()
            assert await sender.outcome == b"a" * 90
            over = Sender(bodies, limit=50)
            await over.send(b"a" * 51)
            assert await over.outcome == 413

    run(story)


@pytest.mark.parametrize("length", ["101", "9" * 15, "9" * 400])
def test_a_body_that_says_it_is_too_large_is_refused_unread(length: str) -> None:
    async def story() -> None:
        sender = Sender(RequestBodies(ROOM), length=length)
        assert await sender.outcome == 413
        assert sender.seen == []

    run(story)


def test_a_body_that_drips_is_given_up_in_time() -> None:
    async def story() -> None:
        sender = Sender(RequestBodies(ROOM), seconds=0.1)
        while not sender.outcome.done():
            await sender.send(b"x" * (len(sender.seen) < 50))
            await asyncio.sleep(0.005)
        assert await sender.outcome == 408

    run(story)


@pytest.mark.parametrize(
    ("said", "length"), [("", 0), ("0", 0), ("26", 26), ("-1", 0), ("1e3", 0), ("²", 0), ("9" * 16, 10**15)]
)
def test_a_length_is_a_number_or_nothing(said: str, length: int) -> None:
    assert declared_length(said) == length
