"""Where in a brief's source running text is, and what in it must not be touched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.checks.visible.scan import compiled
from newsletter.checks.words import base_of
from newsletter.editorial.issue import Issue, Section
from newsletter.editorial.markdown.spans import language_of

# Code, comments, merge fields, targets of links, their titles, addresses, escapes, marks of a language, tags.
_UNTOUCHED = (
    r"(`+)(?!`)(?:.|\n)*?(?<!`)\1(?!`)|<!--(?:.|\n)*?-->|\{\{(?:.|\n)*?\}\}"
    r"|\]\((?:[^()\n]|\([^()\n]*\))*\)|\]\[[^\]\n]*\]|(?:https?://|www\.)[^\s<>]+|\\."
    r"|\{[^{}\n]*\}|<[^<>\n]*>"
)
_HELD = "\ufffc"


@dataclass(frozen=True, slots=True)
class RunningText:
    """Lines of running text in one language: from ``first`` (counted from 0) up to ``end``.

    ``seen`` are the lines joined by line ends, with U+FFFC for each character that must stay.
    """

    first: int
    end: int
    language: str
    seen: str


def places(issue: Issue, lines: list[str]) -> Iterator[RunningText]:
    """Yield the headlines and paragraphs of an issue, in lists and quotes too, but not in tables or code."""
    for story in issue.stories:
        language = base_of(language_of(story.headline) or issue.language)
        spans = [(story.line - 1, story.line)]
        for part in story.parts:
            if isinstance(part, Section):
                spans += _of_section(part)
        for first, end in dict.fromkeys(spans):
            if end <= len(lines):  # beyond them are lines of other files, which are included
                yield RunningText(first, end, language, held("\n".join(lines[first:end])))


def _of_section(section: Section) -> Iterator[tuple[int, int]]:
    tables = 0
    for token in section.body:
        tables += {"table_open": 1, "table_close": -1}.get(token.type, 0)
        if token.type == "inline" and token.map and not tables:
            yield token.map[0], token.map[1]


def held(text: str) -> str:
    """Return text with U+FFFC for each character that must stay as it is; line ends remain."""
    return compiled(_UNTOUCHED).sub(lambda found: re.sub(r"[^\n]", _HELD, found[0]), text)
