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
) -> None:
    """Run the local SendGrid: its API, and an inbox of what each reader got."""
    from newsletter.desk import run_sandbox

    run_sandbox(wiring(), host, port, say)
