"""The subject, the preheader, the date, the correction: what a reader meets before the stories."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from newsletter.checks.reading import Passage, shown
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled
from newsletter.widths import display_width

PREHEADER = (40, 100)  # below, a client fills up with what comes next; above, no inbox shows it
FAR_AHEAD_DAYS = 60
_TELLING = 8  # characters of a subject that no preheader begins with by chance
_SHOUTED_LETTERS = 10  # “NATO, EU, UN” is no shouting
MIN_CORRECTION = 15  # characters; fewer hardly say what was wrong

_REPLY = re.compile(r"(re|fwd?|aw|wg|sv|tr|rv)\s*:", re.IGNORECASE)
_ID_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=-|$)")


@check("subject-long", "notice")
def subject_long(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a subject that an inbox cuts off."""
    text, limit = shown(checked.issue.subject), checked.facts.limits.subject_characters
    if display_width(text) > limit:
        yield Remark(
            checked.line_of("subject"),
            f"The subject is {display_width(text)} characters wide; many inboxes show {limit} or fewer, "
            "phones about 40.",
            "Put what matters first, and the rest into the preheader.",
            cause=f"long: {text}",
        )


@check("subject-capitals", "warning")
def subject_capitals(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a subject in capitals only, which filters count against a mail."""
    subject = shown(checked.issue.subject)
    if _shouts(subject):
        yield Remark(
            checked.line_of("subject"),
            "The subject is all capitals, which reads as shouting and counts against a mail.",
            "Write it as a sentence.",
            cause=f"capitals: {subject}",
        )


@check("headline-capitals", "warning")
def headline_capitals(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a headline in capitals only, which is slow to read; some programs spell it out aloud."""
    for story in checked.issue.stories:
        headline = Passage(story.headline, story.line).text
        if _shouts(headline):
            yield Remark(
                story.line,
                "The headline is all capitals, which is slow to read, and some programs spell it out aloud.",
                "Write it as a sentence.",
                cause=f"capitals: {headline}",
            )


def _shouts(text: str) -> bool:
    """Say whether a text of some length is in capitals only; letters of scripts without any do not count.

    A mere list of short names, “NASA, ESA, JAXA”, is none: nowhere does a word follow another at once.
    """
    letters = [letter for letter in text if letter.isalpha() and letter.lower() != letter.upper()]
    follows = compiled(r"\w\s+\w").search(text) is not None
    return len(letters) >= _SHOUTED_LETTERS and follows and all(map(str.isupper, letters))


@check("subject-reply", "warning")
def subject_reply(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a subject that passes for an answer, which the law of some countries calls deceptive."""
    if _REPLY.match(shown(checked.issue.subject)):
        yield Remark(
            checked.line_of("subject"),
            "The subject begins as an answer or a forwarded mail does, and this is neither.",
            "Take “Re:” or “Fwd:” out.",
        )


@check("preheader-missing", "warning")
def preheader_missing(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for an issue without a preheader."""
    if not shown(checked.issue.preheader):
        yield Remark(
            checked.line_of("preheader") or checked.line_of("subject"),
            "There is no preheader, the line an inbox shows after the subject.",
            f"Add “preheader: ” with {PREHEADER[0]} to {PREHEADER[1]} characters to the front matter.",
        )


@check("preheader-short", "notice")
def preheader_short(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a preheader that leaves room unused."""
    length = len(shown(checked.issue.preheader))
    if 0 < length < PREHEADER[0]:
        yield Remark(
            checked.line_of("preheader"),
            f"The preheader has {length} characters; there is room for {PREHEADER[0]} to {PREHEADER[1]}.",
            "Say what else is in the issue.",
        )


@check("preheader-long", "warning")
def preheader_long(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a preheader that every inbox cuts off."""
    length = len(shown(checked.issue.preheader))
    if length > PREHEADER[1]:
        yield Remark(
            checked.line_of("preheader"),
            f"The preheader has {length} characters; inboxes cut it off at {PREHEADER[1]} or before.",
            "Shorten it, so that it does not end amid a sentence.",
        )


@check("preheader-repeats", "warning")
def preheader_repeats(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a preheader that says the subject again, or the headline that comes right after it."""
    subject, preheader = _said(checked.issue.subject), _said(checked.issue.preheader)
    headline = _said(checked.issue.stories[0].headline)
    if subject and (preheader == subject or (len(subject) >= _TELLING and preheader.startswith(subject))):
        repeated = "the subject that stands next to it"
    elif headline and preheader == headline:
        repeated = "the headline that stands right below it"
    else:
        return
    yield Remark(
        checked.line_of("preheader"),
        f"The preheader repeats {repeated}.",
        "Use it for a second reason to open the mail.",
    )


def _said(tokens: Sequence[Token]) -> str:
    """Return the words alone: no capitals, no punctuation."""
    return " ".join(compiled(r"\w+").findall(shown(tokens).casefold()))


@check("date-differs", "warning")
def date_differs(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a date that is not the one in the file's name."""
    named = _ID_DATE.match(checked.issue.id)
    if named and checked.issue.date and named[0] != checked.issue.date.isoformat():
        yield Remark(
            checked.line_of("date"),
            f"The issue is dated {checked.issue.date}, but its name says {named[0]}.",
            "Correct one of them. A name that was sent already stays: it is the issue's id.",
        )


@check("date-ahead", "notice")
def date_ahead(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a date far in the future: mostly a wrong year."""
    if checked.issue.date and checked.facts.today:
        days = (checked.issue.date - checked.facts.today).days
        if days > FAR_AHEAD_DAYS:
            yield Remark(
                checked.line_of("date"),
                f"The issue's date, {checked.issue.date}, is {days} days from today.",
                "Is the year right?",
            )


@check("correction-short", "warning")
def correction_short(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a correction that leaves readers to guess what was wrong."""
    correction = checked.issue.correction
    if correction and len(correction) < MIN_CORRECTION:
        yield Remark(
            checked.line_of("correction"),
            f"The correction has {len(correction)} characters, which hardly say what was wrong.",
            "Say what the earlier mail got wrong, and what is right.",
        )
