"""The rendered mail as files: what a browser opens, with a reader's values filled in or as it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import NewsletterError
from newsletter.files.rendered import write_files
from newsletter.publish.draft import read_draft, render_draft
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.publish.draft import Draft
    from newsletter.rendering.message import RenderedMessage

SAMPLE = {"email": "ana.silva@example.org", "name": "Ana Silva", "first_name": "Ana", "last_name": "Silva"}
# Readers to look at a letter as, by what is odd about their values.
SAMPLES: Mapping[str, Mapping[str, str]] = {
    "Ana Silva": SAMPLE,
    "no name": {"email": "reader@example.org"},
    "a long name": {
        "email": "maximiliane.alexandra@hohenstein-wittgenstein.example.org",
        "name": "Maximiliane-Alexandra Hohenstein-Wittgenstein",
        "first_name": "Maximiliane-Alexandra",
        "last_name": "Hohenstein-Wittgenstein",
    },
    "a name from right to left": {
        "email": "layla@example.org",
        "name": "ليلى حداد",
        "first_name": "ليلى",
        "last_name": "حداد",
    },
}
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
    values = None if raw else reader_values(wiring, reader)
    html, text = _parts(wiring, draft, rendered.message, values)
    files = {
        "everyone.html": html.encode(),
        "everyone.txt": text.encode(),
        "everyone.mjml": (_NOT_THE_LETTER + rendered.mjml).encode(),
        **{f"pictures/{picture.name}": picture.content for picture in draft.pictures.values()},
    }
    whose = "" if values is None else reader or "a sample reader"
    about = _about(draft, rendered.message, whose)
    return RenderedFiles(write_files(out, files, about, force=force), whose)


def reader_values(wiring: Wiring, reader: str | None) -> Mapping[str, str]:
    """Return a reader's values, and addresses for their links that lead to no page of anybody's.

    ``reader`` is one of SAMPLES or a subscriber's address, None the first sample. Raises NewsletterError for
    an address that nobody has.
    """
    from newsletter.rendering.message import LINKS

    site = wiring.settings.site_url
    links = {name: f"{site}/{page}/of-a-sample" for name, page in LINKS.items()}
    sample = SAMPLE if reader is None else SAMPLES.get(reader)
    return {**(_subscriber(wiring, reader or "") if sample is None else sample), **links}


def _subscriber(wiring: Wiring, address: str) -> Mapping[str, str]:
    from newsletter.contacts.fields import recipient_values
    from newsletter.readership import show

    found = show(wiring.engine, address)[0] if wiring.has_database else None
    if found is None:
        raise NewsletterError(
            f"No list has {address}.",
            hint="Name a subscriber, or take a sample reader: `render` does without --reader.",
        )
    return recipient_values(found.email, found.name, found.attrs, wiring.settings.publication.titles)


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


def _about(draft: "Draft", message: "RenderedMessage", whose: str) -> Mapping[str, object]:
    return {
        "issue": draft.issue.id,
        "variant": "everyone",
        "subject": message.subject,
        "preheader": message.preheader,
        "digest": message.digest,
        "merge_fields": [
            {"key": field.key, "name": field.name, "default": field.default} for field in message.fields
        ],
        "backgrounds": {found.name: found.digest for found, _ in draft.issue.included},
        "filled_in_for": whose or None,
        "bytes": {"html": len(message.html.encode()), "text": len(message.text.encode())},
    }
