"""Briefs as people typed and pasted them: reported where it helps, passed over where they are sound."""

from pathlib import Path

import pytest

from newsletter import Newsletter
from newsletter.checks import CheckFacts, run_checks
from newsletter.editorial import Issue, Labels, parse_issue
from newsletter.errors import Finding, IssueError

PREHEADER = "preheader: Something that is said after the subject, at some length.\n"
STORY = """\
# A headline

**Background:** Background of 1999.

**What’s going on now:** Text of now, in 2026.
"""
OPENS = """\
# The river opens

**Some shit you should know before you dig in:** In 1999.

**What’s going on now:** It opens.
"""
HEBREW = """\
# הנהר נפתח מחדש (2026)!

**Background:** הנהר נסגר בשנת 1999.

**What’s going on now:** הוא נפתח.

1. אחד
2. שניים
"""


def read(text: str) -> Issue:
    return parse_issue(text, issue_id="river", file="river.md", labels=Labels())


def found(text: str) -> list[Finding]:
    """Return errors and warnings, as a check shows them."""
    try:
        findings = run_checks(read(text), CheckFacts())
    except IssueError as error:
        return list(error.findings)
    return [
        finding
        for finding in findings
        if finding.severity != "notice" and finding.code != "preheader-missing"
    ]


def words(issue: Issue) -> tuple[str, str]:
    return tuple("".join(token.content for token in line) for line in (issue.subject, issue.preheader))  # type: ignore[return-value]


def test_a_hash_in_subject_and_preheader_reaches_the_inbox() -> None:
    text = (
        "---\nsubject: The team is number #1 again\n"
        f"preheader: Why issue #214 is the last one, and what comes after it in spring.\n---\n{STORY}"
    )

    assert found(text) == []
    assert words(read(text)) == (
        "The team is number #1 again",
        "Why issue #214 is the last one, and what comes after it in spring.",
    )


def test_a_subject_that_begins_with_a_hash_is_one() -> None:
    text = f"---\nsubject: #MeToo, eight years on\n{PREHEADER}---\n{STORY}"

    assert found(text) == []
    assert words(read(text))[0] == "#MeToo, eight years on"


def test_curly_quotation_marks_around_a_colon_are_named_on_their_line() -> None:
    (only,) = found(f"---\nsubject: “Rivers: the new law”\n{PREHEADER}---\n{STORY}")

    assert only.line == 2
    assert "curly quotation marks" in only.message
    assert "straight ones" in only.hint


def test_a_label_without_a_space_after_it_begins_its_section() -> None:
    text = (
        "---\nsubject: January news\n---\n# A headline\n\n**Background:**In 1999.\n\n"
        "**What’s going on now:**It opens.\n"
    )

    assert found(text) == []
    assert [part.kind for part in read(text).stories[0].parts] == ["background", "now"]  # type: ignore[union-attr]


def test_an_export_of_google_docs_is_read_but_for_its_picture() -> None:
    text = (
        "---\nsubject: Rivers\n---\n# **A headline of rivers** {#a-headline-of-rivers}\n\n"
        "## **Background** {#background}\n\nIn 1999 it was closed\\! See [the law](https://example.org/law).\n\n"
        "## **What’s going on now** {#what’s-going-on-now}\n\n1\\. It opens \\- again\\.\n\n"
        "![][image1]\n\n[image1]: <data:image/png;base64,iVBORw0KGgo=>\n"
    )

    assert {finding.line for finding in found(text)} == {14}
    story = read(text).stories[0]
    assert "".join(token.content for token in story.headline) == "A headline of rivers"
    assert [getattr(part, "label", "") for part in story.parts][:2] == ["Background", "What’s going on now"]


def test_a_no_break_space_after_the_hash_begins_the_headline() -> None:
    text = f"---\nsubject: Rivers\n---\n{STORY.replace('# A', '#' + chr(0xA0) + 'A')}"

    assert found(text) == []
    assert "".join(token.content for token in read(text).stories[0].headline) == "A headline"


def test_one_fence_alone_is_all_that_is_reported() -> None:
    (only,) = found(f"subject: The river opens\npreheader: What changed\n---\n{OPENS}")

    assert (only.code, only.line) == ("front-missing", 1)
    assert "first line of ---" in only.message


def test_dashes_for_fences_are_named_on_both_lines() -> None:
    fences = found(f"—\nsubject: The river opens\n—\n{OPENS}")

    assert [(finding.code, finding.line) for finding in fences] == [("front-fence", 1), ("front-fence", 3)]
    assert all(
        "three hyphens" in finding.message and "Autocorrection" in finding.message for finding in fences
    )


