"""Tables on any screen: no word and no number broken, and nothing scrolls sideways but a table's own box."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser import chromium, show
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import brief, letter, story
from playwright.sync_api import Browser
from samples import examples
from ten_tables import TABLES, as_text

from newsletter.rendering.html.tables import pieces

# Words as readers see them; in scripts without spaces a line may break at any letter.
_BROKEN = """() => {
  const broken = []
  for (const cell of document.querySelectorAll('table.data th, table.data td')) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      for (const word of walker.currentNode.data.matchAll(/[^ \\t\\n]+/g)) {
        if (/[\\u2e80-\\ud7ff]/.test(word[0]) && word[0].length > 6) continue
        const range = document.createRange()
        range.setStart(walker.currentNode, word.index)
        range.setEnd(walker.currentNode, word.index + word[0].length)
        const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)))
        if (lines.size > 1) broken.push(word[0])
      }
    }
    if (/^[-+\\u2212]?[\\d.,\\u2009\\u202f ]+%?$/.test(cell.innerText.trim()) && cell.innerText.trim()) {
      const range = document.createRange()
      range.selectNodeContents(cell)
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1)
        broken.push(cell.innerText)
    }
  }
  return broken
}"""
_BOXES = """() => [...document.querySelectorAll('table.data')].map(table => ({
  fits: table.scrollWidth <= table.parentElement.clientWidth,
  scrolls: getComputedStyle(table.parentElement).overflowX,
  reached: table.parentElement.tabIndex === 0 && !!table.parentElement.getAttribute('aria-label'),
}))"""


def with_table(table: str, language: str = "en") -> str:
    return letter(brief(story(now=table)), language=language).html


def cells(html: str) -> dict[str, str]:
    """Return each data cell's opening tag by its words."""
    table = html[html.index('class="data') :].partition("</table>")[0]
    found = re.findall(r"(<t[hd] [^>]*>)((?:(?!</t[hd]).)*)</t[hd]>", table)
    return {re.sub("<[^>]*>", "", words): tag for tag, words in found}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.browser
def test_no_table_breaks_a_word_or_widens_the_page_on_any_screen(browser: Browser) -> None:
    quoted = "\n".join(f"> {line}" for line in TABLES["four, thin spaces and signs"].splitlines())
    text = brief(story(background=f"It began.\n\n{TABLES['ten, short']}", now=f"{as_text()}\n\n{quoted}"))
    page = show(browser, letter(text).html)
    wrong: list[Any] = []
    for width in (320, 375, 600, 800):
        for dark in (False, True):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if dark else "light")
            wrong += [(width, word) for word in page.evaluate(_BROKEN)]
            if page.evaluate("document.scrollingElement.scrollWidth") > width:
                wrong.append((width, "the page scrolls sideways"))
            for box in page.evaluate(_BOXES):
                if not box["fits"] and not (box["scrolls"] == "auto" and box["reached"]):
                    wrong.append((width, box))
    page.close()
    assert wrong == []


@pytest.mark.parametrize(
    "number",
    ["1 204 332", "1\u2009204\u2009332,50", "\u22125.3 %", "± 0.4", "€ 12 bn", "10–11", "12 km/h",
     "2026-11-25", "10:30–11:00 h", "(3 of 12)", "1,200 ₪", "¥13,320", "٣٫٥ ٪", "$1.2–1.4 m"],
)  # fmt: skip
def test_a_number_with_all_that_belongs_to_it_stays_on_its_line(number: str) -> None:
    assert "white-space:nowrap" in cells(with_table(f"| A |\n|--:|\n| {number} |"))[number]


@pytest.mark.parametrize("words", ["iPhone 16 Pro", "about 12 ships, more later", "Wednesday 3", "none", "—"])
def test_words_with_a_number_among_them_may_wrap(words: str) -> None:
    assert "nowrap" not in cells(with_table(f"| A |\n|---|\n| {words} |"))[words]


