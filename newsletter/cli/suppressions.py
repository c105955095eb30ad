"""Commands for suppressions: show, add, remove."""

import sys

import typer

from newsletter.cli.console import say, told, wiring

app = typer.Typer(help="Addresses that are never mailed, with the reason.", invoke_without_command=True)

REASON = typer.Option(
    None, "--reason", metavar="R", help="bounce, complaint, unsubscribed, manual or invalid."
)


@app.callback()
@told
def suppressions(
    context: typer.Context,
    reason: str | None = REASON,
    json: bool = typer.Option(False, "--json", help="As a JSON array, not CSV."),
) -> None:
    """Show the addresses that are never mailed, as CSV on stdout."""
    if context.invoked_subcommand is not None:
        return
    from newsletter import readership

    count = readership.export_suppressions(wiring().engine, sys.stdout, reason=reason, as_json=json)
    say(f"{count:,} addresses are never mailed.")


@app.command()
@told
def add(
    addresses: list[str] = typer.Argument(..., metavar="ADDRESS…", help="Whom never to mail."),
    reason: str = typer.Option("manual", "--reason", metavar="R", help="Why; see suppressions --help."),
) -> None:
    """Never mail these addresses again, on any list."""
    from newsletter import readership

    house = wiring()
    for held in readership.suppress(house.engine, addresses, now=house.clock.now, reason=reason):
        say(f"{held.email} is never mailed: {held.reason}.")


@app.command()
@told
def remove(address: str = typer.Argument(..., metavar="ADDRESS", help="Who may be mailed again.")) -> None:
    """Let an address be mailed again."""
    from newsletter import readership

    house = wiring()
    say(f"{readership.unsuppress(house.engine, address, now=house.clock.now)} may be mailed again.")
