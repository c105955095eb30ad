"""What the Tab key offers: issues, lists, commands, and the words an option takes.

Nothing heavy is loaded, no file is made, and outside a publication nothing is offered.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from newsletter import Newsletter


def words(*known: str) -> Callable[[str], list[str]]:
    """Return the completion of an option that takes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        return _going_on(incomplete, known)

    return complete


def platforms(incomplete: str) -> list[str]:
    """Return the platforms whose exports are known."""
    from newsletter.platforms.exports import PLATFORMS

    return _going_on(incomplete, sorted(platform.name for platform in PLATFORMS))


def commands(context: typer.Context, incomplete: str) -> list[str]:
    """Return the commands below those that were typed after ``help``."""
    command: Any = context.find_root().command
    for word in context.params.get("words") or []:
        command = getattr(command, "commands", {}).get(word)
    shown = getattr(command, "commands", {}).items()
    return _going_on(incomplete, [name for name, below in shown if not below.hidden])


def issues(context: typer.Context, incomplete: str) -> list[str]:
    """Return the ids of issues that go on from what is typed."""
    return _going_on(incomplete, _of_publication(context, lambda letter: letter.issues()))


def backgrounds(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names of backgrounds that go on from what is typed."""
    names = _of_publication(context, lambda letter: [record.name for record in letter.backgrounds.all()])
    return _going_on(incomplete, names)


def lists(context: typer.Context, incomplete: str) -> list[str]:
    """Return the lists that go on from what is typed."""
    return _going_on(incomplete, _of_publication(context, lambda letter: letter.lists.names()))


def _of_publication(context: typer.Context, names: "Callable[[Newsletter], list[str]]") -> list[str]:
    from newsletter.app import Newsletter
    from newsletter.errors import NewsletterError

    try:
        with Newsletter.open(context.find_root().params.get("config")) as letter:
            return names(letter)
    except NewsletterError:  # no publication here, or settings that any command would complain of
        return []


def _going_on(begun: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(begun)]
