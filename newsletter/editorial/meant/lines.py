"""Lines as their editor meant them, where only a space, a quotation mark or an invisible character is wrong.

Each line stays one line, so that every fault keeps its number; words are never changed, and code is left
alone.
"""

import re
from collections.abc import Iterator, Sequence

from newsletter.editorial.invisible import BLANK, NOT_SEEN, without_ends, without_start
from newsletter.editorial.labels import Labels

_CODE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(
    rf"[ {NOT_SEEN}\xa0]{{0,3}}(?P<signs>#{{1,6}})(?P<gap>[{BLANK}{NOT_SEEN}]*)(?P<text>.*)"
)
# Google Docs' and Pandoc's names for headings: what is in braces is an anchor, never the editor's words.
_ANCHOR = re.compile(r"\\?\{\s*\\?#[^{}\s]+(?:\s+[.#][^{}\s]+)*\s*\\?\}\s*(?=#*\s*$)")
_TRAIL = re.compile(rf"[{BLANK}{NOT_SEEN}]+$")
_ITEM = re.compile(rf"(?P<mark> {{0,3}}(?:[-+]|\*(?!.*\*)))[{BLANK}{NOT_SEEN}]+(?P<text>.*)")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?P<text>(?:(?!\1).)+)(?<=\S)\1")
_MARKS = re.compile(rf"(?P<signs>[*_]{{1,3}})[{BLANK}{NOT_SEEN}]*")
_TAIL = re.compile(rf"[*_{BLANK}{NOT_SEEN}]+$")
_COLON = re.compile("[:：]")
_LABEL_LENGTH = 400  # characters of a line that are looked at; no label with its marks is as long
_QUOTES = "\"'“”„‟«»‘’‚‹›"
_CAPTION = re.compile(
    r"(?P<picture>\s{0,3}\[?!\[[^\]]{0,1000}\]\((?:<[^<>]{1,500}>|(?:[^\s<>\"“„«()]|\([^\s<>\"()]{0,200}\)){1,500}))"
    rf"[{BLANK}]+(?P<title>[{_QUOTES}].{{0,2000}}[{_QUOTES}])\s*(?P<end>\)(?:\]\([^\s()]{{1,500}}\))?\s*)"
)
_SOUND_TITLE = re.compile(r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^'\\]|\\.)*'")


def as_meant(lines: Sequence[str], labels: Labels) -> list[str]:
    """Return a brief's lines with headings, labels and captions written as Markdown reads them."""
    return list(_as_meant(lines, labels))


def _as_meant(lines: Sequence[str], labels: Labels) -> Iterator[str]:
    fence = ""
    for line in lines:
        begin = line[:1]
        if begin.isalnum() or not begin:  # most lines, by far
            yield line
        elif code := _CODE.match(line):
            if not fence:
                fence = code[1]
            elif code[1].startswith(fence) and not without_ends(line).strip("`~"):
                fence = ""
            yield _TRAIL.sub("", line)  # an invisible character there would keep the code open
        elif fence or line.startswith(("    ", "\t")):
            yield line
        else:
            yield _heading(line, labels) or _label(line, labels) or _caption(line) or _item(line) or line


def _heading(line: str, labels: Labels) -> str | None:
    """Return a heading with one space after its signs, no anchor, and no emphasis around all of it.

    A single “#” at a headline's end is its own, as in “Learn C #”; CommonMark would take it off.
    """
    found = _HEADING.fullmatch(line) if "#" in line[:10] else None
    if not found or not (found["gap"] or labels.kind_of(_without_anchor(found["text"]))):
        return None
    text = _without_anchor(found["text"])
    if found["signs"] == "#" and text.endswith(" #"):
        text = text[:-1] + "\\#"
    bold = _BOLD.fullmatch(text)
    return f"{found['signs']} {bold['text'] if bold else text}"


def _without_anchor(text: str) -> str:
    return without_ends(_ANCHOR.sub("", text))


def _label(line: str, labels: Labels) -> str | None:
    """Return a line that begins with a label with the spaces that Markdown wants, and no others."""
    start = without_start(line)
    marks = _MARKS.match(start)
    if not marks:
        return start if start != line and labels.run_in(start) else None
    for colon in _COLON.finditer(start, marks.end(), _LABEL_LENGTH):
        label = _TAIL.sub("", start[marks.end() : colon.start()])
        if labels.kind_of(label):
            return _with_spaces(
                marks["signs"], label, start[marks.end() : colon.start()], start[colon.end() :]
            )
    return None


def _with_spaces(marks: str, label: str, before: str, after: str) -> str | None:
    """Put a label together again; None where the emphasis continues after it.

    ``before`` is the label with whatever stands between its last letter and the colon, ``after`` the rest.
    """
    closing = marks[::-1]
    if closing not in before[len(label) :]:
        after = without_start(after)
        if not after.startswith(closing):
            return None
        after = after[len(closing) :]
    rest = _without_anchor(after) if "{#" in after else without_start(after)
    begin = f"{marks}{without_ends(label)}:{closing}"
    return f"{begin} {rest}" if rest else begin


def _item(line: str) -> str | None:
    """Return an item of a list with one space after its mark, where a blank of another kind stood.

    Numbers are left alone: a no-break space after one is a date's, as in “12. Januar”.
    """
    found = None if line.isascii() else _ITEM.fullmatch(line)
    return f"{found['mark']} {found['text']}" if found and found["text"] else None


def _caption(line: str) -> str | None:
    """Return a picture whose caption is whole, between straight quotation marks, whatever it holds."""
    found = _CAPTION.fullmatch(line) if "![" in line[:6] else None
    if not found or _SOUND_TITLE.fullmatch(found["title"]):
        return None
    words = re.sub(r'(?<!\\)"', '\\\\"', found["title"][1:-1])
    return f'{found["picture"]} "{words}"{found["end"]}'
