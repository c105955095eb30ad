"""Commands that stop, approve, settle and set right: pause, cancel, approve, correct, reconcile."""

from typing import TYPE_CHECKING

import typer

from newsletter.cli.commands.delivering import JSON, deliver
from newsletter.cli.commands.writing import ISSUE
from newsletter.cli.completion import issues, lists, words
from newsletter.cli.console import confirm, print_json, progress_told, say, show_proof, told, way_on, wiring
from newsletter.cli.manual import SEND, App
from newsletter.errors import UsageError
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from newsletter.delivery.proof import Proof
    from newsletter.delivery.reconcile import Decision
    from newsletter.publish import Reconciled

YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
POLICIES = ("hold", "resend", "drop")


def register(app: App) -> None:
    """Add these commands."""
    for function, example in (
        (pause, "newsletter pause 2026-01-12-prisoners"),
        (cancel, "newsletter cancel 2026-01-12-prisoners"),
        (approve, "newsletter approve 2026-01-12-prisoners"),
        (correct, "newsletter correct 2026-01-12-prisoners --dry-run"),
        (reconcile, "newsletter reconcile 2026-01-12-prisoners"),
    ):
        app.command(panel=SEND, example=example)(function)


@told
def pause(issue: str = ISSUE, json: bool = JSON) -> None:
    """Stop an issue that is being sent or is scheduled, until it is resumed."""
    from newsletter import publish

    house = wiring()
    proof = publish.pause(house, issue)
    say("Paused. Requests that are on their way are finished; no other one leaves.")
    _show(proof, json=json)


@told
def cancel(issue: str = ISSUE, json: bool = JSON) -> None:
    """End an issue for good: nobody else gets it."""
    from newsletter import publish

    house = wiring()
    proof = publish.cancel(house, issue)
    say("Cancelled." if proof.accepted or proof.unknown or proof.pending else "Cancelled: nobody was mailed.")
    _show(proof, json=json)


def _show(proof: "Proof", *, json: bool) -> None:
    if json:
        print_json(proof.as_dict())
    show_proof(proof)


@told
def approve(
    issue: str | None = typer.Argument(
        None, metavar="[ISSUE]", help="What to approve.", autocompletion=issues
    ),
    new_key: bool = typer.Option(False, "--new-key", help="Make a key pair for an approver and print it."),
    yes: bool = YES,
) -> None:
    """Approve, as a second person, what is sent and which readers get it."""
    from newsletter import publish
    from newsletter.cli import plans

    house = wiring()
    if new_key:
        _new_key(*house.new_approval_key())
        return
    if issue is None:
        raise UsageError("Which issue?", hint="Name it: newsletter approve ISSUE")
    what = publish.plan_approval(house, issue)
    plans.show_approvable(what)
    if not confirm("Approve?", yes=yes):
        say("Nothing was approved.")
        raise typer.Exit(1)
    name = publish.approve(house, what)
    say(f"Approved by {name}.")
    if what.manifest.send_at is not None:
        say("`newsletter serve` sends it at its time.")
    say(f"Send it with: {command('resume', what.manifest.issue)}")


def _new_key(private: str, public: str) -> None:
    say("The first line is the approver's secret, for their environment; the others go into newsletter.toml.")
    typer.echo(f"NEWSLETTER_APPROVAL_KEY={private}")
    typer.echo(f'[approval.approvers]\nNAME = "{public}"')


@told
def correct(
    issue: str = ISSUE,
    list: str | None = typer.Option(
        None, "--list", metavar="L", help="The list; without it, the one it went to.", autocompletion=lists
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would happen and stop."),
    yes: bool = YES,
    json: bool = JSON,
) -> None:
    """Send the corrected issue to exactly those who got the wrong one."""
    from newsletter import publish
    from newsletter.cli import plans

    house = wiring()
    sending = publish.plan_correction(house, issue, list_name=list)
    plans.show(sending)
    if dry_run:
        return
    if not sending.nothing_to_do and not confirm("Send the correction?", yes=yes):
        say("Nothing was sent.")
        raise typer.Exit(1)
    deliver(house, sending.issue, lambda told: publish.send(house, sending, progress=told), json=json)


@told
def reconcile(
    issue: str = ISSUE,
    policy: str | None = typer.Option(
        None,
        "--policy",
        metavar="|".join(POLICIES),
        help="What to do with requests that were not taken.",
        autocompletion=words(*POLICIES),
    ),
    accepted: bool = typer.Option(False, "--accepted", help="You know that the provider took the rest."),
    not_accepted: bool = typer.Option(
        False, "--not-accepted", help="You know that the provider did not take the rest."
    ),
    because: str = typer.Option("", "--because", metavar="WORDS", help="How you know; it is kept."),
    json: bool = JSON,
) -> None:
    """Find out what happened to requests that got no answer, and decide about each."""
    from newsletter import publish

    if policy is not None and policy not in POLICIES:
        raise UsageError(f"“{policy}” is no policy.", hint=f"Write one of these: {', '.join(POLICIES)}.")
    house = wiring()
    chosen = policy or house.settings.delivery.unknown
    records = house.settings.provider_kind.properties.records
    word = _word(
        accepted=accepted, not_accepted=not_accepted, because=because, policy=chosen, records=records
    )
    with progress_told() as progress:
        done = publish.reconcile(house, issue, policy=chosen, word=word, progress=progress)  # type: ignore[arg-type]
    _show_reconciled(done)
    _show(done.proof, json=json)
    if not done.proof.settled:
        if done.proof.pending:
            say(way_on(done.proof))
        raise typer.Exit(3)


def _word(
    *, accepted: bool, not_accepted: bool, because: str, policy: str, records: str
) -> "Decision | None":
    from newsletter.delivery.reconcile import Decision

    if accepted and not_accepted:
        raise UsageError("--accepted and --not-accepted contradict each other.", hint="Use one of them.")
    if not accepted and not not_accepted:
        return None
    if len(because.split()) < 2:
        raise UsageError(
            "An editor's word is kept as evidence, so say how you know.",
            hint=f'Add: --because "{records} shows none of it"',
        )
    verdict = "accepted" if accepted else policy
    return Decision(verdict, f"An editor's word: {because[:300]}")  # type: ignore[arg-type]


def _show_reconciled(done: "Reconciled") -> None:
    words = {
        "accepted": ("reader was accepted after all", "readers were accepted after all"),
        "resend": (
            "reader was never accepted and will be mailed again",
            "readers were never accepted and will be mailed again",
        ),
        "drop": (
            "reader was never accepted and will not be mailed",
            "readers were never accepted and will not be mailed",
        ),
        "hold": ("reader stays unknown", "readers stay unknown"),
    }
    for verdict, n in done.readers.items():
        say(f"  {count_of(n, *words[verdict])}.")
    for evidence in done.held:
        say(f"  {evidence}")
    for way in done.ways:
        say(f"  {way}")
    if not done.readers:
        say("Nothing is unknown.")
