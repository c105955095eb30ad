"""Long-running commands: sandbox."""

import typer

from newsletter.cli.console import end_line, say, told, wiring
from newsletter.cli.manual import RUN, App


def register(app: App) -> None:
    """Add these commands."""
    app.command(panel=RUN, example="newsletter sandbox")(sandbox)


@told
def sandbox(
    port: int = typer.Option(
        8025, "--port", metavar="N", min=0, max=65535, help="Where its page answers; 0 picks a free port."
    ),
    host: str = typer.Option("127.0.0.1", "--host", metavar="ADDRESS", help="The address to listen on."),
    webhook: str | None = typer.Option(
        None,
        "--webhook",
        metavar="URL",
        help="Where it reports what happens to mail; without it, site_url if that is on this machine.",
    ),
    fault: list[str] = typer.Option(
        [], "--fault", metavar="NAME[:COUNT|:SHARE]", help="Let coming requests fail; repeatable."
    ),
    repeat: int = typer.Option(
        0, "--repeat", metavar="N", min=0, max=20, help="How many more times to report everything."
    ),
    shuffle: int | None = typer.Option(
        None, "--shuffle", metavar="SEED", help="Report in a random order, the same for the same number."
    ),
) -> None:
    """Run the local SendGrid: its API, and an inbox of what each reader got."""
    from newsletter.sandbox.server.run import Drill, run_sandbox

    run_sandbox(wiring(), Drill(host, port, webhook, fault, repeat, shuffle), say)
    end_line()
