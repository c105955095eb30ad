"""What a command says to a person, on stderr: laid out and coloured on a terminal, plain lines elsewhere."""

import errno
import os
import re
import shlex
import shutil
import sys
from typing import TextIO

import typer

NOBODY_LISTENS = (errno.EPIPE, errno.EIO)  # a reader that has seen enough; a terminal that was closed
WIDEST = 100  # columns of a page of help: longer lines are hard to read
# Compiled by their first use, as most commands need neither.
_A_COMMAND = r"(?m)(^\s*|: |`)newsletter (?=[a-z])"
_SEVERITY = r"(?m)^(\S.*?:\d+: |\S[^:\n]*: )(error|warning)(?= [a-z-]+:)"
_COLOURS = {"error": "red", "warning": "yellow"}


class _State:
    """What every command shares: ``--config`` as it was given."""

    config: str | None = None


state = _State()


def is_terminal(stream: TextIO | None) -> bool:
    """Say whether a stream is a terminal; None is one that was closed before we began, as by ``<&-``."""
    return stream is not None and stream.isatty()


def width_of(stream: TextIO | None) -> int:
    """Return the columns of the terminal a stream is, or else of the one that the environment names."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream else 0
    except (OSError, ValueError, AttributeError):  # no terminal, or not even a file
        columns = 0
    return columns or shutil.get_terminal_size().columns


def page_width() -> int:
    """Return the columns that a page of help may take."""
    return min(width_of(sys.stdout), WIDEST)


def coloured(stream: TextIO | None) -> bool:
    """Say whether what is written to a stream is to have colours."""
    from newsletter.environment import wants_colour

    return wants_colour(terminal=is_terminal(stream))


def say(text: str = "", **style: str | bool) -> None:
    """Say something, in this style where there are colours."""
    _write(text, "", **style)


def end_line() -> None:
    """Begin a new line on a terminal, below the ^C that stands there."""
    if is_terminal(sys.stderr):
        say()


def warn(text: str) -> None:
    """Say what cannot stay as it is, though the work goes on."""
    _write(text, "WARNING: ", fg="yellow", bold=True)


def alarm(text: str) -> None:
    """Say what should never have happened, so that nobody overlooks it."""
    _write(text, "ALARM: ", fg="white", bg="red", bold=True)


def error(text: str) -> None:
    """Say what went wrong."""
    _write(text, "Error: ", fg="red", bold=True)


def show(text: str) -> None:
    """Print findings to stdout, an error red and a warning yellow where there are colours."""
    if is_terminal(sys.stdout):
        from newsletter.cli.terminal.layout import laid_out

        text = laid_out(text, width_of(sys.stdout), hang=2)
    if coloured(sys.stdout):
        text = re.sub(_SEVERITY, lambda found: found[1] + typer.style(found[2], fg=_COLOURS[found[2]]), text)
    typer.echo(text, color=coloured(sys.stdout))


def _write(text: str, label: str = "", **style: str | bool) -> None:
    stream = sys.stderr
    text = label + _repeatable(text)
    if is_terminal(stream):
        from newsletter.cli.terminal.layout import laid_out

        text = laid_out(text, width_of(stream))
    with_colour = bool(style) and coloured(stream)
    if with_colour:
        end = len(label.rstrip()) if label else len(text)
        text = typer.style(text[:end], **style) + text[end:]  # type: ignore[arg-type]
    try:
        typer.echo(text, err=True, color=with_colour)
    except OSError as failed:
        if failed.errno not in NOBODY_LISTENS:
            raise
        # The work goes on. What the stream still holds would fail once more at the very end, and Python then
        # exits with 120.
        sys.stderr = None


def _repeatable(text: str) -> str:
    """Return a text whose commands work for the publication this one was given."""
    if state.config is None:
        return text
    chosen = f"newsletter --config {shlex.quote(state.config)} "
    return re.sub(_A_COMMAND, lambda found: found[1] + chosen, text)
