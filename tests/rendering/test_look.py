"""How the letter looks: the nameplate, the hinge between past and now, readable whatever a client does."""

import re
import tomllib
from dataclasses import replace

import pytest
from letters import BUNDLED, FULL, PICTURES, PUBLICATION, SOURCES, brief, letter, read, story, templates_with
from lxml import html as lxml_html

from newsletter.errors import RenderError
from newsletter.rendering.html.inline import visible_text
from newsletter.rendering.message import RenderedMessage
from newsletter.rendering.publication import PictureInfo, Publication
from newsletter.rendering.render import render
from newsletter.rendering.view import unbroken

VALUES = tomllib.loads(SOURCES["default/theme.toml"])
SPINE = VALUES["brand"]["spine"]
PARTS = {
    "lede": "A lede before all.\n\n",
    "background": "## Background\n\nIt began.\n\n",
    "now": "## What’s going on now\n\nIt goes on.\n\n",
    "next": "## What’s next\n\nIt may end.\n\n",
    "view": "## Another view\n\nIt never began.\n\n",
    "picture": '![A pier](pier.png "A caption.")\n\n',
    "list": "## What’s going on now\n\n- One thing\n- Another\n\n",
    "pictured": "## Background\n\n![A pier](pier.png)\n\nIt began.\n\n",
}


def of(publication: Publication, text: str = FULL) -> RenderedMessage:
    return render(read(text), publication, BUNDLED, pictures=PICTURES)


def story_of(*parts: str) -> str:
    return "# A headline\n\n" + "".join(PARTS[part] for part in parts)


def spine(html: str) -> list[str]:
    """Return what the spine is drawn as from top to bottom, runs of one kind taken as one."""
    marks: list[str] = []
    for cell in lxml_html.fromstring(html).xpath("//td[@class]"):
        names = cell.get("class").split()
        mark = next((name for name in names if name.partition("-")[0] in {"past", "card", "now", "dot"}), "")
        mark = mark.replace("card", "past")
        if mark and marks[-1:] != [mark]:
            marks.append(mark)
    return marks


@pytest.mark.parametrize(
    ("parts", "drawn"),
    [
        (("background", "now"), ["past", "dot", "now"]),
        (("lede", "background", "now"), ["past", "dot", "now"]),
        (("background", "picture", "now", "next"), ["past", "dot", "now"]),
        (("picture", "background", "now", "picture"), ["past", "dot", "now"]),
        (("pictured", "list"), ["past", "dot", "now"]),
        (("now", "background"), ["dot", "now", "past"]),
        (("now", "background", "next"), ["dot", "now", "past", "dot", "now"]),
        (("view", "background", "picture", "next", "now"), ["dot", "now", "past", "dot", "now"]),
        (("lede", "picture", "view", "now", "background"), ["dot", "now", "past"]),
    ],
)
def test_the_spine_is_broken_for_the_past_and_solid_from_a_dot_on(
    parts: tuple[str, ...], drawn: list[str]
) -> None:
    assert spine(letter(brief(story_of(*parts))).html) == drawn
    assert spine(letter(brief(*[story_of(*parts)] * 3)).html) == drawn * 3


def test_a_story_that_runs_against_the_letter_has_its_spine_on_the_other_side() -> None:
    mixed = brief(
        story(), "# הנהר נפתח\n\n## Background\n\nהנהר נסגר.\n\n## What’s going on now\n\nהוא נפתח.\n"
    )
    html = letter(mixed).html
    assert spine(html) == ["past", "dot", "now", "past-turned", "dot", "now-turned"]
    assert f"border-right:4px dashed {SPINE}" in html
    assert f"border-right:4px solid {SPINE}" in html


def test_the_accent_is_kept_for_the_hinge() -> None:
    for element in lxml_html.fromstring(letter().html).xpath(f"//body//*[contains(@style, '{SPINE}')]"):
        assert {"past", "card", "now", "dot", "joint"} & set(element.get("class", "").split())


def test_links_are_ink_and_underlined() -> None:
    link = lxml_html.fromstring(letter().html).xpath("//a[contains(@href, 'example.org/a')]")[0]
    assert f"color:{VALUES['light']['ink']}" in link.get("style").replace(" ", "")
    assert "underline" in link.get("style")


def test_labels_stand_as_they_are_spoken() -> None:
    assert "uppercase" not in letter().html
    assert "Some shit you should know before you dig in" in visible_text(letter().html)


