"""The command that shows the pages of help: help."""

from typing import Any

import typer

from newsletter.cli.completion import commands
from newsletter.cli.manual import App, Group, refuse_command
from newsletter.cli.panels import HELP


def register(app: App) -> None:
    """Add this command."""
    app.command("help", panel=HELP, example="newsletter help send\nnewsletter help subscribers import")(help_)


def help_(
    context: typer.Context,
    words: list[str] = typer.Argument(
        None, metavar="[COMMAND…]", help="The command; without one, all of them.", autocompletion=commands
    ),
) -> None:
    """Show what a command does, its options and an example."""
    from newsletter.cli.pages import page

    command: Any = context.find_root().command
    current: Any = context.find_root()
    for word in words or []:
        found = command.get_command(current, word) if isinstance(command, Group) else None
        if found is None:
            refuse_command(word, command, current)
        current = type(current)(found, info_name=word, parent=current)
        command = found
    typer.echo(page(command, current), nl=False)
