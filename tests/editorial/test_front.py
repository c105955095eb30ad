"""Front matter: a few keys, each checked, each fault with its line."""

import pytest
from editorial.briefs import FRONT, STORY, fault, faults, parse, words


def issue_with(front: str) -> str:
    return f"---\n{front}\n---\n{STORY}"


def test_a_file_without_front_matter_is_an_error() -> None:
    (found,) = faults(STORY)

    assert (found.code, found.line) == ("front-missing", 1)


def test_front_matter_that_never_ends_is_an_error_and_the_rest_is_still_read() -> None:
    found = faults("---\nsubject: x\n\n# A story\n")

    assert [(finding.code, finding.line) for finding in found] == [
        ("front-open", 1),
        ("brief-label-missing", 4),
        ("brief-label-missing", 4),
    ]


def test_a_line_that_belongs_to_no_key_does_not_hide_what_is_wrong_below() -> None:
    codes = [finding.code for finding in faults("---\nsubject: a\nb c\n---\n# A story\n")]

    assert codes == ["front-broken", "brief-label-missing", "brief-label-missing"]


def test_an_unknown_key_is_an_error_with_the_nearest_one() -> None:
    found = fault(issue_with("subject: x\nprehaeder: y"), "front-key-unknown")

    assert found.line == 3
    assert "“preheader”" in found.hint


def test_a_key_that_stands_twice_is_an_error_naming_both_lines() -> None:
    found = fault(issue_with("subject: x\ndate: 2026-01-12\nsubject: y"), "front-key-twice")

    assert found.line == 4
    assert "line 2" in found.message


@pytest.mark.parametrize("front", ["", "date: 2026-01-12", "subject:", 'subject: ""', "# subject: x"])
def test_a_missing_subject_is_an_error(front: str) -> None:
    assert fault(issue_with(front), "front-subject-missing")


def test_a_subject_that_is_empty_for_some_readers_is_an_error() -> None:
    assert "Some readers" in fault(issue_with('subject: "{{ name }}"'), "front-subject-missing").message


def test_a_subject_of_150_characters_fits_and_one_more_does_not() -> None:
    field = '{{ first_name or "there" }}'  # counts as the five letters of its default

    assert parse(issue_with(f"subject: a{'x' * 144}{field}"))
    assert fault(issue_with(f"subject: ab{'x' * 144}{field}"), "front-subject-long").line == 2


@pytest.mark.parametrize(
    ("front", "subject"),
    [
        ("subject: no", "no"),
        ("subject: 2026", "2026"),
        ("subject: 'it''s *time*'", "it's *time*"),
        ("subject: >\n  folded\n  lines", "folded lines"),
        (r"subject: braces \{{ as such }} and \{% too", "braces {{ as such }} and {% too"),
    ],
)
def test_a_subject_is_the_text_as_written(front: str, subject: str) -> None:
    tokens = parse(issue_with(front)).subject

    assert words(tokens) == subject
    assert {token.type for token in tokens} == {"text"}


def test_a_broken_merge_field_in_the_subject_is_an_error() -> None:
    assert fault(issue_with('subject: "Hi {{ first name }}"'), "field-broken").line == 2
    assert fault(issue_with('subject: "Hi {% if x %}"'), "field-template-tag").line == 2


def test_a_control_character_behind_an_escape_is_an_error() -> None:
    assert fault(issue_with(r'subject: "a\0b"'), "front-value").line == 2


@pytest.mark.parametrize(
    "line",
    [
        "date: 12 January 2026",
        "date: 2026-02-31",
        "date: 20260112",
        "number: CCXIV",
        "number: -1",
        "language: e_n",
    ],
)
def test_a_value_of_the_wrong_form_is_an_error(line: str) -> None:
    assert fault(issue_with(f"subject: x\n{line}"), "front-value").line == 3


def test_a_correction_is_the_text_as_written() -> None:
    assert parse(issue_with("subject: x")).correction == ""
    assert (
        parse(issue_with("subject: x\ncorrection: It is *120* metres.")).correction == "It is *120* metres."
    )
    assert parse(issue_with("subject: x\ncorrection: >\n  Two\n  lines")).correction == "Two lines"
    assert (
        parse(issue_with(r"subject: x" + "\n" + r"correction: Not \{{ name }}")).correction
        == "Not {{ name }}"
    )


def test_a_correction_of_500_characters_fits_and_one_more_does_not() -> None:
    assert len(parse(issue_with(f"subject: x\ncorrection: {'x' * 500}")).correction) == 500
    found = fault(issue_with(f"subject: x\ncorrection: {'x' * 501}"), "front-value")
    assert (found.line, "at most 500" in found.message) == (3, True)


@pytest.mark.parametrize("value", ["", '""', "~", '" "'])
def test_an_empty_correction_is_an_error(value: str) -> None:
    found = fault(issue_with(f"subject: x\ncorrection: {value}"), "front-value")
    assert (found.line, found.message) == (3, "“correction” is empty.")


def test_a_correction_with_a_merge_field_is_an_error() -> None:
    found = fault(issue_with('subject: x\ncorrection: "Sorry, {{ first_name }}"'), "front-value")
    assert (found.line, found.message) == (3, "“correction” holds a merge field.")


@pytest.mark.parametrize("value", ["\n  - a\n  - b", r'"a\0b"', '"open'])
def test_a_correction_that_is_no_text_is_reported_once(value: str) -> None:
    assert len(faults(issue_with(f"subject: x\ncorrection: {value}"))) == 1


def test_a_broken_field_or_a_reserved_tag_in_a_correction_is_an_error() -> None:
    assert fault(issue_with('subject: x\ncorrection: "{{ first name }}"'), "field-broken").line == 3
    assert fault(issue_with("subject: x\ncorrection: -nl.view_url-"), "file-reserved").line == 3


def test_comments_and_empty_lines_are_allowed() -> None:
    front = "\n---\n# a comment\n\nsubject: x\n#date: 2026-01-12\n---\n"
    assert parse(front + STORY).front_lines == {"subject": 5}
    assert parse(FRONT + STORY).front_lines == {"subject": 2}
