"""Commands for sending: send, resume, status, recipients."""

import sys
from typing import TYPE_CHECKING

import typer

from newsletter.cli.commands.writing import ISSUE
from newsletter.cli.completion import issues, lists, words
from newsletter.cli.console import (
    confirm,
    next_steps,
    print_json,
    progress_told,
    say,
    show_proof,
    told,
    way_on,
    wiring,
)
from newsletter.cli.manual import SEND, App
from newsletter.errors import AudienceError, DeliveryError, SendingStopped, UsageError
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from newsletter.delivery.proof import Proof
    from newsletter.publish import Progress, SendPlan
    from newsletter.store.events.decisions import Decided
    from newsletter.wiring import Wiring

JSON = typer.Option(False, "--json", help="Print the proof as JSON, the only document on stdout.")
STATES = ("accepted", "rejected", "excluded", "unknown", "pending")


def register(app: App) -> None:
    """Add these commands."""
    for function, example in (
        (
            send,
            """newsletter send 2026-01-12-prisoners --test me@example.org
newsletter send 2026-01-12-prisoners --list readers --at 'tomorrow 7:00'""",
        ),
        (resume, "newsletter resume 2026-01-12-prisoners"),
        (status, "newsletter status 2026-01-12-prisoners"),
        (recipients, "newsletter recipients 2026-01-12-prisoners --state rejected > rejected.csv"),
    ):
        app.command(panel=SEND, example=example)(function)


@told
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
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
    json: bool = JSON,
) -> None:
    """Send an issue: everyone once, nobody twice, with a proof at the end."""
    from newsletter import publish
    from newsletter.cli import plans

    house = wiring()
    if test:
        if dry_run or only_missing or as_sent or at or undo_window:
            raise UsageError(
                "--test mails the issue as it stands, at once, to the addresses given.",
                hint="Leave out --dry-run, --only-missing, --as-sent, --at and --undo-window.",
            )
        _send_test(issue, test, json=json)
        return
    moment = _moment(house, at, undo_window)
    sending = publish.plan_send(house, issue, list_name=list, only_missing=only_missing, as_sent=as_sent)
    if moment and sending.state == "scheduled":
        raise UsageError(
            f"“{sending.issue}” is scheduled already.",
            hint=f"To move it, send it with another --at after: {command('cancel', sending.issue)}",
        )
    if moment and sending.kind == "continue":
        raise UsageError(
            "Sending of this issue has begun, so it can only go on now.",
            hint=f"See: {command('status', sending.issue)}",
        )
    plans.show(sending)
    if dry_run:
        if json:
            print_json(plans.document(sending))
        elif not sending.nothing_to_do:
            say("Nothing was sent. To send it, run the command without --dry-run.")
        return
    if not sending.nothing_to_do and not confirm("Send?", yes=yes):
        say("Nothing was sent.")
        raise typer.Exit(1)
    moment = _moment(house, at, undo_window)  # anew: the answer may have taken a while
    if moment is None or sending.nothing_to_do:
        deliver(house, sending.issue, lambda told: publish.send(house, sending, progress=told), json=json)
    else:
        _schedule(house, sending, moment, wait=not no_wait, undo=undo_window is not None, json=json)


def _moment(house: "Wiring", at: str | None, undo_window: str | None) -> int | None:
    from newsletter.delivery.schedule import parse_span, parse_when

    if at is not None and undo_window is not None:
        raise UsageError("--at and --undo-window are two ways to say when.", hint="Use one of them.")
    now = house.clock.now()
    if undo_window is not None:
        return now + parse_span(undo_window)
    return None if at is None else parse_when(at, now=now, zone=house.settings.publication.time_zone)


def _schedule(house: "Wiring", sending: "SendPlan", at: int, *, wait: bool, undo: bool, json: bool) -> None:
    """Freeze the issue, and wait for its time unless that is left to others."""
    from newsletter import publish

    issue = sending.issue
    if wait and not house.settings.approval.required:
        _send_in_time(house, sending, at, undo=undo, json=json)
        return
    publish.schedule(house, sending, at)
    proof = publish.status(house, issue)
    if house.settings.approval.required:
        _end(house, issue, proof, json=json)
        return
    say(f"It goes out {_when(house, at)}. Stop it with: {command('cancel', issue)}")
    say(f"`newsletter serve` sends it then, or: {command('resume', issue)}")
    if json and proof:
        print_json(proof.as_dict())


def _send_in_time(house: "Wiring", sending: "SendPlan", at: int, *, undo: bool, json: bool) -> None:
    """Freeze the issue, wait for its time and send it; Ctrl-C undoes it, or leaves it to others."""
    from newsletter import publish

    issue, stopped = sending.issue, ""
    try:
        publish.schedule(house, sending, at)
        stop = "Ctrl-C undoes it, and so does" if undo else "Stop it with"
        say(f"It goes out {_when(house, at)}. {stop}: {command('cancel', issue)}")
        with progress_told() as progress:
            proof: Proof | None = publish.resume(house, issue, progress=progress)
    except KeyboardInterrupt:
        if undo and publish.undo(house, issue):
            say("Undone: nobody was mailed.")
        else:
            stopped = "Stopped."
        proof = publish.status(house, issue)
    except SendingStopped as stop_of_its_own:
        stopped = f"Error: {stop_of_its_own}"
        proof = publish.status(house, issue)
    _end(house, issue, proof, stopped=stopped, json=json)


def _when(house: "Wiring", at: int) -> str:
    from newsletter.delivery.schedule import describe

    return describe(at, house.clock.now(), house.settings.publication.time_zone)


