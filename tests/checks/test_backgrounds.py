"""What is said of a living background before readers see it: its review, and what was mailed of it."""

from datetime import date, timedelta
from functools import partial

from backgrounds.leap import FILE, ISSUE, LEAP, ONE, background, backgrounds, issue

from newsletter.backgrounds.review import MailedBackground
from newsletter.checks import CheckFacts, Limits, run_checks
from newsletter.checks.fixes.fix import fixed

REVIEWED = date(2026, 6, 20)
OLD = LEAP.replace("27 times", "26 times")


def _codes(
    today: date, mailed: MailedBackground | None = None, *, text: str = LEAP, days: int = 180
) -> list[tuple[str, str, int | None]]:
    known = None if mailed is None else {"leap-second": mailed}
    facts = CheckFacts(today=today, limits=Limits(background_days=days), backgrounds=known)
    found = run_checks(issue(ISSUE, backgrounds(leap_second=text)), facts)
    return [(finding.code, finding.file, finding.line) for finding in found]


def _mailed(*texts: str, reviewed: date = REVIEWED) -> MailedBackground:
    digests = [background(text).digest for text in texts]
    return MailedBackground(digests, digests[-1], reviewed)


def test_a_review_of_the_last_days_is_passed_over_in_silence() -> None:
    assert _codes(REVIEWED) == _codes(REVIEWED + timedelta(days=180)) == []
    assert _codes(REVIEWED + timedelta(days=9), _mailed(OLD, LEAP)) == []


def test_a_review_is_stale_after_so_many_days_as_the_publication_says() -> None:
    assert _codes(REVIEWED + timedelta(days=181)) == [("background-stale", FILE, 3)]
    assert _codes(REVIEWED + timedelta(days=31), days=30) == [("background-stale", FILE, 3)]


def test_a_review_on_a_day_still_to_come_is_an_error() -> None:
    assert _codes(REVIEWED - timedelta(days=1)) == [("background-ahead", FILE, 3)]
    (found,) = run_checks(issue(), CheckFacts(today=REVIEWED - timedelta(days=1)))
    assert found.severity == "error"


def test_a_text_that_changed_since_it_was_mailed_wants_a_review_of_a_later_day_or_of_today() -> None:
    later = REVIEWED + timedelta(days=2)
    unsent = ("background-unsent", FILE, 2)
    assert _codes(later, _mailed(OLD)) == [unsent, ("background-unreviewed", FILE, 3)]
    assert _codes(REVIEWED, _mailed(OLD)) == [unsent]
    reviewed = LEAP.replace("2026-06-20", "2026-06-21")
    assert _codes(later, _mailed(OLD), text=reviewed) == [unsent]


def test_a_text_that_no_reader_got_as_it_is_gets_a_notice() -> None:
    never = MailedBackground()
    assert _codes(REVIEWED, never) == [("background-unsent", FILE, 2)]
    assert _codes(REVIEWED, _mailed(LEAP, OLD, reviewed=REVIEWED - timedelta(days=1))) == []


def test_a_background_with_sources_needs_neither_year_nor_link_in_its_text() -> None:
    bare = LEAP[: LEAP.index("Since")] + "It was added now and then.\n"
    assert _codes(REVIEWED, text=bare) == []
    without = bare.replace(bare[bare.index("sources:") : bare.index("changed:")], "")
    assert _codes(REVIEWED, text=without) == [("background-undated", "issues/leap.md", 7)]


def test_a_reviewed_background_may_say_currently_since_its_review_has_a_day() -> None:
    assert _codes(REVIEWED, text=LEAP.replace("27 times", "currently 27 times")) == []


def test_mending_a_brief_leaves_a_background_that_it_includes_alone() -> None:
    known = backgrounds(leap_second=LEAP.replace("27 times", "27  times"))
    untidy = ISSUE.rstrip("\n") + "  And  more.\n"
    mended = fixed(untidy, partial(issue, known=known))
    assert mended == ISSUE.rstrip("\n") + " And more.\n"


def test_without_todays_date_nothing_is_said_of_a_reviews_age() -> None:
    assert run_checks(issue(ISSUE, backgrounds(**ONE)), CheckFacts()) == ()
