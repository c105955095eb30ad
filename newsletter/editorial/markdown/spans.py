"""Words in another language, marked as Pandoc marks them: ``[שלום]{lang=he}``, ``# Titre {lang=fr}``."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from newsletter.editorial.faults import Faults

_QUOTES = "[\"'“”„‘’]?"
_MARK = re.compile(
    rf"\{{[ \t]*lang[ \t]*=[ \t]*{_QUOTES}([^\s\"'“”„‘’{{}}]{{0,40}}){_QUOTES}[ \t]*\}}", re.IGNORECASE
)
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, near enough


def mark_languages(parser: MarkdownIt) -> None:
    """Let a parser read marked words as ``span_open`` and ``span_close``; ``lang`` holds the language's tag.

    A headline or subhead with the mark at its end is one such span. A tag that does not exist is added to
    ``env["faults"]``, a Faults, with its line.
    """
    parser.inline.ruler.before("link", "language", _span)
    parser.core.ruler.push("heading_language", _headings)


def language_of(inline: tuple[Token, ...] | list[Token]) -> str:
    """Return the language that all of some inline tokens are marked with; empty without one."""
    if not inline or inline[0].type != "span_open":
        return ""
    depth = 0
    for position, token in enumerate(inline):
        depth += token.nesting if token.type.startswith("span_") else 0
        if not depth:
            return str(inline[0].attrs["lang"]) if position == len(inline) - 1 else ""
    return ""


def _span(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[" or not _has_mark(state):
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos, False)
    mark = _MARK.match(state.src, end + 1, state.posMax) if end >= 0 else None
    if mark is None:
        return False
    if not silent:
        start, last = state.pos + 1, state.posMax
        if not _TAG.fullmatch(mark[1]):
            _report_tag(mark, _line_at(state, end), state.env["faults"])
        state.push("span_open", "span", 1).attrSet("lang", mark[1])
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.posMax = last
        state.push("span_close", "span", -1)
    state.pos = mark.end()
    return True


def _line_at(state: StateInline, place: int) -> int:
    """Return the line of a place in a text, counted from the last place asked about."""
    text, at, line = state.env.get("counted_for_marks", ("", 0, 0))
    if text is not state.src or at > place:
        at, line = 0, state.env["line"]
    line += state.src.count("\n", at, place)
    state.env["counted_for_marks"] = state.src, place, line
    return int(line)


def _has_mark(state: StateInline) -> bool:
    """Say whether the text holds any mark, looked for once: a text may hold countless brackets."""
    text, found = state.env.get("has_mark", ("", False))
    if text is not state.src:
        found = any(state.src[mark.start() - 1] == "]" for mark in _MARK.finditer(state.src, 1))
        state.env["has_mark"] = state.src, found
    return bool(found)


def _headings(state: StateCore) -> None:
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        children = inline.children if opening.type == "heading_open" else None
        if not children or children[-1].type != "text":
            continue
        mark = next(
            (mark for mark in _MARK.finditer(children[-1].content) if mark.end() == len(mark.string)), None
        )
        if mark is not None:
            if not _TAG.fullmatch(mark[1]):
                _report_tag(mark, (inline.map or [0])[0] + 1, state.env["faults"])
            children[-1].content = mark.string[: mark.start()].rstrip()
            language = Token("span_open", "span", 1, attrs={"lang": mark[1]})
            inline.children = [language, *children, Token("span_close", "span", -1)]


def _report_tag(mark: re.Match[str], line: int, faults: Faults) -> None:
    faults.add(
        "brief-language",
        line,
        f"“{mark[1]}” is no language's tag.",
        "Write the tag of the language: {lang=he}, {lang=ar}, {lang=pt-BR}.",
    )
    faults.raise_if_full()
