"""Footnotes: at the story's end, linked both ways, reported when nobody could find or read them."""

import re
from itertools import pairwise

import pytest
from editorial.briefs import FRONT, STORY, fault, faults, faults_if_any, now, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import brief, letter, read, story, written
from samples import examples

from newsletter.checks.reading import links, passages, sections

CASE = "The vote was close.[^1] Nobody minded.[^2]\n\n[^1]: The count was 51 to 49.\n[^2]: https://example.org/minutes"


def test_notes_stand_at_the_storys_end_in_both_parts() -> None:
    text = letter(brief(story(now=CASE + "\n\nThe last paragraph."), story("Another"))).text
    assert (
        "The vote was close.[1] Nobody minded.[2]\n\nThe last paragraph.\n\n[1] The count was 51 to 49."
        in text
    )
    assert text.index("[2] https://example.org/minutes") < text.index("2. Another\n═")
    assert "[^" not in text


def test_each_reference_leads_to_its_note_and_back_and_no_place_has_two_names() -> None:
    twice = (
        story(now=CASE + "\n\nAnd again.[^2]"),
        story("Another", now="It too.[^a] And there.[^1]\n\n[^a]: A third."),
    )
    html = letter(brief(*twice)).html
    names = re.findall(r'\sid="((?:note|ref)-[^"]+)"', html)
    targets = re.findall(r'href="#([^"]+)"', html)
    assert len(set(names)) == len(names)
    assert set(names) == set(targets)
    assert names.count("note-3") == targets.count("note-3") == 1
    assert {"ref-1", "ref-1-2", "ref-2", "ref-2-2", "ref-3"} <= set(names)
    assert 'role="doc-noteref"' in html
    assert 'role="doc-backlink"' in html


def test_a_note_that_two_stories_refer_to_stands_once_in_the_first() -> None:
    text = letter(brief(story(now="One.[^1]\n\n[^1]: The note."), story("Another", now="Two.[^1]"))).text
    assert text.count("The note.") == 1
    assert text.index("[1] The note.") < text.index("2. Another\n═")
    assert "Two.[1]" in text


@pytest.mark.parametrize(
    "text",
    [
        "| A | B |\n|---|---|\n| x[^n] | y |\n\n[^n]: The note.",
        "- item[^n]\n\n[^n]: The note.",
        "> quoted[^n]\n\n[^n]: The note.",
        "### A subhead[^n]\n\nText.\n\n[^n]: The note.",
        "**bold[^n]** text\n\n[^n]: The note.",
        "Text.[^n]\n[^n]: The note.",
        "[^n]: The note.\n\nText.[^n]",
        "> [^n]: The note.\n\nText.[^n]",
        "- an item\n\n  [^n]: The note.\n\nText.[^n]",
        "Text.[^lang-name_ü]\n\n[^lang-name_ü]: The note.",
        "Text.[^a]\n\n[^a]: See[^b].\n[^b]: The note.",
        "**What’s next:**[^n] Text.\n\n[^n]: The note.",
        "**What’s next[^n]:** Text.\n\n[^n]: The note.",
        "Text.[^n]\n\n[^n]: - The note.\n    - Its second item.",
        "Text.[^n]\n\n[^n]:\n    The note.\n\n    Its second paragraph.",
        "这是注。[^n]\n\n[^n]: The note.",
    ],
)
def test_a_note_is_found_wherever_it_is_written_or_referred_to(text: str) -> None:
    html, words = written(f"Begin.\n\n{text}")
    assert "[^" not in html + words
    assert html.count("The note.") == words.count("The note.") == 1
    names = re.findall(r'id="([^"]+)"', html)
    assert sorted(set(re.findall(r'href="#([^"]+)"', html))) == sorted(names)


def test_a_note_in_the_background_stands_at_the_storys_end_not_in_the_card() -> None:
    html = letter(brief(story(background="It began.[^1]\n\n[^1]: In 1999."))).html
    assert html.index("In 1999.") > html.index("It goes on.")


def test_merge_fields_and_links_work_in_notes_and_checks_see_them() -> None:
    text = "Text.[^1]\n\n[^1]: For {{ first_name or 'you' }}: [here](https://example.org/x)."
    issue = read(brief(story(now=text)))
    assert [use.name for use in issue.fields] == ["first_name"]
    found = [link for _, part in sections(issue) for link in links(passages(part), ())]
    assert [(link.href, issue.source.split("\n")[link.line - 1][:5]) for link in found] == [
        ("https://example.org/x", "[^1]:")
    ]
    assert "[1] For -nl.first_name-: here <https://example.org/x>." in letter(brief(story(now=text))).text


def test_a_note_that_nothing_refers_to_is_reported_because_no_reader_would_see_it() -> None:
    found = fault(now("Text.\n\n[^a]: Lost."), "brief-note-unused")
    assert found.line == now("Text.\n\n@").split("\n").index("@") + 1
    assert "[^a]" in found.message


def test_notes_that_only_unused_notes_refer_to_are_reported_too() -> None:
    codes = [finding.code for finding in faults(now("Text.\n\n[^a]: See[^b].\n[^b]: Lost."))]
    assert codes == ["brief-note-unused", "brief-note-unused"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Text.[^a]\n\n[^a]: One.\n\n[^a]: Two.", "brief-note-twice"),
        ("Text.[^a]\n\n[^a]:", "brief-note-empty"),
    ],
)
def test_two_notes_of_a_name_and_a_note_without_words_are_reported(text: str, code: str) -> None:
    fault(now(text), code)


@pytest.mark.parametrize(
    ("before", "after"),
    [("# Clocks will stop being corrected", "# Clocks[^1]"), ("**Background:**", "## Background[^1]\n\n")],
)
def test_a_note_in_a_headline_or_a_labels_heading_is_reported_once(before: str, after: str) -> None:
    text = FRONT + STORY.replace(before, after) + "\n[^1]: The note.\n"
    assert [finding.code for finding in faults(text)] == ["brief-note-misplaced"]


@pytest.mark.parametrize(
    "text", ["`[^1]`", "\\[^1]", "```\n[^1]\n```", "A range [^a-z] in a text.", "[^ 1]", "[^]"]
)
def test_what_is_no_reference_stays_as_it_stands(text: str) -> None:
    html, words = written(f"One.[^n]\n\n{text}\n\n[^n]: The note.")
    assert "[^" in html
    assert "[^" in words


def test_a_reference_in_a_pictures_text_is_text() -> None:
    (picture,) = parse(now("![A gate[^1]](gate.jpg)\n\nText.[^1]\n\n[^1]: The note.")).pictures
    assert picture.alt == "A gate[^1]"


@settings(max_examples=examples(60))
@given(
    st.lists(
        st.sampled_from(["a[^1]", "[^1]: b", "[^2]: c[^1]", "d[^2]", "> e[^2]", "- f", "    g", "[^3]"]),
        max_size=8,
    )
)
def test_any_notes_are_read_or_reported(parts: list[str]) -> None:
    text = "Begin.\n\n" + "\n\n".join(parts)
    if not faults_if_any(brief(story(now=text))):
        html, _ = written(text)
        names = re.findall(r'id="([^"]+)"', html)
        assert len(names) == len(set(names))
        assert set(re.findall(r'href="#([^"]+)"', html)) == set(names)
        numbers = [int(number) for number in re.findall(r'id="note-(\d+)"', html)]
        assert all(after == before + 1 for before, after in pairwise([0, *numbers]))
