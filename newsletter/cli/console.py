"""How commands speak: JSON and data to stdout, everything for people to stderr."""

import errno
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TextIO, TypeVar, cast

import typer

from newsletter.errors import AudienceError, NewsletterError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.delivery.proof import Proof
    from newsletter.publish import Progress
    from newsletter.wiring import Wiring

ALARMS = {
    "accepted_twice": "{n} readers were accepted twice.",
    "unknown_request": "{n} reports tell of requests this ledger never made: look for another copy of it.",
    "never_mailed": "{n} events tell of readers whom this issue never mailed.",
    "more_delivered_than_accepted": "{n} more readers were delivered to than accepted.",
    "miscounted": "{n} batches hold not who they count.",
}
NOBODY_LISTENS = (errno.EPIPE, errno.EIO)  # a reader that has seen enough; a terminal that was closed
USUAL_GC = gc.get_threshold()

P = ParamSpec("P")
R = TypeVar("R")


class _State:
    config: str | None = None


state = _State()


def wiring() -> "Wiring":
    """Return the wiring of the publication this command runs in."""
    from pathlib import Path

    from newsletter.config import load_settings
    from newsletter.wiring import Wiring

    return Wiring(load_settings(Path(state.config) if state.config else None), warn=warn)


def say(text: str = "") -> None:
    """Tell a person something."""
    try:
        typer.echo(text, err=True)
    except OSError as error:
        if error.errno not in NOBODY_LISTENS:
            raise
        # The work goes on. What the stream still holds would fail once more at the very end, and Python then
        # exits with 120.
        sys.stderr = None


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()  # None: closed before we began, as by `<&-`


def alarm(text: str) -> None:
    """Tell a person what should never have happened, so that nobody overlooks it."""
    words = f"ALARM: {text}"
    say(typer.style(words, fg="white", bg="red", bold=True) if _is_terminal(sys.stderr) else words)


def warn(text: str) -> None:
    """Tell a person what cannot stay as it is, though the work goes on."""
    words = f"WARNING: {text}"
    say(typer.style(words, fg="yellow", bold=True) if _is_terminal(sys.stderr) else words)


def fail(error: NewsletterError) -> typer.Exit:
    """Tell a person what went wrong and return the exit that says so to scripts."""
    styled = _is_terminal(sys.stderr)
    say(typer.style("Error: ", fg="red", bold=True) + str(error) if styled else f"Error: {error}")
    return typer.Exit(error.exit_code)


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that its errors are told as sentences with their exit codes."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except NewsletterError as error:
            raise fail(error) from None
        except OSError as error:
            if error.errno not in (*NOBODY_LISTENS, errno.ENOSPC):
                raise
            sys.stdout = None  # what it still holds has nowhere to go
            if error.errno != errno.ENOSPC:  # such as `newsletter recipients X | head`
                raise typer.Exit(0) from None
            full = NewsletterError(
                "There is no room left on the disk.", hint="Free some and run the command again."
            )
            raise fail(full) from None

    return run


def print_json(value: object) -> None:
    """Print one JSON document to stdout."""
    import orjson

    try:
        typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))
    except OSError as error:
        if error.errno not in NOBODY_LISTENS:
            raise
        sys.stdout = None  # the exit code still has to tell how it ended


def confirm(question: str, *, yes: bool) -> bool:
    """Ask; without a terminal to ask on, insist on ``--yes``."""
    if yes:
        return True
    if not _is_terminal(sys.stdin):
        raise UsageError("Nobody is there to answer.", hint="Say --yes to go on without being asked.")
    return typer.confirm(question, err=True)


def agreed_new_list(engine: "Engine", name: str, *, insisted: bool, but: str | None = None) -> bool:
    """Say whether a list of that name may be made although another's is near; on a terminal, ask.

    ``but`` is a list whose name may be near. Raises AudienceError when the answer is no.
    """
    from newsletter import readership

    near = None if insisted or not _is_terminal(sys.stdin) else readership.near_list(engine, name, but=but)
    if near is None:
        return insisted
    if typer.confirm(f"There is no list “{name}”, but one called “{near}”. Make another?", err=True):
        return True
    raise AudienceError("Nothing was done.", hint=f"For the list there is, write “{near}”.")


@contextmanager
def progress_told() -> Iterator["Progress"]:
    """Show progress: a bar on a terminal, a plain line now and then elsewhere."""
    gc.set_threshold(*USUAL_GC)  # the start is over, and long work must not keep its garbage
    if _is_terminal(sys.stderr):
        with _bar() as told_bar:
            yield told_bar
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(file=cast("TextIO", _Unbroken(sys.stderr)))
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, object] = {}

        def report(step: str, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=of or None)
            bar.update(tasks[step], completed=done, total=of or None)  # type: ignore[arg-type]

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
            say(f"{step}: {done:,} of {of:,}")

    return report


def show_proof(proof: "Proof") -> None:
    """Show a proof to a person: a line each, adding up to the candidates."""
    say(f"{proof.issue}: {proof.state}" + (f" ({proof.note})" if proof.note else ""))
    rows = [("accepted", proof.accepted), ("rejected", proof.rejected)]
    rows += [(f"excluded, {reason}", n) for reason, n in sorted(proof.excluded.items())]
    rows += [("unknown", proof.unknown), ("pending", proof.pending)]
    rows += [("= candidates", proof.candidates)]
    width = max(len(name) for name, _ in rows)
    for name, n in rows:
        if n or name in ("accepted", "= candidates"):
            say(f"  {name:<{width}}  {n:>10,}")
    if proof.reported:
        told = ", ".join(f"{kind} {n:,}" for kind, n in sorted(proof.reported.items()))
        say(f"  Reported by the provider: {told}")
    for kind, n in sorted(proof.alarms.items()):
        alarm(ALARMS.get(kind, kind).format(n=f"{n:,}"))
    if proof.provider == "sandbox":
        say("Local SendGrid: nobody was really mailed.")


def way_on(proof: "Proof") -> str:
    """Return the sentence that says how to go on, or nothing when all is settled."""
    from newsletter.delivery.proof import AWAITS_APPROVAL

    if proof.state == "held" and proof.note == AWAITS_APPROVAL:
        return f"Ask a second person for: newsletter approve {proof.issue}"
    if proof.state == "scheduled":
        return f"`newsletter serve` sends it then, or: newsletter resume {proof.issue}"
    if proof.state == "sending" and not proof.note:
        return "It is being sent now."
    if proof.pending:
        return f"{proof.pending:,} are still to be mailed. Go on with: newsletter resume {proof.issue}"
    if proof.unknown:
        return (
            f"{proof.unknown:,} got no clear answer and are not mailed again blindly. "
            f"Find out with: newsletter reconcile {proof.issue}. "
            f"List them: newsletter recipients {proof.issue} --state unknown"
        )
    if proof.state == "sending":
        return f"Everybody was asked about; to end it: newsletter resume {proof.issue}"
    return ""
