"""Colours as style sheets write them, and how far two are apart."""

import pytest

from newsletter.rendering.html.colours import (
    BLACK,
    WHITE,
    Colour,
    colour_of,
    contrast,
    first_colour,
    over,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("#FCF9F3", Colour(252, 249, 243)),
        ("#fff", WHITE),
        ("#00000080", Colour(0, 0, 0, 0.502)),
        ("rgb(255, 0, 0)", Colour(255, 0, 0)),
        ("rgb(100% 0% 0% / 50%)", Colour(255, 0, 0, 0.5)),
        ("rgba(0,0,0,.25)", Colour(0, 0, 0, 0.25)),
        ("hsl(120, 100%, 25%)", Colour(0, 128, 0)),
        ("hsl(480deg 100% 25%)", Colour(0, 128, 0)),
        ("Black", BLACK),
        ("transparent", Colour(0, 0, 0, 0)),
        ("inherit", None),
        ("#12", None),
        ("rgb(1,2)", None),
        ("rgb(a,b,c)", None),
        ("url(#fff)", None),
    ],
)
def test_a_colour_is_read_as_browsers_read_it(value: str, expected: Colour | None) -> None:
    assert colour_of(value) == expected


def test_the_first_colour_of_several_values_is_none_of_an_address() -> None:
    assert first_colour("url(a.png?#ffffff) no-repeat #ce4a30") == Colour(206, 74, 48)
    assert first_colour("1px solid rgb(1, 2, 3)") == Colour(1, 2, 3)
    assert first_colour("none") is None


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast(BLACK, WHITE), 2) == 21
    assert round(contrast(Colour(0x76, 0x76, 0x76), WHITE), 2) == 4.54
    assert contrast(WHITE, BLACK) == contrast(BLACK, WHITE)


def test_a_colour_that_lets_the_ground_through_is_mixed_with_it() -> None:
    assert over(Colour(0, 0, 0, 0.5), WHITE) == Colour(128, 128, 128)
    assert over(BLACK, WHITE) == BLACK
