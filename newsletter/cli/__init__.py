"""The command line: parse, call, print."""

import typer

from newsletter.cli.console import state
from newsletter.cli.manual import READERS, App
from newsletter.cli.stopping import ended_by_signals
from newsletter.garbage import collect_seldom

app = App(
    name="newsletter",
    help="Briefs in, a responsive email out: to everyone once, nobody twice, with a proof of who got it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("newsletter"))
        raise typer.Exit


@app.callback()
def root(
    config: str | None = typer.Option(
        None,
        "--config",
        metavar="FILE",
        help="The newsletter.toml to use, if not the one in this folder or above.",
    ),
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Set what all commands share."""
    state.config = config


def _register() -> None:
    from newsletter.cli.commands import (
        controlling,
        delivering,
        demo,
        erasing,
        helping,
        reporting,
        running,
        serving,
        writing,
    )
    from newsletter.cli.commands.lists import app as lists
    from newsletter.cli.commands.subscribers import app as subscribers
    from newsletter.cli.commands.suppressions import app as suppressions

    writing.register(app)
    delivering.register(app)
    controlling.register(app)
    erasing.register(subscribers)
    app.add_typer(subscribers, name="subscribers", rich_help_panel=READERS)
    app.add_typer(lists, name="lists", rich_help_panel=READERS)
    app.add_typer(suppressions, name="suppressions", rich_help_panel=READERS)
    reporting.register(app)
    serving.register(app)
    running.register(app)
    demo.register(app)
    helping.register(app)


_register()


def main(*, told_once: bool = False) -> None:
    """Run the command; ``told_once`` when a second signal to end is the same wish, not impatience."""
    collect_seldom()
    with ended_by_signals(once=told_once):
        app(prog_name="newsletter")
