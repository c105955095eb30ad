"""The letter's HTML as programs read it: valid but for what Outlook needs, with what screen readers need."""

import json
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from letters import FULL, brief, letter, story
from lxml import html as lxml_html
from lxml.html import HtmlElement
from ten_tables import as_text

ROOT = Path(__file__).parent.parent.parent
HEBREW = story(
    "הגשר נפתח מחדש", background="הגשר נסגר בשנת 2019.", now="האוטובוסים הראשונים עברו בשש.\n\n- אחד"
)
LETTERS = {
    "one": FULL,
    "several": brief(story("First"), story("Second"), HEBREW),
    "tables": brief(story(now=as_text())),
    "notes": brief(
        story(now="Words[^1] about[^1] it[^2].\n\n- [ ] a task\n\n~~gone~~\n\n[^1]: One.\n[^2]: Two.")
    ),
    "corrected": FULL.replace("number: 214", "number: 214\ncorrection: It is 120 m."),
    "no preheader": brief(
        story(now="#### Deep\n\n##### Deeper\n\n- [x](https://example.org)", background="1. `code`")
    ),
}
LANGUAGES = ("en", "he")

# What the Nu checker may say of a letter. Elements named are layout tables and their cells.
ALLOWED = {
    "Attribute “xmlns:v” not allowed here.": "Outlook draws buttons in VML",
    "Attribute “xmlns:o” not allowed here.": "Outlook takes its pixels an inch from an element of its own",
    "CSS: “mso-table-lspace”: Property “mso-table-lspace” doesn't exist.": "Outlook spaces tables apart",
    "CSS: “mso-table-rspace”: Property “mso-table-rspace” doesn't exist.": "Outlook spaces tables apart",
    "The “border” attribute on the “table” element is obsolete.": "Outlook draws lines without it",
    "The “cellpadding” attribute on the “table” element is obsolete.": "Outlook pads cells without it",
    "The “cellspacing” attribute on the “table” element is obsolete.": "Outlook spaces cells without it",
    "The “width” attribute on the “table” element is obsolete.": "Outlook reads no percentage from a style",
    "The “align” attribute on the “table” element is obsolete.": "Outlook centres no table by its margins",
    "The “align” attribute on the “td” element is obsolete.": "Outlook aligns what is in a cell by it",
    "The “width” attribute on the “td” element is obsolete.": "Outlook gives an empty cell its width by it",
    "The “height” attribute on the “td” element is obsolete.": "Outlook gives an empty cell its height by it",
    "The “bgcolor” attribute on the “td” element is obsolete.": "Outlook colours a cell by it",
}


@pytest.fixture(
    scope="module", params=[(name, language) for name in LETTERS for language in LANGUAGES], ids=str
)
def body(request: pytest.FixtureRequest) -> HtmlElement:
    name, language = request.param
    return lxml_html.fromstring(letter(LETTERS[name], language=language).html).find("body")


def test_every_child_of_the_body_says_its_language_and_direction(body: HtmlElement) -> None:
    children = [child for child in body if isinstance(child.tag, str)]
    assert children
    assert all(child.get("lang") and child.get("dir") in ("ltr", "rtl") for child in children)


def test_every_table_is_layout_or_data_with_heads(body: HtmlElement) -> None:
    for table in body.iter("table"):
        assert (table.get("role") == "presentation") != bool(table.xpath("./thead//th[@scope='col']"))


def test_every_link_has_words_or_a_picture_with_some(body: HtmlElement) -> None:
    links = body.xpath("//a")
    assert len(links) >= 3
    assert all(link.text_content().strip() or link.xpath(".//img/@alt")[0].strip() for link in links)


def test_there_is_one_first_heading_and_no_level_is_skipped(body: HtmlElement) -> None:
    levels = [int(str(heading.tag)[1]) for heading in body.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_picture_has_alt(body: HtmlElement) -> None:
    assert all(image.get("alt") is not None for image in body.iter("img"))


def test_no_layout_stands_where_html_has_no_place_for_it() -> None:
    for name in LETTERS:
        html = letter(LETTERS[name]).html
        assert 'height="auto"' not in html
        assert "text/css" not in html
        grounds = {element.tag for element in lxml_html.fromstring(html).xpath("//*[@bgcolor]")}
        assert grounds <= {"td"}


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """Return the command of the Nu checker, whose jar comes from npm (vnu-jar) and is not kept here."""
    jar = os.environ.get("VNU_JAR")
    if not jar:
        pytest.skip("VNU_JAR names no jar of the Nu checker (npm's vnu-jar)")
    if not shutil.which("java"):
        pytest.skip("there is no java")
    return ["java", "-Xss1m", "-jar", jar, "--format", "json", "--exit-zero-always"]


@pytest.mark.slow
def test_the_html_is_valid_but_for_what_outlook_needs(checker: list[str], tmp_path: Path) -> None:
    for name in LETTERS:
        for language in LANGUAGES:
            path = tmp_path / f"{name} {language}.html"
            path.write_text(letter(LETTERS[name], language=language).html, encoding="utf-8")
    ran = subprocess.run([*checker, str(tmp_path)], capture_output=True, text=True, timeout=300)
    said = {(fault["message"], Path(fault["url"]).name) for fault in json.loads(ran.stderr)["messages"]}
    assert said, "it has looked at nothing"
    assert [fault for fault in sorted(said) if not fault[0].startswith(tuple(ALLOWED))] == []
