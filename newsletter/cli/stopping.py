"""What ends a command: a service manager's SIGTERM and a closing terminal's SIGHUP, as Ctrl-C does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from newsletter.cli.terminal.output import end_line

ENDING = (signal.SIGTERM, signal.SIGHUP)
BY_CTRL_C = 130  # the exit code of what was interrupted before it had anything to show


@contextmanager
def ended_by_signals(*, once: bool = False) -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt in the main thread, as SIGINT does, and end quietly.

    What was to be ignored when the process began stays ignored: that is how ``nohup`` works. ``once`` is for
    a process that is signalled twice, by a service manager and by the process that started it: a second
    signal, SIGINT included, then changes nothing, while at a terminal a second Ctrl-C is a person's
    impatience.

    An interrupt that was handled leaves the exit code alone. Python remembers a KeyboardInterrupt that left
    the ``exec`` of a text, as dataclasses use it while modules load, and run by ``-m`` would end by SIGINT
    for it; an ``exec`` that goes well makes it forget.
    """
    handler = _Once() if once else signal.default_int_handler
    caught = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    for number in (*caught, signal.SIGINT) if once else caught:
        signal.signal(number, handler)
    try:
        try:
            yield
        finally:  # inside, so that a signal which comes just here is handled too
            for number in (signal.SIGINT, *caught):
                signal.signal(number, signal.SIG_IGN)  # it ends already, with the exit code it has
            exec("")  # noqa: S102  (a constant)
    except KeyboardInterrupt:
        end_line()
        raise SystemExit(BY_CTRL_C) from None


class _Once:
    def __init__(self) -> None:
        self._came = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if not self._came:
            self._came = True
            raise KeyboardInterrupt
