"""A page's plain text becomes a brief, and every line is accounted for."""

import os
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from editorial.briefs import paragraphs, parse, section, words
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.editorial import Labels, read_source, slug
from newsletter.editorial.importing.importer import Imported, import_text
from newsletter.errors import IssueError

PAGE = """\
Skip to main content

Not a member? Log in to your account to read on. Still stuck after that? Call the “help” desk.

The metre's guardians have voted to stop adding leap seconds by 2035.

Some shit you should know before you dig in: 27 times,  whenever the Earth fell behind.\u00a0\u00a0

4fA0c2d1 77be 4c02 9d1e a0b1c2d3e4f5 00aa11bb

What’s going on now: In Paris, delegates said “the [old] way *must* end,” and voted.

# is how programmers begin a comment; 1_000 and snake_case_names are theirs too.

1. That is a number at the start of a line, with {{ braces }} and <b>HTML</b> &amp; more.

“We waited fifty years for this,” one of them said.

SUPPORT THE OBSERVATORY

Sign up for our weekly letter about time"""


def imported(text: str) -> Imported:
    return import_text(text, file="page.txt", labels=Labels(), today=date(2026, 1, 12))


def what(result: Imported) -> list[tuple[int, str]]:
    return [(note.line, note.what) for note in result.notes]


def test_a_page_becomes_a_brief_word_for_word_and_in_order() -> None:
    issue = parse(imported(PAGE).markdown)

    lines = PAGE.split("\n")
    assert words(issue.stories[0].headline) == lines[4] == words(issue.subject)
    assert issue.date == date(2026, 1, 12)
    assert section(issue, "background").label == "Some shit you should know before you dig in"
    assert paragraphs(section(issue, "background")) == [lines[6].split(": ", 1)[1].rstrip()]
    assert section(issue, "now").label == "What’s going on now"
    assert paragraphs(section(issue, "now")) == [
        lines[10].split(": ", 1)[1],
        lines[12],
        lines[14],
        lines[16],
    ]


def test_every_line_has_a_note_of_what_became_of_it() -> None:
    assert what(imported(PAGE)) == [
        (1, "left out"),
        (3, "left out"),
        (5, "kept"),
        (5, "setting"),
        (7, "kept"),
        (9, "needs you"),
        (11, "kept"),
        (13, "kept"),
        (15, "kept"),
        (17, "kept"),
        (19, "left out"),
        (21, "left out"),
    ]


def test_the_notice_and_the_foot_stay_readable_as_comments() -> None:
    markdown = imported(PAGE).markdown

    assert "# members' notice: Not a member? Log in to your account to read on." in markdown
    assert "# call at the foot: SUPPORT THE OBSERVATORY\n" in markdown
    assert "# call at the foot: Sign up for our weekly letter about time\n" in markdown


def test_the_pictures_name_becomes_a_picture_without_a_text() -> None:
    (picture,) = parse(imported(PAGE).markdown).pictures

    assert picture.src == "4fA0c2d1 77be 4c02 9d1e a0b1c2d3e4f5 00aa11bb.jpg"
    assert picture.alt == ""


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("IMG_1234", "IMG_1234.jpg"),
        ("IMG 1234.HEIC", "IMG 1234.HEIC"),
        ("DSC00017", "DSC00017.jpg"),
        ("photo of a clock (2).png", "photo of a clock (2).png"),
        ("50% <grey> & more.jpeg", "50% <grey> & more.jpeg"),
        ("b2efeaf3-11ac-464b-87e2-c28b58454aca", "b2efeaf3-11ac-464b-87e2-c28b58454aca.jpg"),
        ("5f4dcc3b5aa765d61d8327deb882cf99", "5f4dcc3b5aa765d61d8327deb882cf99.jpg"),
    ],
)
def test_a_line_that_is_a_file_name_becomes_a_picture(line: str, source: str) -> None:
    (picture,) = parse(imported(PAGE.replace("“We waited", f"{line}\n\n“We waited")).markdown).pictures[1:]

    assert picture.src == source


@pytest.mark.parametrize(
    "line",
    [
        "Already a member of the union, the country voted against.",
        "Members-only clubs were its first home.",
        "0800 1234 5678 9012 3456",
        "BREAKING: THE CLOCK STOPPED.",
        "Support for the measure fell to a third.",
        "Decade facade added beaded",
        "USA",
    ],
)
def test_an_authors_line_is_never_taken_for_the_pages(line: str) -> None:
    text = PAGE.replace("“We waited", f"{line}\n\n“We waited")

    assert line in paragraphs(section(parse(imported(text).markdown), "now"))


