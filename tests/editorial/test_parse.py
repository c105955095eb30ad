"""An issue file becomes values, or all that is wrong with it."""

from datetime import date

import pytest
from editorial.briefs import (
    FIRST_LINE_OF_NOW,
    FRONT,
    STORY,
    fault,
    faults,
    faults_if_any,
    now,
    paragraphs,
    parse,
    section,
    words,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.editorial import Labels, Picture, Section, parse_issue

WHOLE = """\
---
subject: Hello {{ first_name or "reader" }}, a second is gone
preheader: Plus, what *the* clocks do now
date: 2026-01-12
number: 214
language: pt-BR
---
# Clocks will *stop* being corrected

A lede of one line.

**Some shit you should know before you dig in:** The Earth turns unevenly.

A second paragraph.

![A clock at dusk](clock%20tower.jpg "Caption. Photo: Own")

**What’s going on now**: A vote was taken, {{ name }}.

> A quotation.

| Year | Seconds |
|------|--------:|
| 1972 | 10      |

**What’s next:** Wait until 2035.

# A second story
## Background
Before.
## What's going on now
Now.
"""


def test_a_whole_issue_is_read_in_order() -> None:
    issue = parse(WHOLE)

    assert issue.id == "leap"
    assert words(issue.subject) == 'Hello {{ first_name or "reader" }}, a second is gone'
    assert words(issue.preheader) == "Plus, what *the* clocks do now"
    assert (issue.date, issue.number, issue.language) == (date(2026, 1, 12), 214, "pt-BR")
    assert issue.front_lines == {"subject": 2, "preheader": 3, "date": 4, "number": 5, "language": 6}
    first, second = issue.stories
    assert words(first.headline) == "Clocks will stop being corrected"
    kinds = ["picture" if isinstance(part, Picture) else part.kind for part in first.parts]
    assert kinds == ["lede", "background", "picture", "now", "extra"]
    assert (first.line, second.line) == (8, 28)
    assert paragraphs(section(issue, "background")) == ["The Earth turns unevenly.", "A second paragraph."]
    assert [
        token.type for token in section(issue, "now").body if token.level == 0 and token.nesting == 1
    ] == [
        "paragraph_open",
        "blockquote_open",
        "table_open",
    ]
    assert [part.label for part in second.parts if isinstance(part, Section)] == [
        "Background",
        "What's going on now",
    ]
    assert issue.source == WHOLE


def test_merge_fields_are_listed_in_order_with_their_lines_and_defaults() -> None:
    assert [(use.name, use.default, use.line) for use in parse(WHOLE).fields] == [
        ("first_name", "reader", 2),
        ("name", "", 18),
    ]


def test_an_issue_that_names_no_language_has_the_publications() -> None:
    issue = parse_issue(FRONT + STORY, issue_id="a", file="a.md", labels=Labels(), language="ar")

    assert (issue.language, issue.date, issue.number, issue.preheader) == ("ar", None, None, ())


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_any_make_keep_values_and_lines(line_end: str) -> None:
    issue = parse("\ufeff" + WHOLE.replace("\n", line_end))

    assert issue.stories[1].line == 28
    assert [use.line for use in issue.fields] == [2, 18]
    assert paragraphs(section(issue, "background"))[1] == "A second paragraph."


def test_all_faults_of_a_file_come_at_once_by_line() -> None:
    text = (
        "---\nsubjet: x\ndate: soon\n---\n# One\n\nA {{ broken lede.\n\n## Backgrund\n\n# Two\n\nText -nl.x\n"
    )

    found = faults(text)

    assert [(finding.code, finding.line) for finding in found] == [
        ("front-key-unknown", 2),
        ("front-value", 3),
        ("brief-label-missing", 5),
        ("field-broken", 7),
        ("brief-heading-unknown", 9),
        ("brief-label-empty", 9),
        ("brief-label-missing", 11),
        ("brief-label-missing", 11),
        ("file-reserved", 13),
    ]
    assert all(
        finding.severity == "error" and finding.file == "leap.md" and finding.hint for finding in found
    )


def test_right_to_left_text_and_emoji_come_through() -> None:
    text = "الساعات لن تُصحَّح بعد اليوم 👩‍🚀"

    issue = parse(f"---\nsubject: {text}\n---\n" + STORY + f"\n{text}\n")

    assert words(issue.subject) == text
    assert paragraphs(section(issue, "now"))[1] == text


def test_raw_html_is_text() -> None:
    text = "<script>alert(1)</script> and <b>bold</b>"

    body = section(parse(now(text)), "now").body

    assert words(body).endswith(text + "\n")
    assert not any("html" in token.type for token in body)


def test_a_javascript_address_makes_no_link() -> None:
    body = section(parse(now("[press](javascript:alert(1))")), "now").body

    assert not any(child.type == "link_open" for token in body for child in token.children or ())


@pytest.mark.parametrize(
    "text",
    ["> " * 400 + "deep", "\n".join("  " * n + "- item" for n in range(30)), "**a *b " * 30 + "* c**" * 30],
)
def test_deep_nesting_is_an_error_and_no_crash(text: str) -> None:
    codes = {finding.code for finding in faults(now(text))}

    assert codes == {"brief-nesting"}


@pytest.mark.parametrize("text", ["[" * 400 + "](a)" * 400, "> " * 9 + "still fine"])
def test_what_only_looks_deep_is_read(text: str) -> None:
    assert parse(now(text))


@pytest.mark.parametrize("text", ["![A clock ![and a tower](b.jpg)](a.jpg)", "![" * 400 + "](a)" * 400])
def test_a_picture_within_a_picture_is_an_error_and_no_crash(text: str) -> None:
    assert "brief-picture-broken" in {finding.code for finding in faults(now(text))}


@pytest.mark.parametrize(
    "text",
    [
        "before -nl.name- after",
        "`-nl.name-`",
        "[here](https://example.org/-nl.name-)",
        "    -nl.name- in a code block",
        "hidden &#45;nl.name- behind an entity",
        "hidden -n*l*.name- behind emphasis",
        "[here](https://example.org/&#45;nl.name-)",
    ],
)
def test_the_letters_of_the_providers_tags_are_refused_wherever_they_stand(text: str) -> None:
    assert fault(now(text), "file-reserved").line == FIRST_LINE_OF_NOW


def test_the_letters_of_the_providers_tags_are_refused_in_the_subject() -> None:
    assert fault('---\nsubject: "\\x2dnl.x"\n---\n' + STORY, "file-reserved").line == 2


def test_a_link_address_that_nothing_uses_is_an_error_because_markdown_hides_it() -> None:
    assert fault(now("[Photo]: Agency"), "brief-reference-unused").line == FIRST_LINE_OF_NOW


def test_a_link_address_that_is_used_is_none() -> None:
    assert parse(now("See [the vote][vote].\n\n[vote]: https://www.bipm.org"))


def test_a_table_row_longer_than_its_head_is_an_error_because_markdown_drops_the_rest() -> None:
    found = fault(now("| a | b |\n|---|---|\n| 1 \\| 1 | 2 |\n| 1 | 2 | 3 |"), "brief-table-row")

    assert found.line == FIRST_LINE_OF_NOW + 3


def test_a_file_full_of_faults_names_a_bounded_number() -> None:
    assert len(faults(now("## Nothing like it\n" * 3000))) == 200


TEXTS = st.text(st.characters(exclude_categories=()), max_size=400)
PIECES = [
    "{{ ",
    " }} ",
    " or ",
    '"',
    "subject",
    "**Background:**",
    "![a](b)",
    "[a]: b",
    "1. ",
    "word",
    "é",
    "-nl.",
]
LINES = ["---\n", "\n# H\n", "\n## Background\n", "\n\n", "\t", "\r", "\x00", *"#>*_-`~|[]()!<&;:{}%=+.\\ \n"]
MARKUP = st.lists(st.sampled_from(PIECES + LINES), max_size=80).map("".join)


@given(st.one_of(TEXTS, MARKUP, MARKUP.map(lambda text: FRONT + STORY + text)))
@example("---\n? [\n---\n")
@example("---\nsubject: *a\n---\n")
def test_any_text_is_an_issue_or_a_list_of_faults_within_the_file(text: str) -> None:
    last = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    found = faults_if_any(text)

    assert all(finding.line is not None and 1 <= finding.line <= last for finding in found)


PLAIN_WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).filter(
    lambda word: not word[0].isdigit()
)


@pytest.mark.slow
@settings(max_examples=examples(60))
@given(st.lists(st.lists(PLAIN_WORDS, min_size=1, max_size=12).map(" ".join), min_size=1, max_size=6))
def test_the_words_of_any_paragraphs_survive_in_order(texts: list[str]) -> None:
    issue = parse(now("\n\n".join(texts)))

    assert paragraphs(section(issue, "now"))[1:] == texts
