"""A background's file is read, or each of its faults is named with its line."""

from datetime import date

import pytest
from backgrounds.leap import LEAP, background, faults_of
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.backgrounds.text import MAX_BYTES, read_background
from newsletter.editorial import Labels
from newsletter.editorial.issue import Source
from newsletter.errors import IssueError

FRONT = "---\ntitle: A\nreviewed: 2026-06-20, Ana Ruiz\n---\n"


def test_a_background_is_read_with_its_review_its_sources_and_what_changed() -> None:
    found = background()
    assert (found.title, found.reviewed, found.reviewer) == ("Leap seconds", date(2026, 6, 20), "Ana Ruiz")
    assert found.sources == (
        Source("", "https://www.bipm.org/en/cgpm-2022/resolution-4"),
        Source("The list of all 27", "https://hpiers.obspm.fr/iers/bul/bulc/Leap_Second.dat"),
    )
    assert found.changed == "In 2022 it was voted to stop."
    assert found.text.startswith("Since 1972")


@pytest.mark.parametrize(
    "line",
    [
        "2026-06-20, Ana Ruiz",
        "2026-06-20 Ana Ruiz",
        "2026-06-20 by Ana Ruiz",
        "2026-06-20, By Ana Ruiz",
        "2026-06-20 – Ana Ruiz",
        "2026-06-20 - Ana Ruiz",
        "2026-06-20、Ana Ruiz",
        '"2026-06-20, Ana Ruiz"',
    ],
)
def test_a_review_is_read_however_its_day_and_name_are_joined(line: str) -> None:
    found = background(LEAP.replace("2026-06-20, Ana Ruiz", line))
    assert (found.reviewed, found.reviewer) == (date(2026, 6, 20), "Ana Ruiz")


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("sources: https://a.example/x", Source("", "https://a.example/x")),
        ("sources: The text: https://a.example/x", Source("The text", "https://a.example/x")),
        ("sources:\n- [The text](https://a.example/x_(y))", Source("The text", "https://a.example/x_(y)")),
        ("sources:\n  - The text <https://a.example/x>", Source("The text", "https://a.example/x")),
        ("sources:\n  * https://a.example/x#top", Source("", "https://a.example/x#top")),
        ("sources:\n  The text https://a.example/x", Source("The text", "https://a.example/x")),
        ('sources:\n- "https://a.example/x"', Source("", "https://a.example/x")),
        (
            "sources:\n- The text: https://a.example/x, p. 3.",
            Source("The text, p. 3.", "https://a.example/x"),
        ),
        (
            "sources:\n- [The text](https://a.example/x), p. 3",
            Source("The text, p. 3", "https://a.example/x"),
        ),
    ],
)
def test_a_source_is_read_as_people_write_one(written: str, source: Source) -> None:
    assert background(FRONT.replace("\n---\n", f"\n{written}\n---\n") + "It began.").sources == (source,)


#: what takes the place of what, and the faults with their lines
SPOILED: list[tuple[str, str, list[tuple[str, int | None]]]] = [
    ("title: Leap seconds\n", "", [("background-title", 1)]),
    ("title: Leap seconds", "title:", [("front-value", 2)]),
    ("title: Leap seconds", "titel: Leap seconds", [("front-key-unknown", 2)]),
    ("title: Leap", "title: {{ first_name }} Leap", [("front-value", 2)]),
    ("title: Leap seconds", "title: " + "x" * 151, [("front-value", 2)]),
    ("title: Leap seconds", "title: A\ntitle: B", [("front-key-twice", 3)]),
    ("reviewed: 2026-06-20, Ana Ruiz\n", "", [("background-review", 1)]),
    ("2026-06-20, Ana Ruiz", "2026-06-20", [("background-review", 3)]),
    ("2026-06-20, Ana Ruiz", "2026-06-20,", [("background-review", 3)]),
    ("2026-06-20, Ana Ruiz", "2026-06-20, .", [("background-review", 3)]),
    ("2026-06-20, Ana Ruiz", "2026-06-20, 2026-06-21", [("background-review", 3)]),
    ("2026-06-20, Ana Ruiz", "2026-06-20 10:00, Ana", [("background-review", 3)]),
    ("2026-06-20, Ana", "20.6.2026, Ana", [("front-value", 3)]),
    ("2026-06-20", "2026-13-01", [("front-value", 3)]),
    ("2026-06-20", "2026-02-30", [("front-value", 3)]),
    ("2026-06-20", "last summer", [("front-value", 3)]),
    ("- https://www.bipm.org/en/cgpm-2022/resolution-4", "- the resolution", [("front-value", 5)]),
    ("- The list", "- https://a.example and", [("front-value", 6)]),
    ("https://www.bipm.org/en", "https:///en", [("front-value", 5)]),
    ("https://www.bipm.org/en", "https://www bipm.org/en", [("front-value", 5)]),
    ("- The list of all 27: ", "", [("front-broken", 6)]),
    ("changed: In 2022", "changed: " + "x" * 300, [("front-value", 7)]),
    ("changed: In 2022 it was voted to stop.", "changed:", [("front-value", 7)]),
    ("changed: In", "formerly: leap-second\nchanged: In", [("front-value", 7)]),
    ("changed: In", "formerly: ../x, ok\nchanged: In", [("front-value", 7)]),
    ("Since 1972", "# Since 1972", [("background-content", 9)]),
    ("Since 1972", "## Since 1972", [("background-content", 9)]),
    ("Since 1972", "> # Since 1972", [("brief-heading-nested", 9)]),
    ("In 2022 the", "**What’s going on now:** In 2022 the", [("background-content", 11)]),
    ("Since 1972", "Since {{ first_name }} 1972", [("background-content", 9)]),
    ("Since 1972", "![A clock](clock.jpg)\n\nSince 1972", [("background-content", 9)]),
    ("27 times.", "27 times.[^1]\n\n[^1]: A note.", [("background-content", 9), ("background-content", 11)]),
    ("In 2022 the", "::: background leap-second\n\nIn 2022 the", [("background-content", 11)]),
    ("In 2022 the", "- one\n  ::: background other\n\nIn 2022 the", [("background-content", 12)]),
    ("27 times", "27 <!-- never closed times", [("brief-comment-open", 9)]),
    ("27 times", "27 -nl.first_name- times", [("file-reserved", 9)]),
    ("27 times", "27 \x00 times", [("file-control-character", 9)]),
    ("\n---\nSince", "\nSince", [("front-open", 1)]),
]


