"""What the Tab key offers: issues, lists, commands, and the words an option takes.

Nothing heavy is loaded, no file is made, and outside a publication nothing is offered.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from newsletter.config import Settings


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
    return _going_on(incomplete, [name for name, each in shown if not each.hidden])


def issues(context: typer.Context, incomplete: str) -> list[str]:
    """Return the ids of issues that go on from what is typed."""
    from newsletter.files.issues import issue_ids

    settings = _settings(context)
    return [] if settings is None else _going_on(incomplete, issue_ids(settings.root))


def lists(context: typer.Context, incomplete: str) -> list[str]:
    """Return the lists that go on from what is typed."""
    from newsletter.store.readers.completion import list_names

    settings = _settings(context)
    path = None if settings is None else settings.sqlite_path
    return [] if path is None else _going_on(incomplete, list_names(path))


def _settings(context: typer.Context) -> "Settings | None":
    from newsletter.config import load_settings
    from newsletter.errors import NewsletterError

    try:
        chosen = context.find_root().params.get("config")
        return load_settings(Path(chosen) if chosen else None)
    except NewsletterError:  # no publication here, or settings that any command would complain of
        return None


def _going_on(begun: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(begun)]
