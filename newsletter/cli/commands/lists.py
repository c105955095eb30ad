"""Commands for lists: show them, make one, rename it, give it a title, put it away."""

from typing import TYPE_CHECKING

import typer

from newsletter.cli.completion import lists as known_lists
from newsletter.cli.console import agreed_new_list, print_json, say, told, wiring
from newsletter.cli.manual import App
from newsletter.sentences import command

if TYPE_CHECKING:
    from newsletter.store.readers.lists import ListCounts

app = App(help="The lists, with how many readers of each status.", invoke_without_command=True)

NAME = typer.Argument(..., metavar="NAME", help="What the list is called.", autocompletion=known_lists)
NEW_LIST = typer.Option(False, "--new-list", help="Even if the name is near another list's.")


@app.callback()
@told
def lists(
    context: typer.Context,
    all_: bool = typer.Option(False, "--all", help="Archived lists too."),
    json: bool = typer.Option(False, "--json", help="Print JSON to stdout."),
) -> None:
    """Show the lists, with how many readers of each status."""
    if context.invoked_subcommand is not None:
        return
    from newsletter import readership
    from newsletter.files import exports

    found = readership.list_counts(wiring().engine, archived=all_)
    if json:
        print_json([exports.list_document(one) for one in found])
        return
    for one in found:
        say(_line(one))
    if not found:
        say("There is no list yet. Make one: newsletter subscribers import FILE --list NAME")


def _line(one: "ListCounts") -> str:
    about = f" (“{one.title}”)" if one.title else ""
    put_away = "; archived" if one.archived_at is not None else ""
    return (
        f"{one.name}{about}: {one.confirmed:,} confirmed, {one.pending:,} pending, "
        f"{one.unsubscribed:,} unsubscribed, {one.suppressed:,} suppressed{put_away}"
    )


@app.command(example="newsletter lists add members")
@told
def add(name: str = NAME, new_list: bool = NEW_LIST) -> None:
    """Make an empty list."""
    _make(name, new_list=new_list)


@app.command(hidden=True, deprecated=True)
@told
def create(name: str = NAME) -> None:
    """Make an empty list, as newsletter lists add does."""
    say("`lists create` is now called: newsletter lists add")
    _make(name, new_list=True)


def _make(name: str, *, new_list: bool) -> None:
    from newsletter import readership

    house = wiring()
    insisted = agreed_new_list(house.engine, name, insisted=new_list)
    made = readership.make_list(house.engine, name, now=house.clock.now, new_list=insisted)
    say(f"The list “{name}” is {'new' if made else 'there already'}.")


@app.command(example="newsletter lists rename readers everyone")
@told
def rename(
    name: str = NAME,
    new: str = typer.Argument(..., metavar="NEW", help="The new name."),
    new_list: bool = NEW_LIST,
) -> None:
    """Call a list by another name; its readers, approvals and List-Id stay."""
    from newsletter import readership

    house = wiring()
    insisted = agreed_new_list(house.engine, new, insisted=new_list, but=name)
    found = readership.rename_list(house.engine, name, new, new_list=insisted)
    say(f"The list “{name}” is now called “{found.name}”.")


@app.command(example="newsletter lists title members 'Letter for members'")
@told
def title(
    name: str = NAME,
    words: str = typer.Argument(..., metavar="TITLE", help="What readers' pages call it; may be empty."),
) -> None:
    """Say what readers' pages call a list; with an empty title they show the publication's name."""
    from newsletter import readership

    house = wiring()
    found = readership.title_list(house.engine, name, words)
    shown = found.title or house.settings.publication.name
    say(f"Readers see the list “{found.name}” as “{shown}”.")


@app.command(example="newsletter lists archive members")
@told
def archive(
    name: str = NAME, undo: bool = typer.Option(False, "--undo", help="Bring an archived list back.")
) -> None:
    """Put a list away: nothing is sent or added to it, and it keeps all it holds."""
    from newsletter import readership

    house = wiring()
    if undo:
        back = readership.bring_back_list(house.engine, name)
        say(f"The list “{name}” is {'back' if back else 'not archived'}.")
        return
    done = readership.archive_list(house.engine, name, now=house.clock.now)
    say(f"The list “{name}” is {'now' if done else 'already'} archived. Nothing of it is deleted.")
    say(f"Bring it back with: {command('lists', 'archive', name, '--undo')}")
