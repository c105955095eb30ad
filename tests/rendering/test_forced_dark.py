"""The styles that checks work out are a browser's; nothing is faint once a letter is darkened by force."""

from collections.abc import Iterator
from typing import Any

import axe
import pytest
from browser import chromium, show
from generated import drawn
from letters import FULL, PICTURES, PUBLICATION, SOURCES, letter, read, templates_with
from playwright.sync_api import Browser

from newsletter.checks.letter.css import View
from newsletter.checks.letter.read import DARK, LIGHT, PHONE, Letter
from newsletter.rendering.html.inversion import inverted
from newsletter.rendering.html.schemes import in_scheme
from newsletter.rendering.render import render

pytestmark = pytest.mark.browser

ENGLISH, ARABIC, HEBREW = 2, 7, 9  # seeds of letters

#: Every text of a page that is shown, with how it looks: its colour, its ground, its size, its weight.
SHOWN = """() => {
    const seen = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const ground = e => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor
            if (!/, 0\\)$/.test(colour)) return colour
        }
    }
    while (walker.nextNode()) {
        const text = walker.currentNode, e = text.parentElement, style = getComputedStyle(e)
        if (text.data.trim() && e.checkVisibility() && parseFloat(style.fontSize) >= 2)
            seen.push([text.data.trim().replace(/\\s+/g, ' '), style.color, ground(e),
                       Math.round(parseFloat(style.fontSize) * 10) / 10, parseInt(style.fontWeight) >= 600])
    }
    return seen
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def _forced(html: str) -> str:
    """Return a letter as a mail program that makes it dark by force shows it."""
    return inverted(in_scheme(html, dark=False))


def _worked_out(html: str, view: View) -> list[list[Any]]:
    runs = (run for run in Letter(html).words(view) if run.look.visible and not run.of_picture)
    return [
        [
            " ".join(run.text.split()),
            "rgb({}, {}, {})".format(*run.look.colour[:3]),
            "rgb({}, {}, {})".format(*run.look.ground[:3]),
            round(run.look.size, 1),
            run.look.bold,
        ]
        for run in runs
    ]


@pytest.mark.parametrize("seed", [None, ARABIC, HEBREW])
@pytest.mark.parametrize("view", [LIGHT, DARK, PHONE], ids=["light", "dark", "phone"])
def test_styles_are_worked_out_as_a_browser_does(browser: Browser, seed: int | None, view: View) -> None:
    html = letter(FULL).html if seed is None else drawn(seed)[1].html
    page = show(browser, html, width=view.width, dark=view.dark)
    assert _worked_out(html, view) == page.evaluate(SHOWN)
    page.close()


@pytest.mark.parametrize("seed", [ENGLISH, ARABIC, HEBREW])
def test_axe_finds_nothing_in_a_drawn_letter_light_dark_or_darkened_by_force(
    browser: Browser, seed: int
) -> None:
    html = drawn(seed)[1].html
    for shown, dark in ((html, False), (html, True), (_forced(html), False)):
        page = show(browser, shown, width=375, dark=dark)
        assert axe.faults(page, without=axe.OF_THE_CLIENT) == []
        page.close()


def test_the_button_is_as_legible_once_it_is_darkened_by_force(browser: Browser) -> None:
    theme = SOURCES["default/theme.toml"].replace('label = ""', 'label = "Join us"')
    theme = theme.replace('url = ""', 'url = "https://example.org/join"')
    templates = templates_with(**{"default/theme.toml": theme})
    html = render(read(FULL), PUBLICATION, templates, pictures=PICTURES).html
    for shown in (html, _forced(html)):
        page = show(browser, shown)
        assert page.get_by_text("Join us").is_visible()
        assert axe.faults(page, without=axe.OF_THE_CLIENT) == []
        page.close()
