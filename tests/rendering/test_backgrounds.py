"""A living background in the letter: its text in the card, and below it who reviewed it and what changed."""

import re
from pathlib import Path

import pytest
from backgrounds.leap import ISSUE, LEAP, backgrounds, issue
from browser import chromium, letter_faults, show
from letters import BUNDLED, PUBLICATION, templates_with

from newsletter.editorial import Labels, parse_issue
from newsletter.errors import RenderError
from newsletter.rendering import RenderedMessage
from newsletter.rendering.render import render

WHO = "Reviewed on 20 June 2026 by Ana Ruiz"
CHANGED = "New since you last got this: In 2022 it was voted to stop."
CARD = Path(__file__).parent.parent.parent / "templates" / "default" / "card.mjml.j2"


def _letter(text: str = ISSUE, **texts: str) -> RenderedMessage:
    known = backgrounds(**{"leap_second": LEAP, **texts})
    return render(issue(text, known), PUBLICATION, BUNDLED, pictures={})


def _card(html: str) -> str:
    """Return the words of the card."""
    (cell,) = re.findall(r'<td[^>]*class="t s card[^"]*".*?</td>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", cell).split())


def test_the_card_holds_the_text_what_changed_and_who_reviewed_it_and_nothing_else() -> None:
    message = _letter()
    assert _card(message.html) == (
        "Background Since 1972 a second has been added to civil time 27 times. "
        f"In 2022 the metre convention voted to stop by 2035. {CHANGED} {WHO}"
    )
    text = message.text
    assert text.index("27 times") < text.index(CHANGED) < text.index(WHO) < text.index("Nobody noticed")


def test_the_text_is_rendered_as_if_it_stood_in_the_brief() -> None:
    body = LEAP.partition("---\nSince")[2]
    own = parse_issue(
        ISSUE.replace("::: background leap-second", f"Since{body}".strip()),
        issue_id="leap", file="leap.md", labels=Labels(),
    )  # fmt: skip
    written = render(own, PUBLICATION, BUNDLED, pictures={}).html
    review = re.compile(r'<div[^>]*class="review".*?</div>', re.DOTALL)
    assert review.sub("", _letter().html, count=1) == written


def test_without_a_line_on_what_changed_the_foot_says_who_reviewed_it_alone() -> None:
    message = _letter(leap_second=LEAP.replace("changed: In 2022 it was voted to stop.\n", ""))
    assert "New since" not in message.html + message.text
    assert WHO in message.text
    assert WHO in _card(message.html)


def test_the_foot_speaks_the_letters_language_and_escapes_what_editors_wrote() -> None:
    german = ISSUE.replace("preheader:", "language: de\npreheader:")
    odd = LEAP.replace("Ana Ruiz", "Ana <b>Ruiz</b> & {x}").replace("it was", "“it” {0} <was>")
    message = _letter(german, leap_second=odd)
    assert "Geprüft am 20. Juni 2026 von Ana &lt;b&gt;Ruiz&lt;/b&gt; &amp; {x}" in message.html
    assert "Neu seit dem letzten Mal: In 2022 “it” {0} <was> voted to stop." in " ".join(message.text.split())


def test_a_theme_whose_card_leaves_the_review_out_is_refused() -> None:
    card = CARD.read_text().replace("{{ review.reviewed }}", "")
    with pytest.raises(RenderError, match="Reviewed on 20 June"):
        render(issue(), PUBLICATION, templates_with(card=card), pictures={})


@pytest.mark.browser
@pytest.mark.slow
def test_the_card_is_accessible_and_fits_a_phone_in_light_and_dark_and_either_direction() -> None:
    arabic = LEAP.replace("Since 1972 a second has been added to", "منذ عام 1972 أضيفت ثانية إلى")
    letters = [
        _letter().html,
        _letter(leap_second=LEAP.replace("changed: ", "changed: אבג ")).html,
        _letter(ISSUE.replace("preheader:", "language: ar\npreheader:"), leap_second=arabic).html,
    ]
    with chromium() as browser:
        for html in letters:
            assert letter_faults(browser, html) == []
            page = show(browser, html, width=375)
            box = page.locator(".review").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 375
            page.close()
