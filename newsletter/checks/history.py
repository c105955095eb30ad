"""Send warnings: what is unlike the issues before. They stop nothing; an editor is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from types import MappingProxyType

from newsletter.errors import Finding, Severity

LAST = 10  # audiences that are usual
KNOWN = 3  # fewer audiences than this make no custom
NEAR = 20  # readers more or fewer are no surprise in a small list

CODES: Mapping[str, Severity] = MappingProxyType(
    {
        "audience-unusual": "warning",
        "date-used-before": "warning",
        "site-silent": "warning",
        "subject-used-before": "warning",
    }
)


@dataclass(frozen=True, slots=True)
class History:
    """What was sent before.

    ``audiences`` are numbers of readers, newest first; ``subjects`` and ``dates`` (2026-01-12) are by the
    issue's id. ``site_problem`` says why the site for unsubscribing does not answer, as the end of a
    sentence; empty when it does, or was not asked.
    """

    audiences: tuple[int, ...] = ()
    subjects: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    site_problem: str = ""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What is to be sent: an issue by its id, its date as in 2026-01-12 or empty, to so many readers."""

    issue: str
    subject: str
    date: str
    readers: int


def send_warnings(
    history: History, upcoming: Upcoming, *, file: str, lines: Mapping[str, int] | None = None
) -> tuple[Finding, ...]:
    """Return what an editor should know before an issue goes out, as warnings.

    The issue's own entries in ``history`` do not count; ``lines`` are those of the front matter's keys.
    """
    at = lines or {}
    found = (
        *_audience(history.audiences[:LAST], upcoming.readers),
        *_subject(history.subjects, upcoming.issue, upcoming.subject),
        *_date(history.dates, upcoming.issue, upcoming.date),
        *_site(history.site_problem),
    )
    return tuple(
        Finding(code, CODES[code], file, at.get(key), message, hint) for code, key, message, hint in found
    )


_Warnings = Iterator[tuple[str, str, str, str]]  # code, key of the front matter, message, hint


def _audience(before: tuple[int, ...], readers: int) -> _Warnings:
    if len(before) < KNOWN:
        return
    usual = median(before)
    if usual / 2 <= readers <= usual * 2 or abs(readers - usual) <= NEAR:
        return
    now = f"{readers:,} reader{'' if readers == 1 else 's'}"
    yield (
        "audience-unusual",
        "",
        f"This goes to {now}; the last {len(before)} issues went to {usual:,.0f} as a rule.",
        "Is it the right list, and was an import left half done?",
    )


def _subject(before: Mapping[str, str], issue: str, subject: str) -> _Warnings:
    wanted = _folded(subject)
    others = sorted(
        other for other, old in before.items() if other != issue and wanted and _folded(old) == wanted
    )
    if others:
        yield (
            "subject-used-before",
            "subject",
            f"The subject was used before, by {_named(others)}.",
            "Readers may take this mail for that one; many inboxes put both into one thread.",
        )


def _date(before: Mapping[str, str], issue: str, date: str) -> _Warnings:
    others = sorted(other for other, old in before.items() if other != issue and date and old == date)
    if others:
        yield (
            "date-used-before",
            "date",
            f"The date {date} was used before, by {_named(others)}.",
            "Was the front matter copied from there?",
        )


def _site(problem: str) -> _Warnings:
    if problem:
        yield (
            "site-silent",
            "",
            f"The site where readers unsubscribe does not answer: {problem}.",
            "Start the site, or correct site_url in newsletter.toml.",
        )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _named(issues: list[str]) -> str:
    shown = ", ".join(f"“{issue}”" for issue in issues[:3])
    return f"{shown} and {len(issues) - 3} more" if len(issues) > 3 else shown
