"""A mail made ready to be looked at: its pictures from here, its first words."""

import re
from html.parser import HTMLParser

MAX_PREVIEW = 140  # characters: about what the widest inboxes show after the subject
_MAX_READ = 50_000  # characters of a mail in which its first words are looked for

_PICTURE_URL = re.compile(
    r"(?<=[\"'(])https?://[^\s\"'<>()]{1,300}?(/pictures/[0-9a-f]{64}\.[a-z0-9]{1,5})\b"
)
# What senders fill the line after the subject with, so that an inbox shows nothing of the letter there.
_FILLER = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
_UNSEEN = frozenset({"head", "style", "script", "title", "template", "noscript"})
_BREAKS = frozenset({"p", "div", "br", "td", "th", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table"})


def with_local_pictures(html: str) -> str:
    """Return a mail's HTML with its pictures, whichever host they are to come from, taken from here."""
    return _PICTURE_URL.sub(r"\1", html)


def preview(html: str, text: str) -> str:
    """Return what an inbox shows after the subject: the mail's first words, hidden ones too, in one line."""
    words = _FirstWords()
    words.feed(html[:_MAX_READ])
    found = " ".join(_FILLER.sub("", words.found if html else text[:_MAX_READ]).split())
    return found if len(found) <= MAX_PREVIEW else found[: MAX_PREVIEW - 1].rstrip() + "…"


class _FirstWords(HTMLParser):
    """Gather text until there is enough of it for a line."""

    def __init__(self) -> None:
        super().__init__()
        self.found = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BREAKS:
            self.found += " "

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._unseen and len(self.found) < 20 * MAX_PREVIEW:
            self.found += data
