"""The command line: parse, call, print."""

import typer

from newsletter.cli.homes import Root
from newsletter.cli.manual import App
from newsletter.cli.stopping import ended_by_signals
from newsletter.cli.terminal.output import state
from newsletter.garbage import collect_seldom, end_without_collecting

app = App(
    cls=Root,
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


def main(*, ended_once: bool = False) -> None:
    """Run the command; ``ended_once`` when a second signal to end is the same wish, not impatience."""
    collect_seldom()
    try:
        with ended_by_signals(once=ended_once):
            app(prog_name="newsletter")
    finally:
        end_without_collecting()
