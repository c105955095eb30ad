"""The finished letter: what stands in it, and that nothing an editor wrote is lost on the way."""

import re
import string
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import BUNDLED, FULL, PICTURES, PUBLICATION, brief, letter, read, story
from lxml import html as lxml_html
from samples import examples

from newsletter.errors import RenderError
from newsletter.rendering.html.inline import visible_text
from newsletter.rendering.publication import PictureInfo, Publication
from newsletter.rendering.render import render, render_all

GOLDEN = Path(__file__).parent / "golden"


def headings(html: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])\b", html)]


def test_the_same_issue_gives_the_same_bytes() -> None:
    assert letter() == letter()
    assert letter().digest == letter().digest


@pytest.mark.slow
def test_eight_threads_get_the_same_bytes() -> None:
    five = brief(*(story(f"Story {n}") for n in range(5)))
    expected = [letter().digest, letter(five).digest]
    with ThreadPoolExecutor(8) as threads:
        digests = list(threads.map(lambda n: letter(five if n % 2 else FULL).digest, range(48)))
    assert digests == expected * 24


def test_the_text_part_is_the_golden_one() -> None:
    assert letter().text == (GOLDEN / "letter.txt").read_text(encoding="utf-8")


def test_the_html_says_what_the_golden_file_says() -> None:
    words = visible_text(letter().html).replace("\u034f\u200c", "")
    lines = re.sub(r"\s+", " ", words).strip() + "\n"
    assert lines == (GOLDEN / "letter.words.txt").read_text(encoding="utf-8")


def test_one_story_has_its_headline_as_the_only_h1() -> None:
    html = letter().html
    levels = headings(html)
    assert levels == [1, 2, 2]
    assert re.search(r"<h1[^>]*>The pier is open", html)


def test_several_stories_stand_below_the_masthead_and_an_agenda() -> None:
    html = letter(brief(story("First thing"), story("Second thing"))).html
    assert headings(html) == [1, 2, 2, 3, 3, 2, 3, 3]
    assert re.search(r"<h1[^>]*>The Tide Table", html)
    assert visible_text(html).index("First thing") < visible_text(html).index("Second thing")
    assert visible_text(html).count("First thing") == 2  # once in the agenda


def test_one_story_has_no_agenda() -> None:
    assert "In this letter" not in letter().html


def test_number_date_and_reading_time_stand_in_the_masthead() -> None:
    assert "No. 214 · 12 January 2026 · 1 min read" in visible_text(letter().html)
    assert "No. 214 · 12 January 2026 · 1 min read" in letter().text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "12 de enero de 2026"),
        ("de", "12. Januar 2026"),
        ("eo", "2026-01-12"),
        ("en-GB", "12 January 2026"),
    ],
)
def test_dates_are_written_as_the_language_does_or_plainly(language: str, words: str) -> None:
    assert words in letter(language=language).text


def test_the_document_names_its_language_title_and_doctype() -> None:
    html = letter().html
    assert html.startswith('<!DOCTYPE html>\n<html lang="en" dir="ltr"')
    assert "<title>The pier reopens, reader</title>" in html


def test_a_title_holds_no_tag_and_neither_does_a_style_block() -> None:
    html = letter().html
    assert "-nl." not in html[: html.index("</head>")]
    assert "-nl.first_name-" in letter().subject


def test_a_pictures_height_is_in_proportion_for_programs_that_lay_out_by_it() -> None:
    (image,) = lxml_html.fromstring(letter().html).xpath("//img")
    assert int(image.get("height")) == round(int(image.get("width")) * 720 / 1280)
    # Where styles are known it holds its words alone: of a picture that is not shown, all of its alt is read.
    assert "height:auto" in image.get("style")
    assert "aspect-ratio:auto" in image.get("style")


def test_every_picture_has_alt_an_integer_width_and_its_caption() -> None:
    images = lxml_html.fromstring(letter().html).xpath("//img")
    assert [image.get("alt") for image in images] == ["A pier at dusk, lamps lit"]
    assert [image.get("width") for image in images] == ["552"]
    assert "The lamps went on at six. Photo: T. Table" in letter().html


