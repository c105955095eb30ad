"""Commands for what the provider reports: sync."""

import typer

from newsletter.cli.console import print_json, progress_told, say, told, wiring
from newsletter.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(sync)


@told
def sync(
    since: str | None = typer.Option(
        None, "--since", metavar="DATE", help="From this day on; without it, since the last time."
    ),
    json: bool = typer.Option(False, "--json", help="Print the counts as JSON."),
) -> None:
    """Suppress whom the provider itself no longer mails: what its reports may have missed."""
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
    say(f"{done.read:,} entries read, {sum(done.suppressed.values()):,} addresses newly suppressed.")


def _instant(day: str) -> int:
    """Return the first instant of a day in UTC, in microseconds."""
    from datetime import UTC, datetime

    try:
        begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"“{day}” is no date.", hint="Write it like 2026-03-01.") from None
    return max(0, int(begin.timestamp())) * 1_000_000
