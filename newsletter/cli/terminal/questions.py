"""Questions to a person at a terminal."""

import sys
from contextlib import suppress

import typer

from newsletter.cli.terminal.output import is_terminal, say, width_of
from newsletter.errors import UsageError

_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}


def confirm(question: str, *, yes: bool) -> bool:
    """Ask; without a terminal to ask on, insist on ``--yes``."""
    if yes:
        return True
    if not is_terminal(sys.stdin):
        raise UsageError("Nobody is there to answer.", hint="Add --yes to go on without being asked.")
    return ask(question)


def insist_agreed(question: str, *, yes: bool, otherwise: str = "Nothing was sent.") -> None:
    """Ask as ``confirm`` does; when the answer is no, say so and end the command."""
    if not confirm(question, yes=yes):
        say(otherwise)
        raise typer.Exit(1)


def ask(question: str) -> bool:
    """Ask a person until they say y or n; nothing is no, and so is Ctrl-C.

    What was typed before the question stood there answers nothing: it was meant for something else.
    """
    try:
        return _answer(question)
    except KeyboardInterrupt:
        say()
        return False


def _answer(question: str) -> bool:
    from newsletter.cli.terminal.layout import laid_out

    _forget_what_was_typed()
    while True:
        typer.echo(laid_out(f"{question} [y/N]", width_of(sys.stderr)) + " ", err=True, nl=False)
        line = sys.stdin.readline()
        if not line:  # the terminal was closed, or Ctrl-D
            say()
            return False
        answer = _ANSWERS.get(line.strip().lower())
        if answer is not None:
            return answer
        say("Answer y or n.")


def _forget_what_was_typed() -> None:
    import termios

    with suppress(termios.error):  # a terminal that keeps nothing to forget
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
