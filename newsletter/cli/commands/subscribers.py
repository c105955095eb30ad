"""Commands for readers: import, add, show, remove, erase, export."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from newsletter.cli.commands import erasing
from newsletter.cli.completion import platforms, words
from newsletter.cli.console import agreed_new_list, handle_errors, open_letter, print_json
from newsletter.cli.manual import App
from newsletter.cli.panels import READERS
from newsletter.cli.parameters import JSON, LIST, LIST_TO_JOIN, NEW_LIST
from newsletter.cli.terminal.output import say
from newsletter.cli.terminal.progress import shown_progress
from newsletter.delivery.states import SubscriptionState, SuppressionReason
from newsletter.errors import UsageError
from newsletter.sentences import count_of

if TYPE_CHECKING:
    from newsletter import Newsletter, Subscriber, SubscriberRecord

app = App(help="The readers: import, add, show, remove, erase, export.", no_args_is_help=True)


def register(root: App) -> None:
    """Add these commands, as a group."""
    root.add_typer(app, name="subscribers", rich_help_panel=READERS)


ADDRESS = typer.Argument(..., metavar="ADDRESS", help="A reader's email address.")


# What a whole file may be said to be; “blocked” is the word of files for the reason manual.
EVERYONE_IS = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.PENDING,
    SubscriptionState.UNSUBSCRIBED,
    SuppressionReason.BOUNCE,
    SuppressionReason.COMPLAINT,
    "blocked",
)


@app.command("import", example="newsletter subscribers import readers.csv --list readers")
@handle_errors
def import_(
    file: Path = typer.Argument(
        ..., metavar="FILE", dir_okay=False, help="A CSV file that begins with a line of column names."
    ),
    list: str | None = LIST_TO_JOIN,
    columns: list[str] = typer.Option(
        [],
        "--column",
        metavar="NAME=FIELD",
        help="What the column NAME holds: email, name, city …; repeatable.",
    ),
    ignored: list[str] = typer.Option(
        [], "--ignore-column", metavar="NAME", help="A column to leave out; repeatable."
    ),
    values: list[str] = typer.Option(
        [],
        "--value",
        metavar="NAME:VALUE=ANSWER",
        help="What a value of the column NAME says: confirmed, pending, unsubscribed, bounce, complaint, "
        "blocked or nothing; repeatable.",
    ),
    platform: str = typer.Option(
        "",
        "--from",
        metavar="PLATFORM",
        help="The platform it comes from, if its columns do not show it; or other.",
        autocompletion=platforms,
    ),
    everyone: str | None = typer.Option(
        None,
        "--as",
        metavar="ANSWER",
        help="What everyone in the file is, such as unsubscribed.",
        autocompletion=words(*EVERYONE_IS),
    ),
    new_list: bool = NEW_LIST,
    encoding: str | None = typer.Option(
        None, "--encoding", metavar="NAME", help="The file's encoding, if the one found out is wrong."
    ),
    refused: Path | None = typer.Option(
        None,
        "--refused",
        metavar="FILE",
        dir_okay=False,
        help="The file for rows that cannot be taken, if not next to FILE.",
    ),
    json: bool = JSON,
) -> None:
    """Bring a CSV file's readers into a list: all of them or, if stopped, none."""
    from newsletter.app import FileOptions
    from newsletter.cli import import_report

    with open_letter() as letter:
        name, insisted = _agreed_list(letter, list, insisted=new_list)
        options = FileOptions(
            columns=columns,
            ignored=ignored,
            values=values,
            platform=platform,
            everyone=everyone,
            encoding=encoding,
            rejected_to=refused,
            new_list=insisted,
        )
        with shown_progress() as progress:
            report = letter.subscribers.import_file(file, name, options=options, progress=progress)
    import_report.show(report)
    if json:
        print_json(import_report.document(report))


def _agreed_list(letter: "Newsletter", name: str | None, *, insisted: bool) -> tuple[str, bool]:
    """Return the list that readers join, and whether it may be made although another's name is near."""
    chosen = letter.lists.only() if name is None else name
    return chosen, agreed_new_list(letter, chosen, insisted=insisted)


