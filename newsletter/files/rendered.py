"""The rendered mail as files that open by themselves: HTML with its pictures next to it, text, MJML.

A render may be repeated into the same folder: it replaces what an earlier one wrote, known by its digest in
``message.json``, and takes away what no longer belongs there. A file of anybody else's stays.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from newsletter.errors import NewsletterError
from newsletter.files.atomic import write_whole
from newsletter.publish import read_draft, render_draft
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.publish.draft import Draft
    from newsletter.rendering.message import RenderedMessage

ABOUT = "message.json"
SAMPLE = {"email": "ana.silva@example.org", "name": "Ana Silva", "first_name": "Ana", "last_name": "Silva"}
_MAX_ABOUT = 1_000_000  # bytes of a message.json that is read
_OURS = re.compile(r"everyone\.(html|txt|mjml)|pictures/[0-9a-f]{64}\.[a-z]{3,4}")
_NOT_THE_LETTER = """\
<!-- The source a letter was made from, not the letter: that is everyone.html. Compiled by mjml alone it lacks
what newsletter render does afterwards, such as writing the theme's inline.css into style attributes. -->
"""


@dataclass(frozen=True, slots=True)
class RenderedFiles:
    """What a render wrote, by name, and whose values stand in it: “a sample reader”, an address, or ""."""

    paths: Mapping[str, Path]
    reader: str


def write_rendered(
    wiring: Wiring,
    reference: str,
    out: Path,
    *,
    reader: str | None = None,
    raw: bool = False,
    force: bool = False,
) -> RenderedFiles:
    """Render an issue and write its parts below ``out``.

    The values of a sample reader stand in HTML and text, or those of the subscriber ``reader``; with ``raw``
    both are as they are sent, tags for the values and addresses of the pictures on the site. Raises
    NewsletterError for an address that nobody has, and for a file in the way that no render wrote, unless
    ``force``.
    """
    draft = read_draft(wiring, reference)
    rendered = render_draft(wiring, draft)
    values = None if raw else _values(wiring, reader)
    html, text = _parts(wiring, draft, rendered.message, values)
    files = {
        "everyone.html": html.encode(),
        "everyone.txt": text.encode(),
        "everyone.mjml": (_NOT_THE_LETTER + rendered.mjml).encode(),
        **{f"pictures/{picture.name}": picture.content for picture in draft.pictures.values()},
    }
    whose = "" if values is None else reader or "a sample reader"
    about = _about(draft.issue.id, rendered.message, whose, files)
    return RenderedFiles(_write(out, files, about, force=force), whose)


def _values(wiring: Wiring, reader: str | None) -> Mapping[str, str]:
    """Return a reader's values, and addresses for their links that lead to no page of anybody's."""
    from newsletter.rendering.message import LINKS

    site = wiring.settings.site_url
    links = {name: f"{site}/{page}/of-a-sample" for name, page in LINKS.items()}
    return {**(SAMPLE if reader is None else _subscriber(wiring, reader)), **links}


def _subscriber(wiring: Wiring, address: str) -> Mapping[str, str]:
    from newsletter.contacts.fields import reader_values
    from newsletter.readership import show

    found = show(wiring.engine, address)[0] if wiring.has_database else None
    if found is None:
        raise NewsletterError(
            f"No list has {address}.", hint="Without --reader the values of a sample reader are filled in."
        )
    return reader_values(found.email, found.name, found.attrs, wiring.settings.publication.titles)


def _parts(
    wiring: Wiring, draft: "Draft", message: "RenderedMessage", values: Mapping[str, str] | None
) -> tuple[str, str]:
    from newsletter.rendering.merge import personalise, substitutions

    if values is None:
        return message.html, message.text
    personal = personalise(message, substitutions(message, values))
    html = personal.html
    for picture in draft.pictures.values():
        html = html.replace(f"{wiring.settings.site_url}/pictures/{picture.name}", f"pictures/{picture.name}")
    return html, personal.text


def _about(issue: str, message: "RenderedMessage", whose: str, files: Mapping[str, bytes]) -> bytes:
    about = {
        "issue": issue,
        "variant": "everyone",
        "subject": message.subject,
        "preheader": message.preheader,
        "digest": message.digest,
        "merge_fields": [
            {"key": field.key, "name": field.name, "default": field.default} for field in message.fields
        ],
        "filled_in_for": whose or None,
        "bytes": {"html": len(message.html.encode()), "text": len(message.text.encode())},
        "files": {name: _digest(data) for name, data in sorted(files.items())},
    }
    return orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n"


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────


def _write(out: Path, files: Mapping[str, bytes], about: bytes, *, force: bool) -> dict[str, Path]:
    """Write the files, then what they are; take away what an earlier render wrote and this one did not."""
    if out.exists() and not out.is_dir():
        raise NewsletterError(
            "This is a file, not a folder.", file=str(out), hint="Name a folder with --out."
        )
    try:
        before = _written_before(out)
        if not force:
            _refuse_others(out, files, before)
        for name, data in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(out / name, data)
        for name in before.keys() - files.keys():
            if _is_as_written(out / name, before[name]):
                (out / name).unlink()
        if (out / "pictures").is_dir() and not any((out / "pictures").iterdir()):
            (out / "pictures").rmdir()
        write_whole(out / ABOUT, about)
    except OSError as error:
        raise NewsletterError(
            f"The rendered mail cannot be written: {error.strerror}.", file=str(out)
        ) from error
    return {name: out / name for name in (*files, ABOUT)}


def _written_before(out: Path) -> dict[str, str]:
    """Return the files that an earlier render says it wrote here, with their digests; its own names alone."""
    try:
        with (out / ABOUT).open("rb") as file:
            about = orjson.loads(file.read(_MAX_ABOUT))
        files = about["files"]
        return {name: str(digest) for name, digest in files.items() if _OURS.fullmatch(name)}
    except (
        FileNotFoundError,
        NotADirectoryError,
        orjson.JSONDecodeError,
        KeyError,
        TypeError,
        AttributeError,
    ):
        return {}


def _refuse_others(out: Path, files: Mapping[str, bytes], before: Mapping[str, str]) -> None:
    in_the_way = [
        name
        for name, data in files.items()
        if (out / name).exists() and not _is_as_written(out / name, before.get(name, ""), _digest(data))
    ]
    if (out / ABOUT).exists() and not before:
        in_the_way.append(ABOUT)
    if in_the_way:
        named = ", ".join(in_the_way[:5]) + (", …" if len(in_the_way) > 5 else "")
        raise NewsletterError(
            f"There are files that no render wrote, or that were changed since: {named}.",
            hint="Name another folder with --out, or write over them with --force.",
            file=str(out),
        )


def _is_as_written(path: Path, *digests: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() in digests


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
