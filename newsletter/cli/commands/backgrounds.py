"""Commands for living backgrounds: show them all, or one with what its versions differ in."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from newsletter.cli.completion import backgrounds as known_backgrounds
from newsletter.cli.console import handle_errors, open_letter, print_json
from newsletter.cli.manual import App
from newsletter.cli.panels import WRITE
from newsletter.cli.parameters import JSON
from newsletter.cli.terminal.output import say
from newsletter.sentences import count_of

if TYPE_CHECKING:
    from newsletter import BackgroundRecord
    from newsletter.backgrounds.history import BackgroundVersion

app = App(help="Living backgrounds, and which issues had them.", invoke_without_command=True)


def register(root: App) -> None:
    """Add these commands, as a group."""
    root.add_typer(app, name="backgrounds", rich_help_panel=WRITE)


@app.callback()
@handle_errors
def backgrounds(context: typer.Context, json: bool = JSON) -> None:
    """Show the living backgrounds: their reviews and versions, and which issues mailed each to how many."""
    if context.invoked_subcommand is not None:
        return
    from newsletter.backgrounds.report import document

    with open_letter() as letter:
        records = letter.backgrounds.all()
    if json:
        print_json([document(record) for record in records])
        return
    for record in records:
        _say_record(record)
    if not records:
        say("There is no background yet. One is a file in backgrounds/, such as backgrounds/NAME.md.")


@app.command(example="newsletter backgrounds show leap-second")
@handle_errors
def show(
    name: str = typer.Argument(
        ..., metavar="NAME", help="The background's name.", autocompletion=known_backgrounds
    ),
    json: bool = JSON,
) -> None:
    """Show a living background, and what changed from each of its versions to the next."""
    from newsletter.backgrounds.history import differences_of
    from newsletter.backgrounds.report import whole_document

    with open_letter() as letter:
        record = letter.backgrounds.show(name)
    if json:
        print_json(whole_document(record))
        return
    _say_record(record)
    for before, after, lines in differences_of(record):
        say(f"\nFrom version {before} to {f'version {after}' if after else 'the text as it stands'}:")
        for line in lines:
            say(f"  {line}")


def _say_record(record: "BackgroundRecord") -> None:
    say(f"{record.name} — {record.title}" if record.title else record.name)
    for line in _about(record):
        say(f"  {line}")


def _about(record: "BackgroundRecord") -> Iterator[str]:
    background = record.background
    if background:
        yield f"reviewed on {background.reviewed} by {background.reviewer}; {_stand(record)}"
    for version in record.versions:
        yield f"version {version.number}, first {_day(version)}: {_readers(version)}"
    for finding in record.findings:
        yield f"{finding.place}: {finding.severity} {finding.code}: {finding.message}"
        if finding.hint:
            yield f"  {finding.hint}"


def _stand(record: "BackgroundRecord") -> str:
    if record.number is not None:
        return f"as it stands it is version {record.number}"
    return "no reader has it yet as it stands" if record.versions else "no reader has it yet"


def _day(version: "BackgroundVersion") -> str:
    from newsletter.instants import shown

    return f"frozen at {shown(version.first_at)}"


def _readers(version: "BackgroundVersion") -> str:
    parts = [
        f"{count_of(issue.accepted, 'reader')} of “{issue.list_name}” in {issue.issue}"
        + (f" ({issue.unknown:,} more unknown)" if issue.unknown else "")
        for issue in version.issues
    ]
    return "; ".join(parts)
