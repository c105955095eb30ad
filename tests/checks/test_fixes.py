"""Mending a brief: what can be mended, what stays, and that no word changes."""

from functools import partial

import pytest
from checks import damage
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.fixes.fix import fixed
from newsletter.checks.fixes.words import words_of
from newsletter.editorial import Labels, parse_issue
from newsletter.errors import IssueError

parse = partial(parse_issue, issue_id="any", file="any.md", labels=Labels())
FRONT = """\
---
subject: A  plain subject
preheader: Something that is said "after"  the subject, at some length.
---
# A headline

**Background:** “Of” 1999.

**What’s going on now:** “One,” he said. “Two.”

"""


def mended(text: str, front: str = FRONT) -> str:
    """Return what becomes of a text below a front matter, mended twice, since once has to do."""
    once = fixed(f"{front}{text}\n", parse)
    assert fixed(once, parse) == once
    assert words_of(parse(once)) == words_of(parse(f"{front}{text}\n"))
    assert once.startswith(front)
    return once[len(front) : -1]


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("One  two   three.  Four.", "One two three. Four."),
        ("One. \nTwo.\t\nThree.   ", "One.\nTwo.\nThree."),
        ("A break.    \nA line.", "A break.  \nA line."),
        ("A list:\n\n- one  two\n- three ", "A list:\n\n- one two\n- three"),
        ("> A  quote.", "> A quote."),
        ("One\ufeff two\u206a.", "One two."),
        ("###\u200b A subhead", "### A subhead"),
        ('“One,” said Ana. "Two," said Bo.', "“One,” said Ana. “Two,” said Bo."),
        ('He said “never".', "He said “never”."),
        ("One  \ufeff\nword.", "One\nword."),
        ('A *word  "of"* ours.', "A *word “of”* ours."),
    ],
)
def test_blanks_invisible_characters_and_quotation_marks_are_mended(text: str, better: str) -> None:
    assert mended(text) == better


@pytest.mark.parametrize(
    "text",
    [
        '```\none  two "three" \n```',
        'Some `code  "of"  ours`.',
        '[words](https://example.org/a  "A  title").',
        "[words](<https://example.org/a  b>).",
        "https://example.org/a“b”",
        '| a  | b |\n|----|---|\n| “1” | "2"  |',
        '{{ first_name or "dear  reader" }}, hello.',
        '<!-- a  note  “here” "there" -->',
        'The rope is 6\'2" long, the disc 12" wide.',
        'A \\"mark\\" that is meant.',
        '![A  weir](weir.jpg "The  weir")',
        "One\n\n   ",
        "1.  One\n    two\n2.  Three",
        "-   One\n\n    two",
        "\u200f2026: שנה טובה",
        "\u200eאב is where a line begins.",
        "- \u200fאב\n- \u200dב",
        "Do\u00adnau, 10\u00a0€, 👩\u200d🚒 and می\u200cخواهم.",
    ],
)
def test_code_links_tables_fields_and_what_has_a_use_stay_as_they_are(text: str) -> None:
    assert mended(text) == text


def test_straight_marks_stay_where_most_quotations_are_straight_or_no_kind_is_usual() -> None:
    for count in (3, 4):  # the frame has three that are curly
        assert mended('"One" was said. ' * count + "Two.") == '"One" was said. ' * count + "Two."


def test_each_language_has_its_own_marks() -> None:
    german = FRONT.replace("subject:", "language: de\nsubject:").replace(
        "“One,” he said. “Two.”", "„Eins.“ „Zwei.“"
    )
    assert mended('Er sagt "nein".', german.replace("“Of”", "Aus")) == "Er sagt „nein“."
    french = german.replace("language: de", "language: fr").replace("„Eins.“ „Zwei.“", "« Un. » « Deux. »")
    assert mended('Il dit "non".', french.replace("“Of”", "De")) == 'Il dit "non".'


def test_line_ends_stay_and_the_last_line_gets_one() -> None:
    brief = (FRONT + "One  two.").replace("\n", "\r\n")
    assert fixed(brief, parse) == brief.replace("One  two.", "One two.\r\n")


def test_a_front_matter_stays_as_it_is() -> None:
    assert fixed(FRONT, parse) == FRONT


def test_a_brief_that_cannot_be_read_is_not_touched() -> None:
    with pytest.raises(IssueError):
        fixed("No  front  matter.\n", parse)


def test_sound_briefs_have_nothing_to_be_mended() -> None:
    for brief in damage.good().values():
        reading = partial(parse_issue, issue_id="any", file="any.md", labels=damage.LABELS)
        assert fixed(brief.text, reading) == brief.text


_PIECES = st.sampled_from(
    [
        "word", "  ", " ", "\n", "\n\n", '"', "“", "”", "`", "*", "**", "[", "](a  b)", "- ", "1. ", "> ",
        "#", "|", "\ufeff", "\u200b", "\u206a", "<!--", "-->", "{{", '{{ first_name or "x  y" }}', "\\", "\t",
        "   \n", "é", "    ", "```", "---", "«", "»", "„", "'", "https://a.org/b", "<", ">", ":", "\u00a0",
        "[^1]", "[^1]: n",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=24).map("".join))
def test_whatever_is_written_no_word_changes_and_mending_twice_is_mending_once(text: str) -> None:
    brief = f"{FRONT}{text}\n"
    try:
        before = words_of(parse(brief))
    except IssueError:
        return
    once = fixed(brief, parse)
    assert words_of(parse(once)) == before
    assert fixed(once, parse) == once
