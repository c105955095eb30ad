"""The seam to time."""

from collections.abc import Callable
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """Tell the time and wait."""

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        ...

    def wait(self, seconds: float, stop: Event) -> None:
        """Return after ``seconds``, or at once when ``stop`` is set."""
        ...


Now = Callable[[], int]  # microseconds since 1970, UTC

SECOND = 1_000_000
