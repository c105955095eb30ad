"""Where things stand once a browser has laid the letter out: the spine, its dot, pictures off, on paper."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from browser import chromium, show
from letters import BUNDLED, FULL, PICTURES, PUBLICATION, brief, letter, read, story
from playwright.sync_api import Browser, Page

from newsletter.rendering.publication import PictureInfo
from newsletter.rendering.render import render

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsverordnung bleibt in Kraft 🚢"
HEBREW = "# הנהר נפתח מחדש\n\n## Background\n\nהנהר נסגר.\n\n## What’s going on now\n\nהוא נפתח מחדש.\n"
PICTURE = '![A pier at dusk, lamps lit](pier.png "The lamps went on at six.")\n\n'
PICTURED = (
    f"# A\n\n{PICTURE}## Background\n\nIt began.\n\n{PICTURE}"
    f"## What’s going on now\n\nIt goes on.\n\n{PICTURE}"
)
LETTERS = {
    "one": (FULL, "en"),
    "pictures": (brief(PICTURED, story(LONG, "> Quoted.\n\n```\ncode\n```")), "en"),
    "right to left": (brief(HEBREW), "he"),
    "mixed": (brief(story("One"), HEBREW, story("Three")), "en"),
}

SPINE = """() => {
    const marks = [], side = e => {
        const style = getComputedStyle(e), box = e.getBoundingClientRect()
        return style.borderLeftWidth == '4px' ? box.left + 2 : box.right - 2
    }
    for (const e of document.querySelectorAll('td')) {
        const box = e.getBoundingClientRect(), names = [...e.classList].map(name => name.split('-')[0])
        if (names.includes('dot'))
            marks.push({kind: 'dot', x: (box.left + box.right) / 2, top: box.top, bottom: box.bottom,
                        wide: box.width, high: box.height,
                        lines: e.closest("table").querySelector(".news").offsetHeight / 30})
        else if (names.some(name => ['past', 'card', 'now', 'joint'].includes(name)))
            marks.push({kind: names.includes('past') || names.includes('card') ? 'past' : 'now', x: side(e),
                        top: box.top, bottom: box.bottom})
    }
    return marks
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def shown(browser: Browser, name: str, width: int, *, dark: bool = False) -> Page:
    text, language = LETTERS[name]
    return show(browser, letter(text, language=language).html, width=width, dark=dark)


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("width", [320, 375, 600, 800])
def test_the_spine_is_one_line_and_the_dot_sits_on_it(browser: Browser, name: str, width: int) -> None:
    page = shown(browser, name, width)
    marks: list[dict[str, Any]] = page.evaluate(SPINE)
    page.close()
    for above, below in pairwise(marks):
        gap = below["top"] - above["bottom"]
        if gap < 72:  # the next story's spine begins further down
            assert below["x"] == pytest.approx(above["x"], abs=0.6)
            assert -0.6 <= gap <= (10 if below.get("lines", 1) == 1 else 24)
    dots = [mark for mark in marks if mark["kind"] == "dot"]
    assert dots
    assert {round(dot["wide"]) for dot in dots} == {12}
    assert {round(dot["high"]) for dot in dots if dot["lines"] == 1} <= {12}  # next to several lines: longer


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("width", [320, 375, 800])
def test_what_stands_next_to_the_spine_begins_on_one_edge(browser: Browser, name: str, width: int) -> None:
    page = shown(browser, name, width)
    edges = page.evaluate(
        """() => [...document.querySelectorAll('td[class*=" s"] > div > p, .news, .mark')].map(e => {
            const box = e.getBoundingClientRect()
            const right = getComputedStyle(e).direction == 'rtl'
            return right ? ['rtl', Math.round(box.right)] : ['ltr', Math.round(box.left)]
        })"""
    )
    page.close()
    for direction in ("ltr", "rtl"):
        assert len({edge for facing, edge in edges if facing == direction}) <= 1
    assert edges


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("width", [320, 800])
def test_nothing_scrolls_sideways_whatever_the_headline(browser: Browser, name: str, width: int) -> None:
    page = shown(browser, name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("name", ["right to left", "mixed"])
def test_letters_that_have_no_italics_are_not_slanted_by_the_look(browser: Browser, name: str) -> None:
    text, language = LETTERS[name]
    text = text.replace("הוא נפתח מחדש.", "> הוא נפתח מחדש.")
    page = show(browser, letter(text.replace("---\n#", "by: Ana\n---\n#", 1), language=language).html)
    styles = page.evaluate(
        """() => [...document.querySelectorAll('.mark, .by, blockquote')].map(e => {
            const style = getComputedStyle(e)
            return [style.direction, style.fontStyle]
        })"""
    )
    page.close()
    assert {style for facing, style in styles if facing == "rtl"} == {"normal"}
    assert {style for facing, style in styles if facing == "ltr"} <= {"italic"}


@pytest.mark.parametrize(("columns", "shaded"), [(2, False), (12, True)])
def test_a_table_that_is_cut_on_a_wide_screen_shows_that_it_goes_on(
    browser: Browser, columns: int, shaded: bool
) -> None:
    row = "| 10,204,118 " * columns + "|\n"
    table = row + "|---" * columns + "|\n" + row
    page = show(browser, letter(brief(story(now=table))).html)
    cut, shade = page.evaluate(
        """() => {
            const box = document.querySelector('.data').parentElement
            return [box.scrollWidth > box.clientWidth, getComputedStyle(box).backgroundImage]
        }"""
    )
    page.close()
    assert (cut, shade != "none") == (shaded, shaded)


def test_the_name_is_the_largest_thing_and_smaller_on_a_phone(browser: Browser) -> None:
    sizes = []
    for width in (800, 375):
        page = shown(browser, "one", width)
        sizes.append(
            page.evaluate(
                "['.name', '.headline'].map(s => getComputedStyle(document.querySelector(s)).fontSize)"
            )
        )
        page.close()
    assert sizes == [["40px", "32px"], ["30px", "27px"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_one_wordmark_is_seen_by_day_and_the_other_by_night(browser: Browser, dark: bool) -> None:
    day, night = (PictureInfo(f"https://tide.example.org/{n}.png", 900, 150) for n in ("day", "night"))
    own = replace(PUBLICATION, wordmark=day, wordmark_dark=night)
    page = show(browser, render(read(FULL), own, BUNDLED, pictures=PICTURES).html, width=320, dark=dark)
    seen = page.evaluate(
        "[...document.querySelectorAll('.name img')].filter(e => e.offsetWidth).map(e => e.src)"
    )
    assert seen == [night.url if dark else day.url]
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


@pytest.mark.parametrize(
    "alt", ["A pier", "A pier at dusk, lamps lit, " * 8, "x" * 120], ids=["short", "long", "one word"]
)
@pytest.mark.parametrize("width", [320, 800])
def test_with_pictures_off_the_alt_text_is_shown_whole(browser: Browser, alt: str, width: int) -> None:
    html = letter(brief(story(now=f"![{alt.strip()}](pier.png)\n\nWords."))).html
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.route("**/*", lambda route: route.abort())
    page.set_content(html)
    high, needed, wide = page.evaluate(
        """() => {
            const img = document.querySelector('.i img'), text = document.createElement('div')
            const style = getComputedStyle(img), box = img.getBoundingClientRect()
            text.style.cssText = `font:${style.font};line-height:20px;overflow-wrap:anywhere`
            text.style.width = `${box.width - 20}px`
            text.textContent = img.alt
            document.body.append(text)
            return [box.height, text.getBoundingClientRect().height, document.documentElement.scrollWidth]
        }"""
    )
    page.close()
    assert high >= needed - 20  # the browser's own sign takes less room than was left for it
    assert high % 20 == pytest.approx(0, abs=1)
    assert wide <= width


def on_paper(browser: Browser, html: str) -> tuple[list[bytes], list[set[str]]]:
    """Return what is drawn on each page of A4, and the links that lead out of it."""
    page = show(browser, html)
    data = page.pdf(format="A4", print_background=False)
    page.close()
    objects = {int(n): body for n, body in re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", data, re.DOTALL)}
    drawn, links = [], []
    for body in (objects[n] for n in sorted(objects) if re.search(rb"/Type /Page\b(?!s)", objects[n])):
        (contents,) = re.findall(rb"/Contents (\d+) 0 R", body)
        drawn.append(zlib.decompress(re.split(rb"stream\r?\n", objects[int(contents)], maxsplit=1)[1]))
        notes = re.search(rb"/Annots \[(.*?)\]", body)
        known = re.findall(rb"(\d+) 0 R", notes[1]) if notes else []
        links.append({uri.decode() for n in known for uri in re.findall(rb"/URI \((.*?)\)", objects[int(n)])})
    return drawn, links


def numbered(name: str, words: str, number: int) -> str:
    return f"[{words}](https://x.example/{name}-{number})"


def together(number: int) -> str:
    """Return blocks that belong on one page, after so much text that they come to stand anywhere on one."""
    fill = "A line.\n\n" * (number * 5 % 7) + "More words. " * (number * 11 % 40)
    head = f"### {numbered('head', 'A head', number)}\n\n{numbered('text', 'Its text', number)} goes on."
    picture = f"[![A pier](pier.png)](https://x.example/picture-{number})" if number % 4 == 0 else ""
    return f"{fill}\n\n{head}\n\n{picture}"


@pytest.mark.parametrize("first", [0, 40])
def test_paper_has_no_blank_page_no_headline_at_its_end_and_no_picture_cut(
    browser: Browser, first: int
) -> None:
    stories = [
        story(
            numbered("one", "A story", start),
            "\n\n".join(together(number) for number in range(start, start + 8)),
            numbered("began", "It began", start),
        )
        for start in range(first, first + 40, 8)
    ]
    drawn, links = on_paper(browser, letter(brief(*stories)).html)
    assert len(drawn) > 8
    assert all(re.search(rb"\bT[jJ]\b|\bDo\b", contents) for contents in drawn)
    for number in range(first, first + 40):
        for first, other in (("one", "began"), ("head", "text"), ("picture", "picture")):
            pair = {f"https://x.example/{name}-{number}" for name in (first, other)}
            pages = [page & pair for page in links if page & pair]
            assert pages in ([], [pair])


def test_paper_is_printed_in_black_even_from_a_dark_screen(browser: Browser) -> None:
    page = show(browser, letter().html, dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate(
        """() => [...document.querySelectorAll('.t p, .m div, .headline, .mark, .t a')]
            .map(e => getComputedStyle(e).color)"""
    )
    page.close()
    assert set(colours) == {"rgb(0, 0, 0)"}
