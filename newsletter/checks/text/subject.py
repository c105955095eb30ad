"""The subject, the preheader, the date, the correction: what a reader meets before the stories."""

import re
from collections.abc import Iterator

from newsletter.checks.reading import shown
from newsletter.checks.registry import CheckedIssue, Remark, check

MAX_SUBJECT = 70  # characters that a wide inbox shows; phones show about 40
PREHEADER = (40, 100)  # below, a client fills up with what comes next; above, no inbox shows it
FAR_AHEAD_DAYS = 60
MIN_CORRECTION = 15  # characters; fewer hardly say what was wrong

_REPLY = re.compile(r"(re|fwd?|aw|wg|sv|tr|rv)\s*:", re.IGNORECASE)
_ID_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=-|$)")


@check("subject-long", "notice")
def subject_long(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a subject that an inbox cuts off."""
    text = shown(checked.issue.subject)
    if len(text) > MAX_SUBJECT:
        yield Remark(
            checked.line_of("subject"),
            f"The subject has {len(text)} characters; many inboxes show {MAX_SUBJECT} or fewer.",
            "Put what matters first, and the rest into the preheader.",
            cause=f"long: {text}",
        )


@check("subject-capitals", "warning")
def subject_capitals(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a subject in capitals only, which filters count against a mail."""
    subject = shown(checked.issue.subject)
    letters = [letter for letter in subject if letter.isalpha() and letter.lower() != letter.upper()]
    if len(letters) >= 10 and " " in subject and all(letter.isupper() for letter in letters):
        yield Remark(
            checked.line_of("subject"),
            "The subject is all capitals, which reads as shouting and counts against a mail.",
            "Write it as a sentence.",
        )


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
    """Look for a preheader that says the subject again."""
    subject, preheader = (
        shown(line).casefold().rstrip(".!? ") for line in (checked.issue.subject, checked.issue.preheader)
    )
    if subject and preheader.startswith(subject):
        yield Remark(
            checked.line_of("preheader"),
            "The preheader repeats the subject that stands next to it.",
            "Use it for a second reason to open the mail.",
        )


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
