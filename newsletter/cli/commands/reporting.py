"""Commands for what the provider reports: sync."""

import typer

from newsletter.cli.console import print_json, progress_told, say, told, wiring
from newsletter.cli.manual import RUN, App
from newsletter.errors import UsageError
from newsletter.sentences import count_of


def register(app: App) -> None:
    """Add these commands."""
    app.command(panel=RUN, example="newsletter sync --since 2026-03-01")(sync)


@told
def sync(
    since: str | None = typer.Option(
        None, "--since", metavar="DATE", help="From this day on; without it, from the last sync on."
    ),
    json: bool = typer.Option(False, "--json", help="Print the counts as JSON."),
) -> None:
    """Suppress the addresses that the provider itself no longer mails."""
    from newsletter.readership import reports

    begin = None if since is None else _instant(since)
    house = wiring()
    with house.provider() as provider, progress_told() as progress:
        done = reports.sync(house.engine, provider, now=house.clock.now, since=begin, progress=progress)
    if json:
        print_json({"read": done.read, "suppressed": dict(sorted(done.suppressed.items()))})
        return
    for reason, n in sorted(done.suppressed.items()):
        if n:
            say(f"  {reason}: {n:,}")
    entries = count_of(done.read, "entry", "entries")
    addresses = count_of(sum(done.suppressed.values()), "address", "addresses")
    say(f"{entries} read, {addresses} newly suppressed.")


def _instant(day: str) -> int:
    """Return the first instant of a day in UTC, in microseconds."""
    from datetime import UTC, datetime

    try:
        begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"“{day}” is no date.", hint="Write it like 2026-03-01.") from None
    return max(0, int(begin.timestamp())) * 1_000_000
