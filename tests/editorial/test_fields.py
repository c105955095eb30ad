"""Merge fields: read where a reader's value can stand, refused where it cannot."""

import pytest
from editorial.briefs import FIRST_LINE_OF_NOW, fault, now, parse, section
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.editorial import BUILT_IN_FIELDS, unknown_fields


@pytest.mark.parametrize(
    ("written", "name", "default"),
    [
        ("{{ first_name }}", "first_name", ""),
        ("{{first_name}}", "first_name", ""),
        ("{{\u00a0first_name\u00a0}}", "first_name", ""),
        ('{{ first_name or "there" }}', "first_name", "there"),
        ("{{ first_name or 'there' }}", "first_name", "there"),
        ("{{ first_name or “there” }}", "first_name", "there"),
        ("{{ first_name or ‘it’s you’ }}", "first_name", "it’s you"),
        ('{{ city or "São Paulo & more" }}', "city", "São Paulo & more"),
        ('{{ first_name\nor "there" }}', "first_name", "there"),
        ('{{ first_name or "" }}', "first_name", ""),
    ],
)
def test_a_merge_field_is_read_with_its_default(written: str, name: str, default: str) -> None:
    issue = parse(now(f"One\nDear {written}, hello."))

    (use,) = issue.fields
    assert (use.name, use.default, use.line) == (name, default, FIRST_LINE_OF_NOW + 1)
    children = [child for token in section(issue, "now").body for child in token.children or ()]
    (token,) = [child for child in children if child.type == "merge_field"]
    assert token.content == written


def test_merge_fields_work_in_headlines_lists_tables_and_the_words_of_a_link() -> None:
    text = "- {{ name }}\n\n| {{ name }} | b |\n|---|---|\n| 1 | {{ name }} |\n\n[for {{ name }}](https://a.example)"

    assert [use.line - FIRST_LINE_OF_NOW for use in parse(now(text)).fields] == [0, 2, 4, 6]


@pytest.mark.parametrize("text", ["`{{ name }}`", "```\n{% if x %}\n```", r"\{{ name }} \{% if"])
def test_braces_in_code_or_behind_a_backslash_are_text(text: str) -> None:
    assert parse(now(text)).fields == ()


@pytest.mark.parametrize(
    "text",
    [
        "{{ first name }}",
        "{{ name",
        "{{}}",
        "{{ name or there }}",
        "{{ 1st }}",
        "{{{ name }}}",
        "{{ name | upper }}",
    ],
)
def test_braces_that_are_no_merge_field_are_an_error_with_their_line(text: str) -> None:
    found = fault(now(f"One\ntwo {text}"), "field-broken")

    assert found.line == FIRST_LINE_OF_NOW + 1
    assert "{{ first_name }}" in found.hint


def test_a_template_tag_is_an_error_with_its_line() -> None:
    found = fault(now("One\n\n> {% if member %}"), "field-template-tag")

    assert found.line == FIRST_LINE_OF_NOW + 2
    assert "`code`" in found.hint


@pytest.mark.parametrize(
    "text",
    [
        "[you](https://a.example/{{name}})",
        "[you](https://a.example/{{ name }})",
        "[you](<https://a.example/{{ name }}>)",
        "[you]({{ name }})",
        '[you](https://a.example "for {{ name }}")',
        "<https://a.example/{{name}}>",
        "![{{ name }}](a.jpg)",
        '![A clock](a.jpg "{{ name }}")',
        "[you][1]\n\n[1]: https://a.example/{{name}}",
    ],
)
def test_a_merge_field_in_an_address_or_a_pictures_text_is_an_error(text: str) -> None:
    assert fault(now(text), "field-misplaced").line == FIRST_LINE_OF_NOW


def test_a_field_no_reader_has_is_an_error_with_the_nearest_name() -> None:
    issue = parse(now("{{ frist_name }} {{ city }} {{ email }}"))

    (found,) = unknown_fields(issue, {"city"})

    assert (found.code, found.line, found.severity) == ("field-unknown", FIRST_LINE_OF_NOW, "error")
    assert "Did you mean “first_name”?" in found.hint
    assert set(BUILT_IN_FIELDS) == {"email", "name", "first_name", "last_name"}


@settings(max_examples=examples(60))
@given(
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters='"“”„{}'), max_size=30)
)
def test_any_default_comes_through_as_written(default: str) -> None:
    if "-nl." not in default:
        (use,) = parse(now(f'x {{{{ name or "{default}" }}}}')).fields
        assert use.default == default
