"""The letter in a real browser: nothing for axe to find, nothing to scroll sideways for."""

from collections.abc import Iterator

import pytest
from browser import chromium, letter_faults, show
from letters import FULL, brief, letter, story
from playwright.sync_api import Browser
from ten_tables import TABLES

WIDE = FULL.replace("| North | 120 |", "| " + "North" * 12 + " | 120 |").replace("code --flag", "x" * 90)
LETTERS = {
    "one": FULL,
    "two": brief(story("First"), story("Second", now="Words [here](https://example.org).")),
    "wide": WIDE,
    "notes": brief(
        story(now="Words[^1] about[^1] it[^2].\n\n- [x] a task\n\n~~gone~~\n\n[^1]: One.\n[^2]: Two.")
    ),
    "corrected": FULL.replace("number: 214", "number: 214\ncorrection: It is 120 m, " + "x" * 80 + "."),
}
HEBREW = story(
    "הגשר נפתח מחדש אחרי ארבע שנים",
    background="הגשר נסגר בשנת 2019.\n\n> ציטוט קצר",
    now="האוטובוסים הראשונים עברו בשש.\n\n- אחד\n- One in English\n\n" + TABLES["eight, Hebrew"],
)
OTHER_WAY = {
    "right to left": brief(HEBREW),
    "mixed": brief(HEBREW, story("In English", now=f"Words.\n\n{TABLES['twelve months']}"), HEBREW),
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("name", [*LETTERS, "right to left", "mixed"])
def test_axe_finds_nothing_by_day_or_night_on_a_phone_or_a_screen(browser: Browser, name: str) -> None:
    html = letter(OTHER_WAY[name], language="he").html if name in OTHER_WAY else letter(LETTERS[name]).html
    assert letter_faults(browser, html) == []


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("width", [320, 375, 800])
def test_nothing_scrolls_sideways(browser: Browser, name: str, width: int) -> None:
    page = show(browser, letter(LETTERS[name]).html, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_page_is_not_in_quirks_mode(browser: Browser) -> None:
    page = show(browser, letter().html)
    assert page.evaluate("document.compatMode") == "CSS1Compat"
    page.close()


def test_no_text_is_smaller_than_fourteen_pixels(browser: Browser) -> None:
    page = show(browser, letter().html, width=375)
    small = page.evaluate(
        """() => [...document.querySelectorAll('p, li, td, th, a, code, h1, h2')]
            .filter(e => e.innerText.trim() && !e.children.length)
            .filter(e => parseFloat(getComputedStyle(e).fontSize) < 14)
            .map(e => e.innerText)"""
    )
    assert small == []
    page.close()


def test_the_ways_out_are_large_enough_to_touch(browser: Browser) -> None:
    page = show(browser, letter().html, width=375)
    heights = page.evaluate(
        "[...document.querySelectorAll('a.way')].map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) == 3
    assert min(heights) >= 44
    page.close()


def test_dark_reaches_the_page_the_card_and_the_text(browser: Browser) -> None:
    page = show(browser, letter().html, dark=True)
    colour = "(selector) => getComputedStyle(document.querySelector(selector))"
    assert page.evaluate(f"({colour})('.page').backgroundColor") == "rgb(34, 32, 29)"
    assert page.evaluate(f"({colour})('.card').backgroundColor") == "rgb(47, 43, 39)"
    assert page.evaluate(f"({colour})('.t p').color") == "rgb(236, 231, 222)"
    page.close()