def test_text_broken_by_hand_is_joined_and_long_lines_that_touch_are_paragraphs() -> None:
    wrapped = (
        "The metre's guardians have voted to stop adding\nleap seconds\n\nBackground: one\ntwo\nthree\n\n"
        "What's going on now: " + "word " * 30 + "\nA paragraph of its own.\n"
    )

    result = imported(wrapped)
    issue = parse(result.markdown)

    assert paragraphs(section(issue, "background")) == ["one two three"]
    assert len(paragraphs(section(issue, "now"))) == 2
    assert words(issue.stories[0].headline) == "The metre's guardians have voted to stop adding"
    assert paragraphs(section(issue, "lede")) == ["leap seconds"]


def test_a_broken_line_that_reads_like_a_call_stays_in_its_paragraph() -> None:
    text = "A headline\n\nBackground: x\n\nWhat's going on now: They asked us to\njoin us all"

    issue = parse(imported(text).markdown)

    assert paragraphs(section(issue, "now")) == ["They asked us to join us all"]


def test_a_long_headline_broken_by_hand_is_joined() -> None:
    text = "The guardians of the metre and of the second have voted to\nstop\n" + PAGE[PAGE.index("\nSome") :]

    assert imported(text).headline == "The guardians of the metre and of the second have voted to stop"


def test_a_long_headline_is_shortened_between_words_for_the_subject_and_that_is_said() -> None:
    text = PAGE.replace("2035.", "2035, " + "as they said " * 8 + "at last")

    result = imported(text)
    subject = words(parse(result.markdown).subject)

    assert len(subject) <= 150
    assert subject.endswith("…")
    assert result.headline.startswith(subject[:-1])
    assert any(note.what == "setting" and "shortened" in note.why for note in result.notes)


def test_labels_on_lines_of_their_own_become_headings() -> None:
    issue = parse(imported("A headline\n\nBackground\n\nBefore.\n\nWhat's going on now\n\nNow.\n").markdown)

    assert paragraphs(section(issue, "background")) == ["Before."]
    assert paragraphs(section(issue, "now")) == ["Now."]


def test_what_the_text_lacks_is_said_and_nothing_is_made_up() -> None:
    result = imported("Background: only this")

    assert [note.why.split(":")[0] for note in result.notes if note.what == "needs you"] == [
        "No headline was found before the first label",
        "No paragraph begins with the label of “now”",
    ]
    with pytest.raises(IssueError) as caught:
        parse(result.markdown)
    assert [finding.code for finding in caught.value.findings] == [
        "front-subject-missing",
        "brief-headline-empty",
        "brief-label-missing",
    ]


def test_the_letters_of_the_providers_tags_and_a_second_label_need_the_editor() -> None:
    result = imported(PAGE.replace("fifty", "-nl.fifty") + "\n\nBackground: again, and a sentence.")

    assert [note.line for note in result.notes if note.what == "needs you"] == [9, 17, 23]


def test_control_characters_are_refused() -> None:
    with pytest.raises(IssueError):
        imported("A headline\0")


def test_a_note_reads_as_line_verdict_words_and_reason() -> None:
    assert str(imported(PAGE).notes[0]).startswith("   1  left out   Skip to main content\n")


WORD = """\
The river opens

Background: In 1999 it closed.

What’s going on now: Three things:

•\tThe lock is mended.
•\tThe mayor cut a ribbon.
o\tNobody came.

1.\tFirst
2.\tSecond

\u00a0\u00a0\u00a0Indented by nbsp.

\tIndented by tab.

12 Harbour Street
Lisbon
Portugal

Read more: https://example.org/a_b_c?x=1&y=2 and ~~so~~ on, 5 * 3 and [sic].
"""


