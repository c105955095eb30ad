"""New briefs: with their sections in place, or from a plain text; never over a file that is there."""

from collections.abc import Sequence
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
    from newsletter.editorial.importing.importer import ImportNote
    from newsletter.wiring import Wiring

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


def new_brief(wiring: "Wiring", headline: str, output: Path | None) -> Path:
    """Write a brief with its sections in place; return its path."""
    # A terminal of another encoding hands over bytes that are no text; they become question marks.
    words = " ".join(headline.encode(errors="replace").decode().split())
    if not words:
        raise NewsletterError(
            "The headline is empty.", hint='Write one: newsletter new "Caracas opens the cells"'
        )
    settings = wiring.settings
    today = wiring.today()
    text = _BRIEF.format(
        subject=orjson.dumps(words[:150]).decode(),
        date=today,
        headline=words,
        background=settings.labels.background[0],
        background_hint=BACKGROUND_HINT,
        now=settings.labels.now[0],
        now_hint=NOW_HINT,
    )
    return _write_brief(output or _default_path(settings.root, today, words), text)


def import_brief(wiring: "Wiring", file: Path, output: Path | None) -> tuple[Path, Sequence["ImportNote"]]:
    """Turn a plain text into a brief; return its path and what became of each line."""
    from newsletter.editorial.importing.importer import import_text

    settings = wiring.settings
    try:
        with file.open("rb") as source:
            data = source.read(MAX_IMPORT_BYTES + 1)
    except OSError as error:
        raise NewsletterError(why_unread(error), file=str(file)) from error
    today = wiring.today()
    labels = Labels(**settings.labels.model_dump())
    imported = import_text(read_source(data, str(file)), file=str(file), labels=labels, today=today)
    path = output or _default_path(settings.root, today, imported.headline)
    return _write_brief(path, imported.markdown), imported.notes


def _default_path(root: Path, day: date, headline: str) -> Path:
    return root / "issues" / f"{day}-{slug(headline) or 'brief'}.md"


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
