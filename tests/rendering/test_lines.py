"""The line of the brief on each piece of a letter, for a preview; otherwise the letter is the same."""

import re

import pytest
from letters import BUNDLED, FULL, PICTURES, PUBLICATION, brief, letter, read, story
from lxml import html as lxml_html

from newsletter.rendering.render import render_all

NOTES = "\n\nA claim.[^1] A list:\n\n- one\n    - within\n- two\n\n```\ncode\n```\n\n[^1]: A note.\n"


def lined(text: str) -> str:
    return render_all(read(text), PUBLICATION, BUNDLED, pictures=PICTURES, lines=True).message.html


def without_lines(html: str) -> bytes:
    """Return HTML without the lines, and without the spans that are there for nothing else."""
    page = lxml_html.document_fromstring(html)
    for element in page.xpath("//*[@data-line]"):
        del element.attrib["data-line"]
        if element.tag == "span" and not element.attrib:
            element.drop_tag()
    return lxml_html.tostring(page)


@pytest.mark.parametrize(
    "text",
    [
        FULL,
        FULL + NOTES,
        brief(*(story(f"Story {n}") for n in range(5))),
        FULL.replace("number: 214", "number: 214\nlanguage: ar"),
    ],
)
def test_a_letter_with_lines_is_otherwise_the_one_that_is_sent(text: str) -> None:
    sent = letter(text).html
    assert "data-line" not in sent
    assert without_lines(lined(text)) == without_lines(sent)


def test_each_piece_says_the_line_that_it_came_from() -> None:
    text = FULL + NOTES
    lines = text.splitlines()
    page = lxml_html.document_fromstring(lined(text))
    found = {int(element.get("data-line")): element for element in page.xpath("//*[@data-line]")}
    for line, element in found.items():
        if element.tag == "img":
            assert "pier.png" in lines[line - 1]
            continue
        first = re.findall(r"\w{3,}", " ".join(element.itertext()))[0]
        assert first in lines[line - 1] or first in lines[line], (line, element.tag, first)
    kinds = {element.tag for element in found.values()}
    assert kinds >= {"span", "p", "img", "li", "tr", "pre"}
