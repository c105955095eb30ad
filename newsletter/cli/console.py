"""How commands speak: JSON and data to stdout, everything for people to stderr."""

import errno
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import typer

from newsletter.cli.terminal.progress import progress_told
from newsletter.cli.terminal.questions import ask, confirm
from newsletter.cli.terminal.speaking import NOBODY_LISTENS, alarm, end_line, is_terminal, say, state, warn
from newsletter.cli.terminal.speaking import error as tell_error
from newsletter.errors import AudienceError, NewsletterError
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.delivery.proof import Proof
    from newsletter.wiring import Wiring

# What should never have happened: the sentence for one, and for more.
ALARMS = {
    "accepted_twice": ("reader was accepted twice.", "readers were accepted twice."),
    "unknown_request": (
        "report is about a request that this ledger never made: look for another copy of the ledger.",
        "reports are about requests that this ledger never made: look for another copy of the ledger.",
    ),
    "never_mailed": (
        "event is about a reader to whom this issue never went.",
        "events are about readers to whom this issue never went.",
    ),
    "more_delivered_than_accepted": (
        "more reader was delivered to than accepted.",
        "more readers were delivered to than accepted.",
    ),
    "miscounted": (
        "batch does not hold as many readers as it counts.",
        "batches do not hold as many readers as they count.",
    ),
}
__all__ = [
    "agreed_new_list",
    "confirm",
    "end_line",
    "fail",
    "next_steps",
    "print_json",
    "progress_told",
    "say",
    "show_proof",
    "state",
    "told",
    "warn",
    "way_on",
    "wiring",
]

P = ParamSpec("P")
R = TypeVar("R")


def wiring() -> "Wiring":
    """Return the wiring of the publication this command runs in."""
    from pathlib import Path

    from newsletter.config import load_settings
    from newsletter.wiring import Wiring

    return Wiring(load_settings(Path(state.config) if state.config else None), warn=warn)


def fail(error: NewsletterError) -> typer.Exit:
    """Tell a person what went wrong and return the exit that says so to scripts."""
    tell_error(str(error))
    return typer.Exit(error.exit_code)


def told(run_command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that its errors are told as sentences with their exit codes."""

    @wraps(run_command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return run_command(*args, **kwargs)
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


def agreed_new_list(engine: "Engine", name: str, *, insisted: bool, but: str | None = None) -> bool:
    """Say whether a list of that name may be made although another's is near; on a terminal, ask.

    ``but`` is a list whose name may be near. Raises AudienceError when the answer is no.
    """
    from newsletter import readership

    near = None if insisted or not is_terminal(sys.stdin) else readership.near_list(engine, name, but=but)
    if near is None:
        return insisted
    if ask(f"There is no list “{name}”, but one called “{near}”. Make another?"):
        return True
    raise AudienceError("Nothing was done.", hint=f"If you meant “{near}”, name that list.")


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
        alarm(count_of(n, *ALARMS.get(kind, (kind,))))
    if proof.provider == "sandbox":
        say("Local SendGrid: nobody was really mailed.")


def way_on(proof: "Proof") -> str:
    """Return the lines that say how to go on, or nothing when all is settled."""
    from newsletter.delivery.proof import AWAITS_APPROVAL

    resume = command("resume", proof.issue)
    if proof.state == "held" and proof.note == AWAITS_APPROVAL:
        return f"A second person approves it with: {command('approve', proof.issue)}"
    if proof.state == "scheduled":
        return f"`newsletter serve` sends it then, or: {resume}"
    if proof.state == "sending" and not proof.note:
        return "It is being sent now."
    if proof.pending:
        readers = count_of(proof.pending, "reader is", "readers are")
        return f"{readers} still to be mailed. Go on with: {resume}"
    if proof.unknown:
        return (
            f"{count_of(proof.unknown, 'reader')} got no clear answer; nobody is mailed again on a guess.\n"
            f"Find out with: {command('reconcile', proof.issue)}\n"
            f"List them: {command('recipients', proof.issue, '--state', 'unknown')}"
        )
    return f"Nobody is left to mail. To close it: {resume}" if proof.state == "sending" else ""


def next_steps(proof: "Proof") -> str:
    """Return the lines that say what to look at once an issue is sent."""
    lines = [f"Who got it and who did not: {command('recipients', proof.issue)}"]
    if proof.provider == "sandbox":
        lines.insert(0, "Read it as each reader got it: newsletter sandbox")
    return "\n".join(lines)
