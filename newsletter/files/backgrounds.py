"""KnownBackgrounds as an editor keeps them: files in ``backgrounds/`` next to ``issues/``."""

from collections.abc import Mapping
from pathlib import Path

from newsletter.backgrounds.names import FOLDER, SUFFIX, same_name
from newsletter.backgrounds.text import MAX_BYTES
from newsletter.errors import NewsletterError
from newsletter.files.issues import is_file
from newsletter.sentences import why_unread


def background_files(root: Path) -> Mapping[str, Path]:
    """Return the file of each background by its name, in the order of the names; no folder holds none."""
    try:
        found = [path for path in (root / FOLDER).iterdir() if path.suffix == SUFFIX and is_file(path)]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NewsletterError(
            f"The backgrounds cannot be read: {error.strerror}.", file=str(root / FOLDER)
        ) from error
    return {same_name(path.stem): path for path in sorted(found) if not path.name.startswith(".")}


def read_background_file(path: Path) -> bytes:
    """Return a background's bytes: one more than it may have, at most. Raises NewsletterError."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NewsletterError(why_unread(error), file=str(path)) from error