def test_a_word_processors_text_keeps_its_lists_indents_addresses_and_lines() -> None:
    result = imported(WORD)
    assert result.markdown.partition("Three things:\n\n")[2] == (
        "- The lock is mended.\n- The mayor cut a ribbon.\n    - Nobody came.\n\n1. First\n2. Second\n\n"
        "Indented by nbsp.\n\nIndented by tab.\n\n12 Harbour Street\\\nLisbon\\\nPortugal\n\n"
        "Read more: https://example.org/a_b_c?x=1&y=2 and \\~\\~so\\~\\~ on, 5 \\* 3 and \\[sic\\].\n"
    )
    said = {note.text.strip(): note.why for note in result.notes}
    assert said["•\tThe lock is mended."] == "An item of a list."
    assert said["o\tNobody came."] == "An item of a list, within another."
    assert said["Lisbon"] == "Goes on with the paragraph above it, on a line of its own."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("• one\n\n• two\n\no\tinner\n\n• three", "- one\n- two\n    - inner\n- three"),
        ("•one\n•two", "- one\n- two"),
        ("- one\n- two", "- one\n- two"),
        ("* one\n* two", "- one\n- two"),
        ("\t•\tone\n\t\t◦\ttwo", "- one\n    - two"),
        ("1) one\n2) two", "1) one\n2) two"),
        ("§\tone\n§\ttwo", "- one\n- two"),
        ("(1) one\n(2) two", "(1) one\\\n(2) two"),
        ("— Who is there?\n— It is me.", "— Who is there?\\\n— It is me."),
        ("Yours,\nAna", "Yours,\\\nAna"),
        ("- Ana", "\\- Ana"),
        ("1986. What a year", "1986\\. What a year"),
        ("A • B • C", "A • B • C"),
        ("https://example.org/*a*/[b] and *", "https://example.org/*a*/[b] and \\*"),
        ("www.example.org and <tag>", "www.example.org and \\<tag>"),
    ],
)
def test_pasted_lines_become_the_markdown_that_says_the_same(text: str, shown: str) -> None:
    markdown = imported(
        f"A headline\n\nBackground: x.\n\nWhat's going on now: y.\n\n{text}\n\nThe end."
    ).markdown
    assert markdown.partition("y.\n\n")[2] == f"{shown}\n\nThe end.\n"


GOOGLE = """\
# **A headline of rivers** {#a-headline-of-rivers}

A lede\\! With *emphasis*.

## **Background** {#background}

In 1999 it was closed\\!

**What’s going on now:** 1\\. It opens \\- again\\.

* one
  * two

### A subhead {#a-subhead}

```
## no *heading* {#x}
```
"""


def test_markdown_that_a_word_processor_exported_keeps_its_markup() -> None:
    result = imported(GOOGLE)
    issue = parse(result.markdown)
    assert words(issue.stories[0].headline) == "A headline of rivers" == words(issue.subject)
    assert paragraphs(section(issue, "lede")) == ["A lede! With emphasis."]
    assert paragraphs(section(issue, "background")) == ["In 1999 it was closed!"]
    assert paragraphs(section(issue, "now")) == ["1. It opens - again.", "one", "two", "A subhead"]
    assert "## no *heading* {#x}\n" in result.markdown
    assert result.markdown.count("{#") == 1
    assert {note.what for note in result.notes} == {"kept", "setting"}
    assert [note.line for note in result.notes if note.what == "kept"] == [
        number for number, line in enumerate(GOOGLE.split("\n"), start=1) if line
    ]


@pytest.mark.parametrize(
    "text", ["# 1 in the charts\n\nMore.", "#hash\n\n**b**", "A headline\n\n# no\n\n**b**"]
)
def test_a_plain_text_with_a_sign_or_two_is_no_markdown(text: str) -> None:
    result = imported(text)
    assert result.headline == text.partition("\n")[0]
    assert "**" not in result.markdown


# Lines of plain text with everything Markdown could trip over, and no letters that importing gives a meaning.
RISKY = st.text(st.sampled_from("*_`~[]()<>#+-=.!|\\&;:{%}'\"/@ 12aé“”—\u00a0\t🚀"), min_size=1, max_size=40)


@pytest.mark.slow
@given(st.lists(RISKY, min_size=1, max_size=5))
@example(["a | b", ":-:"])
@example(["a", "==="])
@example(["- -", "- -"])
@example(["&#65; &amp;", "{{ a }} {% b %}", "[a]: b", "![a](b)", "<https://a.example>", "a\\"])
def test_any_plain_text_reads_word_for_word(lines: list[str]) -> None:
    for begin in ("word " * 30 + "\n", "\n\n"):  # lines that are paragraphs, and text broken by hand
        text = f"A headline\n\nBackground: x.\n\nWhat's going on now: {begin}" + "\n".join(lines)

        issue = parse(imported(text + "\n\nThe end.").markdown)

        shown = " ".join(paragraphs(section(issue, "now"))).split()
        marked = {*"-*+", *"•·"}  # a list shows its own marks
        assert shown == [*begin.split(), *" ".join(lines).split(), "The", "end."] or (
            any(line.strip()[:1] in marked or line.strip()[:1].isdigit() for line in lines)
            and _says("".join(shown), [begin, *lines, "The end."])
        )


