"""Commands for erasing: a reader for good, and the key under which erased addresses stay known."""

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import typer

from newsletter.cli.console import handle_errors, open_letter, print_json
from newsletter.cli.manual import App
from newsletter.cli.terminal.output import say
from newsletter.cli.terminal.questions import insist_agreed
from newsletter.errors import AudienceError
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from newsletter import Erasure


def register(subscribers: App) -> None:
    """Add the commands to those for subscribers."""
    subscribers.command(example="newsletter subscribers erase ana@example.org")(erase)
    subscribers.command("erasure-key", example="newsletter subscribers erasure-key")(erasure_key)


@handle_errors
def erase(
    address: str = typer.Argument(..., metavar="ADDRESS", help="The reader's email address."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    json: bool = typer.Option(False, "--json", help="Print JSON to stdout."),
) -> None:
    """Erase all that is kept of a reader, for good, and never mail the address again."""
    question = f"Erase all that is kept of {address}? This cannot be undone."
    insist_agreed(question, yes=yes, otherwise="Nothing was erased.")
    with open_letter() as letter:
        done = letter.subscribers.erase(address)
    _show_erased(done)
    if json:
        print_json(_erasure_document(done))
    if done.problems:
        raise typer.Exit(1)


@handle_errors
def erasure_key(
    set_: str | None = typer.Option(
        None, "--set", metavar="FILE", help="Use another publication's key, from FILE; - is stdin."
    ),
) -> None:
    """Show the key that erased addresses are hashed under, or take another publication's."""
    with open_letter() as letter:
        if set_ is not None:
            fingerprint = letter.subscribers.set_erasure_key(_key_in(set_))
            say(f"The erasure key is set. Its fingerprint is {fingerprint}.")
            return
        key = letter.subscribers.erasure_key()
    say(f"Keep this secret: it shows whether an address was erased. Its fingerprint is {key.fingerprint}.")
    typer.echo(key.key)


def _key_in(name: str) -> str:
    try:
        with nullcontext(sys.stdin) if name == "-" else open(name, encoding="utf-8") as file:
            return file.read(1000)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise AudienceError(f"The key cannot be read: {reason}.", file=name) from error


def _show_erased(done: "Erasure") -> None:
    say(f"{done.email} is erased. It is never mailed again, and no import takes it in.")
    if not done.known:
        say("No list or suppression held it: check that it is spelled as the reader spells it.")
    if done.mails:
        say(f"{count_of(done.mails, 'mail')} to it: taken out of the local SendGrid's file.")
    files = done.files
    say(f"{count_of(files.looked_into, 'file was', 'files were')} searched in the publication's folder.")
    for paths, what in (
        (files.cleaned, "Rows were taken out of"),
        (files.removed, "Removed:"),
        (files.left, "Still mentions it; change it yourself:"),
    ):
        for path in paths:
            say(f"  {what} {path}")
    for issue in done.issues:
        say(f"  Still names it, as it was mailed: issue “{issue}”")
    for problem in done.problems:
        say(f"Not done: {problem}")
    if done.problems:
        say(f"Once that is solved, run it again: {command('subscribers', 'erase', done.email)}")


def _erasure_document(done: "Erasure") -> dict[str, Any]:
    files = done.files
    return {
        "known": done.known,
        "issues": done.issues,
        "local_mails": done.mails,
        "files": {
            "looked_into": files.looked_into,
            "cleaned": [str(path) for path in files.cleaned],
            "removed": [str(path) for path in files.removed],
            "left": [str(path) for path in files.left],
        },
        "problems": done.problems,
    }
