"""A text as it came from a web page: imported, its picture put in place, rendered and sent, word for word."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Publication
from photos import photo, saved
from strict_sendgrid import StrictSendGrid

OWN = """\
Skip to main content

Already a subscriber? Log in before viewing this content.

The town council has voted to reopen the old ferry line.

Some shit you should know before you dig in: The ferry stopped in 2009, when “nobody could say who owned the
quay,” as the mayor put it. About 1,400 people a day crossed by it.

A1b2c3d4 55ee 4f00 a1b2 0123456789ab cdef0123

What’s going on now: The vote was 11 to 4. Repairs start in May, the council says,  and take a year.

The union of boatmen called it “a start, not an arrival,” and asked for a second boat.

JOIN THE MOVEMENT

Keep up to date with our latest videos, news and content
"""

PICTURE = saved(photo(), "PNG")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.skip += tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self.skip -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.parts.append(data)


def _words(text: str) -> list[str]:
    return re.sub(r"[\u034f\u200c]", "", text).split()


def _html_words(html: str) -> list[str]:
    reader = _Text()
    reader.feed(html)
    return _words(" ".join(reader.parts))


def _sources() -> list[object]:
    real = os.environ.get("SOURCE_TEXT")
    skip = pytest.mark.skipif(real is None, reason="SOURCE_TEXT names no text")
    return [pytest.param(OWN, id="own"), pytest.param(real, id="real", marks=skip)]


def _follow(wanted: list[str], got: list[str]) -> None:
    """Assert that ``wanted`` stands in ``got`` as one unbroken run."""
    run = " ".join(wanted)
    assert run in " ".join(got), run[:80]


@pytest.mark.slow
@pytest.mark.parametrize("source", _sources())
def test_a_text_from_a_web_page_is_sent_word_for_word_and_in_order(
    publication: Publication, source: str
) -> None:
    text = Path(source).read_text() if source != OWN else OWN
    (publication.root / "page.txt").write_text(text)
    ran = publication.run("import", "page.txt", "-o", "issues/imported.md")
    assert ran.exit_code == 0, ran.stderr
    again = publication.run("import", "page.txt", "-o", "issues/imported.md")
    assert again.exit_code == 1
    path = publication.root / "issues" / "imported.md"
    brief = path.read_text()
    name = re.search(r"!\[\]\(<?([^)>]+)>?\)", brief)
    assert name is not None, brief
    assert publication.run("check", "imported").exit_code == 1
    (path.parent / "quay.png").write_bytes(PICTURE)
    path.write_text(brief.replace(name[0], "![A quay at dusk](quay.png)"))
    checked = publication.run("check", "imported")
    assert checked.exit_code == 0, checked.stdout

    lines = [line.strip() for line in text.splitlines() if line.strip()]
    start = next(n for n, line in enumerate(lines) if line.startswith("Some shit"))
    headline = lines[start - 1]
    end = next(n for n, line in enumerate(lines) if line == "JOIN THE MOVEMENT")
    background = lines[start].split(": ", 1)[1]
    story = " ".join(lines[start:end])
    now = story[story.index("What’s going on now: ") + len("What’s going on now: ") :]

    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(3)
        sent = publication.run("send", "imported", "--yes", "--json")
        assert sent.json["accepted"] == 3, sent.stderr
        plain, html = (part["value"] for part in server.requests[0]["content"])
    for got in (_words(plain), _html_words(html)):
        _follow(_words(headline), got)
        _follow(_words(background), got)
        _follow(_words(now), got)
        whole = " ".join(got)
        assert whole.index(" ".join(_words(background))) < whole.index(" ".join(_words(now)))
