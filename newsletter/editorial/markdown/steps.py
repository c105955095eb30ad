"""Count the steps that reading Markdown takes, so that no text of any kind takes longer than a long brief.

Markdown's worst cases are many (unclosed brackets, nested quotes, a paragraph for each letter), and any
list of them leaves one out. Nearly all of the time goes into a few places, though: a line looked at, a rule
tried, a label's end looked for. Each such place takes steps from one budget, in proportion to what it costs.
"""

import re
from types import SimpleNamespace

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkLabel, parseLinkTitle
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline, autolink, text

MAX_STEPS = 1_800_000  # a megabyte of paragraphs takes 2/5 of it, one with lists and tables 4/5

# Steps, in proportion to the processor's time: one is about a microsecond of an ordinary computer.
_LINE = 4  # a line looked at: does another block begin here?
_ITEM = 14  # the same for one that may begin a list's next item
_BLOCK = 30  # a block begun, its text as its paragraph
_CELL = 20  # a cell of a table
_TEXT = 10  # a paragraph's, heading's or cell's text, however short
_QUOTE = 5  # a “>” before a line
_RULES = 6  # every rule tried at one place of a text
_MARK = 6  # one asterisk or underscore
_SKIPPED = 3  # a part of a label that is known already
_OPENS = 20  # a “<” or “[” that may begin a link
_DESTINATION = 40  # what may be a link's address
_AUTOLINK = 120  # an address between “<” and “>”, taken apart and put together for its text as well
_TOKEN = 2  # a part of a table, whose short rows Markdown fills up
_BARE = 150  # an address that stands by itself in the text
_ADDRESS = 8  # letters of a link's address, wherever it is used

_QUOTES = re.compile(r"[ \t>]*>")
_MARKERS = frozenset("*-+0123456789")
_MARKS = re.compile(r"\*+|_+|~+")


class TooManySteps(Exception):
    """Reading went on for longer than a brief may take; ``line`` is where it stopped, counted from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Steps:
    """What is left of a file's steps."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, count: int, line: int) -> None:
        """Take steps for what stands on a line. Raises TooManySteps when there are none left."""
        self.left -= count
        if self.left < 0:
            raise TooManySteps(line)

    def take_for_quotes(self, text: str) -> None:
        """Take what quotes cost: a line is looked at once for each “>” that it begins with."""
        for number, line in enumerate(text.split("\n"), start=1):
            if quotes := _QUOTES.match(line):
                self.take(_QUOTE * quotes[0].count(">"), number)

    def take_for_text(self, line: int) -> None:
        """Take what one run of text costs, an empty cell too."""
        self.take(_TEXT, line)

    def take_for_items(self, count: int, line: int) -> None:
        """Take what lines cost that become items of a list."""
        self.take(_BLOCK * count, line)

    def take_for_bare_address(self, line: int) -> None:
        """Take what looking for an address costs at a place where one may begin."""
        self.take(_BARE, line)

    def take_for_address(self, length: int, line: int) -> None:
        """Take what a link's address costs: it is written out at every place that refers to it."""
        self.take(length // _ADDRESS, line)


def count_steps(parser: MarkdownIt) -> None:
    """Let a parser take steps from ``env["steps"]``, a Steps; ``env["line"]`` is where a text begins."""
    parser.block.ruler.before(
        "table", "steps", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.at("text", _text)  # it is the first rule that is tried
    parser.inline.ruler.at("autolink", _autolink)
    counted = SimpleNamespace(
        parseLinkDestination=parseLinkDestination, parseLinkLabel=_label, parseLinkTitle=parseLinkTitle
    )
    parser.helpers = counted  # type: ignore[assignment]  # a module there, whose functions are all that is used


def _block(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    steps: Steps = state.env["steps"]
    start, end = state.bMarks[line], state.eMarks[line]
    first = start + state.tShift[line]
    begins = state.src[first : first + 1]
    looked = _ITEM if begins in _MARKERS else _LINE
    steps.take((looked if silent else _BLOCK) + _CELL * state.src.count("|", start, end), line + 1)
    return False


def _table(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    before = len(state.tokens)
    found = table(state, line, last, silent)
    steps: Steps = state.env["steps"]
    steps.take(_TOKEN * (len(state.tokens) - before), line + 1)
    return found


def _autolink(state: StateInline, silent: bool) -> bool:
    found = autolink(state, silent)
    if found:
        steps: Steps = state.env["steps"]
        steps.take(_AUTOLINK, state.env["line"])
    return found


def _text(state: StateInline, silent: bool) -> bool:
    steps: Steps = state.env["steps"]
    steps.take(_cost(state.src, state.pos, silent), state.env["line"])
    return text(state, silent)


def _cost(source: str, at: int, silent: bool) -> int:
    begins = source[at]
    if begins in "*_~" and not silent:
        marks = _MARKS.match(source, at)
        return _MARK * (marks.end() - at) if marks else _RULES
    return _RULES + _OPENS if begins in "<[" else _RULES


def _label(state: StateInline, start: int, disable_nested: bool = False) -> int:
    """Find a label's end. What was read there before is skipped, but still step by step."""
    known = len(state.cache)
    end: int = parseLinkLabel(state, start, disable_nested)
    skipped = (end if end >= 0 else state.posMax) - start
    address = _DESTINATION if end >= 0 and state.src.startswith("(", end + 1) else 0
    steps: Steps = state.env["steps"]
    steps.take(address + max(0, skipped - (len(state.cache) - known)) // _SKIPPED, state.env["line"])
    return end
