"""Findings that an editor has seen and does not want to see again: at a place, of an issue, of a publication.

``<!-- check: ignore CODE, CODE: a reason -->`` on the line itself or above it, ``ignore: CODE, CODE`` in the
front matter, or ``ignore = ["CODE"]`` under ``[checks]`` in newsletter.toml. Errors are reported regardless.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from newsletter.checks.registry import Check, CheckedIssue, Remark, check, registered
from newsletter.editorial.issue import Comment, Issue
from newsletter.errors import Finding

_ORDER = re.compile(r"check\s*:\s*(.*)", re.IGNORECASE)
_IGNORE = re.compile(r"ignore\s+([a-z][a-z-]*(?:[\s,]+[a-z][a-z-]*)*)\s*(?::.*)?", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FORM = "Write <!-- check: ignore CODE: a reason -->, with the code that a finding shows after its weight."
# WordPress, Ghost, Notion, Office and the clipboard of Windows, static sites.
_OF_A_SYSTEM = re.compile(
    r"/?wp:|/?kg-card|notionvc:|\[(?:if|endif)|(?:Start|End)Fragment"
    r"|(?:more|excerpt|truncate|nextpage|toc)$"
)
_SHOWN = 60  # characters of a comment


@dataclass(frozen=True, slots=True)
class _Order:
    """Codes that a comment silences, on the lines first to last."""

    codes: tuple[str, ...]
    first: int
    last: int
    line: int


def without_silenced(
    found: Iterable[tuple[Finding, str]], issue: Issue, ignored: Collection[str]
) -> Iterator[tuple[Finding, str]]:
    """Yield the findings, each with its cause, that nobody has silenced."""
    everywhere = {*issue.ignored, *ignored}
    orders = _orders(issue)
    for finding, cause in found:
        if finding.severity == "error" or not (
            finding.code in everywhere or any(_covers(order, finding) for order in orders)
        ):
            yield finding, cause


def _covers(order: _Order, finding: Finding) -> bool:
    at = finding.line
    return at is not None and order.first <= at <= order.last and finding.code in order.codes


def _orders(issue: Issue) -> list[_Order]:
    comments = [comment for comment in issue.comments if _ORDER.match(comment.text)]
    lines = issue.lines if comments else []
    return [_Order(_codes(comment), *_range(comment, lines), comment.line) for comment in comments]


def _codes(comment: Comment) -> tuple[str, ...]:
    order = _ORDER.match(comment.text)
    found = _IGNORE.fullmatch(order[1].strip()) if order else None
    return tuple(re.split(r"[\s,]+", found[1].lower())) if found else ()


def _range(comment: Comment, lines: list[str]) -> tuple[int, int]:
    """Return the lines a comment speaks of: its own when words stand there, or else the next block's."""
    if _words("\n".join(lines[comment.line - 1 : comment.last])):
        return comment.line, comment.last
    first = comment.last
    while first < len(lines) and not _words(lines[first]):
        first += 1
    last = first
    while last < len(lines) and lines[last].strip():
        last += 1
    return first + 1, last


def _words(text: str) -> str:
    """Return what a text holds besides comments and the signs of quotes."""
    return _COMMENT.sub("", text).strip(" \t\n>")


@check("comment-left-out", "warning")
def comment_left_out(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for comments in a story, which no reader gets, so that nobody misses them in the mail."""
    yield from _marks_of_a_system(checked)
    for comment in checked.issue.comments:
        if not _ORDER.match(comment.text) and not _OF_A_SYSTEM.match(comment.text):
            until = f" (to line {comment.last})" if comment.last > comment.line else ""
            words = f"{comment.text[:_SHOWN]}{'…' if len(comment.text) > _SHOWN else ''}"
            yield Remark(
                comment.line,
                f"The comment “{words}”{until} is left out of the mail.",
                "Settle it and delete it. To keep it: “ignore: comment-left-out” in the front matter.",
            )


def _marks_of_a_system(checked: CheckedIssue) -> Iterator[Remark]:
    """Report once what another system left around its blocks: nobody wrote it, so nobody has to act on it."""
    marks = [comment for comment in checked.issue.comments if _OF_A_SYSTEM.match(comment.text)]
    if marks:
        others = f"{len(marks) - 1:,} more {'comment' if len(marks) == 2 else 'comments'}"
        more = f" and {others} like it are" if len(marks) > 1 else " is"
        yield Remark(
            marks[0].line,
            f"“{marks[0].text[:_SHOWN]}”{more} left out of the mail: marks of the system it comes from.",
            "Delete them, or write “ignore: comment-left-out” in the front matter: no reader gets them.",
        )


@check("ignore-unknown", "warning")
def ignore_unknown(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for codes to be silenced that no check has, or that are errors and cannot be."""
    known = {check.code: check for check in registered()}
    front = checked.line_of("ignore")
    places = [(code, front, "") for code in checked.issue.ignored]
    places += [(code, None, " of [checks] in newsletter.toml") for code in checked.facts.ignored]
    for order in _orders(checked.issue):
        places += [(code, order.line, "") for code in order.codes]
        if not order.codes:
            yield Remark(order.line, "This comment begins with “check:” but silences no check.", _FORM)
    for code, line, where in places:
        if remark := _cannot_ignore(code, line, where, known):
            yield remark


def _cannot_ignore(code: str, line: int | None, where: str, known: dict[str, Check]) -> Remark | None:
    if code not in known:
        from newsletter.editorial.names import suggestion

        hint = f"{suggestion(code, list(known))}A finding shows its code after its weight."
        return Remark(
            line, f"“{code[:60]}”{where} is to be ignored, but there is no check of that name.", hint
        )
    if known[code].severity == "error":
        hint = "Take it out of what is to be ignored, and fix the error itself."
        return Remark(line, f"“{code}”{where} is an error, which cannot be ignored.", hint)
    return None
