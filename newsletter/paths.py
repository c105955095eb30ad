"""Paths as a person types them."""

from pathlib import Path


def path_as_typed(path: Path) -> str:
    """Return a path as an editor in this folder would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
