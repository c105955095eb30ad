"""Commands for erasing: a reader for good, and the key under which erased addresses stay known."""

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import typer

from newsletter.cli.console import confirm, print_json, say, told, wiring
from newsletter.errors import AudienceError

if TYPE_CHECKING:
    from newsletter.readership import Erasure


def register(subscribers: typer.Typer) -> None:
    """Add the commands to those for subscribers."""
    subscribers.command()(erase)
    subscribers.command("erasure-key")(erasure_key)


@told
def erase(
    address: str = typer.Argument(..., metavar="ADDRESS", help="The reader's email address."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    json: bool = typer.Option(False, "--json", help="Print JSON to stdout."),
) -> None:
    """Erase all that is kept of a reader, for good, and never mail the address again."""
    from newsletter import readership

    if not confirm(f"Erase all that is kept of {address}? This cannot be undone.", yes=yes):
        say("Nothing was erased.")
        raise typer.Exit(1)
    house = wiring()
    done = readership.erase(
        house.engine,
        address,
        now=house.clock.now,
        key_if_new=house.new_erasure_key(),
        folder=house.settings.root,
        sandbox=house.sandbox_file,
    )
    _tell_erased(done)
    if json:
        print_json(_erasure_document(done))
    if done.problems:
        raise typer.Exit(1)


@told
def erasure_key(
    set_: str | None = typer.Option(
        None, "--set", metavar="FILE", help="Take the key of another publication from FILE; - is stdin."
    ),
) -> None:
    """Show the key that erased addresses are hashed under, or take another publication's."""
    from newsletter import readership

    engine = wiring().engine
    if set_ is not None:
        say(
            f"The erasure key is set. Its fingerprint is {readership.set_erasure_key(engine, _key_in(set_))}."
        )
        return
    key, fingerprint = readership.erasure_key(engine)
    say(
        f"Keep this secret: who has it can find out whether an address was erased. Fingerprint {fingerprint}."
    )
    typer.echo(key)


def _key_in(name: str) -> str:
    try:
        with nullcontext(sys.stdin) if name == "-" else open(name, encoding="utf-8") as file:
            return file.read(1000)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise AudienceError(f"The key cannot be read: {reason}.", file=name) from error


def _tell_erased(done: "Erasure") -> None:
    say(f"{done.email} is erased. It is never mailed, nor taken in by an import.")
    if not done.known:
        say("No list or suppression held it: look whether it is spelt as the reader spells it.")
    if done.mails:
        say(f"{done.mails:,} mails to it were taken out of the local SendGrid's file.")
    files = done.files
    say(f"{files.looked_into:,} files in the publication's folder were gone through.")
    for paths, what in (
        (files.cleaned, "Rows were taken out of"),
        (files.removed, "Removed:"),
        (files.left, "Still mentions it, and is yours to change:"),
    ):
        for path in paths:
            say(f"  {what} {path}")
    for issue in done.issues:
        say(f"  Still names it, as it was mailed: the issue “{issue}”")
    for problem in done.problems:
        say(f"Not done: {problem}")
    if done.problems:
        say(f"Run the command again once that is mended: newsletter subscribers erase {done.email}")


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
