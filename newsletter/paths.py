"""Paths: what a publication's settings are called, and how a person types one."""

from pathlib import Path

SETTINGS_FILE = "newsletter.toml"


def path_as_typed(path: Path) -> str:
    """Return a path as an editor in this folder would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
