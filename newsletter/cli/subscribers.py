"""Commands for readers: import, add, show, remove, export."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from newsletter.cli.console import print_json, progress_told, say, told, wiring
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.store.subscribers import Subscriber
    from newsletter.store.suppressions import Suppression

app = typer.Typer(help="The readers: import, add, show, remove, export.", no_args_is_help=True)

ADDRESS = typer.Argument(..., metavar="ADDRESS", help="A reader's email address.")
LIST = typer.Option(None, "--list", metavar="L", help="The list; needless when there is one alone.")
JSON = typer.Option(False, "--json", help="Print JSON to stdout.")


@app.command("import")
@told
def import_(
    file: Path = typer.Argument(
        ..., metavar="FILE", dir_okay=False, help="CSV with a line of column names, as any program writes it."
    ),
    list: str | None = typer.Option(None, "--list", metavar="L", help="The list; made if there is none."),
    columns: list[str] = typer.Option(
        [],
        "--column",
        metavar="NAME=FIELD",
        help="What the column NAME holds: email, name, city …; repeatable.",
    ),
    ignored: list[str] = typer.Option(
        [], "--ignore-column", metavar="NAME", help="A column to leave out; repeatable."
    ),
    encoding: str | None = typer.Option(
        None, "--encoding", metavar="NAME", help="How letters are written, if what is found out is wrong."
    ),
    refused: Path | None = typer.Option(
        None,
        "--refused",
        metavar="FILE",
        dir_okay=False,
        help="Where rows that cannot be taken go, if not next to FILE.",
    ),
    json: bool = JSON,
) -> None:
    """Bring a CSV file's readers into a list: all of them or, if stopped, none."""
    from newsletter import readership
    from newsletter.audience.columns import chosen
    from newsletter.audience.text.encodings import named_encoding
    from newsletter.cli import import_report
    from newsletter.store import lists

    house = wiring()
    options = readership.ImportOptions(
        choices=chosen(columns, ignored),
        encoding=None if encoding is None else named_encoding(encoding),
        language=house.settings.publication.language,
        refused_to=refused,
    )
    name = list if list is not None else lists.resolve(house.engine, None).name
    with progress_told() as progress:
        report = readership.import_subscribers(
            house.engine, name, file, now=house.clock.now, progress=progress, options=options
        )
    import_report.tell(report)
    if json:
        print_json(import_report.document(report))


@app.command()
@told
def add(
    address: str = ADDRESS,
    list: str | None = typer.Option(None, "--list", metavar="L", help="The list; made if there is none."),
    name: str = typer.Option("", "--name", help="The reader's name."),
    attributes: list[str] = typer.Option(
        [], "--set", metavar="FIELD=VALUE", help="An attribute; repeatable."
    ),
    pending: bool = typer.Option(False, "--pending", help="The reader has yet to confirm."),
    again: bool = typer.Option(False, "--again", help="Even if the reader left: he asked to come back."),
) -> None:
    """Put one reader on a list."""
    from newsletter import readership
    from newsletter.store import lists

    house = wiring()
    done = readership.add(
        house.engine,
        list if list is not None else lists.resolve(house.engine, None).name,
        address,
        now=house.clock.now,
        name=name,
        attributes=_pairs(attributes),
        pending=pending,
        again=again,
    )
    if done.list_made:
        say(f"The list “{done.list_name}” is new.")
    say(f"{done.email} is {'now ' if done.joined else ''}{done.status} on “{done.list_name}”.")


@app.command()
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


@app.command()
@told
def remove(address: str = ADDRESS, list: str | None = LIST) -> None:
    """Take a reader off a list, or off all; a later import does not bring him back."""
    from newsletter import readership

    house = wiring()
    for name in readership.remove(house.engine, address, now=house.clock.now, list_name=list):
        say(f"{address} is off “{name}”.")


@app.command()
@told
def export(
    list: str | None = LIST,
    output: Path | None = typer.Option(
        None, "-o", "--output", metavar="FILE", dir_okay=False, help="A file, not stdout."
    ),
    json: bool = typer.Option(False, "--json", help="As a JSON array, not CSV."),
) -> None:
    """Write out a list, as CSV that an import takes back."""
    from newsletter import exports, readership

    engine = wiring().engine
    with exports.WholeFile(output) if output else nullcontext(sys.stdout) as out:
        count = readership.export(engine, out, list_name=list, as_json=json)
    say(f"{count:,} readers.")


def _pairs(given: list[str]) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise UsageError(f"“{pair}” is not FIELD=VALUE.", hint="Write it like --set city=Lisbon")
    return {name: value for name, _, value in (pair.partition("=") for pair in given)}


def _reader_document(found: "Subscriber | None", held: "Suppression | None") -> dict[str, Any]:
    from newsletter.exports import iso_time

    document: dict[str, Any] = {}
    if found is not None:
        document = {
            "email": found.email,
            "name": found.name,
            "attributes": found.attrs,
            "since": iso_time(found.created_at),
            "lists": {
                one.list_name: {"status": one.status, "since": iso_time(one.since)}
                for one in found.subscriptions
            },
        }
    elif held is not None:
        document = {"email": held.email}
    suppression = None if held is None else {"reason": held.reason, "since": iso_time(held.since)}
    return document | {"suppression": suppression}


def _lines_of(name: str, value: Any) -> list[str]:
    if not isinstance(value, dict):
        return [f"{name}: {value}"] if value else []
    shown = {key: ", ".join(one.values()) if isinstance(one, dict) else one for key, one in value.items()}
    return [f"{name}:", *(f"  {key}: {one}" for key, one in shown.items())] if shown else []
