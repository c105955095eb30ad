"""A brief mended: each change is kept only if the brief still reads as the same words."""

import re
from collections.abc import Callable, Mapping
from itertools import islice

from newsletter.checks.fixes.kinds import BY_LINE, quotes
from newsletter.checks.fixes.words import words_of
from newsletter.editorial.issue import Issue
from newsletter.errors import IssueError

_LINE_END = re.compile(r"(\r\n?|\n)")
_MOST_TRIALS = 50  # lines tried one by one, where one of them may not be changed

Parse = Callable[[str], Issue]


def fixed(text: str, parse: Parse) -> str:
    """Return a brief's text with what can be mended without changing a word; the same when nothing can.

    Line ends stay as they are. What was mended needs no mending again. Raises IssueError for a brief that
    ``parse`` cannot read: what it does not understand it does not touch.
    """
    before, mended = "", text
    while mended != before:  # what one kind takes away may uncover something for another
        before, mended = mended, _mended_once(mended, parse)
    return mended if not mended or mended[-1] in "\r\n" else mended + _usual_end(mended)


def _mended_once(text: str, parse: Parse) -> str:
    words = words_of(parse(text))

    def reads_the_same(mended: str) -> bool:
        try:
            return words_of(parse(mended)) == words
        except IssueError:
            return False

    for kind in (*BY_LINE, quotes):
        lines = _LINE_END.split(text)  # each line, then its end
        changed = kind(parse(text), lines[::2])
        better = {number: line for number, line in changed.items() if line != lines[2 * number]}
        if not better:
            continue
        if reads_the_same(_with(lines, better)):
            text = _with(lines, better)
        elif kind is not quotes:  # a quotation may go over two lines
            for number, line in islice(better.items(), _MOST_TRIALS):
                if reads_the_same(_with(lines, {number: line})):
                    lines[2 * number] = line
            text = "".join(lines)
    return text


def _with(lines: list[str], changed: Mapping[int, str]) -> str:
    new = list(lines)
    for number, line in changed.items():
        new[2 * number] = line
    return "".join(new)


def _usual_end(text: str) -> str:
    found = _LINE_END.search(text)
    return found[0] if found else "\n"
