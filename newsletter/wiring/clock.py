"""The machine's time."""

import time
from threading import Event


class SystemClock:
    """Tell the machine's time."""

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        return time.time_ns() // 1000

    def wait(self, seconds: float, stop: Event) -> None:
        """Return after ``seconds``, or at once when ``stop`` is set."""
        stop.wait(seconds)
