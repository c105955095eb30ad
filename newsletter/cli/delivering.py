"""How a send is shown while it runs, and how it ended: the proof, and the command that goes on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from newsletter.cli.console import print_json
from newsletter.cli.proofs import next_steps, show_proof, way_on
from newsletter.cli.terminal.output import say
from newsletter.cli.terminal.progress import shown_progress
from newsletter.delivery.states import MailingState
from newsletter.errors import SendingStopped

if TYPE_CHECKING:
    from newsletter import Newsletter, Progress, Proof


def deliver(letter: "Newsletter", issue: str, run: "Callable[[Progress], Proof]", *, json: bool) -> None:
    """Run a send with its progress shown; Ctrl-C ends it cleanly, with the proof and the way on."""
    stopped = ""
    try:
        with shown_progress() as progress:
            proof = run(progress)
    except (KeyboardInterrupt, SendingStopped) as stop:
        stopped = f"Error: {stop}" if isinstance(stop, SendingStopped) else "Stopped."
        say(stopped)
        proof = letter.proof(issue)  # NeverSent, where it was stopped before there was anything to go on with
    end(letter, proof, stopped=bool(stopped), json=json)


def end(letter: "Newsletter", proof: "Proof", *, stopped: bool = False, json: bool) -> None:
    """Show how it ended: the proof, and the command that goes on where something is left."""
    if json:
        print_json(proof.as_dict())
    show_proof(proof)
    say_when(letter, proof)
    if not proof.complete or (stopped and proof.state == MailingState.SENDING):
        say(way_on(proof))
        raise typer.Exit(3)
    if proof.state == MailingState.FINISHED:
        say(next_steps(proof))


def say_when(letter: "Newsletter", proof: "Proof") -> None:
    """Say when a scheduled issue goes out."""
    if proof.send_at is not None:
        say(f"It goes out {letter.describe(proof.send_at)}.")