@told
def resume(issue: str = ISSUE, json: bool = JSON) -> None:
    """Go on with an issue that was interrupted, paused, held or scheduled, exactly as it began."""
    from newsletter import publish

    house = wiring()
    deliver(house, issue, lambda progress: publish.resume(house, issue, progress=progress), json=json)


@told
def status(
    issue: str | None = typer.Argument(
        None, metavar="[ISSUE]", help="Which issue; without one, every issue sent.", autocompletion=issues
    ),
    json: bool = JSON,
) -> None:
    """Show how far an issue's delivery is."""
    from newsletter import publish

    house = wiring()
    wanted = [publish.issue_id(house, issue)] if issue is not None else publish.mailed_issues(house)
    proofs = [proof for each in wanted if (proof := publish.status(house, each))]
    if issue is not None and not proofs:
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: {command('send', issue)}")
    if issue is not None:
        proofs += publish.corrections(house, proofs[0].issue)
    if json:
        print_json(_document(proofs) if issue is not None else [each.as_dict() for each in proofs])
        return
    for proof in proofs:
        show_proof(proof)
        if proof.send_at is not None:
            say(f"It goes out {_when(house, proof.send_at)}.")
        if not proof.settled:
            say(way_on(proof))
        if issue is not None:
            _show_decisions(publish.decisions(house, proof.issue))
    if not proofs:
        say("No issue was sent yet.")


@told
def recipients(
    issue: str = ISSUE,
    state: str | None = typer.Option(
        None,
        "--state",
        metavar="|".join(STATES),
        help="Only readers in this state.",
        autocompletion=words(*STATES),
    ),
    address: str | None = typer.Option(None, "--address", metavar="ADDRESS", help="Only this reader."),
    json: bool = typer.Option(False, "--json", help="Print a JSON object a line instead of CSV."),
) -> None:
    """List who got an issue, and who did not and why, as CSV on stdout."""
    import csv
    from itertools import chain, islice

    import orjson

    from newsletter import publish
    from newsletter.contacts.table.formulas import guard

    if state is not None and state not in STATES:
        raise UsageError(f"“{state}” is no state.", hint=f"Write one of these: {', '.join(STATES)}.")
    house = wiring()
    found = publish.recipients(house, publish.issue_id(house, issue), state=state, address=address)
    first = [*islice(found, 1)]  # now: a refusal prints no line of column names
    if address is not None and not first:
        raise AudienceError(
            f"{address} was not on the list when the issue was sent.",
            hint=f"See what is known: {command('subscribers', 'show', address)}",
        )
    rows = chain(first, found)
    if json:
        for row in rows:
            sys.stdout.write(orjson.dumps(row).decode() + "\n")
        return
    columns = ["email", "state", "reason", "reported", "at", "message_id"]
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: guard(value) for name, value in row.items()} for row in rows)


def _send_test(issue: str, addresses: list[str], *, json: bool) -> None:
    from newsletter import publish
    from newsletter.contacts.address import normalise
    from newsletter.delivery.outcomes import Accepted

    house = wiring()
    outcome = publish.send_test(house, issue, addresses)
    if not isinstance(outcome, Accepted):
        raise DeliveryError(f"The test was not accepted: {outcome.reason}")
    count = len({normalise(each) for each in addresses})
    if json:
        print_json({"issue": publish.issue_id(house, issue), "test": count, "accepted": count})
    say(f"The test was accepted for {count_of(count, 'address', 'addresses')}.")
    if house.settings.delivery.provider == "sandbox":
        say("Local SendGrid: nobody was really mailed. Read it: newsletter sandbox")


def deliver(house: "Wiring", issue: str, run: "Callable[[Progress], Proof | None]", *, json: bool) -> None:
    """Run a send with its progress shown; Ctrl-C ends it cleanly, with the proof and the way on."""
    from newsletter import publish

    proof: Proof | None
    stopped = ""
    try:
        with progress_told() as progress:
            proof = run(progress)
    except (KeyboardInterrupt, SendingStopped) as stop:
        stopped = f"Error: {stop}" if isinstance(stop, SendingStopped) else "Stopped."
        proof = publish.status(house, publish.issue_id(house, issue))
    _end(house, issue, proof, stopped=stopped, json=json)


def _end(house: "Wiring", issue: str, proof: "Proof | None", *, stopped: str = "", json: bool) -> None:
    """Show how it ended: the proof, and the command that goes on where something is left."""
    if stopped:
        say(stopped)
    if proof is None:
        raise DeliveryError(f"Nothing of “{issue}” was sent.")
    if json:
        print_json(proof.as_dict())
    show_proof(proof)
    if proof.send_at is not None:
        say(f"It goes out {_when(house, proof.send_at)}.")
    if not proof.settled or (stopped and proof.state == "sending"):
        say(way_on(proof))
        raise typer.Exit(3)
    if proof.state == "finished":
        say(next_steps(proof))


def _show_decisions(made: "Sequence[Decided]") -> None:
    """Show the latest decision on each request without an answer, those of the same verdict together."""
    latest = {each.batch: each for each in made}
    for verdict in dict.fromkeys(each.verdict for each in latest.values()):
        same = [each for each in latest.values() if each.verdict == verdict]
        readers = sum(each.readers for each in same)
        requests = f" in {len(same):,} requests" if len(same) > 1 else ""
        say(f"  {count_of(readers, 'reader')} without an answer{requests}: {verdict}. {same[-1].evidence}")


def _document(proofs: "Sequence[Proof]") -> dict[str, object]:
    document = proofs[0].as_dict()
    return document | {"corrections": [each.as_dict() for each in proofs[1:]]} if proofs[1:] else document
