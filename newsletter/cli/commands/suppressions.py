"""Commands for suppressions: show, add, remove."""

import sys

import typer

from newsletter.cli.completion import words
from newsletter.cli.console import handle_errors, open_letter
from newsletter.cli.manual import App
from newsletter.cli.panels import READERS
from newsletter.cli.terminal.output import say
from newsletter.delivery.states import SuppressionReason
from newsletter.sentences import count_of

app = App(help="Addresses that are never mailed, with the reason.", invoke_without_command=True)


def register(root: App) -> None:
    """Add these commands, as a group."""
    root.add_typer(app, name="suppressions", rich_help_panel=READERS)


REASONS = tuple(SuppressionReason)
REASON = typer.Option(
    None,
    "--reason",
    metavar="|".join(REASONS),
    help="Only with this reason.",
    autocompletion=words(*REASONS),
)


@app.callback()
@handle_errors
def suppressions(
    context: typer.Context,
    reason: str | None = REASON,
    json: bool = typer.Option(False, "--json", help="Print a JSON array instead of CSV."),
) -> None:
    """Show the addresses that are never mailed, as CSV on stdout."""
    if context.invoked_subcommand is not None:
        return
    with open_letter() as letter:
        count = letter.suppressions.export(sys.stdout, reason=reason, as_json=json)
    say(f"{count_of(count, 'address is', 'addresses are')} never mailed.")


@app.command(example="newsletter suppressions add ana@example.org --reason complaint")
@handle_errors
def add(
    addresses: list[str] = typer.Argument(..., metavar="ADDRESS…", help="The addresses."),
    reason: str = typer.Option(
        SuppressionReason.MANUAL,
        "--reason",
        metavar="|".join(REASONS),
        help="Why.",
        autocompletion=words(*REASONS),
    ),
) -> None:
    """Never mail these addresses again, on any list."""
    with open_letter() as letter:
        held = letter.suppressions.add(addresses, reason=reason)
    for suppression in held:
        say(f"{suppression.email} is never mailed: {suppression.reason}.")


@app.command(example="newsletter suppressions remove ana@example.org")
@handle_errors
def remove(address: str = typer.Argument(..., metavar="ADDRESS", help="The address.")) -> None:
    """Let an address be mailed again."""
    with open_letter() as letter:
        say(f"{letter.suppressions.remove(address)} may be mailed again.")
