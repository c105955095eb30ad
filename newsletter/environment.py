"""What the environment says besides settings: of the terminal, the editor, a command's own environment."""

import os
from collections.abc import Mapping


def wants_colour(*, terminal: bool) -> bool:
    """Say whether a person wants colours: on a terminal, unless the environment says otherwise.

    The order is that of Python's own messages: NO_COLOR, FORCE_COLOR (0 is no), a TERM that is dumb.
    """
    forced = os.environ.get("FORCE_COLOR", "").lower()
    if os.environ.get("NO_COLOR") or forced in {"0", "false"}:
        return False
    return bool(forced) or (terminal and not is_dumb_terminal())


def is_dumb_terminal() -> bool:
    """Say whether the terminal can do no more than print, as an editor's own or a log."""
    return os.environ.get("TERM") == "dumb"


def editor_command() -> str:
    """Return the command of the person's editor, with its arguments, or nothing."""
    visual = "" if is_dumb_terminal() else os.environ.get("VISUAL", "")
    return visual.strip() or os.environ.get("EDITOR", "").strip()


def find_no_plugins() -> None:
    """Keep pydantic from looking for plugins, unless the environment says otherwise.

    It would read what every installed package says of itself, which takes longer than all of our settings.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def environment_with(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with ``settings`` in place of its own, for a command it starts."""
    return {**os.environ, **settings}
