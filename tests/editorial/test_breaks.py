"""Line ends that were meant stay, in both parts of a mail; prose that was broken by hand flows."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import written

from newsletter.rendering.html.inline import visible_text

PROSE = (
    "The harbour board met on Tuesday and voted to keep the old crane, which had stood since 1889. Nobody's "
    "view of it changed much; “we like it”, said a neighbour – as people there do – and went home. "
)


def lines(markdown: str) -> list[str]:
    """Return the lines of the HTML as a reader sees them; the text part must have the same."""
    html, text = written(markdown)
    shown = [visible_text(line) for line in html.split("<br/>")]
    if all(len(line) <= 72 for line in shown):
        assert text.split("\n") == shown
    return shown


@pytest.mark.parametrize(
    "text",
    [
        "12 Harbour Street\nLisbon\nPortugal",
        "Tide Table Press\nFloor 3, The Old Customs House\n4 Quay Street\nExample City EX1 2AB\nIreland",
        "Roses are red,\nviolets are blue,\nsugar is sweet.",
        "Yours,\nAna Silva\nEditor",
        "Yours,\nAna",
        "Monday 9–12\nTuesday 14–18\nclosed on Sundays",
        (
            "I met a traveller from an antique land,\nWho said—“Two vast and trunkless legs of stone\n"
            "Stand in the desert. . . . Near them, on the sand,\nHalf sunk a shattered visage lies"
        ),
        "港町通り十二番\nリスボン\nポルトガル",
        "شارع الميناء ١٢\nلشبونة\nالبرتغال",
        "(1) The lock\n(2) The bridge",
        "a) one\nb) two\nc) three",
        "① eins\n② zwei",
        "i) first\nii) second\niii) third",
        "1.1 scope\n1.2 terms".replace("1.1 ", "1.1. ").replace("1.2 ", "1.2. "),
        "[1] Source one\n[2] Source two",
        "— Who is there?\n— It is me.",
        "– Hvem der?\n– Det er meg.\n– Kom inn.",
        "–Milk\n–Eggs",
        "🚲 Bikes are free\n🚌 Buses run late",
        "→ north\n→ south",
        "✓ mended\n✗ broken",
        "-> north\n-> south",
        "=> north, then\n=> south",
        "» eins\n» zwei",
        "א. ראשון\nב. שני",
        "а) первый\nб) второй",
        "α) ένα\nβ) δύο",
        "가. 하나\n나. 둘",
        "أ) الأول\nب) الثاني",
        "[ ] milk\n[x] eggs",
        "一、项目\n二、项目",
        "（1）项目\n（2）项目",
        "Q: Who is there?\nA: It is me.",
        "When: Tuesday, 12 January\nWhere: the old customs house",
        "**When:** Tuesday\n**Where:** the customs house".replace("**", ""),
        "Step 1: close the lock\nStep 2: open the bridge",
        "“We waited fifty years for this.”\n— Ana Silva, engineer",
    ],
)
def test_lines_that_were_meant_stay_lines(text: str) -> None:
    assert lines(text) == text.split("\n")


@pytest.mark.parametrize("columns", [34, 40, 50, 60, 66, 72, 80, 100])
def test_prose_broken_by_hand_at_any_width_flows(columns: int) -> None:
    for begin in range(0, 60, 7):
        assert len(lines("\n".join(textwrap.wrap(PROSE[begin:].strip(), columns)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "In May, however,\nnobody came at all.",
        (
            "The board, which had met to hear the engineer, voted to keep the crane.\nIt was close.\n"
            "Nobody minded.\nThe crane stays."
        ),
        "Note: the board met on Tuesday to hear the engineer and all the neighbours,\nand it voted at once.",
        "She was born in\n1986. What a year that was, and how little of it is left in the town today.",
        "He asked the board for the papers of the last\n12) years, all of them, and got none at all.",
        (
            "The board, which had met on Tuesday to hear the engineer and the neighbours\n– as boards do – "
            "voted to keep the crane."
        ),
        "A first line that is as long as those of prose are when people break them\nand a short end.",
        "The temperature fell in the night to about\n–5 degrees, and in the hills it was colder still.",
        "See the report of\nMr. A. Silva for more.",
        "Only two short lines\nwith the sentence going on.",
    ],
)
def test_what_only_begins_like_a_line_of_its_own_flows(text: str) -> None:
    assert len(lines(text)) == 1


def test_an_address_below_a_line_of_prose_stays_lines_and_so_does_that_line() -> None:
    text = "Our office in the old town is open every day, and you may come:\n12 Quay\nLisbon\nPortugal"
    assert lines(text) == text.split("\n")


def test_lines_with_links_and_emphasis_count_as_they_are_seen() -> None:
    html, _ = written(
        "[Our office](https://example.org/a/very/long/address/that/nobody/sees)\n**12 Quay**\nLisbon"
    )
    assert html.count("<br/>") == 2


def test_prose_broken_by_hand_flows_whatever_its_links_hide() -> None:
    html, _ = written(
        "[Ana Silva](https://example.org/people/ana-silva/12605), an engineer\n"
        "of [the harbour board](https://example.org/harbour-board/), once the keeper\n"
        "of [the lock](https://example.org/lock/) as well"
    )
    assert "<br/>" not in html


def test_lines_stay_in_quotes_and_items_and_below_a_label() -> None:
    assert written("> Roses are red,\n> violets are blue,\n> sugar is sweet.")[0].count("<br/>") == 2
    assert written("- 12 Quay\n  Lisbon\n  Portugal")[0].count("<br/>") == 2
    assert written("It goes on.\n\n**What’s next:** 12 Quay\nLisbon\nPortugal")[0].count("<br/>") == 2


def test_a_label_is_known_wherever_its_line_ends() -> None:
    html, _ = written("It goes on.\n\n**Another\nview:** Theirs.")
    assert html == "<p>It goes on.</p><p>Theirs.</p>"


@pytest.mark.parametrize("indent", ["\t", "    ", "        ", "\u00a0\u00a0\u00a0", " \t "])
def test_a_paragraph_that_begins_with_an_indent_is_a_paragraph(indent: str) -> None:
    text = f"Before.\n\n{indent}{PROSE.strip()}\n\n{indent}After, <b> and all."
    html, _ = written(text)
    assert html == f"<p>Before.</p><p>{PROSE.strip()}</p><p>After, &lt;b&gt; and all.</p>"


def test_code_has_fences() -> None:
    html, text = written("```\ndef f():\n\treturn 1\n```")
    assert "<pre><code" in html
    assert text == "    def f():\n    \treturn 1"


@given(st.lists(st.text("ab cd—–•·1.)( \t\u00a0字。", min_size=1, max_size=30), min_size=1, max_size=6))
def test_no_letter_is_lost_whatever_the_lines_begin_with(texts: list[str]) -> None:
    html, text = written("Begin.\n\n" + "\n".join(texts))
    for part in (html, text):
        for letter in "abcd字。":
            assert part.count(letter) >= "".join(texts).count(letter)


def test_signed_lines_stay_where_the_line_before_them_has_not_ended() -> None:
    long = "the board voted to mend, after eleven years of rust and many a petition"
    html, _ = written(f"What happened this week\n✔ {long}\n✔ {long}")
    assert html.count("<br/>") == 2


@pytest.mark.parametrize("first", ["**Who pays?**", "__Who pays__", "**Wer zahlt was**"])
def test_a_first_line_that_is_bold_as_a_whole_stays_a_line(first: str) -> None:
    _, text = written(
        f"{first}\nThe town pays, the mayor says, and it pays for the whole of the new lock and the bridge."
    )
    assert text.split("\n")[0] == first.strip("*_")


def test_a_line_that_begins_with_an_ideographic_space_is_a_paragraph_of_its_own() -> None:
    _, text = written("\u3000段落が始まります。\n\u3000次の段落です。")
    assert [line.strip() for line in text.split("\n")] == ["段落が始まります。", "次の段落です。"]
