"""Templates: looked up in a publication's own folder, then among those that came with the package."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path


def template_loader(folders: Sequence[Path]) -> Callable[[str], str | None]:
    """Return a loader that looks a template up in each folder, and reads a file again once changed."""
    kept: dict[str, tuple[int, str]] = {}
    places = [str(folder.resolve()) + os.sep for folder in folders]

    def read(place: str, path: str) -> str | None:
        # A render asks for every template: one look at the disk each has to do.
        written = os.stat(path).st_mtime_ns
        if path in kept and kept[path][0] == written:
            return kept[path][1]
        if not os.path.realpath(path).startswith(place):
            return None
        kept[path] = written, Path(path).read_text(encoding="utf-8")
        return kept[path][1]

    def load(name: str) -> str | None:
        for place in places:
            with suppress(FileNotFoundError, NotADirectoryError):
                if (found := read(place, place + name)) is not None:
                    return found
        return None

    return load


def bundled_templates() -> Path:
    """Return the templates that came with the package: in the wheel, or atop an editable source tree."""
    package = Path(__file__).parent.parent
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"