def _says(shown: str, lines: list[str]) -> bool:
    """Say whether lines stand in what is shown, one after another, each with its mark or without it."""
    if not lines:
        return not shown
    whole = "".join(lines[0].split())
    bare = "".join(re.sub(r"^\s*(?:[-*+•·]|\d+[.)])\s+", "", lines[0]).split())
    return any(
        shown.startswith(words) and _says(shown[len(words) :], lines[1:])
        for words in dict.fromkeys((whole, bare))
    )


def is_seen(character: str) -> bool:
    return unicodedata.category(character) != "Zs" and character not in "\u200b\u2060\ufeff"


ANY_CHARACTER = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"], include_characters="\n")


@settings(max_examples=examples(80))
@given(st.text(ANY_CHARACTER))
@example("\u200b\n \ufeff \nA headline\n\u200b \u2060")
def test_every_line_of_any_text_is_accounted_for_once(text: str) -> None:
    shown = [n for n, line in enumerate(text.split("\n"), start=1) if any(map(is_seen, line))]
    assume(shown and "-nl." not in text)  # those letters get a second note

    result = imported(text)

    noted = [note.line for note in result.notes if note.text and note.what != "setting"]
    assert noted == shown
    assert imported(text) == result


SOURCE = os.environ.get("SOURCE_TEXT", "")


@pytest.mark.skipif(not SOURCE, reason="SOURCE_TEXT names no source text")
def test_the_source_text_imports_word_for_word() -> None:
    text = read_source(Path(SOURCE).read_bytes(), "source.txt")
    result = imported(text)
    issue = parse(result.markdown)

    lines = [line.strip() for line in text.split("\n")]
    noted = {note.line for note in result.notes}
    assert noted == {n for n, line in enumerate(lines, start=1) if line}
    assert [note.what for note in result.notes].count("needs you") == 1
    kept = {note.text for note in result.notes if note.what == "kept"}
    shown = [words(issue.stories[0].headline)]
    for kind in ("background", "now"):
        part = section(issue, kind)
        first, *rest = paragraphs(part)
        shown += [f"{part.label}: {first}", *rest]
    assert shown == [line for line in lines if line in kept]
    assert len(shown) == 5
    assert len(issue.pictures) == 1
    assert slug(result.headline)


FOREIGN = {
    "Jekyll": '---\nlayout: post\ntitle:  "The ferry: it is back"\ntags: [a, b]\n---\n\n',
    "Hugo": '+++\ntitle = "The ferry: it is back"\ndraft = true\n+++\n\n',
    "Outlook": "From: Ana <ana@example.org>\nSent: Monday\nTo: Tom\nSubject: RE: The ferry: it is back\n\n",
    "German mail": "Von: Ana\nGesendet: Montag\nAn: Tom\nBetreff: AW: The ferry: it is back\n\n",
}


@pytest.mark.parametrize("head", FOREIGN.values(), ids=FOREIGN)
def test_what_stands_above_a_text_from_elsewhere_gives_the_headline_and_is_reported(head: str) -> None:
    result = imported(
        f"{head}## Background\n\nIn 1999.\n\n## What’s going on now\n\nIt *sails*.\n".replace(
            "## ", "" if "From" in head or "Von" in head else "## "
        )
    )

    assert result.headline == "The ferry: it is back"
    issue = parse(result.markdown)
    assert "".join(token.content for token in issue.subject) == "The ferry: it is back"
    assert {note.line for note in result.notes} >= set(range(1, head.rstrip().count("\n") + 2))
    assert not [note for note in result.notes if note.what == "needs you"]


def test_a_headline_in_the_text_comes_before_a_title_above_it() -> None:
    result = imported(
        "---\ntitle: Post 12\n---\n# The ferry\n\n## Background\n\nIn 1999.\n\n## What’s going on now\n\nX.\n"
    )

    assert result.headline == "The ferry"
    assert "# front matter: title: Post 12" in result.markdown


def test_a_rule_above_a_text_is_no_front_matter() -> None:
    result = imported("---\nThe ferry\n---\n\nBackground: In 1999.\n\nWhat’s going on now: It sails.\n")
    assert "ferry" in result.markdown


@pytest.mark.parametrize("mark", ["*", "**", "_", "__"])
def test_labels_and_a_headline_in_a_chats_bold_are_known(mark: str) -> None:
    result = imported(
        f"{mark}The ferry{mark}\n\n{mark}Background:{mark} In 1999.\n\n"
        f"{mark}What's going on now{mark}: It *sails*.\n"
    )
    assert result.headline == "The ferry"
    assert not [note for note in result.notes if note.what == "needs you"]
    assert "**Background:** In 1999." in result.markdown
