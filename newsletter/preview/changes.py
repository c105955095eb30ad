"""What was saved reaches every open page: a number that grows, as a stream of server-sent events."""

import asyncio
from collections.abc import AsyncIterator

STILL_THERE = 15.0  # seconds after which a silent stream says that it is alive


class Changes:
    """Count changes, and wake every stream that waits for the next. Used on the server's loop alone."""

    def __init__(self) -> None:
        self.number = 0
        self._waiting: set[asyncio.Event] = set()
        self._ended = False

    def count(self) -> None:
        """Say that something was saved."""
        self.number += 1
        self._wake()

    def end(self) -> None:
        """End every stream, so that none holds the server up."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        for waiting in self._waiting:
            waiting.set()

    async def stream(self, run: str) -> AsyncIterator[str]:
        """Yield an event at once and after every change; ``run`` is this server's own name.

        Of changes that come while an event is on its way only the last has one.
        """
        woken, said = asyncio.Event(), -1
        self._waiting.add(woken)
        try:
            while not self._ended:
                if said != self.number:
                    said = self.number
                    yield f"id: {said}\ndata: {run}\n\n"
                elif not await _within(woken, STILL_THERE):
                    yield ": still there\n\n"
                woken.clear()
        finally:
            self._waiting.discard(woken)


async def _within(woken: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await woken.wait()
    except TimeoutError:
        return False
