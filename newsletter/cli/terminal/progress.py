"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

from newsletter.cli.terminal.output import NOBODY_LISTENS, is_terminal, say
from newsletter.garbage import collect_as_usual
from newsletter.sentences import count_of, span

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from newsletter.progress import Progress

NARROW = 60  # columns: fewer leave no room for a bar


def _counted(noun: str, plural: str | None = None) -> Callable[[int, int], str]:
    def in_words(done: int, of: int) -> str:
        if not of:
            return count_of(done, noun, plural)
        whole = count_of(of, noun, plural)
        return f"all {whole}" if done >= of > 1 else f"{done:,} of {whole}"

    return in_words


def _bytes(done: int, of: int) -> str:
    if of < 1_000_000:
        return f"{-(-done // 1000)} of {-(-of // 1000)} kB"
    return f"{done / 1e6:,.1f} of {of / 1e6:,.1f} MB"


def _left(done: int, of: int) -> str:
    return f"{span(of - done)} left"


# What each step of the stories does, and what it counts.
_STEPS: dict[str, tuple[str, Callable[[int, int], str]]] = {
    "planning": ("Planning", _counted("reader")),
    "sending": ("Sending", _counted("reader")),
    "arrived": ("Arrived", _counted("mail")),
    "waiting": ("Waiting", _left),
    "reconciling": ("Reconciling", _counted("request")),
    "asking": ("Asking", _counted("page")),
    "Reading": ("Reading", _bytes),
    "Storing": ("Storing", _counted("row")),
    "suppressions read": ("Reading suppressions", _counted("entry", "entries")),
}


def progress_of(step: str, done: int, of: int) -> tuple[str, str]:
    """Return what a step does and how far it is, in words; ``of`` is 0 where nobody knows the whole."""
    doing, in_words = _STEPS[step]
    return doing, in_words(done, of)


@contextmanager
def shown_progress() -> Iterator["Progress"]:
    """Show progress: a bar on a terminal, a plain line now and then elsewhere."""
    from newsletter.environment import is_dumb_terminal

    collect_as_usual()  # the start is over
    if is_terminal(sys.stderr) and not is_dumb_terminal():
        with _bar() as bar_report:
            yield bar_report
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn

    console = Console(file=cast("TextIO", _Unbroken(sys.stderr)))
    words = (TextColumn("{task.description}"), TextColumn("{task.fields[words]}"))
    bar = (BarColumn(bar_width=None), _remaining())
    columns = words if console.width < NARROW else (words[0], bar[0], words[1], bar[1])
    with Progress(*columns, console=console, transient=True, expand=True) as shown:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, of: int) -> None:
            doing, counted = progress_of(step, done, of)
            if step not in tasks:
                for earlier in tasks.values():
                    shown.update(earlier, visible=False)
                tasks[step] = shown.add_task(doing, total=of or None, words=counted)
            shown.update(tasks[step], completed=done, total=of or None, words=counted, visible=True)

        yield report


def _remaining() -> "ProgressColumn":
    """Return the column of the time that is left, which is empty where the words say it."""
    from rich.progress import Task, TimeRemainingColumn
    from rich.text import Text

    class Remaining(TimeRemainingColumn):
        def render(self, task: Task) -> Text:
            return Text() if task.description == _STEPS["waiting"][0] else super().render(task)

    return Remaining(compact=True)


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
    shown_at: dict[str, int] = {}

    def report(step: str, done: int, of: int) -> None:
        tenth = done * 10 // of if of else -1
        if of and tenth > shown_at.get(step, -1):
            shown_at[step] = tenth
            say(": ".join(progress_of(step, done, of)))

    return report
