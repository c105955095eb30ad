"""Commands for lists: show them, make one, rename it, give it a title, put it away."""

from typing import TYPE_CHECKING, Any

import typer

from newsletter.cli.completion import lists as known_lists
from newsletter.cli.console import agreed_new_list, handle_errors, open_letter, print_json
from newsletter.cli.manual import App
from newsletter.cli.panels import READERS
from newsletter.cli.parameters import NEW_LIST
from newsletter.cli.terminal.output import say
from newsletter.sentences import command

if TYPE_CHECKING:
    from newsletter import ListCounts, Newsletter

app = App(help="The lists, with how many readers of each status.", invoke_without_command=True)


def register(root: App) -> None:
    """Add these commands, as a group."""
    root.add_typer(app, name="lists", rich_help_panel=READERS)


NAME = typer.Argument(..., metavar="NAME", help="What the list is called.", autocompletion=known_lists)


@app.callback()
@handle_errors
def lists(
    context: typer.Context,
    all_: bool = typer.Option(False, "--all", help="Archived lists too."),
    json: bool = typer.Option(False, "--json", help="Print JSON to stdout."),
) -> None:
    """Show the lists, with how many readers of each status."""
    if context.invoked_subcommand is not None:
        return
    with open_letter() as letter:
        found = letter.lists.counts(archived=all_)
    if json:
        print_json([_document(counts) for counts in found])
        return
    for counts in found:
        say(_line(counts))
    if not found:
        say("There is no list yet. Make one: newsletter subscribers import FILE --list NAME")


def _line(counts: "ListCounts") -> str:
    about = f" (“{counts.title}”)" if counts.title else ""
    paused = f"{counts.paused:,} paused, " if counts.paused else ""
    put_away = "; archived" if counts.archived_at is not None else ""
    return (
        f"{counts.name}{about}: {counts.confirmed:,} confirmed, {counts.pending:,} pending, "
        f"{paused}{counts.unsubscribed:,} unsubscribed, {counts.suppressed:,} suppressed{put_away}"
    )


def _document(counts: "ListCounts") -> dict[str, Any]:
    from newsletter.instants import rfc3339

    return {
        "name": counts.name,
        "key": counts.key,
        "title": counts.title,
        "archived": counts.archived_at is not None,
        "since": rfc3339(counts.created_at),
        "confirmed": counts.confirmed,
        "pending": counts.pending,
        "paused": counts.paused,
        "unsubscribed": counts.unsubscribed,
        "suppressed": counts.suppressed,
    }


@app.command(example="newsletter lists add members")
@handle_errors
def add(name: str = NAME, new_list: bool = NEW_LIST) -> None:
    """Make an empty list."""
    with open_letter() as letter:
        _make(letter, name, new_list=agreed_new_list(letter, name, insisted=new_list))


@app.command(hidden=True, deprecated=True)
@handle_errors
def create(name: str = NAME) -> None:
    """Make an empty list, as newsletter lists add does."""
    say("`lists create` is now called: newsletter lists add")
    with open_letter() as letter:
        _make(letter, name, new_list=True)


def _make(letter: "Newsletter", name: str, *, new_list: bool) -> None:
    made = letter.lists.add(name, new_list=new_list)
    say(f"The list “{name}” is {'new' if made else 'there already'}.")


@app.command(example="newsletter lists rename readers everyone")
@handle_errors
def rename(
    name: str = NAME,
    new: str = typer.Argument(..., metavar="NEW", help="The new name."),
    new_list: bool = NEW_LIST,
) -> None:
    """Call a list by another name; its readers, approvals and List-Id stay."""
    with open_letter() as letter:
        insisted = agreed_new_list(letter, new, insisted=new_list, but=name)
        found = letter.lists.rename(name, new, new_list=insisted)
    say(f"The list “{name}” is now called “{found.name}”.")


@app.command(example="newsletter lists title members 'Letter for members'")
@handle_errors
def title(
    name: str = NAME,
    words: str = typer.Argument(..., metavar="TITLE", help="What readers' pages call it; may be empty."),
) -> None:
    """Say what readers' pages call a list; with an empty title they show the publication's name."""
    with open_letter() as letter:
        found = letter.lists.title(name, words)
        shown = found.title or letter.settings.publication.name
    say(f"Readers see the list “{found.name}” as “{shown}”.")


@app.command(example="newsletter lists archive members")
@handle_errors
def archive(
    name: str = NAME, undo: bool = typer.Option(False, "--undo", help="Bring an archived list back.")
) -> None:
    """Put a list away: nothing is sent or added to it, and it keeps all it holds."""
    with open_letter() as letter:
        done = letter.lists.bring_back(name) if undo else letter.lists.archive(name)
    if undo:
        say(f"The list “{name}” is {'back' if done else 'not archived'}.")
        return
    say(f"The list “{name}” is {'now' if done else 'already'} archived. Nothing of it is deleted.")
    say(f"Bring it back with: {command('lists', 'archive', name, '--undo')}")
