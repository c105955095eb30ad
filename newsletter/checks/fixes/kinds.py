"""The changes that no reader can take for other words, each for itself.

Every kind takes an issue and its lines, without line ends, and returns the lines that are other than before.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from newsletter.checks.fixes.places import RunningText, places
from newsletter.checks.text.quotes import STRAIGHT, Quotation, ends_of, quotations_of
from newsletter.checks.visible.scan import compiled
from newsletter.editorial.invisible import BLANK, NOT_SEEN
from newsletter.editorial.issue import Issue, Section

Lines = list[str]
Changed = Mapping[int, str]

_MARKERS = r"[ \t]*(?:(?:[-*+>]|\d{1,9}[.)]|#{1,6})[ \t]+)*"  # of lists, quotes and headings
# Marks of byte order and of mathematics, and switches that no program reads: of no use in any script.
_USELESS = "[\u180e\u2061-\u2064\u206a-\u206f\ufeff]"
_BEFORE_SYNTAX = f"[{BLANK}{NOT_SEEN}]*(?:#{{1,6}}|[*_]{{1,3}}(?=[{BLANK}{NOT_SEEN}]))?[{BLANK}{NOT_SEEN}]*"
_HEADING = f"[{BLANK}{NOT_SEEN}]*#"
_WITH_SPACED_MARKS = frozenset({"fr"})  # « mots »: what stands within is more than a mark


def blanks_doubled(issue: Issue, lines: Lines) -> Changed:
    """Put one blank where there are several between two words."""
    return _by_line(issue, lines, _one_blank)


def _one_blank(line: str, seen: str, *, last: bool) -> str:
    start = len(compiled(_MARKERS).match(seen)[0])  # type: ignore[index]  # it matches nothing, too
    kept = [line[:start]]
    for found in compiled(r"(?<=[^ \t])[ \t]{2,}(?=[^ \t])").finditer(seen, start):
        kept += [line[start : found.start()], " "]
        start = found.end()
    return "".join([*kept, line[start:]])


def blanks_at_ends(issue: Issue, lines: Lines) -> Changed:
    """Take away blanks at a line's end, but for the two that break a line within a paragraph."""
    return _by_line(issue, lines, _without_end)


def _without_end(line: str, seen: str, *, last: bool) -> str:
    text = line.rstrip(" \t")
    breaks = not last and line.endswith("  ") and bool(text)
    return f"{text}  " if breaks else text


def invisible(issue: Issue, lines: Lines) -> Changed:
    """Take away characters that nobody sees and that are of no use in any script."""
    return _by_line(issue, lines, _without_useless)


def _without_useless(line: str, seen: str, *, last: bool) -> str:
    return "".join(
        character for character, shown in zip(line, seen, strict=True) if not compiled(_USELESS).match(shown)
    )


def before_syntax(issue: Issue, lines: Lines) -> Changed:
    """Take away invisible characters before a headline's words and a label, and odd blanks there."""
    labels = {part.line - 1 for story in issue.stories for part in story.parts if isinstance(part, Section)}
    changed = _by_line(issue, lines, _plain_start)
    # Before other words, a mark of direction decides which way a paragraph runs.
    return {
        number: line
        for number, line in changed.items()
        if number in labels or compiled(_HEADING).match(lines[number])
    }


def _plain_start(line: str, seen: str, *, last: bool) -> str:
    found = compiled(_BEFORE_SYNTAX).match(seen)
    start = found[0] if found else ""
    if not start.strip(BLANK + NOT_SEEN) and not re.search(f"[{NOT_SEEN}]", start):
        return line  # an indent, which may be meant
    tidied = re.sub(f"[{BLANK}]", " ", re.sub(f"[{NOT_SEEN}]", "", start))
    return line if tidied == start else tidied + line[len(start) :]


def quotes(issue: Issue, lines: Lines) -> Changed:
    """Write straight quotation marks as most of the issue's are, in each language by itself."""
    found = [(place, list(quotations_of(place.seen))) for place in places(issue, lines)]
    usual = _usual(found)
    changed: dict[int, str] = {}
    for place, quotations in found:
        marks = usual.get(place.language)
        if marks:
            changed |= _rewritten(place, lines, list(_new_marks(quotations, marks)))
    return changed


def _usual(found: list[tuple[RunningText, list[Quotation]]]) -> Mapping[str, tuple[str, str]]:
    """Return for each language the marks of most quotations, where those are neither straight nor spaced."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for place, quotations in found:
        whole = [(quotation.first, quotation.last) for quotation in quotations if quotation.is_whole]
        counts.setdefault(place.language, Counter()).update(whole)
    most = {language: count.most_common(2) for language, count in counts.items() if count}
    return {
        language: best[0][0]
        for language, best in most.items()
        if best[0][0][0] != STRAIGHT and language not in _WITH_SPACED_MARKS and _is_clear(best)
    }


def _is_clear(best: list[tuple[tuple[str, str], int]]) -> bool:
    """Say whether one kind is the usual one: the only one but straight marks, or more than another."""
    return len(best) == 1 or best[0][1] > best[1][1]


def _new_marks(quotations: list[Quotation], usual: tuple[str, str]) -> Iterator[tuple[int, str]]:
    """Yield where a mark has to be another one, and which."""
    for quotation in quotations:
        if quotation.first == quotation.last == STRAIGHT:
            yield quotation.start, usual[0]
            yield quotation.end, usual[1]
        elif not quotation.is_whole and quotation.last == STRAIGHT:
            yield quotation.end, usual[1] if quotation.first == usual[0] else ends_of(quotation.first)[0]
        elif not quotation.is_whole and quotation.first == STRAIGHT and quotation.last == usual[1]:
            yield quotation.start, usual[0]


def _rewritten(place: RunningText, lines: Lines, marks: list[tuple[int, str]]) -> Changed:
    text = list("\n".join(lines[place.first : place.end]))
    for at, mark in marks:
        text[at] = mark
    return dict(enumerate("".join(text).split("\n"), start=place.first))


def _by_line(issue: Issue, lines: Lines, change: Callable[..., str]) -> Changed:
    return {
        number: change(lines[number], seen, last=number == place.end - 1)
        for place in places(issue, lines)
        for number, seen in enumerate(place.seen.split("\n"), start=place.first)
    }


#: Those that look at one line at a time.
BY_LINE: tuple[Callable[[Issue, Lines], Changed], ...] = (
    before_syntax,
    invisible,
    blanks_doubled,
    blanks_at_ends,
)
