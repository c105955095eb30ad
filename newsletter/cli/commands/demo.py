"""The command that shows what this program is for, in a minute: demo."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from newsletter.cli.console import print_json, progress_told, say, show_proof, told, way_on
from newsletter.cli.manual import RUN, App

if TYPE_CHECKING:
    from newsletter.demo import Arrival, DemoPublication


def register(app: App) -> None:
    """Add this command."""
    app.command(panel=RUN, example="newsletter demo")(demo)


@told
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
    from newsletter.demo import Demo, Scale, open_publication
    from newsletter.sandbox.file.arrivals import Arrivals

    publication, program = open_publication(directory, readers), _program()
    say(f"No mail leaves this machine. All of it happens in {_place(publication)}.")
    try:
        with Arrivals(publication.inbox_file, publication.issue) as arrivals:
            arrival = Demo(publication, arrivals, Scale(readers), _show, progress_told, program=program).run()
    except KeyboardInterrupt:
        say("Stopped, and nothing is broken: the same command goes on.")
        raise
    _show_count(arrival)
    settled = _show_proof(publication, arrival, json=json)
    _show_way_to_the_inbox(publication, program)
    if not (settled and arrival.right):
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


def _show_proof(publication: "DemoPublication", arrival: "Arrival", *, json: bool) -> bool:
    """Show the sender's own account; say whether nothing is left to do."""
    from newsletter import publish

    proof = publish.status(publication.wiring, publication.issue)
    assert proof is not None  # noqa: S101  (for the type checker: it was sent)
    if json:
        print_json({"arrived": arrival.as_dict(), "proof": proof.as_dict()})
    say("\nThe sender’s own proof says the same:" if arrival.right else "\nThe sender’s own proof:")
    show_proof(proof)
    if not proof.settled:
        say(way_on(proof))
    return proof.settled


def _show_way_to_the_inbox(publication: "DemoPublication", program: str) -> None:
    say(f"\nThe mail lies in {publication.shown_inbox}. Open it as each reader got it:")
    inside = "" if publication.folder == Path.cwd() else f"cd {shlex.quote(publication.shown_folder)} && "
    say(f"  {inside}{program} sandbox")


def _place(publication: "DemoPublication") -> str:
    return "this folder" if publication.folder == Path.cwd() else publication.shown_folder


def _program() -> str:
    """Return this program's name as one would type it here."""
    from shutil import which

    typed = sys.argv[0]
    if Path(typed).name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m newsletter"
    found = which("newsletter")
    return "newsletter" if found and Path(found).samefile(typed) else shlex.quote(typed)