def test_from_the_second_story_on_the_stamp_is_quieter() -> None:
    stamps = lxml_html.fromstring(letter(brief(story(), story(), story())).html).xpath(
        "//*[contains(@class, 'mark')]"
    )
    assert ["again" in stamp.get("class") for stamp in stamps] == [False, True, True]
    assert "font-weight:normal" not in stamps[0].get("style").replace(" ", "")


@pytest.mark.parametrize(
    "parts", [("background", "now"), ("now", "background"), ("view", "now", "background")]
)
def test_what_happens_now_has_the_larger_head_wherever_it_stands(parts: tuple[str, ...]) -> None:
    heads = lxml_html.fromstring(letter(brief(story_of(*parts))).html).xpath(
        "//h2[text()='What’s going on now']"
    )
    assert [re.findall(r"font-size: ?(\d+)px", head.get("style")) for head in heads] == [["24"]]


@pytest.mark.parametrize(
    "now", ["It goes on.\n\nAnd on.", "עדכון קצר\n\nAnd on.", "**Bold** first.\n\nAnd on."]
)
def test_the_first_paragraph_of_now_carries(now: str) -> None:
    carrying = lxml_html.fromstring(letter(brief(story(now=now))).html).xpath("//p[@class='carry']")
    assert len(carrying) == 1
    assert "font-size:20px" in carrying[0].get("style").replace(" ", "")


@pytest.mark.parametrize(
    "now", ["- One\n- Two", "> “Quoted.”", "![A pier](pier.png)\n\nAnd on.", "```\ncode\n```"]
)
def test_what_is_no_paragraph_is_left_as_it_is(now: str) -> None:
    assert 'class="carry"' not in letter(brief(story(now=now))).html


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "By Ana Ruiz & Tomás Lee"),
        ("es", "Por Ana Ruiz & Tomás Lee"),
        ("pt", "Por Ana Ruiz & Tomás Lee"),
        ("fr", "Par Ana Ruiz & Tomás Lee"),
        ("de", "Von Ana Ruiz & Tomás Lee"),
        ("eo", "By Ana Ruiz & Tomás Lee"),
    ],
)
def test_a_byline_stands_in_the_masthead_of_both_parts(language: str, line: str) -> None:
    text = brief(front="subject: A subject\nby: Ana Ruiz & Tomás Lee")
    message = letter(text, language=language)
    assert line in visible_text(message.html)
    assert f"\n{line}\n" in message.text
    assert visible_text(message.html).index(line) < visible_text(message.html).index("A headline")


def test_the_line_below_the_name_breaks_between_its_parts_alone() -> None:
    assert "No.\u00a0214 · 12\u00a0January\u00a02026 · 1\u00a0min\u00a0read<" in letter().html


def test_without_a_byline_there_is_no_word_of_it() -> None:
    assert 'class="by"' not in letter().html
    assert "\nBy " not in letter().text


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("The pier is open 🚢", "The pier is open~🚢"),
        ("Off to Lisbon 🇵🇹 👩‍🚀", "Off to Lisbon~🇵🇹~👩‍🚀"),
        ("Rain, then sun ☀️", "Rain, then sun~☀️"),
        ("Qui paiera ?", "Qui paiera~?"),
        ("And then –", "And then~–"),
        ("The <em>pier</em> 🚢", "The <em>pier</em>~🚢"),
        ("The pier <em>🚢</em>", "The pier~<em>🚢</em>"),
        ("The pier is open", "The pier is open"),
        ("Apollo 11", "Apollo 11"),
        ("Q &amp; A", "Q &amp; A"),
        ("🚢", "🚢"),
        ("", ""),
    ],
)
def test_a_sign_at_the_end_of_a_line_never_stands_alone(line: str, whole: str) -> None:
    assert unbroken(line) == whole.replace("~", "\u00a0")


def test_a_headline_and_the_agenda_keep_their_emoji() -> None:
    html = letter(
        brief(story("The pier is open 🚢"), story("The [tide](https://example.org) is out 🌊"))
    ).html
    assert html.count("open\u00a0🚢") == 2
    assert html.count("is out\u00a0🌊") == 2
    assert html.count('href="https://example.org"') == 1  # not in the agenda


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("The Tide Table, 4 Quay Street\nExample City", ["4 Quay Street", "Example City"]),
        ("The Tide Table\n4 Quay Street", ["4 Quay Street"]),
        ("Tide Table Press\n4 Quay Street", ["Tide Table Press", "4 Quay Street"]),
        ("The Tide Tables Inc., 4 Quay Street", ["The Tide Tables Inc., 4 Quay Street"]),
        ("The Tide Table House, 4 Quay Street", ["The Tide Table House, 4 Quay Street"]),
        ("The Tide Table", ["The Tide Table"]),
        ("  \n", []),
    ],
)
def test_the_foot_names_the_publication_once(address: str, shown: list[str]) -> None:
    message = of(replace(PUBLICATION, postal_address=address))
    foot = message.text[message.text.index("————") :]
    assert foot.endswith("<-nl.view_url->\n" + "".join(f"{line}\n" for line in ["", *shown] if shown))
    cells = lxml_html.fromstring(message.html).xpath("//p[@class='foot']")
    assert list(cells[-1].itertext()) == (
        shown or ["Unsubscribe", " ", "Preferences", " ", "Read in the browser"]
    )


