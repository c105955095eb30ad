"""Dark by force, by a rule of our own: what becomes of a colour, and of a letter."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import FULL, letter

from newsletter.rendering.html.inversion import inverted, inverted_ground, inverted_line, inverted_text

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def luminance(colour: str) -> float:
    """Return what WCAG 2 calls relative luminance."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    darker, lighter = sorted((luminance(ink), luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


@given(colours)
def test_no_ground_is_light_and_no_text_is_dark(colour: str) -> None:
    assert luminance(inverted_ground(colour)) < 0.3
    assert luminance(inverted_text(colour)) > 0.18


@given(st.lists(st.integers(0x90, 0xFF), min_size=2))
def test_the_order_of_light_grounds_turns_round_so_that_a_card_stays_apart(greys: list[int]) -> None:
    turned = [inverted_ground(f"#{grey:02x}{grey:02x}{grey:02x}") for grey in sorted(greys)]
    assert turned == sorted(turned, key=luminance, reverse=True)


@pytest.mark.parametrize("colour", ["#000000", "#22201d", "#ffffff", "#ece7de"])
def test_dark_ground_and_light_text_stay(colour: str) -> None:
    dark = luminance(colour) < 0.2
    assert (inverted_ground(colour) == colour) == dark
    assert (inverted_text(colour) == colour) == (not dark)
    assert inverted_line(colour) != colour


def test_a_grey_stays_grey_and_a_short_form_counts_as_the_long_one() -> None:
    assert re.fullmatch(r"#(..)\1\1", inverted_ground("#ffffff"))
    assert inverted_text("#333") == inverted_text("#333333")
    assert inverted_ground("white") == inverted_ground("#ffffff")


def test_a_letter_is_turned_in_styles_attributes_and_style_blocks_and_its_words_stay() -> None:
    html = (
        '<style>@media (min-width:600px){.a{color:#211d19;background:#fff}}</style><table bgcolor="#ffffff">'
        '<td style="color:#211d19;border-top:1px solid #d8cdbd" width="100">color:#fff; #fff</td></table>'
    )
    turned = inverted(html)
    assert "color:#fff; #fff</td>" in turned
    assert "@media (min-width:600px)" in turned
    assert "#211d19" not in turned
    assert 'bgcolor="#ffffff"' not in turned
    assert 'width="100"' in turned


def test_the_letter_can_be_read_by_this_rule() -> None:
    page, card = inverted_ground("#fcf9f3"), inverted_ground("#f4ebdd")
    for ink in ("#211d19", "#5e554b"):
        assert min(contrast(inverted_text(ink), ground) for ground in (page, card)) >= 4.5
    assert page in inverted(letter(FULL).html)
