"""Briefs the tests of this room start from, and how they read them."""

from collections.abc import Sequence

import pytest
from markdown_it.token import Token

from newsletter.editorial import Issue, Labels, Section, parse_issue
from newsletter.errors import Finding, IssueError

FRONT = "---\nsubject: The second that was never added\n---\n"
STORY = """\
# Clocks will stop being corrected

**Background:** A leap second has been added 27 times since 1972.

**What’s going on now:** The last word is due by 2035.
"""


def parse(text: str, labels: Labels | None = None) -> Issue:
    return parse_issue(text, issue_id="leap", file="leap.md", labels=labels or Labels())


def faults(text: str) -> tuple[Finding, ...]:
    """Return what is wrong with a text; fail when nothing is."""
    with pytest.raises(IssueError) as caught:
        parse(text)
    return caught.value.findings


def faults_if_any(text: str) -> tuple[Finding, ...]:
    """Return what is wrong with a text; nothing else may ever be raised."""
    try:
        parse(text)
    except IssueError as error:
        return error.findings
    return ()


def fault(text: str, code: str) -> Finding:
    """Return the one finding with that code."""
    found = [finding for finding in faults(text) if finding.code == code]
    assert len(found) == 1, [str(finding) for finding in faults(text)]
    return found[0]


def now(text: str) -> str:
    """Return a whole issue whose “now” section goes on with a text."""
    return f"{FRONT}{STORY}\n{text}"


FIRST_LINE_OF_NOW = now("@").split("\n").index("@") + 1


def section(issue: Issue, kind: str, story: int = 0) -> Section:
    found = [part for part in issue.stories[story].parts if isinstance(part, Section) and part.kind == kind]
    assert len(found) == 1
    return found[0]


def words(tokens: Sequence[Token]) -> str:
    """Return what a reader sees of block or inline tokens, a line for each block."""
    text = ""
    for token in tokens:
        if token.type == "inline":
            text += words(token.children or ()) + "\n"
        elif token.type in ("softbreak", "hardbreak"):
            text += " "
        elif token.type != "picture":
            text += token.content
    return text


def paragraphs(part: Section) -> list[str]:
    return [words(token.children or ()) for token in part.body if token.type == "inline"]
