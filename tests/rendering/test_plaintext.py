"""The text part: readable as it stands, at most 72 columns, no URL ever broken."""

from hypothesis import given
from hypothesis import strategies as st
from letters import brief, letter, story

from newsletter.rendering.wrap import WIDTH, pad, width, wrap

LONG = "https://example.org/" + "a-very-long-path/" * 8 + "?q=1"


def body(markdown: str) -> str:
    text = letter(brief(story(now=markdown))).text
    return text.partition("What's going on now\n───────────────────\n\n")[2].partition("\n\n\n——")[0]


def test_a_link_is_its_label_and_its_address() -> None:
    assert body("See [the notes](https://example.org/n).") == "See the notes <https://example.org/n>."


def test_an_address_that_is_its_own_label_stands_once() -> None:
    assert body("<https://example.org/n> or <a@example.org>") == "https://example.org/n or a@example.org"


def test_a_long_address_keeps_a_line_of_its_own() -> None:
    lines = body(f"Some words before [a label]({LONG}) and some after it, enough to wrap.").split("\n")
    assert f"<{LONG}>" in lines
    assert all(len(line) <= WIDTH for line in lines if LONG not in line)


def test_quotes_and_lists_wrap_within_their_marks() -> None:
    long = "word " * 30
    quoted = body(f"> {long}").split("\n")
    assert all(line.startswith("> word") and len(line) <= WIDTH for line in quoted)
    listed = body(f"9. {long}\n10. {long}").split("\n")
    assert [line[:4] for line in listed] == ["9. w", "   w", "   w", "10. ", "    ", "    "]


def test_a_loose_list_keeps_its_paragraphs_apart() -> None:
    assert body("- one\n\n- two\n\n  second paragraph") == "- one\n\n- two\n\n  second paragraph"


def test_a_tight_nested_list_stays_tight() -> None:
    assert body("- one\n  - inner\n- two") == "- one\n  - inner\n- two"


def test_tables_are_aligned_and_wide_ones_become_lists() -> None:
    assert body("| A | B |\n|---|--:|\n| x | 100 |\n| long | 5 |") == (
        "A       B\n────  ───\nx     100\nlong    5"
    )
    wide = body(f"| Name | What |\n|---|---|\n| x | {'word ' * 20} |\n| y | z |")
    assert wide.startswith("Name: x\nWhat: word word")
    assert wide.endswith("\n\nName: y\nWhat: z")


def test_hard_breaks_rules_and_no_break_spaces() -> None:
    assert body("one\\\ntwo") == "one\ntwo"
    assert body("one\n\n---\n\ntwo") == "one\n\n* * *\n\ntwo"
    assert wrap("10 km " * 30, 12) == ["10 km 10 km"] * 15


def test_wide_characters_count_twice() -> None:
    assert width("日本") == 4
    assert width("e\u0301") == 1
    assert pad("日本", 6, "right") == "  日本"
    assert pad("ab", 5, "center") == " ab  "


@given(st.text(max_size=300))
def test_wrapping_loses_no_word(text: str) -> None:
    lines = wrap(text)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= WIDTH or " " not in line for line in lines)
