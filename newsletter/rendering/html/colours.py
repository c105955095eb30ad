"""Colours as style sheets write them, and how far two are apart."""

import re
from collections.abc import Iterable
from colorsys import hls_to_rgb
from functools import lru_cache
from typing import NamedTuple

_HEX = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})", re.IGNORECASE)
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)", re.IGNORECASE)
_NUMBER = re.compile(r"([+-]?[0-9.]+)(%|deg)?")
_COLOUR = re.compile(
    rf"(?:{_HEX.pattern}(?![\w-])|{_FUNCTION.pattern}|(?<![\w#.-])[a-z]+(?![\w(-]))", re.IGNORECASE
)
_ADDRESS = re.compile(r"url\([^)]*\)", re.IGNORECASE)

# The sixteen names of HTML 4 and those that mails use besides; a name that is not here stays as it is.
NAMES = {
    "black": 0x000000, "silver": 0xC0C0C0, "gray": 0x808080, "grey": 0x808080, "white": 0xFFFFFF,
    "maroon": 0x800000, "red": 0xFF0000, "purple": 0x800080, "fuchsia": 0xFF00FF, "magenta": 0xFF00FF,
    "green": 0x008000, "lime": 0x00FF00, "olive": 0x808000, "yellow": 0xFFFF00, "navy": 0x000080,
    "blue": 0x0000FF, "teal": 0x008080, "aqua": 0x00FFFF, "cyan": 0x00FFFF, "orange": 0xFFA500,
    "brown": 0xA52A2A, "pink": 0xFFC0CB, "gold": 0xFFD700, "crimson": 0xDC143C, "tomato": 0xFF6347,
    "coral": 0xFF7F50, "salmon": 0xFA8072, "beige": 0xF5F5DC, "ivory": 0xFFFFF0, "linen": 0xFAF0E6,
    "lightgray": 0xD3D3D3, "lightgrey": 0xD3D3D3, "darkgray": 0xA9A9A9, "darkgrey": 0xA9A9A9,
    "dimgray": 0x696969, "dimgrey": 0x696969, "gainsboro": 0xDCDCDC, "whitesmoke": 0xF5F5F5,
    "darkblue": 0x00008B, "darkgreen": 0x006400, "darkred": 0x8B0000, "royalblue": 0x4169E1,
    "steelblue": 0x4682B4, "slategray": 0x708090, "slategrey": 0x708090, "lightblue": 0xADD8E6,
    "lightyellow": 0xFFFFE0, "khaki": 0xF0E68C, "indigo": 0x4B0082, "rebeccapurple": 0x663399,
}  # fmt: skip


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and how opaque, from 0 to 1."""

    red: int
    green: int
    blue: int
    opacity: float = 1.0

    def __str__(self) -> str:
        """Return it as a style sheet has it."""
        if self.opacity < 1:
            return f"rgba({self.red},{self.green},{self.blue},{self.opacity:g})"
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)


@lru_cache(maxsize=256)
def colour_of(value: str) -> Colour | None:
    """Return the colour that a CSS value names; None for ``inherit`` and what is no colour."""
    value = value.strip().lower()
    if value == "transparent":
        return Colour(0, 0, 0, 0.0)
    if value in NAMES:
        number = NAMES[value]
        return Colour(number >> 16, number >> 8 & 255, number & 255)
    if found := _HEX.fullmatch(value):
        return _of_digits(found[1])
    found = _FUNCTION.fullmatch(value)
    return _of_function(found[1], _NUMBER.findall(found[2])) if found else None


def first_colour(value: str) -> Colour | None:
    """Return the first colour in a value of several parts, as ``background`` and ``border`` have it."""
    found = (colour_of(part[0]) for part in _COLOUR.finditer(_ADDRESS.sub("", value)))
    return next((colour for colour in found if colour), None)


def _of_digits(digits: str) -> Colour:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *opacity = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return Colour(red, green, blue, round(opacity[0] / 255, 3) if opacity else 1.0)


def _of_function(kind: str, numbers: list[tuple[str, str]]) -> Colour | None:
    try:
        values = [float(number) / (100 if unit == "%" else 1) for number, unit in numbers]
    except ValueError:
        return None
    if len(values) not in (3, 4):
        return None
    opacity = min(1.0, max(0.0, values[3])) if len(values) == 4 else 1.0
    if kind.lower() == "hsl":
        return _of_channels(hls_to_rgb(values[0] / 360 % 1, values[2], values[1]), opacity)
    shares = [value if unit == "%" else value / 255 for value, (_, unit) in zip(values, numbers, strict=True)]
    return _of_channels(shares[:3], opacity)


def _of_channels(channels: Iterable[float], opacity: float) -> Colour:
    red, green, blue = (min(255, max(0, round(channel * 255))) for channel in channels)
    return Colour(red, green, blue, opacity)


def over(colour: Colour, ground: Colour) -> Colour:
    """Return a colour as it is seen on an opaque ground."""
    if colour.opacity >= 1:
        return colour
    share = colour.opacity
    mixed = (round(a * share + b * (1 - share)) for a, b in zip(colour[:3], ground[:3], strict=True))
    return Colour(*mixed)


def contrast(ink: Colour, ground: Colour) -> float:
    """Return how far two opaque colours are apart, from 1 to 21, as WCAG 2.2 defines the contrast ratio."""
    lighter, darker = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=256)
def _luminance(colour: Colour) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (colour.red / 255, colour.green / 255, colour.blue / 255)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
