"""Findings for people, for programs and for GitHub."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.report import as_github, as_json, as_text
from newsletter.errors import Finding

ONE = Finding("link-vague", "warning", "issues/a.md", 12, "No words.", "Name the page.\nOr drop it.")
WHOLE = Finding("mail-clipped", "error", "issues/a.md", None, "The mail is cut off.")
MORE = Finding("alt-long", "notice", "issues/a.md", 3, "Long.")


def test_text_has_place_severity_code_message_and_the_hint_below() -> None:
    assert as_text([ONE, WHOLE, MORE]).splitlines() == [
        "issues/a.md:12: warning link-vague: No words.",
        "    Name the page.",
        "    Or drop it.",
        "issues/a.md: error mail-clipped: The mail is cut off.",
        "issues/a.md:3: notice alt-long: Long.",
        "",
        "1 error, 1 warning, 1 notice.",
    ]


def test_text_counts_in_the_plural() -> None:
    assert as_text([ONE, ONE]).endswith("\n2 warnings.")


def test_without_notices_they_are_counted() -> None:
    assert as_text([ONE, MORE], notices=False).splitlines()[-1] == (
        "1 warning. 1 notice not shown; --all shows everything."
    )
    assert as_text([MORE, MORE], notices=False) == (
        "Nothing to report. 2 notices not shown; --all shows everything."
    )
    assert as_text([ONE], notices=False) == as_text([ONE])


@pytest.mark.slow
def test_the_command_shows_notices_when_asked_and_to_programs_always(publication: Any) -> None:
    text = (publication.root / "issues" / "first.md").read_text()
    publication.brief("first", text.replace("Nobody’s", "One. Two. Three. Nobody’s"))
    assert "paragraph-long" not in publication.run("check", "first").stdout
    assert "1 notice not shown" in publication.run("check", "first").stdout
    for words in (["--all"], ["--format", "json"], ["--format", "github"]):
        assert "paragraph-long" in publication.run("check", "first", *words).stdout


def test_nothing_found_is_said_in_words_and_is_an_empty_array_for_programs() -> None:
    assert as_text([]) == "Nothing to report."
    assert json.loads(as_json([])) == []
    assert as_github([]) == ""


def test_github_gets_one_annotation_a_finding() -> None:
    assert as_github([ONE, WHOLE]).splitlines() == [
        "::warning file=issues/a.md,line=12,title=link-vague::No words. Name the page.%0AOr drop it.",
        "::error file=issues/a.md,title=mail-clipped::The mail is cut off.",
    ]


_findings = st.builds(
    Finding,
    code=st.just("any"),
    severity=st.sampled_from(["error", "warning", "notice"]),
    file=st.text(max_size=20),
    line=st.none() | st.integers(1, 9),
    message=st.text(max_size=40),
    hint=st.text(max_size=40),
)


@given(st.lists(_findings, max_size=5))
def test_json_gives_back_every_finding(findings: list[Finding]) -> None:
    assert json.loads(as_json(findings)) == [finding._asdict() for finding in findings]


@given(_findings)
def test_no_text_breaks_out_of_its_annotation(finding: Finding) -> None:
    command = as_github([finding])
    assert "\n" not in command
    assert "\r" not in command
    properties = command.removeprefix(f"::{finding.severity} ").split("::", 1)[0]
    assert properties.count(",") == (1 if finding.line is None else 2)
