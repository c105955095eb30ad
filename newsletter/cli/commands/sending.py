"""Commands that send: send, resume."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from newsletter.backgrounds.names import background_corrected
from newsletter.cli import plans
from newsletter.cli.completion import lists
from newsletter.cli.console import handle_errors, open_letter, print_json
from newsletter.cli.delivering import deliver, end
from newsletter.cli.manual import App
from newsletter.cli.panels import SEND
from newsletter.cli.parameters import ISSUE, PROOF_AS_JSON, YES
from newsletter.cli.proofs import way_to_send
from newsletter.cli.terminal.output import say
from newsletter.cli.terminal.progress import shown_progress
from newsletter.cli.terminal.questions import insist_agreed
from newsletter.delivery.states import MailingState
from newsletter.errors import SendingStopped, UsageError
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from newsletter import Newsletter, SendPlan


def register(app: App) -> None:
    """Add these commands."""
    app.command(
        panel=SEND,
        example="""newsletter send 2026-01-12-prisoners --test me@example.org
newsletter send 2026-01-12-prisoners --list readers --at 'tomorrow 7:00'""",
    )(send)
    app.command(panel=SEND, example="newsletter resume 2026-01-12-prisoners")(resume)


@dataclass(frozen=True, slots=True)
class Timing:
    """When an issue is to go out, as it was typed: at a time, after a window to undo it in, or now."""

    at: str | None
    undo_window: str | None
    wait: bool

    def moment(self, letter: "Newsletter") -> datetime | None:
        """Return when that is from now on; None for now. Raises UsageError."""
        if self.at is not None and self.undo_window is not None:
            raise UsageError("--at and --undo-window are two ways to say when.", hint="Use one of them.")
        if self.undo_window is not None:
            return letter.moment_after(self.undo_window)
        return None if self.at is None else letter.moment(self.at)


@handle_errors
def send(
    issue: str = ISSUE,
    list: str | None = typer.Option(
        None,
        "--list",
        metavar="L",
        help="The list it goes to; not needed with one list.",
        autocompletion=lists,
    ),
    test: list[str] = typer.Option(
        [], "--test", metavar="ADDRESS", help="Only to this address, marked as a test; repeatable."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would happen and stop."),
    only_missing: bool = typer.Option(
        False, "--only-missing", help="Only readers the first mailing did not reach."
    ),
    as_sent: bool = typer.Option(
        False, "--as-sent", help="Mail the version others got, not the changed file."
    ),
    at: str | None = typer.Option(
        None,
        "--at",
        metavar="TIME",
        help="When: “7:00”, “tomorrow 7:00”, “2026-12-01 07:00”, the publication's time.",
    ),
    undo_window: str | None = typer.Option(
        None, "--undo-window", metavar="SPAN", help="Wait this long, such as “10m”, so that it can be undone."
    ),
    no_wait: bool = typer.Option(
        False,
        "--no-wait",
        help="With --at: do not wait here; `newsletter serve` or `newsletter resume` sends it.",
    ),
    yes: bool = YES,
    json: bool = PROOF_AS_JSON,
) -> None:
    """Send an issue: everyone once, nobody twice, with a proof at the end."""
    with open_letter() as letter:
        if test:
            if dry_run or only_missing or as_sent or at or undo_window:
                raise UsageError(
                    "--test mails the issue as it stands, at once, to the addresses given.",
                    hint="Leave out --dry-run, --only-missing, --as-sent, --at and --undo-window.",
                )
            _send_test(letter, issue, test, json=json)
            return
        timing = Timing(at, undo_window, not no_wait)
        timed = timing.moment(letter) is not None
        plan = letter.plan(issue, list=list, only_missing=only_missing, as_sent=as_sent)
        if timed:
            _refuse_begun(plan)
        plans.show(plan)
        if dry_run:
            plans.end_dry_run(plan, json=json)
            return
        if not plan.nothing_to_do:
            insist_agreed("Send?", yes=yes)
        _send(letter, plan, timing, json=json)


def _send_test(letter: "Newsletter", issue: str, addresses: list[str], *, json: bool) -> None:
    count = letter.send_test(issue, addresses)
    if json:
        print_json({"issue": letter.issue_id(issue), "test": count, "accepted": count})
    say(f"The test was accepted for {count_of(count, 'address', 'addresses')}.")
    if letter.settings.delivery.provider == "sandbox":
        say("Local SendGrid: nobody was really mailed. Read it: newsletter sandbox")


def _refuse_begun(plan: "SendPlan") -> None:
    """Refuse a time for what has one already, or has begun."""
    if plan.state == MailingState.SCHEDULED:
        raise UsageError(
            f"“{plan.issue}” is scheduled already.",
            hint=f"To move it, send it with another --at after: {command('cancel', plan.issue)}",
        )
    if plan.kind == "continue":
        raise UsageError(
            "Sending of this issue has begun, so it can only go on now.",
            hint=f"See: {command('status', plan.issue)}",
        )


def _send(letter: "Newsletter", plan: "SendPlan", timing: Timing, *, json: bool) -> None:
    moment = timing.moment(letter)  # anew: the answer may have taken a while
    if moment is None or plan.nothing_to_do:
        deliver(letter, plan.issue, lambda progress: letter.send(plan, progress=progress), json=json)
    elif timing.wait and not letter.settings.approval.required:
        _send_in_time(letter, plan, moment, undo=timing.undo_window is not None, json=json)
    else:
        _schedule(letter, plan, moment, json=json)


def _schedule(letter: "Newsletter", plan: "SendPlan", moment: datetime, *, json: bool) -> None:
    """Freeze the issue, and leave it to others to send it at its time."""
    proof = letter.schedule(plan, moment)
    if letter.settings.approval.required:
        end(letter, proof, json=json)
        return
    say(f"It goes out {letter.describe(moment)}. Stop it with: {command('cancel', plan.issue)}")
    say(f"`newsletter serve` sends it then, or: {command('resume', plan.issue)}")
    if json:
        print_json(proof.as_dict())


def _send_in_time(
    letter: "Newsletter", plan: "SendPlan", moment: datetime, *, undo: bool, json: bool
) -> None:
    """Freeze the issue, wait for its time and send it; Ctrl-C undoes it, or leaves it to others."""
    issue, stopped = plan.issue, ""
    try:
        letter.schedule(plan, moment)
        stop = "Ctrl-C undoes it, and so does" if undo else "Stop it with"
        say(f"It goes out {letter.describe(moment)}. {stop}: {command('cancel', issue)}")
        with shown_progress() as progress:
            proof = letter.resume(issue, progress=progress)
    except KeyboardInterrupt:
        if undo and letter.undo(issue):
            say("Undone: nobody was mailed.")
        else:
            stopped = "Stopped."
            say(stopped)
        proof = letter.proof(issue)
    except SendingStopped as stop_of_its_own:
        stopped = f"Error: {stop_of_its_own}"
        say(stopped)
        proof = letter.proof(issue)
    end(letter, proof, stopped=bool(stopped), json=json)


@handle_errors
def resume(issue: str = ISSUE, json: bool = PROOF_AS_JSON) -> None:
    """Go on with an issue that was interrupted, paused, held or scheduled, exactly as it began."""
    with open_letter() as letter:
        deliver(letter, issue, lambda progress: letter.resume(issue, progress=progress), json=json)
    if background_corrected(issue):
        say(f"If others of its lists got it wrongly, go on with: {way_to_send(issue)}")
