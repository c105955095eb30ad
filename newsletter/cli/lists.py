"""Commands for lists: show them, make one."""

import typer

from newsletter.cli.console import print_json, say, told, wiring

app = typer.Typer(help="The lists, with how many readers of each status.", invoke_without_command=True)


@app.callback()
@told
def lists(
    context: typer.Context, json: bool = typer.Option(False, "--json", help="Print JSON to stdout.")
) -> None:
    """Show the lists, with how many readers of each status."""
    if context.invoked_subcommand is not None:
        return
    from newsletter import exports, readership

    found = readership.list_counts(wiring().engine)
    if json:
        print_json([exports.list_document(one) for one in found])
        return
    for one in found:
        say(
            f"{one.name}: {one.confirmed:,} confirmed, {one.pending:,} pending, "
            f"{one.unsubscribed:,} unsubscribed; {one.suppressed:,} of all these suppressed"
        )
    if not found:
        say("There is no list yet. Make one: newsletter subscribers import FILE --list NAME")


@app.command()
@told
def create(name: str = typer.Argument(..., metavar="NAME", help="What the list is called.")) -> None:
    """Make an empty list."""
    from newsletter import readership

    house = wiring()
    made = readership.make_list(house.engine, name, now=house.clock.now)
    say(f"The list “{name}” is {'new' if made else 'there already'}.")
