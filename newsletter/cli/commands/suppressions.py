"""Commands for suppressions: show, add, remove."""

import sys

import typer

from newsletter.cli.completion import words
from newsletter.cli.console import say, told, wiring
from newsletter.cli.manual import App
from newsletter.sentences import count_of

app = App(help="Addresses that are never mailed, with the reason.", invoke_without_command=True)

REASONS = ("bounce", "complaint", "unsubscribed", "manual", "invalid")
REASON = typer.Option(
    None, "--reason", metavar="|".join(REASONS), help="Only with this reason.", autocompletion=words(*REASONS)
)


@app.callback()
@told
def suppressions(
    context: typer.Context,
    reason: str | None = REASON,
    json: bool = typer.Option(False, "--json", help="Print a JSON array instead of CSV."),
) -> None:
    """Show the addresses that are never mailed, as CSV on stdout."""
    if context.invoked_subcommand is not None:
        return
    from newsletter import readership

    count = readership.export_suppressions(wiring().engine, sys.stdout, reason=reason, as_json=json)
    say(f"{count_of(count, 'address is', 'addresses are')} never mailed.")


@app.command(example="newsletter suppressions add ana@example.org --reason complaint")
@told
def add(
    addresses: list[str] = typer.Argument(..., metavar="ADDRESS…", help="The addresses."),
    reason: str = typer.Option(
        "manual", "--reason", metavar="|".join(REASONS), help="Why.", autocompletion=words(*REASONS)
    ),
) -> None:
    """Never mail these addresses again, on any list."""
    from newsletter import readership

    house = wiring()
    for held in readership.suppress(house.engine, addresses, now=house.clock.now, reason=reason):
        say(f"{held.email} is never mailed: {held.reason}.")


@app.command(example="newsletter suppressions remove ana@example.org")
@told
def remove(address: str = typer.Argument(..., metavar="ADDRESS", help="The address.")) -> None:
    """Let an address be mailed again."""
    from newsletter import readership

    house = wiring()
    say(f"{readership.unsuppress(house.engine, address, now=house.clock.now)} may be mailed again.")
