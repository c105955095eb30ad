"""Bare web addresses in a text: https://example.org and www.example.org become links.

Names without either (README.md, example.org) stay text, and so do mail addresses: other words look the same.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from newsletter.editorial.markdown.dialects.asian import PUNCTUATION, unspaced
from newsletter.editorial.markdown.steps import Steps

LONGEST = 2_083  # characters of an address that every browser opens

_MAY_HOLD = re.compile(r"https?://|www\.", re.IGNORECASE)
_WHOLE_SCHEME = re.compile(r"(?<![A-Za-z0-9+.-])https?://", re.IGNORECASE)
_SCHEME = re.compile(r"(?<![A-Za-z0-9+.-])https?$", re.IGNORECASE)
_HOST = re.compile(r"(?<![A-Za-z0-9_.@/:-])www\.(?=[^\W_][\w-]*(\.[\w-]+)*\.[^\W\d_]{2})", re.IGNORECASE)
# What ends every address. linkify-it knows of closing brackets and of punctuation at the end.
_WITHIN = re.compile(rf"[^\s<>\\`{{}}|^\"“”„‘’‚«»‹›…—{PUNCTUATION.pattern[1:-1]}]*")


def may_hold_addresses(text: str) -> bool:
    """Say whether looking for bare addresses is worth its time."""
    return _MAY_HOLD.search(text) is not None


def read_addresses(parser: MarkdownIt) -> None:
    """Let a parser read bare addresses as links."""
    parser.inline.ruler.after("text", "bare_address", _bare_address)
    parser.core.ruler.before("text_join", "bare_hosts", _bare_hosts)


@cache
def _text_begins() -> re.Pattern[str]:
    return re.compile(rf"(?<=[A-Za-z0-9])(?={unspaced().pattern})")


@cache
def _linkify() -> LinkifyIt:
    return LinkifyIt()


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the bare addresses of a plain text with a scheme begin and end."""
    at = 0
    for scheme in _WHOLE_SCHEME.finditer(text):
        if scheme.start() >= at and (address := address_in(text[scheme.start() : scheme.start() + LONGEST])):
            at = scheme.start() + len(address)
            yield scheme.start(), at


def address_in(text: str) -> str:
    """Return the address that a text begins with, scheme and all; empty when it begins with none."""
    within = _WITHIN.match(text)
    candidate = within[0] if within else ""
    if text.startswith("{{", len(candidate)):
        return ""  # a merge field follows directly, and no link may hold one
    if not candidate.isascii():
        candidate = _text_begins().split(candidate, maxsplit=1)[0]
    found = _linkify().match_at_start(candidate)
    return found.url.rstrip("*_~") if found else ""


def _bare_address(state: StateInline, silent: bool) -> bool:
    if silent or state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.src[max(0, state.pos - 6) : state.pos])
    if not scheme or state.env.get("in_picture") or not state.pending.endswith(scheme[0]):
        return False
    steps: Steps = state.env["steps"]
    steps.take_for_bare_address(state.env["line"])
    start = state.pos - len(scheme[0])
    if state.src.endswith(("](", "<"), 0, start):  # half a link, which the checks report as such
        return False
    written = address_in(state.src[start : min(start + LONGEST, state.posMax)])
    address = written.replace("&amp;", "&")
    href = state.md.normalizeLink(address)
    if not written or not state.md.validateLink(href):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    link = state.push("link_open", "a", 1)
    link.attrs, link.info = {"href": href}, "auto"
    state.push("text", "", 0).content = address
    state.push("link_close", "a", -1)
    state.pos = start + len(written)
    return True


def _bare_hosts(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and "www." in token.content.lower():
            steps: Steps = state.env["steps"]
            line = token.map[0] + 1 if token.map else 1
            token.children = list(_with_hosts(token.children or (), state.md, steps, line))


def _with_hosts(children: Sequence[Token], parser: MarkdownIt, steps: Steps, line: int) -> Iterator[Token]:
    """Yield inline tokens with addresses that begin with www. as links, but none within another link."""
    links = 0
    for child in children:
        links += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type != "text" or links:
            yield child
            continue
        at = 0
        for found in _HOST.finditer(child.content):
            if found.start() < at:
                continue
            steps.take_for_bare_address(line)
            host = child.content[found.start() : found.start() + LONGEST]
            address = address_in(f"https://{host}")
            href = parser.normalizeLink(address)
            if address and parser.validateLink(href):
                yield child.copy(content=child.content[at : found.start()])
                at = found.start() + len(address) - len("https://")
                yield from _link(href, child.content[found.start() : at], child.level)
        yield child.copy(content=child.content[at:]) if at else child


def _link(href: str, text: str, level: int) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": href}, level=level, info="auto")
    yield Token("text", "", 0, content=text, level=level + 1)
    yield Token("link_close", "a", -1, level=level)