def test_a_merge_that_was_not_finished_is_named_with_its_lines() -> None:
    marked = "<<<<<<< HEAD\nIt opens on Monday.\n=======\nIt opens on Tuesday.\n>>>>>>> ana/fix"
    (only,) = found(f"---\nsubject: The river opens\n---\n{OPENS.replace(' It opens.', chr(10) + marked)}")

    assert only.line == 9
    assert "lines 9, 11 and 13" in only.message


def test_a_word_file_to_import_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "brief.docx").write_bytes(b"PK\x03\x04\x14\0\x08\0word/document.xml" + bytes(range(256)) * 20)

    with pytest.raises(IssueError) as caught:
        Newsletter.open(required=False).import_brief(tmp_path / "brief.docx", tmp_path / "brief.md")

    (only,) = caught.value.findings
    assert "Word file" in only.message
    assert "plain text in UTF-8" in only.hint


@pytest.mark.parametrize(
    "text",
    [
        f'---\nsubject: "Q&A: it\'s \\"free\\" <now> — 50% 🎉"\n{PREHEADER}---\n{STORY}',
        f"---\nsubject: Do\u00adnau 10\u00a0€ 👨\u200d👩\u200d👧\u200d👦 🇧🇷\u200b\n{PREHEADER}---\n"
        + STORY.replace(
            "Text of now",
            "Do\u00adnau\u00addampf\u00adschiff. 10\u00a0€, 5\u202f000, 👨\u200d👩\u200d👧, ZW\u200bSP: text",
        ),
        f"---\nsubject: A plain one\n{PREHEADER}---\n{STORY.replace('# A headline', '# Learn C #')}",
        f'---\nsubject: "What the mayor knew, and when [sic]"\n{PREHEADER}---\n'
        + STORY.replace(
            "Text of now", "Why??? The bill is $3 * 2 million, “a@b” an old joke. [He] said it: text of now"
        ),
        f'---\nsubject: "הנהר נפתח מחדש: מה זה אומר (2026)!"\n{PREHEADER}language: he\n---\n{HEBREW}',
        f"---\nsubject: Of code\n{PREHEADER}---\n{STORY}\n```\n##Background\nx = 3*4*5\n```\n\n`3*4*5`.\n",
    ],
)
def test_sound_briefs_of_many_kinds_are_passed_over(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("address", ["#_ftn1", "#ftnt1", "#_ftnref1", "#fn:1", "#footnote-1"])
def test_a_footnote_of_another_program_is_reported_with_how_to_write_one(address: str) -> None:
    issue = read(f"---\nsubject: A river\n{PREHEADER}---\n{STORY}\nText[[1]]({address}) goes on.\n")
    (found,) = [finding for finding in run_checks(issue, CheckFacts()) if finding.severity == "error"]

    assert found.code == "link-form"
    assert "[^1]" in found.hint


def test_the_place_of_a_picture_that_was_not_copied_along_is_reported() -> None:
    issue = read(f"---\nsubject: A river\n{PREHEADER}---\n{STORY}\n\ufffc\n\nThe weir.\n")
    found = [finding for finding in run_checks(issue, CheckFacts()) if finding.code == "text-damaged"]

    assert [finding.line for finding in found] == [11]
    assert "U+FFFC" in found[0].message


@pytest.mark.parametrize("gap", ["\u200b", "\u2060", " \u200b", "\u200b ", "\xad"])
def test_half_a_link_with_an_invisible_character_between_its_halves_is_reported(gap: str) -> None:
    issue = read(f"---\nsubject: A river\n{PREHEADER}---\n{STORY}\nSee [it]{gap}(https://example.org/a).\n")
    assert [finding.code for finding in run_checks(issue, CheckFacts()) if finding.severity == "warning"] == [
        "link-unread"
    ]


@pytest.mark.parametrize("words", ["！[A gate](gate.jpg)", "[A gate](gate.jpg)", "! [A gate](Gate.PNG)"])
def test_a_picture_without_its_exclamation_mark_is_reported_with_how_to_write_one(words: str) -> None:
    issue = read(f"---\nsubject: A river\n{PREHEADER}---\n{STORY}\n{words}\n")
    (found,) = [finding for finding in run_checks(issue, CheckFacts()) if finding.severity == "error"]

    assert found.code == "link-form"
    assert "exclamation mark" in found.hint


@pytest.mark.parametrize(
    "address", ['"https://example.org"', "“https://example.org”", "„https://example.org“"]
)
def test_quotation_marks_around_an_address_are_named(address: str) -> None:
    issue = read(f"---\nsubject: A river\n{PREHEADER}---\n{STORY}\n[words]({address})\n")
    (found,) = [finding for finding in run_checks(issue, CheckFacts()) if finding.severity == "error"]

    assert "quotation marks" in found.message
