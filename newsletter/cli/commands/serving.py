"""The command that runs the readers' site: serve."""

import typer

from newsletter.cli.console import end_line, say, told, wiring
from newsletter.cli.manual import RUN, App


def register(app: App) -> None:
    """Add this command."""
    app.command(panel=RUN, example="newsletter serve --port 8000")(serve)


@told
def serve(
    host: str = typer.Option("127.0.0.1", "--host", metavar="ADDRESS", help="The address to listen on."),
    port: int = typer.Option(
        8000, "--port", metavar="N", min=0, max=65535, help="The port; 0 picks a free one."
    ),
) -> None:
    """Run the readers' site and the webhook, and send scheduled issues at their time."""
    from threading import Event, Thread

    from newsletter.scheduler import run_due_issues
    from newsletter.web.server import run_site

    house, stop = wiring(), Event()
    scheduler = Thread(target=run_due_issues, args=[house, stop, say], name="scheduler", daemon=True)
    try:
        run_site(house, host, port, say, ready=scheduler.start)
    finally:
        stop.set()
        if scheduler.is_alive():
            scheduler.join()  # a sender it started finishes what is on the wire
    end_line()
