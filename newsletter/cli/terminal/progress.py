"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

from newsletter.cli.terminal.speaking import NOBODY_LISTENS, is_terminal, say
from newsletter.sentences import count_of, span

if TYPE_CHECKING:
    from newsletter.publish import Progress

USUAL_GC = gc.get_threshold()


def _counted(one: str, many: str | None = None) -> Callable[[int, int], str]:
    def told(done: int, of: int) -> str:
        if not of:
            return count_of(done, one, many)
        whole = count_of(of, one, many)
        return f"all {whole}" if done >= of > 1 else f"{done:,} of {whole}"

    return told


def _megabytes(done: int, of: int) -> str:
    return f"{done / 1e6:,.1f} of {of / 1e6:,.1f} MB"


def _left(done: int, of: int) -> str:
    return f"{span(of - done)} left"


# What each step of the stories does, and what it counts.
_STEPS: dict[str, tuple[str, Callable[[int, int], str]]] = {
    "planning": ("Planning", _counted("reader")),
    "sending": ("Sending", _counted("reader")),
    "waiting": ("Waiting", _left),
    "reconciling": ("Reconciling", _counted("request")),
    "Reading": ("Reading", _megabytes),
    "Storing": ("Storing", _counted("row")),
    "suppressions read": ("Reading suppressions", _counted("entry", "entries")),
}


def progress_of(step: str, done: int, of: int) -> tuple[str, str]:
    """Return what a step does and how far it is, in words; ``of`` is 0 where nobody knows the whole."""
    doing, told = _STEPS[step]
    return doing, told(done, of)


@contextmanager
def progress_told() -> Iterator["Progress"]:
    """Show progress: a bar on a terminal, a plain line now and then elsewhere."""
    from newsletter.config import is_dumb_terminal

    gc.set_threshold(*USUAL_GC)  # the start is over, and long work must not keep its garbage
    if is_terminal(sys.stderr) and not is_dumb_terminal():
        with _bar() as told_bar:
            yield told_bar
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(compact=True),
    )
    console = Console(file=cast("TextIO", _Unbroken(sys.stderr)))
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        tasks: dict[str, object] = {}

        def report(step: str, done: int, of: int) -> None:
            doing, told = progress_of(step, done, of)
            if step not in tasks:
                tasks[step] = bar.add_task(doing, total=of or None, told=told)
            bar.update(tasks[step], completed=done, total=of or None, told=told)  # type: ignore[arg-type]

        yield report


class _Unbroken:
    """A stream that goes on when its terminal was closed: what is being shown matters less than the work."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if anybody can read it."""
        self._try(lambda stream: stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush, if anybody can read it."""
        self._try(lambda stream: stream.flush())

    def _try(self, act: Callable[[TextIO], object]) -> None:
        try:
            if self._stream is not None:
                act(self._stream)
        except OSError as error:
            if error.errno not in NOBODY_LISTENS:
                raise
            self._stream = sys.stderr = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def _lines() -> "Progress":
    told_at: dict[str, int] = {}

    def report(step: str, done: int, of: int) -> None:
        tenth = done * 10 // of if of else -1
        if of and tenth > told_at.get(step, -1):
            told_at[step] = tenth
            say(": ".join(progress_of(step, done, of)))

    return report
