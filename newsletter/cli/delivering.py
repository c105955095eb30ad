"""Commands for sending: send, resume, status, recipients."""

import sys
from typing import TYPE_CHECKING

import typer

from newsletter.cli.console import (
    confirm,
    print_json,
    progress_told,
    say,
    show_proof,
    told,
    way_on,
    wiring,
)
from newsletter.cli.writing import ISSUE
from newsletter.errors import DeliveryError, SendingStopped, UsageError

if TYPE_CHECKING:
    from newsletter.delivery.proof import Proof
    from newsletter.publish import Sending

JSON = typer.Option(False, "--json", help="Print the proof as JSON, the only document on stdout.")
STATES = ("accepted", "rejected", "excluded", "unknown", "pending")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (send, resume, status, recipients):
        app.command()(command)


@told
def send(
    issue: str = ISSUE,
    list: str | None = typer.Option(None, "--list", metavar="L", help="To whom; needless with one list."),
    test: list[str] = typer.Option([], "--test", metavar="ADDRESS", help="Only to these, marked as a test."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would happen and stop."),
    only_missing: bool = typer.Option(
        False, "--only-missing", help="Only whom the first mailing rejected or did not reach."
    ),
    as_sent: bool = typer.Option(
        False, "--as-sent", help="Mail the version others got, not the changed file."
    ),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
    json: bool = JSON,
) -> None:
    """Send an issue: everyone once, nobody twice, with a proof at the end."""
    from newsletter import publish

    house = wiring()
    if test:
        if dry_run or only_missing or as_sent:
            raise UsageError(
                "--test mails the issue as it stands, at once, to the addresses given.",
                hint="It goes with none of --dry-run, --only-missing and --as-sent.",
            )
        _send_test(issue, test, json=json)
        return
    sending = publish.foresee(house, issue, list_name=list, only_missing=only_missing, as_sent=as_sent)
    _show_sending(sending)
    if dry_run:
        if json:
            print_json(_foreseen(sending))
        return
    if not sending.nothing_to_do and not confirm("Send?", yes=yes):
        say("Nothing was sent.")
        raise typer.Exit(1)
    _deliver(sending.issue, lambda progress: publish.send(house, sending, progress=progress), json=json)


@told
def resume(issue: str = ISSUE, json: bool = JSON) -> None:
    """Go on with an interrupted issue, from the bytes it began with."""
    from newsletter import publish

    house = wiring()
    _deliver(issue, lambda progress: publish.resume(house, issue, progress=progress), json=json)


@told
def status(
    issue: str | None = typer.Argument(None, metavar="[ISSUE]", help="Without one: every issue sent."),
    json: bool = JSON,
) -> None:
    """Say how an issue's delivery stands."""
    from newsletter import publish

    house = wiring()
    wanted = [publish.issue_id(house, issue)] if issue is not None else publish.mailed_issues(house)
    proofs = [proof for each in wanted if (proof := publish.status(house, each))]
    if issue is not None and not proofs:
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: newsletter send {issue}")
    if json:
        print_json(proofs[0].as_dict() if issue is not None else [each.as_dict() for each in proofs])
        return
    for proof in proofs:
        show_proof(proof)
        if not proof.settled:
            say(way_on(proof))
    if not proofs:
        say("No issue was sent yet.")


@told
def recipients(
    issue: str = ISSUE,
    state: str | None = typer.Option(None, "--state", metavar="|".join(STATES), help="Only these."),
    json: bool = typer.Option(False, "--json", help="One JSON object a line instead of CSV."),
) -> None:
    """List who got an issue, who did not and why."""
    import csv
    from itertools import chain, islice

    import orjson

    from newsletter import publish
    from newsletter.audience.cells import guard

    if state is not None and state not in STATES:
        raise UsageError(f"“{state}” is no state.", hint=f"Known are: {', '.join(STATES)}.")
    house = wiring()
    found = publish.recipients(house, publish.issue_id(house, issue), state=state)
    rows = chain([*islice(found, 1)], found)  # the first one now: a refusal prints no line of column names
    if json:
        for row in rows:
            sys.stdout.write(orjson.dumps(row).decode() + "\n")
        return
    writer = csv.DictWriter(sys.stdout, ["email", "state", "reason", "at", "message_id"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: guard(value) for name, value in row.items()} for row in rows)


def _send_test(issue: str, addresses: list[str], *, json: bool) -> None:
    from newsletter import publish
    from newsletter.audience.address import normalise
    from newsletter.delivery.outcomes import Accepted

    house = wiring()
    outcome = publish.send_test(house, issue, addresses)
    if not isinstance(outcome, Accepted):
        raise DeliveryError(f"The test was not accepted: {outcome.reason}")
    count = len({normalise(each) for each in addresses})
    if json:
        print_json({"issue": publish.issue_id(house, issue), "test": count, "accepted": count})
    say(f"The test was accepted for {count} address{'es' if count > 1 else ''}.")
    if house.settings.delivery.provider == "sandbox":
        say("Local SendGrid: nobody was really mailed. Read it with: newsletter sandbox")


def _deliver(issue: str, run: "object", *, json: bool) -> None:
    """Run a send with its progress shown; Ctrl-C ends it cleanly, with the proof and the way on."""
    from newsletter import publish

    proof: Proof | None
    try:
        with progress_told() as progress:
            proof = run(progress)  # type: ignore[operator]
    except (KeyboardInterrupt, SendingStopped) as stop:
        say(f"Error: {stop}" if isinstance(stop, SendingStopped) else "Stopped.")
        house = wiring()
        proof = publish.status(house, publish.issue_id(house, issue))
    if proof is None:
        raise DeliveryError("Nothing was sent.")
    if json:
        print_json(proof.as_dict())
    show_proof(proof)
    if not proof.settled:
        say(way_on(proof))
        raise typer.Exit(3)


def _show_sending(sending: "Sending") -> None:
    what = {
        "first": f"to {sending.readers:,} readers of “{sending.list_name}”",
        "newcomers": f"to {sending.readers:,} who joined “{sending.list_name}” since",
        "missing": f"to {sending.readers:,} of “{sending.list_name}” who did not get it",
        "continue": f"going on with {sending.readers:,} readers of “{sending.list_name}”",
    }[sending.kind]
    say(f"{sending.issue} — “{sending.message.subject}”, {what}, through {sending.provider}.")
    for reason, n in sorted(sending.excluded.items()):
        say(f"  not to {n:,}: {reason}")
    for finding in sending.findings:
        if finding.severity == "error":
            say(str(finding))
    if warnings := sum(finding.severity == "warning" for finding in sending.findings):
        say(f"  Warnings: {warnings}. Read them with: newsletter check {sending.issue}")
    if sending.provider == "sandbox":
        say("  No mail leaves this machine.")
    if sending.nothing_to_do:
        why = "Nobody on it may be mailed" if sending.kind == "first" else "Everyone was mailed already"
        say(f"  {why}; there is nothing to do.")


def _foreseen(sending: "Sending") -> dict[str, object]:
    return {
        "issue": sending.issue,
        "kind": sending.kind,
        "provider": sending.provider,
        "list": sending.list_name,
        "readers": sending.readers,
        "excluded": dict(sorted(sending.excluded.items())),
        "subject": sending.message.subject,
        "digest": sending.message.digest,
    }
