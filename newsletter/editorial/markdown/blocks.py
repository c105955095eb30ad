"""Markdown as briefs have it: CommonMark, tables, and what else writers expect (``dialects``);
HTML as text, merge fields, pictures on their own.

Faults and line numbers travel in markdown-it's ``env``, as its rules have no other way to reach them.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.image import image
from markdown_it.token import Token

from newsletter.editorial.faults import Faults
from newsletter.editorial.fields import MERGE_FIELD, RESERVED, field_token, report_broken
from newsletter.editorial.issue import Comment
from newsletter.editorial.markdown.comments import line_at, read_comments
from newsletter.editorial.markdown.dialects.addresses import may_hold_addresses, read_addresses
from newsletter.editorial.markdown.dialects.asian import AsianInline, hide_breaks, may_hold_asian
from newsletter.editorial.markdown.dialects.breaks import kept_breaks, read_breaks
from newsletter.editorial.markdown.dialects.ends import read_ends
from newsletter.editorial.markdown.dialects.lists import build_lists
from newsletter.editorial.markdown.dialects.notes import may_hold_notes, read_notes
from newsletter.editorial.markdown.dialects.tasks import tick_tasks
from newsletter.editorial.markdown.hidden_text import note_hidden_cells, note_hidden_references
from newsletter.editorial.markdown.includes import may_include, read_includes
from newsletter.editorial.markdown.pictures import lift_pictures, spaced_picture
from newsletter.editorial.markdown.spans import mark_languages
from newsletter.editorial.markdown.steps import MAX_STEPS, Steps, TooManySteps, count_steps

MAX_DEPTH = 20  # mail programs and the tools that prepare a mail give up on deeper nesting

_BROKEN_PICTURE = re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)")
_OPEN_DESTINATION = re.compile(r"\]\(\S*$")
_TEMPLATE_OPENING = re.compile(r"\{\{|\{%")


def parse_blocks(
    text: str, faults: Faults, *, max_steps: int = MAX_STEPS, comments: list[Comment] | None = None
) -> list[Token]:
    """Return the block tokens of a text, pictures lifted out of their paragraphs.

    ``token.map`` counts the lines of ``text`` from 0. What is wrong is added to ``faults``, HTML comments to
    ``comments``. Raises IssueError where reading stopped: nothing below is known, and further faults
    would mislead.
    """
    steps = Steps(max_steps)
    env: dict[str, object] = {"faults": faults, "line": 1, "steps": steps, "comments": comments}
    try:
        steps.take_for_quotes(text)
        with _collecting_later():
            parser = _parser(
                notes=may_hold_notes(text),
                addresses=may_hold_addresses(text),
                includes=may_include(text),
            )
            tokens = parser.parse(text, env)
        _take_for_addresses(tokens, steps)
    except TooManySteps as stopped:
        _report_too_dense(stopped.line, faults)
        faults.raise_any()
    faults.raise_if_full()
    note_hidden_references(tokens, env, faults)
    note_hidden_cells(tokens, text, faults)
    for token, line in with_lines(tokens):
        _report_depth(token, line, faults)
        _report_hidden(token, line, faults)
    return lift_pictures(tokens, faults)


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Keep Python from looking for garbage among tokens: it takes a third of the time and finds none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _take_for_addresses(tokens: list[Token], steps: Steps) -> None:
    for token, line in with_lines(tokens):
        for child in token.children or ():
            if child.attrs:
                steps.take_for_address(sum(len(str(value)) for value in child.attrs.values()), line)


def _report_too_dense(line: int, faults: Faults) -> None:
    faults.add(
        "brief-too-dense",
        line,
        "Reading stopped here: up to this line the file holds more markup than a brief can have.",
        "Look for long runs of brackets, asterisks, quotes or tiny paragraphs that came along by mistake, "
        "take them out, or split the file into several issues.",
    )


def with_lines(tokens: list[Token]) -> Iterator[tuple[Token, int]]:
    """Yield block tokens with their line, counted from 1; closing ones have that of what went before."""
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        yield token, line


def report_reserved(faults: Faults, line: int) -> None:
    """Note the letters that would let the provider put a reader's values where nobody wants them."""
    faults.add(
        "file-reserved",
        line,
        f"“{RESERVED}” is kept for the tags by which each reader's values get into the mail.",
        "Write it some other way, with a space in it for instance; code and links make no exception.",
    )


@lru_cache(maxsize=8)
def _parser(*, notes: bool, addresses: bool, includes: bool) -> MarkdownIt:
    """Return a parser without the parts that a text certainly does not need, since setting up takes time."""
    options = {"html": False, "maxNesting": 2 * MAX_DEPTH, "store_labels": True}
    parser = MarkdownIt("commonmark")
    parser.inline = AsianInline()
    parser.configure("commonmark", options).enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    parser.block.ruler.at("code", _never_by_indent)
    parser.core.ruler.before("inline", "lists", build_lists)
    parser.core.ruler.before("inline", "tasks", tick_tasks)
    parser.core.ruler.at("inline", _inline_with_lines)
    parser.inline.ruler.before("escape", "merge_field", _merge_field)
    parser.inline.ruler.at("image", _image_once)
    parser.inline.ruler.after("image", "broken_picture", _broken_picture)
    read_breaks(parser)
    read_ends(parser)
    if notes:
        read_notes(parser)
    if addresses:
        read_addresses(parser)
    if includes:
        read_includes(parser)
    read_comments(parser)
    mark_languages(parser)
    count_steps(parser)
    return parser


