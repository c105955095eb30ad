"""Commands that stop, approve, set right and decide: pause, cancel, approve, correct, reconcile, adopt."""

from typing import TYPE_CHECKING

import typer

from newsletter.cli import plans
from newsletter.cli.completion import backgrounds, issues, lists, words
from newsletter.cli.console import handle_errors, open_letter, print_json
from newsletter.cli.delivering import deliver
from newsletter.cli.manual import App
from newsletter.cli.panels import SEND
from newsletter.cli.parameters import ISSUE, PROOF_AS_JSON, YES
from newsletter.cli.proofs import show_proof, warn_unless_sure, way_on, way_to_send
from newsletter.cli.terminal.output import say
from newsletter.cli.terminal.progress import shown_progress
from newsletter.cli.terminal.questions import insist_agreed
from newsletter.delivery.states import Verdict
from newsletter.errors import UsageError
from newsletter.sentences import UNFAMILIAR, command, count_of

if TYPE_CHECKING:
    from newsletter import ApprovalKey, Proof, Reconciled

_LOST = "requests that this database had lost were"
POLICIES = (Verdict.HOLD, Verdict.RESEND, Verdict.DROP)


def register(app: App) -> None:
    """Add these commands."""
    app.command(panel=SEND, example="newsletter pause 2026-01-12-prisoners")(pause)
    app.command(panel=SEND, example="newsletter cancel 2026-01-12-prisoners")(cancel)
    app.command(panel=SEND, example="newsletter approve 2026-01-12-prisoners")(approve)
    app.command(
        panel=SEND,
        example="newsletter correct 2026-01-12-prisoners --dry-run\n"
        "newsletter correct --background leap-second --dry-run",
    )(correct)
    app.command(panel=SEND, example="newsletter reconcile 2026-01-12-prisoners")(reconcile)
    app.command(panel=SEND, example="newsletter adopt --because 'the old machine is switched off'")(adopt)


@handle_errors
def pause(issue: str = ISSUE, json: bool = PROOF_AS_JSON) -> None:
    """Stop an issue that is being sent or is scheduled, until it is resumed."""
    with open_letter() as letter:
        proof = letter.pause(issue)
    say("Paused. Requests that are on their way are finished; no other one leaves.")
    _show(proof, json=json)


@handle_errors
def cancel(issue: str = ISSUE, json: bool = PROOF_AS_JSON) -> None:
    """End an issue for good: nobody else gets it."""
    with open_letter() as letter:
        proof = letter.cancel(issue)
    say("Cancelled." if proof.accepted or proof.unknown or proof.pending else "Cancelled: nobody was mailed.")
    _show(proof, json=json)


def _show(proof: "Proof", *, json: bool) -> None:
    if json:
        print_json(proof.as_dict())
    show_proof(proof)


@handle_errors
def approve(
    issue: str | None = typer.Argument(
        None, metavar="[ISSUE]", help="What to approve.", autocompletion=issues
    ),
    new_key: bool = typer.Option(False, "--new-key", help="Make a key pair for an approver and print it."),
    yes: bool = YES,
) -> None:
    """Approve, as a second person, what is sent and which readers get it."""
    with open_letter() as letter:
        if new_key:
            _print_key(letter.new_approval_key())
            return
        if issue is None:
            raise UsageError("Which issue?", hint="Name it: newsletter approve ISSUE")
        approvable = letter.plan_approval(issue)
        plans.show_approvable(approvable)
        insist_agreed("Approve?", yes=yes, otherwise="Nothing was approved.")
        say(f"Approved by {letter.approve(approvable)}.")
    if approvable.manifest.send_at is not None:
        say("`newsletter serve` sends it at its time.")
    say(f"Send it with: {way_to_send(approvable.manifest.issue)}")


def _print_key(key: "ApprovalKey") -> None:
    say("The first line is the approver's secret, for their environment; the others go into newsletter.toml.")
    typer.echo(f"NEWSLETTER_APPROVAL_KEY={key.private}")
    typer.echo(f'[approval.approvers]\nNAME = "{key.public}"')