@app.command(example="newsletter subscribers add ana@example.org --name Ana --list readers")
@handle_errors
def add(
    address: str = ADDRESS,
    list: str | None = LIST_TO_JOIN,
    name: str = typer.Option("", "--name", metavar="NAME", help="The reader's name."),
    attributes: list[str] = typer.Option(
        [], "--set", metavar="FIELD=VALUE", help="An attribute; repeatable."
    ),
    pending: bool = typer.Option(False, "--pending", help="The reader has not confirmed yet."),
    again: bool = typer.Option(False, "--again", help="Even if the reader left: they asked to come back."),
    new_list: bool = NEW_LIST,
) -> None:
    """Put one reader on a list."""
    from newsletter import Joining

    with open_letter() as letter:
        list_name, insisted = _agreed_list(letter, list, insisted=new_list)
        joining = Joining(name, _pairs(attributes), pending, again, insisted)
        done = letter.subscribers.add(address, list_name, joining=joining)
    if done.list_made:
        say(f"The list “{done.list_name}” is new.")
    say(f"{done.email} is {'now ' if done.joined else ''}{done.status} on “{done.list_name}”.")


@app.command(example="newsletter subscribers show ana@example.org")
@handle_errors
def show(address: str = ADDRESS, json: bool = JSON) -> None:
    """Show all that is kept of one reader."""
    with open_letter() as letter:
        record = letter.subscribers.show(address)
    document = _document(record)
    if json:
        print_json(document)
        return
    for name, value in document.items():
        for line in _lines_of(name, value):
            say(line)
    if record.suppression is not None and record.suppression.reason == "erased":
        say("Nothing else is kept of this address: it was erased.")


@app.command(example="newsletter subscribers remove ana@example.org")
@handle_errors
def remove(address: str = ADDRESS, list: str | None = LIST) -> None:
    """Take a reader off a list, or off all; a later import does not bring them back."""
    with open_letter() as letter:
        names = letter.subscribers.remove(address, list)
    for name in names:
        say(f"{address} is off “{name}”.")


@app.command(example="newsletter subscribers export --list readers -o readers.csv")
@handle_errors
def export(
    list: str | None = LIST,
    output: Path | None = typer.Option(
        None, "-o", "--output", metavar="FILE", dir_okay=False, help="The file to write; without it, stdout."
    ),
    json: bool = typer.Option(False, "--json", help="Print a JSON array instead of CSV."),
) -> None:
    """Write a list as CSV that an import takes back."""
    with open_letter() as letter:
        count = letter.subscribers.export(output or sys.stdout, list, as_json=json)
    say(f"{count_of(count, 'reader')}.")


erasing.register(app)


def _pairs(given: list[str]) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise UsageError(f"“{pair}” is not FIELD=VALUE.", hint="Write it like --set city=Lisbon")
    return {name: value for name, _, value in (pair.partition("=") for pair in given)}


def _document(record: "SubscriberRecord") -> dict[str, Any]:
    from newsletter.instants import rfc3339
    from newsletter.platforms import own

    found, held = record
    document: dict[str, Any] = {}
    if found is not None:
        document = {
            "email": found.email,
            "name": found.name,
            "attributes": found.attrs,
            "since": rfc3339(found.created_at),
            "lists": {
                subscription.list_name: {
                    "status": subscription.status,
                    **own.pause_document(subscription.paused_until),
                    "since": rfc3339(subscription.since),
                }
                for subscription in found.subscriptions
            },
            "consent": _consent_document(found),
        }
    elif held is not None:
        document = {"email": held.email}
    suppression = None if held is None else {"reason": held.reason, "since": rfc3339(held.since)}
    return document | {"suppression": suppression}


def _consent_document(found: "Subscriber") -> dict[str, list[dict[str, str]]]:
    from newsletter.instants import rfc3339

    steps: dict[str, list[dict[str, str]]] = {}
    for step in found.consent:
        about = {name: getattr(step, name) for name in ("kind", "source", "wording", "form", "evidence")}
        steps.setdefault(step.list_name, []).append({"at": rfc3339(step.at), **about})
    return steps


def _lines_of(name: str, value: Any) -> list[str]:
    if name == "consent":
        steps = [(list_name, step) for list_name, steps in value.items() for step in steps]
        lines = [f"  {list_name}: {', '.join(filter(None, step.values()))}" for list_name, step in steps]
        return ["consent:", *lines] if lines else []
    if not isinstance(value, dict):
        return [f"{name}: {value}"] if value else []
    shown = {key: _of_subscription(held) if isinstance(held, dict) else held for key, held in value.items()}
    return [f"{name}:", *(f"  {key}: {text}" for key, text in shown.items())] if shown else []


def _of_subscription(held: dict[str, str]) -> str:
    return ", ".join(f"until {text}" if name == "paused_until" else text for name, text in held.items())
