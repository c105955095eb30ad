"""Commands for readers: import, add, show, remove, erase, export."""

import sys
from builtins import list as list_  # commands call an option so
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from newsletter.cli.completion import lists as lists_
from newsletter.cli.completion import platforms, words
from newsletter.cli.console import agreed_new_list, print_json, progress_told, say, told, wiring
from newsletter.cli.manual import App
from newsletter.errors import UsageError
from newsletter.sentences import count_of

if TYPE_CHECKING:
    from newsletter.store.readers.subscribers import Subscriber
    from newsletter.store.readers.suppressions import Suppression

app = App(help="The readers: import, add, show, remove, erase, export.", no_args_is_help=True)

ADDRESS = typer.Argument(..., metavar="ADDRESS", help="A reader's email address.")
LIST = typer.Option(
    None, "--list", metavar="L", help="The list; not needed with one list.", autocompletion=lists_
)
JSON = typer.Option(False, "--json", help="Print JSON to stdout.")


@app.command("import", example="newsletter subscribers import readers.csv --list readers")
@told
def import_(
    file: Path = typer.Argument(
        ..., metavar="FILE", dir_okay=False, help="A CSV file that begins with a line of column names."
    ),
    list: str | None = typer.Option(
        None, "--list", metavar="L", help="The list; made if there is none.", autocompletion=lists_
    ),
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
        autocompletion=words("confirmed", "pending", "unsubscribed", "bounce", "complaint", "blocked"),
    ),
    new_list: bool = typer.Option(False, "--new-list", help="Even if the list's name is near another's."),
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
    from newsletter import readership
    from newsletter.cli import import_report
    from newsletter.contacts.consent.questions import everyone_is
    from newsletter.contacts.table.columns import chosen
    from newsletter.contacts.text.encodings import named_encoding
    from newsletter.platforms.layout import Declaration
    from newsletter.store.readers import lists

    house = wiring()
    name = list if list is not None else lists.resolve(house.engine, None).name
    insisted = agreed_new_list(house.engine, name, insisted=new_list)
    options = readership.ImportOptions(
        choices=chosen(columns, ignored),
        declared=Declaration(platform, tuple(values), everyone_is(everyone)),
        encoding=None if encoding is None else named_encoding(encoding),
        language=house.settings.publication.language,
        rejected_to=refused,
        new_list=insisted,
        as_typed=_as_typed(
            {
                "--column": columns,
                "--ignore-column": ignored,
                "--value": values,
                "--from": platform,
                "--as": everyone,
                "--encoding": encoding,
                "--refused": refused,
            },
            new_list=insisted,
        ),
    )
    with progress_told() as progress:
        report = readership.import_subscribers(
            house.engine, name, file, now=house.clock.now, progress=progress, options=options
        )
    import_report.tell(report)
    if json:
        print_json(import_report.document(report))


@app.command(example="newsletter subscribers add ana@example.org --name Ana --list readers")
@told
def add(
    address: str = ADDRESS,
    list: str | None = typer.Option(
        None, "--list", metavar="L", help="The list; made if there is none.", autocompletion=lists_
    ),
    name: str = typer.Option("", "--name", metavar="NAME", help="The reader's name."),
    attributes: list[str] = typer.Option(
        [], "--set", metavar="FIELD=VALUE", help="An attribute; repeatable."
    ),
    pending: bool = typer.Option(False, "--pending", help="The reader has not confirmed yet."),
    again: bool = typer.Option(False, "--again", help="Even if the reader left: they asked to come back."),
    new_list: bool = typer.Option(False, "--new-list", help="Even if the list's name is near another's."),
) -> None:
    """Put one reader on a list."""
    from newsletter import readership
    from newsletter.store.readers import lists

    house = wiring()
    list_name = list if list is not None else lists.resolve(house.engine, None).name
    done = readership.add(
        house.engine,
        list_name,
        address,
        now=house.clock.now,
        joining=readership.Joining(
            name=name,
            attributes=_pairs(attributes),
            pending=pending,
            again=again,
            new_list=agreed_new_list(house.engine, list_name, insisted=new_list),
        ),
    )
    if done.list_made:
        say(f"The list “{done.list_name}” is new.")
    say(f"{done.email} is {'now ' if done.joined else ''}{done.status} on “{done.list_name}”.")


@app.command(example="newsletter subscribers show ana@example.org")
@told
def show(address: str = ADDRESS, json: bool = JSON) -> None:
    """Show all that is kept of one reader."""
    from newsletter import readership

    found, held = readership.show(wiring().engine, address)
    document = _reader_document(found, held)
    if json:
        print_json(document)
        return
    for name, value in document.items():
        for line in _lines_of(name, value):
            say(line)
    if held is not None and held.reason == "erased":
        say("Nothing else is kept of this address: it was erased.")


@app.command(example="newsletter subscribers remove ana@example.org")
@told
def remove(address: str = ADDRESS, list: str | None = LIST) -> None:
    """Take a reader off a list, or off all; a later import does not bring them back."""
    from newsletter import readership

    house = wiring()
    for name in readership.remove(house.engine, address, now=house.clock.now, list_name=list):
        say(f"{address} is off “{name}”.")


@app.command(example="newsletter subscribers export --list readers -o readers.csv")
@told
def export(
    list: str | None = LIST,
    output: Path | None = typer.Option(
        None, "-o", "--output", metavar="FILE", dir_okay=False, help="The file to write; without it, stdout."
    ),
    json: bool = typer.Option(False, "--json", help="Print a JSON array instead of CSV."),
) -> None:
    """Write a list as CSV that an import takes back."""
    from newsletter import readership
    from newsletter.files import exports

    engine = wiring().engine
    with exports.export_file(output) if output else nullcontext(sys.stdout) as out:
        count = readership.export(engine, out, list_name=list, as_json=json)
    say(f"{count_of(count, 'reader')}.")


def _as_typed(options: Mapping[str, object], *, new_list: bool) -> tuple[str, ...]:
    """Return the options of a command as they were typed, for one that is to be run again with more."""
    words: list_[str] = []
    for option, given in options.items():
        for value in given if isinstance(given, list_) else [given] if given else []:
            words += [option, str(value)]
    return (*words, "--new-list") if new_list else tuple(words)


def _pairs(given: list[str]) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise UsageError(f"“{pair}” is not FIELD=VALUE.", hint="Write it like --set city=Lisbon")
    return {name: value for name, _, value in (pair.partition("=") for pair in given)}


def _reader_document(found: "Subscriber | None", held: "Suppression | None") -> dict[str, Any]:
    from newsletter.instants import rfc3339

    document: dict[str, Any] = {}
    if found is not None:
        document = {
            "email": found.email,
            "name": found.name,
            "attributes": found.attrs,
            "since": rfc3339(found.created_at),
            "lists": {
                one.list_name: {"status": one.status, "since": rfc3339(one.since)}
                for one in found.subscriptions
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
    shown = {key: ", ".join(one.values()) if isinstance(one, dict) else one for key, one in value.items()}
    return [f"{name}:", *(f"  {key}: {one}" for key, one in shown.items())] if shown else []
