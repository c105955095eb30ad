"""What every command stands on: the publication it is for, errors as sentences, JSON on stdout."""

import errno
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import typer

from newsletter.cli.terminal.output import NOBODY_LISTENS, error, is_terminal, state, warn
from newsletter.cli.terminal.questions import ask
from newsletter.errors import AudienceError, NewsletterError

if TYPE_CHECKING:
    from newsletter import Newsletter

P = ParamSpec("P")
R = TypeVar("R")


def open_letter(*, required: bool = True) -> "Newsletter":
    """Open the publication that this command is for: that of ``--config``, or of this folder or one above."""
    from newsletter.app import Newsletter

    return Newsletter.open(state.config, required=required, warn=warn)


def handle_errors(run_command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that an error is shown as a sentence, and ends it with the error's exit code."""

    @wraps(run_command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return run_command(*args, **kwargs)
        except NewsletterError as refused:
            raise _shown(refused) from None
        except OSError as failed:
            if failed.errno not in (*NOBODY_LISTENS, errno.ENOSPC):
                raise
            sys.stdout = None  # what it still holds has nowhere to go
            if failed.errno != errno.ENOSPC:  # such as `newsletter recipients X | head`
                raise typer.Exit(0) from None
            full = NewsletterError(
                "There is no room left on the disk.", hint="Free some and run the command again."
            )
            raise _shown(full) from None

    return run


def _shown(refused: NewsletterError) -> typer.Exit:
    """Show a person what went wrong and return the exit that says so to scripts."""
    error(str(refused))
    return typer.Exit(refused.exit_code)


def print_json(value: object) -> None:
    """Print one JSON document to stdout."""
    import orjson

    try:
        typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))
    except OSError as failed:
        if failed.errno not in NOBODY_LISTENS:
            raise
        sys.stdout = None  # the exit code still has to tell how it ended


def agreed_new_list(letter: "Newsletter", name: str, *, insisted: bool, but: str | None = None) -> bool:
    """Say whether a list of that name may be made although another's is near; on a terminal, ask.

    ``but`` is a list whose name may be near. Raises AudienceError when the answer is no.
    """
    near = None if insisted or not is_terminal(sys.stdin) else letter.lists.near(name, but=but)
    if near is None:
        return insisted
    if ask(f"There is no list “{name}”, but one called “{near}”. Make another?"):
        return True
    raise AudienceError("Nothing was done.", hint=f"If you meant “{near}”, name that list.")