def _never_by_indent(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    """Read indented text as a paragraph: it was pasted from a word processor, and code has fences."""
    return False


def _inline_with_lines(state: StateCore) -> None:
    before = ""
    for token in state.tokens:
        if token.type == "inline":
            _read_inline(token, state, in_paragraph=before == "paragraph_open")
        before = token.type


def _read_inline(token: Token, state: StateCore, *, in_paragraph: bool) -> None:
    faults: Faults = state.env["faults"]
    steps: Steps = state.env["steps"]
    state.env["line"] = line = token.map[0] + 1 if token.map else state.env["line"]
    steps.take_for_text(line)
    several = "\n" in token.content
    state.env["kept"] = token.content, kept_breaks(token.content) if several and in_paragraph else ()
    token.children = []
    state.md.inline.parse(token.content, state.md, state.env, token.children)
    if several and may_hold_asian(token.content):
        hide_breaks(token.children)
    faults.raise_if_full()


def _line(state: StateInline) -> int:
    """Return the line a text is read at."""
    return line_at(state, state.pos, "counted")


def _merge_field(state: StateInline, silent: bool) -> bool:
    """Read ``{{ name }}``; note any other ``{{`` or ``{%`` and read it as text."""
    if state.src[state.pos] != "{":
        return False
    opening = state.src[state.pos : min(state.pos + 2, state.posMax)]
    if opening not in ("{{", "{%"):
        return False
    found = MERGE_FIELD.match(state.src, state.pos, state.posMax)
    if not silent:
        _push_field(state, opening, found)
    state.pos = found.end() if found else state.pos + 2
    return True


def _push_field(state: StateInline, opening: str, found: re.Match[str] | None) -> None:
    line = _line(state)
    if found is None:
        faults: Faults = state.env["faults"]
        report_broken(faults, line, state.src, state.pos)
        faults.raise_if_full()
        state.append_pending(opening)
        return
    # A link's address may hold no space: `](https://… {{ name }})` is text to Markdown, a link to its writer.
    if _OPEN_DESTINATION.search(state.src[max(0, state.pos - 300) : state.pos]):
        _report_misplaced(state.env["faults"], line)
    made = field_token(found, line)
    token = state.push(made.type, made.tag, 0)
    token.content, token.meta = made.content, made.meta


def _report_misplaced(faults: Faults, line: int) -> None:
    faults.add(
        "field-misplaced",
        line,
        "Braces cannot stand in a link's address or title, nor in a picture's text.",
        "Put the merge field into the text next to it.",
    )


def _image_once(state: StateInline, silent: bool) -> bool:
    """Read a picture, but not one within another's text, which is words; count the lines before it."""
    if state.src[state.pos] != "!" or state.env.get("in_picture"):
        return False
    line = state.env["line"]
    state.env.update(in_picture=True, line=_line(state))
    try:
        return image(state, silent) or spaced_picture(state, silent)
    finally:
        state.env.update(in_picture=False, line=line)


def _broken_picture(state: StateInline, silent: bool) -> bool:
    """Note what looks like a picture to an editor and is text to Markdown. Never reads anything itself."""
    if silent or state.src[state.pos] != "!":
        return False
    if _BROKEN_PICTURE.match(state.src, state.pos, state.posMax):
        state.env["faults"].add(
            "brief-picture-broken",
            _line(state),
            "This looks like a picture but cannot be read as one.",
            'Write ![what it shows](file.jpg "Caption"); put <…> around a file name that holds spaces.',
        )
    return False


def report_reserved_lines(text: str, faults: Faults) -> None:
    """Note every line that holds letters kept for the provider's tags, wherever in the file it is."""
    if RESERVED in text:
        for number, line in enumerate(text.split("\n"), start=1):
            if RESERVED in line:
                report_reserved(faults, number)


def _report_depth(token: Token, line: int, faults: Faults) -> None:
    depth = deepest = token.level
    for child in token.children or ():
        depth += child.nesting
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        faults.add(
            "brief-nesting",
            line,
            f"Quotes, lists or emphasis are nested more than {MAX_DEPTH} deep here.",
            "Use fewer “>”, less indentation or fewer “*”.",
        )


def _report_hidden(token: Token, line: int, faults: Faults) -> None:
    """Note what no scan of the source can see: reserved letters behind entities, braces within addresses."""
    children = token.children or ([token] if token.content or token.attrs else ())
    if not children:
        return
    last = token.map[1] if token.map else line
    shown = "".join([_shown(child) for child in children])
    hidden = [unquote(str(value)) for child in children if child.attrs for value in child.attrs.values()]
    reserved = RESERVED in shown or any(RESERVED in value for value in hidden)
    if reserved and not faults.has("file-reserved", line, last):
        report_reserved(faults, line)
    if any(_TEMPLATE_OPENING.search(value) for value in hidden) or any(
        token.type == "merge_field" for child in children for token in child.children or ()
    ):
        _report_misplaced(faults, line)


def _shown(token: Token) -> str:
    if token.type == "image":
        return "".join(_shown(child) for child in token.children or ())
    if token.type == "merge_field":
        return " "  # its own text never reaches a mail
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content