def test_a_portrait_is_shown_narrower_so_that_it_fits_a_screen() -> None:
    tall = {"pier.png": PictureInfo("https://tide.example.org/t.png", 1000, 2000)}
    html = render(read(FULL), PUBLICATION, BUNDLED, pictures=tall).html
    assert re.search(r'<img[^>]*width="320"', html)


def test_a_picture_nobody_handed_in_is_an_error_with_its_line() -> None:
    with pytest.raises(RenderError, match=r"letter\.md:13: The picture pier\.png is not there"):
        render(read(FULL), PUBLICATION, BUNDLED, pictures={})


def test_only_layout_tables_are_presentation() -> None:
    tree = lxml_html.fromstring(letter().html)
    data = tree.xpath('//table[contains(@class, "data")]')
    assert [table.get("role") for table in data] == [None]
    assert {th.get("scope") for th in data[0].xpath(".//th")} == {"col"}
    layout = [table for table in tree.xpath("//table") if table is not data[0]]
    assert {table.get("role") for table in layout} == {"presentation"}


def test_html_and_text_each_hold_a_character_no_latin_1_has() -> None:
    plain = letter(brief(story("Plain", "ascii only", "ascii only"), front='subject: "x"'))
    for part in (plain.html, plain.text):
        assert any(ord(character) > 0xFF for character in part)


def test_the_preheader_is_followed_by_nothing_an_inbox_would_show() -> None:
    shown = re.search(r'<div style="display:none[^>]*>(.*?)</div>', letter().html)
    assert shown
    assert shown[1].startswith("Eleven years of rust, and what it took to walk over the water again\u034f")
    assert len(shown[1]) >= 140


def test_without_a_preheader_the_first_words_stand_in() -> None:
    text = "It was a long day on the quay, " * 8
    message = letter(brief(story(now=text)))
    assert message.preheader.startswith("It was a long day on the quay")
    assert 40 <= len(message.preheader) <= 100
    assert message.preheader.endswith("…")


def test_the_foot_is_honest_and_has_one_way_out() -> None:
    message = letter()
    for part in (visible_text(message.html), message.text):
        assert "You get The Tide Table because you signed up for it." in part
        assert "4 Quay Street" in part
    assert message.html.count('href="-nl.unsubscribe_url-"') == 1
    assert message.text.count("<-nl.unsubscribe_url->") == 1
    for name in ("view_url", "preferences_url"):
        assert f'href="-nl.{name}-"' in message.html
        assert f"<-nl.{name}->" in message.text


def test_a_publication_without_an_address_leaves_no_gap() -> None:
    message = render(read(FULL), Publication("The Tide Table"), BUNDLED, pictures=PICTURES)
    assert message.text.endswith("\nRead in the browser <-nl.view_url->\n")


def test_sizes_stay_well_below_where_gmail_clips() -> None:
    paragraphs = "\n\n".join(
        "The tide came in, and the tide went out, as it does twice a day here. " * 3 for _ in "ab"
    )
    five = brief(*(story(f"Story {n}", paragraphs, "A background of a few words.") for n in range(5)))
    assert len(letter().html.encode()) < 30_000
    assert len(letter(five).html.encode()) < 80_000


def test_gmail_can_read_every_style_block() -> None:
    html = letter().html
    blocks = re.findall(
        r"<style[^>]*>(.*?)</style>", re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL), re.DOTALL
    )
    assert sum(len(block.encode()) for block in blocks) <= 16_384
    assert "<style" not in html[html.index("<body") :].partition("<!--")[0]
    assert all(block.count("@") <= 1 for block in blocks)
    separate = ("max-width:480px", "prefers-color-scheme:dark", "[data-ogsc]")
    assert all(sum(word in block for block in blocks) == 1 for word in separate)
    assert not any(sum(word in block for word in separate) > 1 for block in blocks)


