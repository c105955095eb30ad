"""HTML comments: an editor's notes to themselves and to colleagues, left out of the mail and reported.

Everything else that looks like HTML is text to a brief. A comment is the exception, since its writer means
it for no reader.
"""

import re
from collections.abc import MutableMapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from newsletter.editorial.faults import Faults
from newsletter.editorial.issue import Comment

_OPEN, _CLOSE = "<!--", "-->"
_COUNTED = "comment_counted"  # where counting lines for comments continues
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_SPACES = re.compile(r"[ \t]*")


def read_comments(parser: MarkdownIt) -> None:
    """Let a parser take comments out of the text and append each to ``env["comments"]``, a list.

    One that is not closed is added to ``env["faults"]``.
    """
    parser.block.ruler.before("table", "comment", _block, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.inline.ruler.before("autolink", "comment", _inline)


def _block(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    """Read comments that begin a line, over empty lines too; what follows the last one is read as usual."""
    at = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith(_OPEN, at) or state.is_code_block(line):
        return False
    found: list[tuple[int, int]] = []
    while state.src.startswith(_OPEN, at) and (end := _end(state, at, state.eMarks[last - 1])):
        found.append((at, end))
        at = _after_spaces(state.src, end)
    if not found:
        return False
    counted = found[0][0]
    below = line + state.src.count("\n", counted, at)
    alone = at >= state.eMarks[below]
    if not alone and below == line:
        return False  # text follows on the same line: both are one paragraph
    if silent:  # within a paragraph a comment divides nothing, unless an empty line in it does
        return _BLANK_LINE.search(state.src, counted, at) is not None
    for start, end in found:
        line += state.src.count("\n", counted, start)
        counted = start
        _note(state.env, state.src, (start, end), line + 1)
    state.line = below + 1 if alone else _begin_at(state, below, at)
    return True


def _end(state: StateBlock, at: int, limit: int) -> int:
    """Return where the comment that begins at a place ends; 0 when it does not, or runs into another one."""
    known_from, known = state.env.get("comment_end", (0, 0))
    if not known_from <= at < known:
        known = state.src.find(_CLOSE, at + 2)  # `<!-->` is a comment, too
        known = len(state.src) if known < 0 else known
        state.env["comment_end"] = at, known
    end = known + len(_CLOSE)
    runs_on = end > limit or state.src.find(_OPEN, at + len(_OPEN), known) >= 0
    return 0 if runs_on else end


def _after_spaces(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found else at


def _begin_at(state: StateBlock, line: int, at: int) -> int:
    """Let a line begin where its comment ends."""
    state.bMarks[line], state.tShift[line], state.sCount[line] = at, 0, state.blkIndent
    return line


def _inline(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith(_OPEN, state.pos):
        return False
    start = state.pos
    end = state.src.find(_CLOSE, start + 2, state.posMax)
    if end < 0 or state.src.find(_OPEN, start + len(_OPEN), end) >= 0:
        if not silent:
            _report_open(state, start)
        state.pos = state.posMax  # nobody knows how far the note goes
        return True
    state.pos = end + len(_CLOSE)
    if silent:
        return True
    _note(state.env, state.src, (start, state.pos), line_at(state, start, _COUNTED))
    for _ in range(state.src.count("\n", start, end)):
        state.push("softbreak", "br", 0)  # so that lines below keep their numbers
    if not state.pending.strip() or state.pending[-1].isspace():
        state.pos = min(_after_spaces(state.src, state.pos), state.posMax)
    return True


def line_at(state: StateInline, at: int, counted: str) -> int:
    """Return the line of a place in a text; counting continues from the last place asked about in that text.

    ``counted`` names where that place is kept: a caller that asks for places further on keeps another.
    """
    text, last, line = state.env.get(counted, ("", 0, 0))
    if text is not state.src or last > at:
        last, line = 0, int(state.env["line"])
    line += state.src.count("\n", last, at)
    state.env[counted] = state.src, at, line
    return int(line)


def _note(env: MutableMapping[str, Any], source: str, place: tuple[int, int], line: int) -> None:
    comments = env.get("comments")
    if isinstance(comments, list):
        start, end = place
        inside = source[start + len(_OPEN) : end - len(_CLOSE)]
        comments.append(Comment(" ".join(inside.split()), line, line + source.count("\n", start, end)))


def _report_open(state: StateInline, at: int) -> None:
    faults: Faults = state.env["faults"]
    faults.add(
        "brief-comment-open",
        line_at(state, at, _COUNTED),
        f"A comment begins here, “{state.src[at : at + 60].split(chr(10))[0]}”, and is not closed.",
        "Close it with --> before the next <!-- and, where words stand before it, in the same paragraph; "
        "or write it between backticks to show it to readers.",
    )
    faults.raise_if_full()