@pytest.mark.parametrize(("old", "new", "found"), SPOILED, ids=range(len(SPOILED)))
def test_each_fault_is_named_once_with_its_line(
    old: str, new: str, found: list[tuple[str, int | None]]
) -> None:
    assert old in LEAP
    assert faults_of(LEAP.replace(old, new, 1)) == found


@pytest.mark.parametrize("text", ["", "\n\n", "***\n", "<!-- later -->\n", "\u200b\n", "> \u200b\n"])
def test_a_background_without_words_is_refused(text: str) -> None:
    assert [code for code, _ in faults_of(FRONT + text)] == ["background-empty"]


@pytest.mark.parametrize("text", ["::: background b\n", "![A clock](clock.jpg)\n"])
def test_a_background_of_something_else_than_words_is_told_so_once(text: str) -> None:
    assert [code for code, _ in faults_of(FRONT + text)] == ["background-content"]


def test_a_file_without_front_matter_is_told_how_it_begins() -> None:
    with pytest.raises(IssueError, match="title: …"):
        background("Since 1972 a second has been added.\n")


def test_all_faults_come_at_once() -> None:
    text = "---\ntitel: A\nreviewed: soon\n---\n# A\n\n![x](y.jpg)\n"
    found = ["front-key-unknown", "front-value", "background-content", "background-content"]
    assert [code for code, _ in faults_of(text)] == found


def _read(data: bytes) -> list[str]:
    try:
        read_background(data, name="a", file="backgrounds/a.md", labels=Labels())
    except IssueError as error:
        return [found.code for found in error.findings]
    return []


def test_the_bytes_of_a_file_are_text_of_a_backgrounds_size() -> None:
    sound = (FRONT + "It began.\n").encode()
    assert _read(sound) == []
    assert _read(b"\xef\xbb\xbf" + sound.replace(b"\n", b"\r\n")) == []
    assert _read(sound + b"\xe4") == ["file-encoding"]
    assert _read(sound.decode().encode("utf-16")) == ["file-encoding"]
    assert _read(b"") == ["file-empty"]
    assert _read(b"PK\x03\x04" + b"\0" * 30 + b"word/document.xml") == ["file-not-text"]
    assert _read(sound + b"x" * MAX_BYTES) == ["file-too-large"]


@given(st.text())
@example("::: background a\n:::")
@example("---\ntitle: ::: background a\nsources:\n- \n---\n```\n")
def test_any_text_is_a_background_or_has_faults_with_lines(text: str) -> None:
    for whole in (text, FRONT + text):
        for code, line in faults_of(whole):
            assert code
            assert line is not None
            assert 1 <= line <= whole.count("\n") + whole.count("\r") + 1


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1)


@given(st.lists(WORDS, min_size=1), st.sampled_from([" ", "\n", "  ", " \n"]), st.booleans())
def test_blanks_line_breaks_and_comments_make_no_new_version(
    words: list[str], blank: str, comment: bool
) -> None:
    text = "It " + " ".join(words) + " ended."
    other = "It\n" + blank.join(words) + blank + "ended.\n" + "\n<!-- ask Ana -->\n" * comment
    assert background(FRONT + text).digest == background(FRONT + other).digest


@given(st.lists(WORDS, min_size=1), st.data())
def test_any_other_word_or_title_makes_a_new_version(words: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words) - 1))
    others = [*words[:place], words[place] + "x", *words[place + 1 :]]
    text = FRONT + "It " + " ".join(words)
    digests = {background(whole).digest for whole in (text, FRONT + "It " + " ".join(others))}
    assert len(digests) == 2
    assert background(text.replace("title: A", "title: B")).digest not in digests


def test_a_new_review_source_or_line_on_what_changed_makes_no_new_version() -> None:
    other = LEAP.replace("2026-06-20, Ana Ruiz", "2026-07-01, Tom Reyes").replace(
        "changed: In", "changed: By"
    )
    assert background(other).digest == background().digest


def test_the_kept_text_holds_no_comment_that_readers_did_not_get() -> None:
    text = background(FRONT + "It <!-- ask Ana -->began. `<!-- kept -->`\n").text
    assert text == "It began. `<!-- kept -->`"