def test_every_dark_rule_is_important_and_the_two_sets_agree() -> None:
    blocks = re.findall(r"<style[^>]*>(.*?)</style>", letter().html, re.DOTALL)
    dark = next(block for block in blocks if "prefers-color-scheme" in block)
    outlook = next(block for block in blocks if "[data-ogsc]" in block)
    for block in (dark, outlook):
        assert all("!important" in body for body in re.findall(r"\{([^{}]+)\}", block))
    bodies = re.findall(r"\{([^{}]+)\}", dark)
    assert bodies == re.findall(r"\{([^{}]+)\}", outlook)


def test_no_colour_is_short_and_no_variable_is_left() -> None:
    html = letter().html
    assert "var(--" not in html
    body = html[html.index("<body") :]
    assert not re.search(r"[:\s](#[0-9a-fA-F]{3})[;\s\"]", body)


def test_words_around_a_line_end_between_elements_do_not_join() -> None:
    assert "Bold italic words." in visible_text(letter().html)


def test_alt_text_with_quotes_emoji_and_backslashes_arrives_as_written() -> None:
    text = brief(story(now='![A \\"sign\\" ❤️ saying C:\\\\ & <b>](pier.png)\n\nWords.'))
    image = lxml_html.fromstring(letter(text).html).xpath("//img")[0]
    assert image.get("alt") == read(text).pictures[0].alt
    assert "❤️" in image.get("alt")


def test_markup_in_a_brief_is_text() -> None:
    message = letter(brief(story("<b>Bold?</b>", "<script>alert(1)</script> & 1 < 2")))
    assert "<script" not in message.html
    assert "<script>alert(1)</script> & 1 < 2" in visible_text(message.html)
    assert "<script>alert(1)</script> & 1 < 2" in message.text


def test_template_marks_in_code_stay_code() -> None:
    message = letter(brief(story(now="Write `{{ name }}` and `{% if %}` and `{# x #}`.")))
    assert "{{ name }} and {% if %} and {# x #}" in visible_text(message.html)
    assert "{{ name }} and {% if %} and {# x #}" in message.text


def test_code_blocks_keep_their_lines() -> None:
    tree = lxml_html.fromstring(letter().html)
    assert tree.xpath("//pre/code")[0].text == "first line\n  second line"
    assert "    first line\n      second line\n" in letter().text


def test_deep_quotes_render() -> None:
    message = letter(brief(story(now=">" * 15 + " down here")))
    assert "down here" in visible_text(message.html)
    assert "> " * 15 + "down here" in message.text


def test_the_mjml_is_there_to_look_at() -> None:
    mjml = render_all(read(FULL), PUBLICATION, BUNDLED, pictures=PICTURES).mjml
    assert mjml.startswith("<mjml")
    assert "<mj-section" in mjml


def test_a_date_is_not_needed() -> None:
    assert date.today().isoformat() not in letter(brief()).text  # noqa: DTZ011  any clock would do


_WORD = st.text(
    string.ascii_letters + "0123456789'’“”é–—…çñß中ж?!,;:()%$@/=+#&<>\"\\", min_size=1, max_size=12
)
_PARAGRAPH = st.lists(_WORD, min_size=1, max_size=30).map(" ".join)


def escaped(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


@settings(max_examples=examples(60))
@given(st.lists(_PARAGRAPH, min_size=1, max_size=4))
def test_any_paragraphs_reach_html_and_text_whole_and_in_order(paragraphs: list[str]) -> None:
    message = letter(brief(story(now="\n\n".join(escaped(text) for text in paragraphs))))
    # Without spaces: the text part's lines also end between letters of scripts that have none.
    for part in (visible_text(message.html), message.text):
        solid = "".join(part.split())
        position = solid.index("What'sgoingonnow")
        for paragraph in ("".join(text.split()) for text in paragraphs):
            position = solid.index(paragraph, position) + len(paragraph)


def test_every_block_kind_of_markdown_is_in_both_parts() -> None:
    now = (
        "## What's next\n\nNext.\n\n### A subhead\n\nUnder it.\n\n3. three\n4. four\n\n---\n\nAfter the rule."
    )
    message = letter(brief(story(now="On.\n\n" + now)))
    assert headings(message.html) == [1, 2, 2, 2, 3]
    assert '<ol start="3"' in message.html
    assert "<hr" in message.html
    assert "3. three\n4. four\n\n* * *\n\nAfter the rule." in message.text
