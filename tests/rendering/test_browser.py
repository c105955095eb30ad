"""The letter in a real browser: nothing for axe to find, nothing to scroll sideways for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from browser import chromium, show
from letters import FULL, brief, letter, story
from playwright.sync_api import Browser

AXE = next(Path(axe_core_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
# A mail is shown inside a client's page, which has the landmarks.
RULES = {"rules": {"landmark-one-main": {"enabled": False}, "region": {"enabled": False}}}
WIDE = FULL.replace("| North | 120 |", "| " + "North" * 12 + " | 120 |").replace("code --flag", "x" * 90)
LETTERS = {
    "one": FULL,
    "two": brief(story("First"), story("Second", now="Words [here](https://example.org).")),
    "wide": WIDE,
    "corrected": FULL.replace("number: 214", "number: 214\ncorrection: It is 120 m, " + "x" * 80 + "."),
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def axe(browser: Browser, html: str, *, dark: bool) -> list[Any]:
    page = show(browser, html, dark=dark)
    try:
        page.evaluate(AXE)
        found = page.evaluate("options => axe.run(document, options)", RULES)
        return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
    finally:
        page.close()


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(browser: Browser, name: str, dark: bool) -> None:
    assert axe(browser, letter(LETTERS[name]).html, dark=dark) == []


def test_axe_finds_nothing_right_to_left(browser: Browser) -> None:
    assert axe(browser, letter(language="he").html, dark=False) == []


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


def test_no_text_is_smaller_than_fourteen_pixels_but_labels(browser: Browser) -> None:
    page = show(browser, letter().html, width=375)
    small = page.evaluate(
        """() => [...document.querySelectorAll('p, li, td, th, a, code, h1, h2')]
            .filter(e => e.innerText.trim() && !e.children.length)
            .filter(e => parseFloat(getComputedStyle(e).fontSize) < 14)
            .map(e => e.innerText.toUpperCase())"""
    )
    assert set(small) <= {"SOME SHIT YOU SHOULD KNOW BEFORE YOU DIG IN", "WHAT’S GOING ON NOW"}
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
    assert (
        page.evaluate(f"({colour})('.card > table > tbody > tr > td').backgroundColor") == "rgb(47, 43, 39)"
    )
    assert page.evaluate(f"({colour})('.t p').color") == "rgb(236, 231, 222)"
    page.close()
