"""Commands that serve others: serve, sandbox; and sync, which asks the provider what it no longer mails."""

from datetime import UTC, datetime

import typer

from newsletter.cli.console import handle_errors, open_letter, print_json
from newsletter.cli.manual import App
from newsletter.cli.panels import RUN
from newsletter.cli.terminal.output import end_line, say
from newsletter.cli.terminal.progress import shown_progress
from newsletter.errors import UsageError
from newsletter.sentences import count_of


def register(app: App) -> None:
    """Add these commands."""
    app.command(panel=RUN, example="newsletter sync --since 2026-03-01")(sync)
    app.command(panel=RUN, example="newsletter serve --port 8000")(serve)
    app.command(panel=RUN, example="newsletter sandbox")(sandbox)


@handle_errors
def sync(
    since: str | None = typer.Option(
        None, "--since", metavar="DATE", help="From this day on; without it, from the last sync on."
    ),
    json: bool = typer.Option(False, "--json", help="Print the counts as JSON."),
) -> None:
    """Suppress the addresses that the provider itself no longer mails."""
    begin = None if since is None else _start_of(since)
    with open_letter() as letter, shown_progress() as progress:
        done = letter.sync(since=begin, progress=progress)
    if json:
        print_json({"read": done.read, "suppressed": dict(sorted(done.suppressed.items()))})
        return
    for reason, n in sorted(done.suppressed.items()):
        if n:
            say(f"  {reason}: {n:,}")
    entries = count_of(done.read, "entry", "entries")
    addresses = count_of(sum(done.suppressed.values()), "address", "addresses")
    say(f"{entries} read, {addresses} newly suppressed.")


def _start_of(day: str) -> datetime:
    """Return the first moment of a day in UTC."""
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"“{day}” is no date.", hint="Write it like 2026-03-01.") from None


@handle_errors
def serve(
    host: str = typer.Option("127.0.0.1", "--host", metavar="ADDRESS", help="The address to listen on."),
    port: int = typer.Option(
        8000, "--port", metavar="N", min=0, max=65535, help="The port; 0 picks a free one."
    ),
) -> None:
    """Run the readers' site and the webhook, and send scheduled issues at their time."""
    with open_letter() as letter:
        letter.serve(host, port, say=say)
    end_line()


@handle_errors
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
    from newsletter import Drill

    with open_letter() as letter:
        letter.sandbox(Drill(host, port, webhook, fault, repeat, shuffle), say=say)
    end_line()
