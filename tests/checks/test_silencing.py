"""Findings that an editor wants to see no more: at a place, of an issue, of a publication."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from conftest import Publication

from newsletter.checks import CheckFacts, Limits, run_checks
from newsletter.config.sections import CheckSettings
from newsletter.editorial import Labels, parse_issue

Codes = Callable[..., list[tuple[str, int | None]]]
NOW = "Nobody had expected one."
MILL = "The mill is still there"
ORDER = "<!-- check: ignore text-placeholder: it is a name -->"


def test_a_comment_on_the_line_silences_what_stands_there(codes: Codes) -> None:
    assert codes((NOW, f"Says TK. {ORDER}")) == []
    assert codes((NOW, f"Says TK. {ORDER}\nSo says TBC.")) == [("text-placeholder", 14)]


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_comment_above_silences_the_next_paragraph_and_no_more(codes: Codes, between: str) -> None:
    text = f"Fish.\n\n{ORDER}{between}Says TK\nand TBC.\n\nSo says TBD."
    last = 15 + between.count("\n") + 3
    assert codes((NOW, text)) == [("text-placeholder", last)]


def test_a_comment_may_go_on_over_lines_and_name_many_codes(codes: Codes) -> None:
    text = "Fish.\n\n<!-- check: ignore\n  text-placeholder, link-vague:\n\n  a reason -->\nTK, see [here](https://a.org)."
    assert codes((NOW, text)) == []


def test_a_comment_needs_no_reason_and_capitals_make_no_difference(codes: Codes) -> None:
    assert codes((NOW, "Says TK. <!-- Check: Ignore TEXT-PLACEHOLDER -->")) == []


def test_a_comment_above_a_headline_and_a_picture_silences_them(codes: Codes) -> None:
    long = "# " + "word " * 21
    assert codes(("# The river that came back", f"<!-- check: ignore headline-long -->\n{long}")) == []
    picture = "![Salmon below a weir, seen from the bank](salmon.jpg"
    photo = "![Photo](salmon.jpg"
    change = (picture, f"<!-- check: ignore alt-generic -->\n\n{photo}")
    assert codes(change) == []


def test_a_silenced_code_leaves_the_others(codes: Codes) -> None:
    text = f"TK, see [here](https://example.org/x). {ORDER}"
    assert codes((NOW, text)) == [("link-vague", 13)]


def test_the_front_matter_silences_a_code_for_the_whole_issue(codes: Codes) -> None:
    front = ("number: 4", "number: 4\nignore: text-placeholder, link-vague")
    assert codes(front, (NOW, "TK, see [here](https://example.org/x).")) == []


def test_the_publication_silences_a_code_for_every_issue(publication: Publication) -> None:
    text = (publication.root / "issues" / "first.md").read_text().replace("Nobody’s", "TK")
    publication.brief("first", text)
    assert "text-placeholder" in publication.run("check", "first").stdout
    publication.settings(extra='\n[checks]\nignore = ["text-placeholder"]\n')
    assert publication.run("check", "first").stdout.startswith("Nothing to report.")


def test_the_publication_sets_lengths_of_its_own(publication: Publication) -> None:
    assert publication.run("check", "first", "--all").stdout == "Nothing to report.\n"
    publication.settings(
        extra="""
[checks]
subject_characters = 15
headline_characters = 40
background_words = 20
paragraph_sentences = 1
"""
    )
    printed = publication.run("check", "first", "--all").stdout
    codes = {line.split()[2].strip(":") for line in printed.splitlines() if line.startswith("issues/")}
    assert codes == {"subject-long", "headline-long", "background-long", "paragraph-long"}


def test_a_length_that_cannot_be_is_refused_with_its_key(publication: Publication) -> None:
    publication.settings(extra="\n[checks]\nbackground_words = 0\n")
    refused = publication.run("check", "first")
    assert refused.exit_code == 1
    assert "background_words" in refused.stderr


def test_each_length_of_the_checks_is_a_setting() -> None:
    assert {field.name for field in fields(Limits)} <= set(CheckSettings.model_fields)


def test_an_error_cannot_be_silenced_and_that_is_said(codes: Codes) -> None:
    bad = ("https://example.org/dam", "dam.html")
    order = (MILL, "<!-- check: ignore link-form -->\n\nThe mill is still there")
    assert codes(bad, ("number: 4", "number: 4\nignore: link-form"), order) == [
        ("ignore-unknown", 6),
        ("link-form", 10),
        ("ignore-unknown", 16),
    ]


def test_an_unknown_code_is_reported_with_the_nearest(look: Any) -> None:
    (finding,) = look((MILL, "<!-- check: ignore text-placeholders -->\n\nThe mill is still there"))
    assert (finding.code, finding.severity, finding.line) == ("ignore-unknown", "warning", 15)
    assert "text-placeholder" in finding.hint


@pytest.mark.parametrize(
    "comment", ["check:", "check: ignore", "check: silence text-placeholder", "check: text-damaged"]
)
def test_a_comment_that_would_silence_something_but_does_not_is_reported(codes: Codes, comment: str) -> None:
    assert codes((MILL, f"<!-- {comment} -->\n\nThe mill is still there")) == [("ignore-unknown", 15)]


def test_an_unknown_code_of_the_publication_is_reported_once_without_a_line() -> None:
    text = "---\nsubject: s\n---\n# h\n\n**Background:** b\n\n**What’s going on now:** n\n"
    issue = parse_issue(text, issue_id="any", file="any.md", labels=Labels())
    found = [
        finding
        for finding in run_checks(issue, CheckFacts(ignored=("no-such",)))
        if finding.code == "ignore-unknown"
    ]
    assert [(finding.line, "newsletter.toml" in finding.message) for finding in found] == [(None, True)]


def test_any_other_comment_is_reported_as_left_out(look: Any) -> None:
    (finding,) = look((NOW, "Fish. <!-- ANA: is this libellous? -->"))
    assert (finding.code, finding.severity, finding.line) == ("comment-left-out", "warning", 13)
    assert "ANA: is this libellous?" in finding.message


@pytest.mark.parametrize(
    "mark",
    [
        "wp:paragraph",
        'wp:heading {"level":3}',
        "more",
        "kg-card-begin: html",
        "StartFragment",
        "notionvc: 1f0e",
    ],
)
def test_what_another_system_left_around_its_blocks_is_reported_once(look: Any, mark: str) -> None:
    left = f"<!-- {mark} -->"
    (finding,) = look((NOW, f"{left}\n\n{NOW}\n\n{left}\n\nOne more.\n\n{left}"))

    assert (finding.code, finding.severity, finding.line) == ("comment-left-out", "warning", 13)
    assert "2 more comments" in finding.message


def test_a_note_among_such_marks_is_reported_for_itself(look: Any) -> None:
    found = look((NOW, f"<!-- wp:paragraph -->\n\n{NOW}\n\n<!-- more on this? ask Ana -->"))

    assert [finding.code for finding in found] == ["comment-left-out", "comment-left-out"]
    assert "ask Ana" in found[1].message


@pytest.mark.parametrize(
    "codes_", ["text-placeholder, link-vague", "[text-placeholder, link-vague]", '"text-placeholder"']
)
def test_the_front_matter_takes_codes_with_commas_or_as_a_list(codes: Codes, codes_: str) -> None:
    assert codes((NOW, "Says TK."), ("number: 4\n", f"number: 4\nignore: {codes_}\n")) == []
