"""A correction: what an earlier mail got wrong, before all else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import PICTURES, PUBLICATION, SOURCES, brief, letter, read, story, templates_with
from lxml import html as lxml_html
from samples import examples

from newsletter.errors import RenderError
from newsletter.rendering.html.inline import visible_text
from newsletter.rendering.render import render

THEMED = replace(PUBLICATION, theme="mine")
GOLDEN = Path(__file__).parent / "golden"
WORDS = "The pier is 120 metres long, not 210 as we wrote on Monday; the harbour master measured it again."


def corrected(words: str = WORDS, *, more: str = "") -> str:
    return brief(story("The pier is open"), front=f"subject: A subject\n{more}correction: {words}")


def test_the_text_part_is_the_golden_one() -> None:
    assert letter(corrected()).text == (GOLDEN / "correction.txt").read_text(encoding="utf-8")


def test_a_letter_without_a_correction_says_nothing_of_one() -> None:
    plain = letter(brief(story("The pier is open")))
    assert "Correction" not in plain.html + plain.text
    assert plain.text == letter(corrected()).text.partition("\n\n\n")[2]


def test_the_box_stands_before_the_masthead_in_one_paragraph() -> None:
    tree = lxml_html.fromstring(letter(corrected()).html)
    (box,) = tree.xpath('//p[contains(@class, "correction")]')
    assert visible_text(lxml_html.tostring(box, encoding="unicode")) == f"Correction: {WORDS}"
    before = [element.get("class") for element in box.xpath("preceding::p | preceding::h1")]
    assert before == []


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en-GB", "Correction: "),
        ("es", "Corrección: "),
        ("pt-BR", "Correção: "),
        ("fr", "Correction\u00a0: "),
        ("de", "Korrektur: "),
        ("eo", "Correction: "),
    ],
)
def test_the_label_is_in_the_issues_language(language: str, label: str) -> None:
    message = letter(corrected(), language=language)
    assert message.text.startswith(label + "The pier is 120")
    assert f"<strong>{label.strip()}</strong> The pier is 120" in message.html


def test_a_correction_is_text_and_no_markup() -> None:
    words = "<b>5 < 6</b> & *not* [7](https://example.org) {% x %}"
    message = letter(corrected(f"'{words.replace('{%', chr(92) + '{%')}'"))
    assert words in visible_text(message.html)
    assert "<b>" not in message.html
    assert words in message.text


def test_a_correction_that_runs_the_other_way_says_so() -> None:
    message = letter(corrected("אורך המזח 120 מטר"))
    assert re.search(r'<p class="correction" dir="rtl"[^>]*text-align:right', message.html)


def test_a_theme_without_phrases_for_it_says_correction_in_english() -> None:
    templates = templates_with(**{"mine/words.toml": '[eo]\nwhy = "Vi abonis."\n'})
    issue = read(corrected(), language="eo")
    text = render(issue, THEMED, templates, pictures=PICTURES).text
    assert text.startswith("Correction: ")
    assert "Vi abonis." in text


def test_a_section_of_words_without_dates_writes_them_plainly() -> None:
    templates = templates_with(**{"mine/words.toml": '[eo]\nwhy = "Vi abonis."\n'})
    issue = read(corrected(more="date: 2026-01-12\n"), language="eo")
    assert "2026-01-12" in render(issue, THEMED, templates, pictures=PICTURES).text


@pytest.mark.parametrize("more", ["", f"preheader: {WORDS}\n"], ids=["plain", "said in the preheader"])
def test_a_theme_that_does_not_show_the_correction_is_refused(more: str) -> None:
    own = SOURCES["default/issue.mjml.j2"].replace('{% include "default/correction.mjml.j2" %}', "")
    templates = templates_with(**{"mine/issue.mjml.j2": own})
    with pytest.raises(RenderError, match="must show an issue's correction") as caught:
        render(read(corrected(more=more)), THEMED, templates, pictures=PICTURES)
    assert "“The pier is 120 metres long" in str(caught.value)


_WORDS = st.lists(
    st.text("abcXYZ0123456789’“”é中ж?!,;:()%$@/=+#&<>*_", min_size=1, max_size=40), min_size=1, max_size=12
)


@settings(max_examples=examples(50))
@given(_WORDS)
def test_any_correction_reaches_both_parts_whole(words: list[str]) -> None:
    text = " ".join(words)
    message = letter(corrected("'" + text + "'"))
    assert f"Correction: {text}" in visible_text(message.html)
    # Lines of the text part also end between letters of scripts that have no spaces.
    assert "".join(message.text.split()).startswith("".join(f"Correction: {text} The Tide Table".split()))
