"""``::: background NAME`` on a line of its own: the place where a brief wants a living background."""

import re
import unicodedata

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from newsletter.editorial.invisible import BLANK, NOT_SEEN, tidy
from newsletter.editorial.names import nearest

WORD = "background"
_COLONS = "[:：]{2,}"
_OPENING = re.compile(
    rf"{_COLONS}[{BLANK}{NOT_SEEN}]*(?P<word>[^\W\d_]+)(?:[{BLANK}{NOT_SEEN}:：=\[{{(]+(?P<name>.*))?"
)
_CLOSING = re.compile(rf"{_COLONS}[{BLANK}{NOT_SEEN}]*")
_LINE = re.compile(rf"^[ >\t]*{_OPENING.pattern}$", re.MULTILINE)
_WITHIN = re.compile(rf"(?<!\w)[:：]{{2,}}[{BLANK}{NOT_SEEN}{{.]*{WORD}\b.*", re.IGNORECASE)
_AROUND = "{}[]()\"'`“”‘’„"


def may_include(text: str) -> bool:
    """Say whether a text may include anything: most do not."""
    return "::" in text or "：：" in text


def names_included(text: str) -> tuple[str, ...]:
    """Return the names that a text's includes seem to give, each once: at least those that are read later."""
    if not may_include(text):
        return ()
    lines = re.sub(r"\r\n?", "\n", text)
    return tuple(dict.fromkeys(_name(found) for found in _LINE.finditer(lines) if _is_meant(found["word"])))


def include_within(text: str) -> str:
    """Return what seems to be an include within a line of text, as written, or nothing."""
    found = _WITHIN.search(text) if may_include(text) else None
    return found[0].strip() if found else ""


def _name(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", tidy(found["name"] or "")).strip(_AROUND)


def _is_meant(word: str) -> bool:
    return nearest(word, (WORD,)) is not None


def read_includes(parser: MarkdownIt) -> None:
    """Let a parser read includes as blocks ``include``.

    ``token.meta`` has the ``word`` after the colons, as written, and the ``name``, which may be empty.
    """
    parser.block.ruler.before(
        "table", "include", _include, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _include(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if state.src[start : start + 1] not in (":", "："):
        return False
    found = _OPENING.fullmatch(state.src, start, state.eMarks[line])
    if found is None or not _is_meant(found["word"]):
        return False
    if silent:
        return True
    state.line = _below(state, line + 1, last)
    token = state.push("include", "", 0)
    token.map = [line, state.line]
    token.block = True
    token.meta = {"word": found["word"], "name": _name(found)}
    return True


def _below(state: StateBlock, line: int, last: int) -> int:
    """Return the line below an include, and below the line of colons that may close it."""
    at = line
    while at < last and state.isEmpty(at):
        at += 1
    if at < last and state.sCount[at] >= state.blkIndent:
        start = state.bMarks[at] + state.tShift[at]
        if _CLOSING.fullmatch(state.src, start, state.eMarks[at]):
            return at + 1
    return line
