"""CommonMark's own examples: none breaks a letter, and no word of its reference HTML is lost from one.

The examples' licence asks for its own terms to go along, so they are read from a path in the environment:
``.ci/run`` takes them from markdown-it-py's source distribution.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from letters import BUNDLED, PUBLICATION, brief, read, story

from newsletter.errors import Finding, IssueError
from newsletter.rendering.publication import PictureInfo
from newsletter.rendering.render import render

SPEC = os.environ.get("COMMONMARK_SPEC", "")

# What a brief refuses, each with its line: headings that open a story or are no label, and what Markdown
# would hide from readers or a mail cannot show.
REFUSED = {
    "brief-heading-nested",
    "brief-heading-unknown",
    "brief-headline-empty",
    "brief-label-missing",
    "brief-picture-broken",
    "brief-picture-in-text",
    "brief-reference-unused",
}
# A fence below raw HTML, which is text in a brief: the word after its backticks names a language there.
NAMES_A_LANGUAGE = "<div></div>\n``` c\nint x = 33;\n```\n"
# An indent makes no code in a brief, so the second one is a comment, too: left out, and reported.
COMMENT_IN_CODE = "  <!-- foo -->\n\n    <!-- foo -->\n"

_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![A-Z].*?>", re.DOTALL)
_WITHIN_WORDS = ("em", "strong", "a", "code", "s", "sup")


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script")
        self.text += "" if tag in _WITHIN_WORDS else " "

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")
        self.text += "" if tag in _WITHIN_WORDS else " "

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", unescape(text)))


def _visible(html: str) -> str:
    parser = _Visible()
    parser.feed(html)
    parser.close()
    return parser.text


def _lost(markdown: str, html: str) -> Mapping[str, Counter[str]]:
    """Return the words that the reference shows and a letter lacks. Raises IssueError for what is refused."""
    issue = read(brief(story(now=f"It begins.\n\n{markdown}")))
    pictures = {
        picture.src: PictureInfo("https://tide.example.org/p.png", 10, 10) for picture in issue.pictures
    }
    message = render(issue, PUBLICATION, BUNDLED, pictures=pictures)
    wanted = _words(_visible(_MARKUP.sub("", html)))
    # A link's address may stand between two words that the reference has without a space.
    text = _words(message.text) | _words(re.sub(r" ?<[^<>\s]*>", "", message.text))
    return {"html": wanted - _words(_visible(message.html)), "text": wanted - text}


@pytest.mark.slow
@pytest.mark.skipif(not SPEC, reason="COMMONMARK_SPEC names no examples")
def test_no_word_of_commonmarks_examples_is_lost_but_by_a_fault_that_names_its_line() -> None:
    examples: list[dict[str, Any]] = json.loads(Path(SPEC).read_text(encoding="utf-8"))
    assert len(examples) > 600
    refused: list[tuple[Finding, ...]] = []
    for example in examples:
        try:
            lost = _lost(example["markdown"], example["html"])
        except IssueError as error:
            refused.append(error.findings)
            continue
        if example["markdown"] not in (NAMES_A_LANGUAGE, COMMENT_IN_CODE):
            assert not any(lost.values()), (example["example"], example["markdown"], lost)
    findings = [finding for found in refused for finding in found]
    assert {finding.code for finding in findings} <= REFUSED
    assert all(finding.line for finding in findings)
    assert len(refused) <= 53  # of 652 when this was written


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("A *word* and `code`.\n\n> Quoted\n", "<p>A <em>word</em> and <code>code</code>.</p><p>Quoted</p>"),
        ("    indented &amp; all\n", "<pre><code>indented &amp;amp; all\n</code></pre>"),
        ("<b>bold</b> text\n", "<p><b>bold</b> text</p>"),
    ],
)
def test_the_comparison_finds_words_where_they_are(markdown: str, html: str) -> None:
    assert not any(_lost(markdown, html).values())
    assert all(lost == Counter(["gone"]) for lost in _lost(markdown, html + " gone").values())
