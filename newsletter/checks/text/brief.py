"""Stories: their length, their dates, what was left in by mistake."""

import re
from collections.abc import Iterator
from datetime import date

from newsletter.checks.reading import (
    Passage,
    paragraphs,
    passages,
    sections,
    sentences,
    words,
)
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.editorial.issue import Section
from newsletter.widths import display_width

_YEAR = re.compile(r"(?<![\d.,])(1[0-9]{3}|20[0-9]{2})(?![\d]|[.,]\d)")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_FIRST = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)}),? )?\b([0-9]{{1,2}}) ({'|'.join(_MONTHS)}),? ([12][0-9]{{3}})\b"
)
_MONTH_FIRST = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)}),? )?\b({'|'.join(_MONTHS)}) ([0-9]{{1,2}}),? ([12][0-9]{{3}})\b"
)
# UTF-8 read as Windows-1252, once or twice; what stands where a byte could not be read; letters written as
# mail transport (RFC 2045, 2047) and programs write them.
_DAMAGE = re.compile(
    "â€[™œ\x9d“”˜¦¢]|Ã[\u00a0-\u00bf]|Â[\u00a0«»·°©®]|\ufffd"
    r"|=[0-9A-F]{2}=[0-9A-F]{2}|=\?[\w-]{3,20}\?[QBqb]\?|\\u[0-9a-fA-F]{4}|(?<=[a-z.!?,])\\n(?=[A-Z\\])"
)


_LOST_OBJECT = "\ufffc"


@check("headline-long", "notice")
def headline_long(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for headlines that fill a phone's screen."""
    for story in checked.issue.stories:
        text = Passage(story.headline, story.line).text
        length, limit = display_width(text), checked.facts.limits.headline_characters
        if length > limit:
            yield Remark(
                story.line,
                f"The headline is {length} characters wide; over {limit} fill half a phone's screen.",
                "Move a part of it into the lede.",
                cause=f"long: {text}",
            )


@check("headline-twice", "warning")
def headline_twice(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for two stories with one headline."""
    first: dict[str, int] = {}
    for story in checked.issue.stories:
        text = Passage(story.headline, story.line).text
        if text.casefold() in first:
            yield Remark(
                story.line,
                f"“{text[:60]}” is also the headline on line {first[text.casefold()]}.",
                "Was a story pasted twice?",
            )
        first.setdefault(text.casefold(), story.line)


@check("background-long", "notice")
def background_long(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for backgrounds that a reader in a hurry cannot take in."""
    for section in _of_kind(checked, "background"):
        count, limit = words(section), checked.facts.limits.background_words
        if count > limit:
            yield Remark(
                section.line,
                f"The background has {count} words; up to {limit} are read at a glance.",
                "Keep what the news cannot be understood without.",
            )


@check("background-undated", "notice")
def background_undated(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for backgrounds with neither a year nor a source; a living one has its sources elsewhere."""
    for section in _of_kind(checked, "background"):
        if section.background and section.background.sources:
            continue
        has_link = any(token.type == "link_open" for passage in passages(section) for token in passage.tokens)
        if not has_link and not any(_YEAR.search(passage.text) for passage in passages(section)):
            yield Remark(
                section.line,
                "The background names no year and links to no source.",
                "Say when it began, or link to where a reader can check it.",
            )


@check("paragraph-long", "notice")
def paragraph_long(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for long paragraphs in what is going on now."""
    limit = checked.facts.limits.paragraph_sentences
    for section in _of_kind(checked, "now"):
        for paragraph in paragraphs(section):
            count = sentences(paragraph.text)
            if count > limit:
                yield Remark(
                    paragraph.line,
                    f"This paragraph has {count} sentences; up to {limit} read well on a phone.",
                    "Begin a new paragraph where the thought turns.",
                )


def _of_kind(checked: CheckedIssue, kind: str) -> Iterator[Section]:
    return (section for _, section in sections(checked.issue) if section.kind == kind)


@check("text-damaged", "warning")
def text_damaged(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for letters that were damaged before the file was saved."""
    for line, found in _matches(checked, _DAMAGE):
        yield Remark(
            line,
            f"“{found}” looks like a letter that was damaged on the way here.",
            "Compare it with the original, and type it again.",
        )
    if _LOST_OBJECT in checked.source:
        for number, text in enumerate(checked.lines, start=1):
            if _LOST_OBJECT in text:
                yield Remark(
                    number,
                    "A picture or another object was not copied along here: U+FFFC stands in its place.",
                    "Add it as ![what it shows](file.jpg), and delete the character.",
                )


def _matches(checked: CheckedIssue, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    for text, line in checked.prose:
        for found in pattern.finditer(text):
            yield line, found[0]


@check("date-wrong", "warning")
def date_wrong(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for days that the calendar does not have, in English."""
    for text, line in checked.prose:
        yield from _wrong_dates(text, line)


def _wrong_dates(text: str, line: int) -> Iterator[Remark]:
    written = [(m[0], m[1], m[2], m[3], m[4]) for m in _DAY_FIRST.finditer(text)]
    written += [(m[0], m[1], m[3], m[2], m[4]) for m in _MONTH_FIRST.finditer(text)]
    for words_, weekday, day, month, year in written:
        fault = _calendar_fault(weekday, day, month, year)
        if fault:
            yield Remark(line, f"“{words_}”: {fault}.", "Look the date up.")


def _calendar_fault(weekday: str | None, day: str, month: str, year: str) -> str:
    try:
        found = date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        return "there is no such day"
    if found.year < 1924 or not weekday:  # countries left the Julian calendar as late as 1923
        return ""
    right = _WEEKDAYS[found.weekday()]
    return "" if right == weekday else f"that day is a {right}"