def test_a_number_in_a_sentence_stays_whole_and_the_sentence_wraps() -> None:
    html = with_table("| A |\n|---|\n| About 1 204\u2009332 well-known people from 2019–2024 |")
    assert re.findall(r'<span style="white-space:nowrap">([^<]*)<', html) == [
        "1 204\u2009332",
        "well-known",
        "2019–2024",
    ]


def test_outside_of_tables_text_is_left_alone() -> None:
    assert "nowrap" not in letter(brief(story(now="About 1 204 332 well-known people."))).html


def test_columns_keep_the_alignment_their_editor_gave_them() -> None:
    found = cells(with_table("| a | b | c | d |\n|---|:--|:-:|--:|\n| e | f | g | h |"))
    sides = [re.search(r"text-align:\s?(\w+)", tag)[1] for tag in found.values()]  # type: ignore[index]
    assert sides == ["left", "left", "center", "right"] * 2


def test_a_table_that_fits_every_phone_is_no_stop_for_the_keyboard() -> None:
    assert "tabindex" not in with_table("| Span | Metres |\n|---|--:|\n| North | 120 |")


def test_a_table_that_may_scroll_is_named_by_its_head_in_the_letters_language() -> None:
    table = TABLES["ten, short"]
    name = "P, W, D, L, F, A, GD, Pts, Club"
    assert f'aria-label="Table: No., {name}"' in with_table(table)
    assert f'aria-label="Tabelle: No., {name}"' in with_table(table, "de")


def test_a_table_with_a_hebrew_head_begins_at_the_right_whatever_its_cells_quote() -> None:
    html = with_table("| שם | מקור | ערך |\n|---|---|--:|\n| John Smith | The Guardian | \u22125% |")
    assert re.search(
        r'<div dir="rtl" style="overflow-x:auto;text-align:right"[^>]*><table class="data turned"', html
    )
    found = cells(html)
    assert 'dir="ltr"' in found["John Smith"]
    assert "text-align:right" in found["John Smith"]  # in line with its column
    assert 'dir="ltr"' in found["\u22125%"]  # or the minus would stand at the other side


def test_a_table_of_numbers_alone_runs_as_its_story_does() -> None:
    table = "| 1 | 2 |\n|---|---|\n| 3 | 4 |"
    assert 'class="data"' in with_table(table)
    hebrew = brief(story("כותרת ארוכה", now=f"מילים רבות כאן.\n\n{table}", background="רקע."))
    assert 'class="data turned"' in letter(hebrew).html


def test_a_head_without_words_is_no_head() -> None:
    found = cells(with_table("| | Metres |\n|---|--:|\n| North | |"))
    assert list(found) == ["", "Metres", "North"]
    html = with_table("| | Metres |\n|---|--:|\n| North | |")
    assert html.count("<th ") == html.count("</th>") == 1
    assert re.search(r'<td class="head"[^>]*border-bottom:2px', html)


@given(st.text(alphabet=st.sampled_from("aZ9-–/ \u2009\u00a0.,%中日א\u0301\n"), max_size=60))
def test_a_text_taken_to_pieces_is_all_there(text: str) -> None:
    assert "".join(piece for piece, _ in pieces(text)) == text


@pytest.mark.slow
@settings(max_examples=examples(50))
@given(
    st.lists(
        st.lists(st.text(alphabet="ab 1-אב中%|`*[]", max_size=8), min_size=3, max_size=3),
        min_size=2,
        max_size=4,
    )
)
def test_any_table_comes_through_whole(rows: list[list[str]]) -> None:
    lines = ["|" + "|".join(cell.replace("|", "\\|") for cell in row) + "|" for row in rows]
    table = "\n".join([lines[0], "|---|--:|:-:|", *lines[1:]])
    html = letter(brief(story(now=f"Words.\n\n{table}"))).html  # which refuses a letter that lost any
    assert html.count('class="data') <= 1
