"""The ways to look at a letter: as which reader, light or dark, with pictures or without."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from newsletter.errors import NewsletterError
from newsletter.publish.rendered import reader_values
from newsletter.rendering.html.inversion import inverted
from newsletter.rendering.html.schemes import in_scheme
from newsletter.rendering.merge import personalise, substitutions
from newsletter.rendering.message import LINKS

if TYPE_CHECKING:
    from newsletter.publish.previewed import PreviewedLetter
    from newsletter.rendering.message import RenderedMessage
    from newsletter.wiring import Wiring

Scheme = Literal["light", "dark", "inverted"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark", "inverted")
_TOKEN = "-" * 40  # a link's part that differs by reader is as long


@dataclass(frozen=True, slots=True)
class LetterLook:
    """A way to look: ``reader`` is a sample or a subscriber's address, None the first sample."""

    reader: str | None = None
    scheme: Scheme = "light"


def letter_html(wiring: "Wiring", letter: "PreviewedLetter", look: LetterLook) -> str:
    """Return a letter's HTML for a frame, its pictures from here."""
    message = replace(letter.message, html=letter.lined)
    reader, _ = known_reader(wiring, look.reader)
    html = personalise(message, substitutions(message, reader_values(wiring, reader))).html
    html = html.replace(f"{wiring.settings.site_url}/pictures/", "/pictures/")
    html = in_scheme(html, dark=look.scheme == "dark")
    return inverted(html) if look.scheme == "inverted" else html


def known_reader(wiring: "Wiring", reader: str | None) -> tuple[str | None, str]:
    """Return a reader, or None for the first sample and the sentence that says why it is not that one."""
    try:
        reader_values(wiring, reader)
    except NewsletterError as error:
        return None, f"{error.message.rstrip('.')}. A sample reader’s values stand in."
    return reader, ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A letter with a reader's values in it: what an inbox shows, the text, and the HTML as it is sent."""

    subject: str
    preheader: str
    text: str
    html: str


def filled(wiring: "Wiring", message: "RenderedMessage", reader: str | None) -> Filled:
    """Return a letter as a reader gets it, with links as long as real ones."""
    site = wiring.settings.site_url
    links = {name: f"{site}/{page}/{_TOKEN}" for name, page in LINKS.items()}
    values = substitutions(message, {**reader_values(wiring, known_reader(wiring, reader)[0]), **links})
    whole = personalise(message, values)
    second = personalise(replace(message, subject=message.preheader, html="", text=""), values)
    return Filled(whole.subject, second.subject, whole.text, whole.html)
