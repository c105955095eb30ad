"""Long-running commands: sandbox."""

import typer

from newsletter.cli.console import say, told, wiring


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(sandbox)


@told
def sandbox(
    port: int = typer.Option(
        8025, "--port", min=0, max=65535, help="Where its page answers; 0 picks a free port."
    ),
    host: str = typer.Option("127.0.0.1", "--host", help="The address to listen on."),
    webhook: str | None = typer.Option(
        None,
        "--webhook",
        metavar="URL",
        help="Where it reports what becomes of mail: unless said, site_url if on this machine.",
    ),
    fault: list[str] = typer.Option(
        [], "--fault", metavar="NAME[:COUNT|:SHARE]", help="Let coming requests fail; may be repeated."
    ),
    repeat: int = typer.Option(0, "--repeat", min=0, max=20, help="Report everything so many times more."),
    shuffle: int | None = typer.Option(
        None, "--shuffle", metavar="SEED", help="Report in an order drawn from this number."
    ),
) -> None:
    """Run the local SendGrid: its API, and an inbox of what each reader got."""
    from newsletter.desk import run_sandbox

    run_sandbox(wiring(), host, port, say, webhook=webhook, faults=fault, repeat=repeat, shuffle=shuffle)
