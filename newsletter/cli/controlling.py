"""Commands that stop, approve, settle and set right: pause, cancel, approve, correct, reconcile."""

from typing import TYPE_CHECKING

import typer

from newsletter.cli.console import confirm, print_json, progress_told, say, show_proof, told, way_on, wiring
from newsletter.cli.delivering import JSON, deliver, show_sending
from newsletter.cli.writing import ISSUE
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.delivery.proof import Proof
    from newsletter.delivery.settling import Decision
    from newsletter.publish import Approvable, Reconciled

YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
POLICIES = ("hold", "resend", "drop")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (pause, cancel, approve, correct, reconcile):
        app.command()(command)


@told
def pause(issue: str = ISSUE, json: bool = JSON) -> None:
    """Stop an issue that is being sent or scheduled, until it is resumed."""
    from newsletter import publish

    house = wiring()
    proof = publish.pause(house, issue)
    say("Paused: beside the requests on the wire, one a thread, none leaves any more.")
    _show(proof, json=json)


@told
def cancel(issue: str = ISSUE, json: bool = JSON) -> None:
    """End an issue for good: whom it has not reached it will not reach."""
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
    issue: str | None = typer.Argument(None, metavar="[ISSUE]", help="What to approve."),
    new_key: bool = typer.Option(False, "--new-key", help="Make a key pair for an approver and print it."),
    yes: bool = YES,
) -> None:
    """Sign, as a second person, what will be sent and to whom."""
    from newsletter import publish

    house = wiring()
    if new_key:
        _new_key(*house.new_approval_key())
        return
    if issue is None:
        raise UsageError("Which issue?", hint="newsletter approve ISSUE")
    what = publish.foresee_approval(house, issue)
    _show_manifest(what)
    if not confirm("Approve?", yes=yes):
        say("Nothing was approved.")
        raise typer.Exit(1)
    name = publish.approve(house, what)
    say(f"Approved by {name}.")
    if what.manifest.send_at is not None:
        say("`newsletter serve` sends it in its time.")
    say(f"Send it with: newsletter resume {what.manifest.issue}")


def _new_key(private: str, public: str) -> None:
    say(
        "Keep the first line secret, in the approver's own environment; the second goes into newsletter.toml."
    )
    typer.echo(f"NEWSLETTER_APPROVAL_KEY={private}")
    typer.echo(f'[approval.approvers]\nNAME = "{public}"')


def _show_manifest(what: "Approvable") -> None:
    from newsletter.delivery.manifest import digest, short

    manifest, message = what.manifest, what.message
    say(f"{manifest.issue} — “{message.subject}”, asked for by {what.requested_by}.")
    say(f"  to {manifest.readers:,} readers of “{what.list_name}”, through {manifest.provider}")
    for reason, n in sorted(manifest.excluded.items()):
        say(f"  not to {n:,}: {reason}")
    say(f"  manifest {short(digest(manifest))}")
    say("")
    say(message.text)


@told
def correct(
    issue: str = ISSUE,
    list: str | None = typer.Option(None, "--list", metavar="L", help="To whom; by default where it went."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would happen and stop."),
    yes: bool = YES,
    json: bool = JSON,
) -> None:
    """Send the corrected issue to exactly those who got the wrong one."""
    from newsletter import publish

    house = wiring()
    sending = publish.foresee_correction(house, issue, list_name=list)
    show_sending(sending)
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
        None, "--policy", metavar="|".join(POLICIES), help="What to do with what was shown not to be taken."
    ),
    accepted: bool = typer.Option(False, "--accepted", help="You know that the rest was taken."),
    not_accepted: bool = typer.Option(False, "--not-accepted", help="You know that the rest was not taken."),
    because: str = typer.Option("", "--because", metavar="TEXT", help="How you know; it is kept."),
    json: bool = JSON,
) -> None:
    """Find out what became of requests whose answer never came, and decide about each."""
    from newsletter import publish

    if policy is not None and policy not in POLICIES:
        raise UsageError(f"“{policy}” is no policy.", hint=f"Known are: {', '.join(POLICIES)}.")
    house = wiring()
    chosen = policy or house.settings.delivery.unknown
    word = _word(accepted=accepted, not_accepted=not_accepted, because=because, policy=chosen)
    with progress_told() as progress:
        done = publish.reconcile(house, issue, policy=chosen, word=word, progress=progress)  # type: ignore[arg-type]
    _show_reconciled(done)
    _show(done.proof, json=json)
    if not done.proof.settled:
        if done.proof.pending:
            say(way_on(done.proof))
        raise typer.Exit(3)


def _word(*, accepted: bool, not_accepted: bool, because: str, policy: str) -> "Decision | None":
    from newsletter.delivery.settling import Decision

    if accepted and not_accepted:
        raise UsageError("It is either --accepted or --not-accepted.")
    if not accepted and not not_accepted:
        return None
    if len(because.split()) < 2:
        raise UsageError(
            "An editor's word is kept as evidence, so say how you know.",
            hint='Add: --because "SendGrid\'s activity page shows none of it"',
        )
    verdict = "accepted" if accepted else policy
    return Decision(verdict, f"An editor's word: {because[:300]}")  # type: ignore[arg-type]


def _show_reconciled(done: "Reconciled") -> None:
    words = {
        "accepted": "were accepted after all",
        "resend": "were never accepted and will be mailed again",
        "drop": "were never accepted and are given up",
        "hold": "stay unknown",
    }
    for verdict, n in done.readers.items():
        say(f"  {n:,} {words[verdict]}.")
    for evidence in done.held:
        say(f"  {evidence}")
    for way in done.ways:
        say(f"  {way}")
    if not done.readers:
        say("Nothing is unknown.")
