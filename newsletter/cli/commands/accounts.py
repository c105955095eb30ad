"""Commands that tell how an issue stands and who got it: status, recipients."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from newsletter.cli.completion import issues, words
from newsletter.cli.console import handle_errors, open_letter, print_json
from newsletter.cli.delivering import say_when
from newsletter.cli.manual import App
from newsletter.cli.panels import SEND
from newsletter.cli.parameters import ISSUE, PROOF_AS_JSON
from newsletter.cli.proofs import show_decisions, show_proof, warn_unless_sure, way_on
from newsletter.cli.terminal.output import say
from newsletter.delivery.states import RecipientState

if TYPE_CHECKING:
    from newsletter import Proof

COLUMNS = ("email", "state", "reason", "reported", "at", "message_id")


def register(app: App) -> None:
    """Add these commands."""
    app.command(panel=SEND, example="newsletter status 2026-01-12-prisoners")(status)
    app.command(
        panel=SEND, example="newsletter recipients 2026-01-12-prisoners --state rejected > rejected.csv"
    )(recipients)


@handle_errors
def status(
    issue: str | None = typer.Argument(
        None, metavar="[ISSUE]", help="Which issue; without one, every issue sent.", autocompletion=issues
    ),
    json: bool = PROOF_AS_JSON,
) -> None:
    """Show how far an issue's delivery is."""
    with open_letter() as letter:
        proofs = letter.proofs() if issue is None else [letter.proof(issue, draft=json)]
        if issue is not None:
            proofs += letter.corrections(proofs[0].issue)
        if json:
            print_json([proof.as_dict() for proof in proofs] if issue is None else _document(proofs))
            return
        warn_unless_sure(letter.standing())
        for proof in proofs:
            show_proof(proof)
            say_when(letter, proof)
            if not proof.complete:
                say(way_on(proof))
            if issue is not None:
                show_decisions(letter.decisions(proof.issue))
        if not proofs:
            say("No issue was sent yet.")


def _document(proofs: "Sequence[Proof]") -> dict[str, object]:
    document = proofs[0].as_dict()
    return document | {"corrections": [proof.as_dict() for proof in proofs[1:]]} if proofs[1:] else document


@handle_errors
def recipients(
    issue: str = ISSUE,
    state: str | None = typer.Option(
        None,
        "--state",
        metavar="|".join(RecipientState),
        help="Only readers in this state.",
        autocompletion=words(*RecipientState),
    ),
    address: str | None = typer.Option(None, "--address", metavar="ADDRESS", help="Only this reader."),
    json: bool = typer.Option(False, "--json", help="Print a JSON object a line instead of CSV."),
) -> None:
    """List who got an issue, and who did not and why, as CSV on stdout."""
    import csv

    import orjson

    from newsletter.contacts.table.formulas import guard

    with open_letter() as letter:
        accounts = letter.recipients(issue, state=state, address=address)
        if json:
            for account in accounts:
                sys.stdout.write(orjson.dumps(account).decode() + "\n")
            return
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: guard(str(value)) for name, value in account.items()} for account in accounts)