@handle_errors
def correct(
    issue: str | None = typer.Argument(
        None, metavar="[ISSUE]", help="The issue; none with --background.", autocompletion=issues
    ),
    background: str | None = typer.Option(
        None,
        "--background",
        metavar="NAME",
        help="Correct a living background, in whatever issues and lists it went out.",
        autocompletion=backgrounds,
    ),
    since: str | None = typer.Option(
        None, "--since", metavar="VERSION", help="With --background: the first version that is wrong."
    ),
    list: str | None = typer.Option(
        None, "--list", metavar="L", help="The list; without it, the one it went to.", autocompletion=lists
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would happen and stop."),
    yes: bool = YES,
    json: bool = PROOF_AS_JSON,
) -> None:
    """Send the corrected issue, or background, to exactly those who got the wrong one."""
    if (issue is None) == (background is None) or (background is None and since is not None):
        raise UsageError(
            "Correct an issue, or a background with --background; --since is for a background.",
            hint="Such as: newsletter correct --background leap-second",
        )
    if background is not None:
        if list is not None:
            raise UsageError("A background is corrected on every list that got it.", hint="Leave --list out.")
        _correct_background(background, since, dry_run=dry_run, yes=yes, json=json)
        return
    with open_letter() as letter:
        plan = letter.plan_correction(issue or "", list=list)
        plans.show(plan)
        if dry_run:
            plans.end_dry_run(plan, json=json)
            return
        if not plan.nothing_to_do:
            insist_agreed("Send the correction?", yes=yes)
        deliver(letter, plan.issue, lambda progress: letter.send(plan, progress=progress), json=json)


def _correct_background(name: str, since: str | None, *, dry_run: bool, yes: bool, json: bool) -> None:
    with open_letter() as letter:
        correction = letter.plan_background_correction(name, since=since)
        plans.show(correction.plan)
        plans.show_lists(correction)
        if dry_run:
            lists = {"wrong": correction.wrong, "lists": dict(correction.readers)}
            plans.end_dry_run(correction.plan, json=json, **lists)
            return
        if not correction.plan.nothing_to_do:
            insist_agreed("Send the correction?", yes=yes)
        deliver(
            letter,
            correction.issue,
            lambda progress: letter.send_background_correction(correction, progress=progress),
            json=json,
        )


@handle_errors
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
    json: bool = PROOF_AS_JSON,
) -> None:
    """Find out what happened to requests that got no answer, and decide about each."""
    if accepted and not_accepted:
        raise UsageError("--accepted and --not-accepted contradict each other.", hint="Use one of them.")
    known = accepted if accepted or not_accepted else None
    with open_letter() as letter, shown_progress() as progress:
        done = letter.reconcile(
            issue,
            policy=policy,  # type: ignore[arg-type]  # the object refuses another word
            accepted=known,
            because=because,
            progress=progress,
        )
        standing = letter.standing()
    warn_unless_sure(standing)
    _show_taken_in(done)
    _show_reconciled(done)
    _show(done.proof, json=json)
    if not done.proof.complete:
        if done.proof.pending:
            say(way_on(done.proof))
        raise typer.Exit(3)


def _show_taken_in(done: "Reconciled") -> None:
    taken = done.taken_in
    if taken.requests:
        requests = count_of(taken.requests, "request that this database had lost was", _LOST)
        say(f"{requests} taken in from the log of requests: {count_of(taken.readers, 'reader')}.")
    if taken.unfamiliar:
        say(f"Up to {count_of(taken.unfamiliar, 'reader')} of them are not recognised: {UNFAMILIAR}.")


def _show_reconciled(done: "Reconciled") -> None:
    words: dict[str, tuple[str, str]] = {
        Verdict.ACCEPTED: ("reader was accepted after all", "readers were accepted after all"),
        Verdict.RESEND: (
            "reader was never accepted and will be mailed again",
            "readers were never accepted and will be mailed again",
        ),
        Verdict.DROP: (
            "reader was never accepted and will not be mailed",
            "readers were never accepted and will not be mailed",
        ),
        Verdict.HOLD: ("reader stays unknown", "readers stay unknown"),
    }
    for verdict, n in done.readers.items():
        say(f"  {count_of(n, *words[verdict])}.")
    for evidence in done.held:
        say(f"  {evidence}")
    for way in done.ways:
        say(f"  {way}")
    if not done.readers:
        say("Nothing is unknown.")


@handle_errors
def adopt(
    issue: str | None = typer.Argument(
        None,
        metavar="[ISSUE]",
        help="Only let this issue go on, though readers of it are not known here.",
        autocompletion=issues,
    ),
    because: str = typer.Option("", "--because", metavar="WORDS", help="How you know; it is kept."),
) -> None:
    """Say that this copy of the publication is the one that sends, after it was moved or restored."""
    with open_letter() as letter:
        letter.adopt(because=because, issue=issue)
    if issue is None:
        say("Kept: from now on this copy sends. Let no other one send.")
    else:
        say(f"Kept. Go on with: {command('send', issue)}")