def test_the_preheader_is_in_the_page_s_own_ink_and_a_theme_has_to_show_it() -> None:
    hidden = lxml_html.fromstring(letter().html).xpath("//div[contains(@style, 'display:none')]")[0]
    assert f"color:{VALUES['light']['ink']}" in hidden.get("style")
    bare = templates_with(issue=SOURCES["default/issue.mjml.j2"].replace("preheader", "correction"))
    with pytest.raises(RenderError, match="did not come through") as refused:
        render(
            read(FULL.replace("number: 214", "number: 214\ncorrection: No.")),
            PUBLICATION,
            bare,
            pictures=PICTURES,
        )
    assert "default/preheader.mjml.j2" in str(refused.value)


LIGHT = PictureInfo("https://tide.example.org/pictures/light.png", 900, 150)
DARK = PictureInfo("https://tide.example.org/pictures/dark.png", 900, 150)


@pytest.mark.parametrize("text", [FULL, brief(story(), story())], ids=["one story", "two stories"])
def test_a_wordmark_stands_for_the_name_with_the_name_as_its_alt(text: str) -> None:
    html = of(replace(PUBLICATION, wordmark=LIGHT, wordmark_dark=DARK), text).html
    marks = lxml_html.fromstring(html).xpath("//*[contains(@class, 'name')]//img")
    assert [(mark.get("src"), mark.get("alt"), mark.get("width"), mark.get("height")) for mark in marks] == [
        (LIGHT.url, "The Tide Table", "320", "53"),
        (DARK.url, "The Tide Table", "320", "53"),
    ]
    assert "display:none" in marks[1].get("style").replace(" ", "")


def test_a_wordmark_without_a_dark_one_stays_at_night() -> None:
    html = of(replace(PUBLICATION, wordmark=LIGHT)).html
    assert html.count(LIGHT.url) == 1
    assert 'class="wordmark"' in html


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((900, 150), (320, 53)),
        ((200, 40), (200, 40)),
        ((100, 400), (16, 64)),
        ((5000, 1), (320, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_a_wordmark_fits_its_place_and_is_never_enlarged(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    assert PictureInfo("x", *size).within(320, 64) == shown


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_text_has_the_contrast_of_wcag_aa_and_the_spine_that_of_graphics(mode: str, ground: str) -> None:
    values = VALUES[mode]
    for text in ("ink", "soft", "accent"):
        assert contrast(values[text], values[ground]) >= 4.5
    assert contrast(SPINE, values[ground]) >= 3
    assert contrast(VALUES["brand"]["on-spine"], SPINE) >= 4.5


def test_what_a_client_s_own_dark_reader_takes_away_leaves_a_line_behind() -> None:
    """Thunderbird's takes out light grounds and dark text colours, and leaves borders as they are."""
    text = FULL.replace("pier closed", "`pier` closed")
    tree = lxml_html.fromstring(letter(text).html)
    masthead = tree.xpath("//td[contains(@class, 'mast')]")[0].get("style").replace(" ", "")
    assert re.search(r"border-top:4pxsolid(;|$)", masthead)  # no colour: the text's, which becomes light
    light = [
        element
        for element in tree.xpath("//body//*[contains(@style, 'background-color')]")
        if element.tag != "body" and element.get("class") != "page"
    ]
    assert {element.tag for element in light} >= {"td", "code", "pre"}
    for element in light:
        assert "border" in element.get("style") or element.getparent().tag == "pre"


@pytest.mark.parametrize("stories", [1, 5, 8])
def test_the_style_blocks_and_the_letter_stay_small(stories: int) -> None:
    words = "The tide came in, and the tide went out, as it does twice a day here. " * 3
    picture = '\n\n![A pier](pier.png "The lamps went on at six. Photo: T. Table")\n\n'
    html = letter(brief(*[story(f"Story {n}", words, words + picture) for n in range(stories)])).html
    assert len(html.encode()) < 10_500 + 8_000 * stories
