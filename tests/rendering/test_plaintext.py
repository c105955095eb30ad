"""The text part: readable as it stands, at most 72 columns, no URL ever broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import brief, letter, story

from newsletter.rendering.text.wrap import WIDTH, pad, wrap
from newsletter.widths import display_width

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
    assert display_width("日本") == 4
    assert display_width("e\u0301") == 1
    assert pad("日本", 6, "right") == "  日本"
    assert pad("ab", 5, "center") == " ab  "


CHINESE = "这是一个很长的句子，用来检查显示宽度的换行是否正确。它应该在七十二列处换行「好的」，对吧？"


@pytest.mark.parametrize("columns", [10, 21, 40, WIDTH])
def test_chinese_and_japanese_wrap_by_display_width_and_never_begin_a_line_with_closing_marks(
    columns: int,
) -> None:
    lines = wrap(CHINESE * 3, columns)
    assert "".join(lines) == CHINESE * 3
    assert all(columns - 4 <= display_width(line) <= columns for line in lines[:-1])
    assert not any(line[0] in "，。」？" or line[-1] == "「" for line in lines)


def test_korean_wraps_at_its_spaces() -> None:
    text = "한국어 문장은 띄어쓰기를 유지합니다 " * 5
    assert " ".join(wrap(text, 30)) == text.strip()
    assert all(display_width(line) <= 30 for line in wrap(text, 30))


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u202f", "\u2007"])
def test_a_number_with_a_space_that_belongs_to_it_is_never_divided(space: str) -> None:
    number = f"10{space}000{space}€"
    for words in ("costs", "这是价格"):
        for line in wrap(f"{words} {number} " * 20, 24):
            assert line.count("10") == line.count("€")


def test_an_address_is_never_divided_whatever_script_stands_around_it() -> None:
    address = "https://example.org/" + "路径/" * 30
    text = f"请看<{address}>的页面。又见{address}，下一句。" * 2
    lines = wrap(text)
    assert "".join(lines) == text
    assert sum(line.count(address) for line in lines) == text.count(address)


def test_zero_width_letters_take_no_column() -> None:
    assert display_width("a\u200bb\u00adc\u2060d") == 4
    assert display_width("नमस्ते") == 4


def test_a_merge_field_is_wrapped_as_long_as_its_default_or_a_name() -> None:
    words = "word " * 12 + "end"  # 63 columns
    assert body(f"{words} {{{{ first_name or 'Ann' }}}} x").split("\n")[0].endswith("end -nl.first_name- x")
    assert body(f"{words} {{{{ a_very_long_field_name_of_this_list }}}}").count("\n") == 1
    assert "\n" not in body("word " * 11 + "{{ a_very_long_field_name_of_this_list }}")


def test_a_table_of_chinese_is_aligned_by_width_or_becomes_lines_that_fit() -> None:
    narrow = body("| 名称 | 数量 |\n|---|--:|\n| 苹果 | 100 |\n| 香蕉干 | 5 |").split("\n")
    assert {display_width(line) for line in narrow} == {12}
    wide = body(f"| 名称 | 说明 |\n|---|---|\n| 苹果 | {'很长的说明，' * 20} |").split("\n")
    assert all(display_width(line) <= WIDTH for line in wide)


def test_struck_words_are_marked_so_that_they_do_not_read_as_valid() -> None:
    assert body("~~free~~ 10 €") == "~~free~~ 10 €"


@given(st.text(max_size=300))
def test_wrapping_loses_no_word(text: str) -> None:
    lines = wrap(text)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(display_width(line) <= WIDTH or " " not in line for line in lines)


@given(st.text("ab 字。「」（）ーé\u0301\u200b\u00a0한글<>:/.w", max_size=200), st.integers(1, 40))
def test_wrapping_to_any_width_loses_no_letter_of_any_script(text: str, columns: int) -> None:
    assert "".join("".join(wrap(text, columns)).split()) == "".join(text.split())
