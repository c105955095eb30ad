"""The command that shows what this program is for, in a minute: demo."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from newsletter.cli.console import handle_errors, print_json
from newsletter.cli.manual import App
from newsletter.cli.panels import RUN
from newsletter.cli.proofs import show_proof, way_on
from newsletter.cli.terminal.output import say
from newsletter.cli.terminal.progress import shown_progress
from newsletter.paths import path_as_typed

if TYPE_CHECKING:
    from newsletter import Arrival, DemoRun, Proof


def register(app: App) -> None:
    """Add this command."""
    app.command(panel=RUN, example="newsletter demo")(demo)


@handle_errors
def demo(
    directory: Path = typer.Argument(
        Path("newsletter-demo"), metavar="[DIR]", help="Where its publication lives; made if it is not there."
    ),
    readers: int = typer.Option(
        5_000, "--readers", metavar="N", min=100, max=200_000, help="How many made-up readers there are."
    ),
    json: bool = typer.Option(False, "--json", help="Print what was counted as JSON."),
) -> None:
    """Send to made-up readers on this machine, be killed half way, go on, and count who got it."""
    from newsletter.app import Newsletter

    run, program = Newsletter.demo(directory, readers=readers), _program()
    say(f"No mail leaves this machine. All of it happens in {_place(run)}.")
    try:
        arrival = run.run(say=_show, progress=shown_progress, program=program)
    except KeyboardInterrupt:
        say("Stopped, and nothing is broken: the same command goes on.")
        raise
    _show_count(arrival)
    proof = run.proof()
    _show_proof(proof, arrival, json=json)
    _show_way_to_the_inbox(run, program)
    if not (proof.complete and arrival.right):
        raise typer.Exit(1)


def _show(line: str) -> None:
    """Show a line: what is typed stands out, and so does the kill."""
    if line.startswith("$ "):
        say(line, bold=True)
    elif line.startswith("  kill "):
        say(line, bold=True, fg="red")
    else:
        say(line)


def _show_count(arrival: "Arrival") -> None:
    say("\nCounted where the mail arrives, address by address:")
    rows = {
        "should get it": arrival.wanted,
        "got it once": arrival.once,
        "got it twice": arrival.twice,
        "are missing": arrival.missing,
        "got it, but should not": arrival.astray,
    }
    width = max(map(len, rows))
    for name, count in rows.items():
        say(f"  {name:<{width}}  {count:>7,}", bold=True, fg="green" if arrival.right else "yellow")


def _show_proof(proof: "Proof", arrival: "Arrival", *, json: bool) -> None:
    """Show the sender's own account."""
    if json:
        print_json({"arrived": arrival.as_dict(), "proof": proof.as_dict()})
    say("\nThe sender’s own proof says the same:" if arrival.right else "\nThe sender’s own proof:")
    show_proof(proof)
    if not proof.complete:
        say(way_on(proof))


def _show_way_to_the_inbox(run: "DemoRun", program: str) -> None:
    say(f"\nThe mail lies in {path_as_typed(run.inbox)}. Open it as each reader got it:")
    here = run.folder == Path.cwd()
    inside = "" if here else f"cd {shlex.quote(path_as_typed(run.folder))} && "
    say(f"  {inside}{program} sandbox")


def _place(run: "DemoRun") -> str:
    return "this folder" if run.folder == Path.cwd() else path_as_typed(run.folder)


def _program() -> str:
    """Return this program's name as one would type it here."""
    from shutil import which

    typed = sys.argv[0]
    if Path(typed).name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m newsletter"
    found = which("newsletter")
    return "newsletter" if found and Path(found).samefile(typed) else shlex.quote(typed)
