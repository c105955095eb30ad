"""New briefs: with their sections in place, or from a plain text; never over a file that is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from newsletter.editorial import Labels, read_source, slug
from newsletter.editorial.frame import BACKGROUND_HINT, NOW_HINT
from newsletter.errors import NewsletterError
from newsletter.files.atomic import write_whole
from newsletter.sentences import why_unread

if TYPE_CHECKING:
    from newsletter.editorial.importing.importer import Imported, ImportNote

MAX_IMPORT_BYTES = 1_000_000

_BRIEF = """\
---
subject: {subject}
preheader: ""
date: {date}
---
# {headline}

**{background}:** {background_hint}

**{now}:** {now_hint}
"""


@dataclass(frozen=True, slots=True)
class BriefPlace:
    """What a new brief is made for: the publication's folder and labels, today there, and its file.

    ``output`` None is a file of ``issues/`` that is named after the day and the headline.
    """

    root: Path
    labels: Labels
    today: date
    output: Path | None

    def path(self, headline: str) -> Path:
        """Return where the brief goes."""
        return self.output or self.root / "issues" / f"{self.today}-{slug(headline) or 'brief'}.md"


def new_brief(headline: str, place: BriefPlace) -> Path:
    """Write a brief with its sections in place; return its path."""
    # A terminal of another encoding hands over bytes that are no text; they become question marks.
    words = " ".join(headline.encode(errors="replace").decode().split())
    if not words:
        raise NewsletterError(
            "The headline is empty.", hint='Write one: newsletter new "Caracas opens the cells"'
        )
    text = _BRIEF.format(
        subject=orjson.dumps(words[:150]).decode(),
        date=place.today,
        headline=words,
        background=place.labels.background[0],
        background_hint=BACKGROUND_HINT,
        now=place.labels.now[0],
        now_hint=NOW_HINT,
    )
    return _write_brief(place.path(words), text)


def import_brief(file: Path, place: BriefPlace) -> tuple[Path, Sequence["ImportNote"]]:
    """Turn a plain text into a brief; return its path and what became of each line."""
    imported = brief_from_text(read_text(file), str(file), place)
    return write_imported(imported, place), imported.notes


def read_text(file: Path) -> bytes:
    """Return the bytes of a plain text, one more than may be at most. Raises NewsletterError."""
    try:
        with file.open("rb") as source:
            return source.read(MAX_IMPORT_BYTES + 1)
    except OSError as error:
        raise NewsletterError(why_unread(error), file=str(file)) from error


def brief_from_text(data: bytes, name: str, place: BriefPlace) -> "Imported":
    """Return the brief that a plain text holds; ``name`` is what errors call it. Raises IssueError."""
    from newsletter.editorial.importing.importer import import_text

    return import_text(read_source(data, name), file=name, labels=place.labels, today=place.today)


def write_imported(imported: "Imported", place: BriefPlace) -> Path:
    """Write a brief that was made from a text; return its path. Raises NewsletterError, as for a new one."""
    return _write_brief(place.path(imported.headline), imported.markdown)


def _write_brief(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode(), new=True, durable=True)
    except FileExistsError as error:
        raise NewsletterError(
            "There is a file of that name already, and it stays as it is.",
            hint="Name another with -o.",
            file=str(path),
        ) from error
    except OSError as error:
        raise NewsletterError(f"The file cannot be written: {error.strerror}.", file=str(path)) from error
    return path
