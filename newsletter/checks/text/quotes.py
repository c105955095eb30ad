"""Quotation marks of two systems in one text, such as straight and curly ones."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.words import base_of

STRAIGHT = '"'
_ENDS = {"“": "”", "„": "“”", "«": "»", "»": "«", "”": "”", STRAIGHT: STRAIGHT}
# What ends a quotation by mistake: it begins in one system and ends in the other.
_WRONG_ENDS = {"“": '"»', "„": '"»', "«": '"”', STRAIGHT: "”»"}
_BEFORE = "([{—–-/…'‘“„«"  # what a straight mark that opens may follow, besides a space
_AFTER = ".,;:!?…)]}—–-/'’”“»\ufffc"  # what may follow a mark that closes, besides a space
# Marks of the second kind, which these languages put around single words as well as within quotations.
_SECOND = {"hu": "»", "pl": "«»", "ro": "«"}
_MOST_LINES = 5


class Quotation(NamedTuple):
    """A quotation's first and last mark and where they are in its text; the line, where it is known."""

    first: str
    last: str
    start: int
    end: int
    line: int = 0

    @property
    def marks(self) -> str:
        """Return the marks as they are shown to an editor."""
        return f"{self.first}…{self.last}"

    @property
    def is_whole(self) -> bool:
        """Say whether both marks are of one system."""
        return self.last in _ENDS[self.first]


@check("quotes-mixed", "warning")
def quotes_mixed(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for quotations in other marks than most of the issue's in that language."""
    by_language: dict[str, list[Quotation]] = {}
    for spoken in checked.spoken:
        if not _ENDS.keys().isdisjoint(spoken.text):
            found = quotations_of(spoken.text)
            placed = [quotation._replace(line=spoken.line_at(quotation.start)) for quotation in found]
            by_language.setdefault(base_of(spoken.language), []).extend(placed)
    for language, quotations in by_language.items():
        yield from _torn(quotations)
        second = _SECOND.get(language, "")
        whole = [quotation for quotation in quotations if quotation.is_whole]
        yield from _unlike_most([quotation for quotation in whole if quotation.first not in second])


def _torn(quotations: Sequence[Quotation]) -> Iterator[Remark]:
    for quotation in quotations:
        if not quotation.is_whole:
            yield Remark(
                quotation.line,
                f"A quotation here begins with {quotation.first} and ends with {quotation.last}.",
                "Write both marks in one kind.",
            )


def _unlike_most(quotations: Sequence[Quotation]) -> Iterator[Remark]:
    """Yield one remark, at the first quotation whose marks are not those of most."""
    counts = Counter(marks for marks, _ in dict.fromkeys((at.marks, at.line) for at in quotations))
    if len(counts) < 2:
        return
    usual = counts.most_common(1)[0][0]  # of two that are as common, the one that comes first
    first, *more = (quotation for quotation in quotations if quotation.marks != usual)
    lines = [line for line in dict.fromkeys(quotation.line for quotation in more) if line != first.line]
    shown = ", ".join(map(str, lines[:_MOST_LINES])) + (" and more" if len(lines) > _MOST_LINES else "")
    yield Remark(
        first.line,
        f"A quotation here is in {first.marks}, others are in {usual}.",
        "Write all of them in one kind." + (f" Look at these lines, too: {shown}." if lines else ""),
    )


def quotations_of(text: str) -> Iterator[Quotation]:
    """Yield the quotations of a text; of those within others only what is no custom.

    Within « » or „ “ another kind is right; straight marks within curly ones, or the other way round, never.
    """
    at = 0
    while at < len(text):
        end = _end_of(text, at) if _opens(text, at) else None
        if end is None:
            at += 1
            continue
        yield Quotation(text[at], text[end], at, end)
        within = {"“": STRAIGHT, "„": STRAIGHT, STRAIGHT: "“"}.get(text[at], "")
        for inner in range(at + 1, end):
            if text[inner] == within and _opens(text, inner):
                inner_end = _end_of(text, inner)
                if inner_end is not None and inner_end < end:
                    yield Quotation(text[inner], text[inner_end], inner, inner_end)
        at = end + 1


def ends_of(opening: str) -> str:
    """Return the marks that may end a quotation that begins with this one, the usual one first."""
    return _ENDS[opening]


def _opens(text: str, at: int) -> bool:
    """Say whether a quotation begins here: its mark stands before words, not after them.

    A straight mark after a digit is of inches or seconds, within a word it is Hebrew's.
    """
    if text[at] not in _ENDS:
        return False
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    apart = before.isspace() or before in _BEFORE
    if text[at] in (STRAIGHT, "”", "»"):
        return apart and not after.isspace() and after not in _AFTER
    return apart or not (after.isspace() or after in _AFTER)


def _closes(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at + 1 : at + 2] or " "
    if text[at] == STRAIGHT and before.isspace():
        return False
    return after.isspace() or after in _AFTER or not after.isalnum()


def _end_of(text: str, start: int) -> int | None:
    """Return where a quotation ends; None when its last mark is in another paragraph, or nowhere."""
    opening, depth = text[start], 0
    ends, wrong = _ENDS[opening], _WRONG_ENDS.get(opening, "")
    for at in range(start + 1, len(text)):
        mark = text[at]
        if mark not in _ENDS:
            continue
        if mark in ends and _closes(text, at):
            if not depth:
                return at
            depth -= 1
        elif mark in wrong and not depth and _closes(text, at) and not _is_inner(text, start, at):
            return at
        elif mark == opening and mark not in ends and _opens(text, at):
            depth += 1
    return None


def _is_inner(text: str, start: int, at: int) -> bool:
    """Say whether a mark of another system ends what began within, or is one of inches."""
    openings = [opening for opening, ends in _ENDS.items() if text[at] in ends]
    began = any(text[place] in openings and _opens(text, place) for place in range(start + 1, at))
    return began or (text[at] == STRAIGHT and text[at - 1].isdigit())
