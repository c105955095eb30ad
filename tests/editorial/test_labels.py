"""Labels are found however they are typed, and each story has what it needs."""

import pytest
from editorial.briefs import FRONT, fault, faults, now, paragraphs, parse, section
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.editorial import Labels, Section

NOW = "\n\n## What's going on now\nNow.\n"


@pytest.mark.parametrize(
    "begin",
    [
        "**What’s going on now:** The vote.",
        "**What’s going on now**: The vote.",
        "*What's going on now:* The vote.",
        "_What's going on now_: The vote.",
        "***What's going on now:*** The vote.",
        "What's going on now: The vote.",
        "WHAT’S GOING ON NOW: The vote.",
        "What‘s going\u00a0on  now : The vote.",
        "**What’s going\non now:**\nThe vote.",
        "**What’s going on now:**\n\nThe vote.",
        "## What’s going on now\nThe vote.",
        "## What’s going on now:\nThe vote.",
        "### **What’s going on now**\nThe vote.",
        "What's going on now\n---\nThe vote.",
        "What’s going on now:The vote.",
    ],
)
def test_a_label_is_found_however_it_is_typed_and_taken_out_of_the_text(begin: str) -> None:
    issue = parse(f"{FRONT}# A story\n\nBackground: Before.\n\n{begin}\n")

    assert paragraphs(section(issue, "now")) == ["The vote."]
    body = section(issue, "now").body
    assert not any(child.tag in ("em", "strong") for token in body for child in token.children or ())


@pytest.mark.parametrize(
    ("begin", "label"),
    [
        ("**What’s going on now:** x", "What’s going on now"),
        ("## WHAT'S GOING ON NOW:\nx", "WHAT'S GOING ON NOW"),
    ],
)
def test_a_label_is_kept_as_the_editor_wrote_it(begin: str, label: str) -> None:
    found = section(parse(f"{FRONT}# A story\n\n{begin}\n\nBackground: Before.\n"), "now")

    assert (found.label, found.line) == (label, 6)


def test_emphasis_that_goes_on_after_the_label_stays() -> None:
    issue = parse(f"{FRONT}# A story\n\n**Background: all of it bold** and this not.{NOW}")

    children = section(issue, "background").body[1].children or []
    assert [(child.type, child.content) for child in children if child.type != "text" or child.content] == [
        ("strong_open", ""),
        ("text", "all of it bold"),
        ("strong_close", ""),
        ("text", " and this not."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Background noise is everywhere.",
        "Background check: none.",
        "[Background:](https://a.example) x",
        "> Background: x",
    ],
)
def test_what_is_no_label_is_text(text: str) -> None:
    assert text.strip("> ").split("(")[0].strip("[]") in "".join(paragraphs(section(parse(now(text)), "now")))


def test_extra_sections_keep_their_order_and_labels_are_the_publications_own() -> None:
    labels = Labels(background=("Contexte",), now=("Aujourd'hui",), extra=("Et après",))

    issue = parse(f"{FRONT}# Titre\n\nEt après : c\n\nContexte : a\n\n## Aujourd’hui\nb\n", labels)

    assert [part.kind for part in issue.stories[0].parts if isinstance(part, Section)] == [
        "extra",
        "background",
        "now",
    ]


def test_a_missing_label_is_an_error_in_each_story() -> None:
    found = faults(f"{FRONT}# One\n\nBackground: x\n\n# Two{NOW}")

    assert [(finding.code, finding.line) for finding in found] == [
        ("brief-label-missing", 4),
        ("brief-label-missing", 8),
    ]
    assert "“now”" in found[0].message
    assert "“One”" in found[0].message
    assert "“background”" in found[1].message


def test_a_misspelt_label_is_pointed_at() -> None:
    found = fault(f"{FRONT}# One\n\n**Backgroud:** x{NOW}", "brief-label-missing")

    assert found.line == 6
    assert "“Backgroud”" in found.message
    assert "**Background:** x" in found.hint


def test_a_label_that_stands_twice_is_an_error_naming_both_lines() -> None:
    text = f"{FRONT}# One\n\nBackground: x\n\nSome shit you should know before you dig in: y{NOW}"

    found = fault(text, "brief-label-twice")

    assert found.line == 8
    assert "line 6" in found.message


def test_an_extra_label_that_stands_twice_is_an_error_and_two_different_ones_are_none() -> None:
    assert fault(now("What’s next: x\n\nWHAT'S NEXT: y"), "brief-label-twice")
    assert parse(now("What’s next: x\n\nGo deeper: y"))


@pytest.mark.parametrize("under", ["", "![A clock](clock.jpg)", "***"])
def test_a_label_with_nothing_under_it_is_an_error_with_its_line(under: str) -> None:
    assert fault(f"{FRONT}# One\n\n**Background:**\n\n{under}{NOW}", "brief-label-empty").line == 6


def test_a_second_level_heading_that_is_no_label_is_an_error_with_the_nearest() -> None:
    found = fault(f"{FRONT}# One\n\n## Bakground\nx{NOW}", "brief-heading-unknown")

    assert found.line == 6
    assert "Did you mean “Background”?" in found.hint
    assert "“Go deeper”" in found.hint


def test_a_third_level_heading_is_a_subhead_and_deeper_ones_look_the_same() -> None:
    body = section(parse(now("### Sub\n\ntext\n\n##### Deeper\n\ntext")), "now").body

    assert [token.tag for token in body if token.type == "heading_open"] == ["h3", "h3"]


def test_a_heading_in_a_quote_is_an_error() -> None:
    assert fault(now("> # Loud"), "brief-heading-nested")


def test_a_label_as_a_headline_is_an_error_that_says_how_to_write_it() -> None:
    for label in ("Background", "Background:"):
        (found,) = faults(f"{FRONT}# One\n\n# {label}\nx{NOW}")

        assert found.code == "brief-label-as-headline"
        assert "“## Background”" in found.hint
        assert "“**Background:**”" in found.hint


def test_text_before_the_first_headline_is_an_error() -> None:
    (found,) = faults(f"{FRONT}Stray.\n\n# One\n\nBackground: x{NOW}")

    assert (found.code, found.line) == ("brief-before-headline", 4)


def test_a_file_without_a_headline_is_an_error() -> None:
    assert [finding.code for finding in faults(f"{FRONT}Background: x{NOW}")] == ["brief-headline-missing"]
    assert [finding.code for finding in faults(FRONT)] == ["brief-headline-missing"]


def test_an_empty_headline_is_an_error() -> None:
    assert [finding.code for finding in faults(f"{FRONT}#\n\nBackground: x{NOW}")] == ["brief-headline-empty"]


@settings(max_examples=examples(60))
@given(
    st.sampled_from(Labels().all),
    st.lists(st.sampled_from([" ", "\u00a0", "  ", "\u202f"]), min_size=12, max_size=12),
    st.sampled_from("'’‘ʼ"),
    st.sampled_from([str.upper, str.lower, str.title, str]),
)
def test_any_spelling_of_a_label_is_that_label(label: str, gaps: list[str], mark: str, case: object) -> None:
    assert callable(case)
    spelt = "".join(word + gap for word, gap in zip(label.split(), gaps, strict=False)) + ":"

    assert Labels().kind_of(case(spelt).replace("’", mark)) == Labels().kind_of(label) is not None
