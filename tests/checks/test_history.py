"""Send warnings: what is unlike the issues before it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from newsletter.checks.history import CODES, History, Upcoming, send_warnings
from newsletter.errors import Finding

USUAL = History(
    audiences=(1010, 1005, 1000, 990),
    subjects={"2026-01-05-mill": "The mill at work", "2026-01-12-river": "The river that came back"},
    dates={"2026-01-05-mill": "2026-01-05", "2026-01-12-river": "2026-01-12"},
)
LINES = {"subject": 2, "date": 4}


def findings(
    history: History = USUAL,
    *,
    issue: str = "2026-01-19-bridge",
    subject: str = "A bridge is closed",
    date: str = "2026-01-19",
    readers: int = 1000,
    lines: Mapping[str, int] | None = LINES,
) -> tuple[Finding, ...]:
    upcoming = Upcoming(issue, subject, date, readers)
    return send_warnings(history, upcoming, file="issues/b.md", lines=lines)


def test_an_issue_like_those_before_it_is_passed_over_in_silence() -> None:
    assert findings() == ()
    assert findings(History(), readers=0, subject="", date="") == ()


@pytest.mark.parametrize("readers", [0, 1, 501, 2006, 1_000_000])
def test_an_audience_beyond_half_and_double_of_the_usual_is_reported(readers: int) -> None:
    (found,) = findings(readers=readers)
    assert (found.code, found.severity, found.line) == ("audience-unusual", "warning", None)
    assert f"{readers:,} reader" in found.message
    assert "the last 4 issues went to 1,002 as a rule" in found.message


@pytest.mark.parametrize("readers", [502, 1500, 2005])
def test_an_audience_within_half_and_double_of_the_usual_is_not_reported(readers: int) -> None:
    assert findings(readers=readers) == ()


def test_fewer_than_three_audiences_make_no_custom() -> None:
    assert findings(History(audiences=(1000, 1000)), readers=5) == ()
    assert len(findings(History(audiences=(1000, 1000, 1000)), readers=5)) == 1


def test_a_small_list_may_grow_or_shrink_by_twenty() -> None:
    small = History(audiences=(5, 5, 5))
    assert findings(small, readers=25) == ()
    assert [finding.code for finding in findings(small, readers=26)] == ["audience-unusual"]


def test_only_the_last_ten_audiences_are_usual() -> None:
    assert findings(History(audiences=(1000,) * 10 + (9_000_000,) * 20)) == ()


def test_one_odd_audience_does_not_change_what_is_usual() -> None:
    assert findings(replace(USUAL, audiences=(3, 1000, 1000, 1000))) == ()


def test_a_subject_used_before_is_reported_at_its_line_with_the_issue() -> None:
    (found,) = findings(subject=" The river  that CAME back ")
    assert (found.code, found.place) == ("subject-used-before", "issues/b.md:2")
    assert "by “2026-01-12-river”" in found.message


def test_a_date_used_before_is_reported_at_its_line_with_the_issue() -> None:
    (found,) = findings(date="2026-01-12")
    assert (found.code, found.place) == ("date-used-before", "issues/b.md:4")
    assert "by “2026-01-12-river”" in found.message


def test_an_issues_own_earlier_mailing_is_no_repetition() -> None:
    assert findings(issue="2026-01-12-river", subject="The river that came back", date="2026-01-12") == ()


def test_many_issues_of_one_subject_are_counted() -> None:
    many = History(subjects={f"issue-{number}": "News" for number in range(5)})
    (found,) = findings(many, subject="News")
    assert "by “issue-0”, “issue-1”, “issue-2” and 2 more" in found.message


def test_a_silent_site_is_reported_with_the_reason() -> None:
    (found,) = findings(replace(USUAL, site_problem="the connection was refused"))
    assert found.code == "site-silent"
    assert found.message.endswith("does not answer: the connection was refused.")


def test_without_lines_a_finding_is_about_the_whole_issue() -> None:
    assert [finding.line for finding in findings(date="2026-01-12", lines=None)] == [None]


def test_every_code_can_be_reported_at_once_and_says_what_to_do() -> None:
    found = findings(
        replace(USUAL, site_problem="HTTP 502"), subject="The mill at work", date="2026-01-05", readers=3
    )
    assert {finding.code: finding.severity for finding in found} == CODES
    assert all(finding.hint for finding in found)
