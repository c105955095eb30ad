"""What is seen before a letter is opened: the words an inbox has for it, and those a summary is made of."""

import re
from html.parser import HTMLParser

CLIPPED = 102_400  # bytes of HTML after which Gmail cuts a mail off
SUMMARY = 240  # characters: about what a phone has room for
_MAX_READ = 30_000  # characters of a letter in which they are looked for
_UNSEEN = frozenset({"head", "style", "script", "title"})
_EMPTY = frozenset({"img", "br", "hr", "meta", "link", "input", "col", "wbr", "area", "base", "embed"})
_BREAKS = frozenset({"p", "div", "br", "td", "th", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table"})
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[”’\")\]]*\s+")


def first_sentences(html: str) -> str:
    """Return the first visible words of a letter, whole sentences if they fit: the hidden first line is none.

    A phone that summarises mail by itself has nothing else to go by.
    """
    words = _Visible()
    words.feed(html[max(0, html.find("<body")) :][:_MAX_READ])
    lines = [" ".join(line.split()) for line in "".join(words.found).split("\n")]
    text = " ".join(line if line[-1:] in ".!?…。！？:" else f"{line}." for line in lines if line)
    if len(text) <= SUMMARY:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        if len(kept) + len(sentence) >= SUMMARY:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or text[: SUMMARY - 1].rstrip() + "…"


class _Visible(HTMLParser):
    """Gather the visible text of a letter, a line for each block, until there is enough of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []  # elements with whether their text is unseen
        self._length = 0

    @property
    def _unseen(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.found.append("\n")
        if tag not in _EMPTY:
            style = dict(attrs).get("style") or ""
            self._open.append((tag, self._unseen or tag in _UNSEEN or _HIDDEN.search(style) is not None))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self._open) and self._open.pop()[0] != tag:
            pass
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen and self._length < 4 * SUMMARY:
            self.found.append(data.replace("\n", " "))
            self._length += len(data)


def characters_kept(html: str) -> int | None:
    """Return how many characters of a letter's text Gmail keeps, white space not counted; None for all.

    ``html`` is the letter as it is sent, with a reader's values.
    """
    data = html.encode()
    if len(data) <= CLIPPED:
        return None
    kept = data[:CLIPPED].decode(errors="ignore")
    kept = kept[: kept.rfind("<")] if kept.rfind("<") > kept.rfind(">") else kept
    words = _All()
    words.feed(kept[max(0, kept.find("<body")) :])
    words.close()
    return sum(len("".join(text.split())) for text in words.found)


class _All(HTMLParser):
    """Gather all text of a body, as a browser has it in its text nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen = tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._unseen = False

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data)
