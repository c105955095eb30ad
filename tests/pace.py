"""How fast this machine is just now, for bounds that no test can do without: a deadline, a time-out.

What can be waited for is waited for (``until``); what cannot, a request's time-out say, is stretched by what
the machine is short of (``stretched``).
"""

import time
from collections.abc import Callable

FOREVER = 600.0  # seconds; what did not happen by then never will, however busy the machine
_WORK = 0.02  # seconds of processor that one look takes
_KEPT = 2.0  # seconds that a look holds good
_last_look = (float("-inf"), 1.0)


def stretched(seconds: float) -> float:
    """Return so many seconds of an idle machine, in seconds of this one."""
    return round(seconds * slowness(), 3)


def slowness() -> float:
    """Return how much longer work takes by the clock than it takes of the processor: 1 where none waits."""
    global _last_look  # noqa: PLW0603  (what was measured is kept for a moment)
    looked, found = _last_look
    if time.monotonic() - looked > _KEPT:
        found = _measured()
        _last_look = time.monotonic(), found
    return found


def _measured() -> float:
    began, end = time.monotonic(), time.thread_time() + _WORK
    while time.thread_time() < end:
        pass
    return max(1.0, (time.monotonic() - began) / _WORK)


def until(happened: Callable[[], object], *, seconds: float = FOREVER) -> None:
    """Wait for something another process or thread does."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.002)
