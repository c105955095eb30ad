"""A letter's colours turned dark by force, by a rule of our own: some programs do it to letters of any kind.

What each program does is its own, differs by version and is not published. This is none of them: a rule that
is simple enough to be said in three sentences, by which a letter can be looked at and measured.
"""

import re
from functools import lru_cache

RULE = (
    "A light ground becomes dark, and dark text on it light, each with its hue. "
    "Ground that is dark already stays, and so does light text. "
    "Pictures stay as they are, and the letter’s own dark colours are not asked for."
)
RULE_SINCE = "2026-11-29"  # the day of its last change

_MIDDLE = 0.6  # lightness in OKLab, 0 is black and 1 white
_GROUND, _STEP = 0.22, 0.9  # white becomes this dark, and what was darker than white is lighter than that
_TEXT, _LESS = 0.96, 0.35  # black becomes this light, and what was lighter than black is darker than that

_NAMED = {"white": "#ffffff", "black": "#000000"}
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b|\b(?:white|black)\b")
_DECLARATION = re.compile(
    r"(?<![\w-])(background(?:-color)?|color|border(?:-[a-z]+)*|outline(?:-color)?|text-decoration(?:-color)?)"
    r"(\s*:\s*)([^;{}\"']+)"
)
_STYLED = re.compile(r"(\sstyle=\"[^\"]*\")|(<style\b[^>]*>.*?</style>)", re.DOTALL)
_ATTRIBUTE = re.compile(r"(\s)(bgcolor|color)(=\")([^\"]*)(?=\")")

Rgb = tuple[float, float, float]


def inverted(html: str) -> str:
    """Return a letter with the colours of its styles and attributes turned dark by force."""
    styled = _STYLED.sub(lambda style: _DECLARATION.sub(_declaration, style[0]), html)
    return _ATTRIBUTE.sub(_attribute, styled)


def _declaration(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{_colours(found[1], found[3])}"


def _attribute(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{found[3]}{_colours(found[2], found[4])}"


def _colours(name: str, value: str) -> str:
    return _COLOUR.sub(lambda colour: _turned(name, colour[0]), value)


def _turned(name: str, colour: str) -> str:
    if name.startswith(("background", "bg")):
        return inverted_ground(colour)
    return inverted_line(colour) if name.startswith(("border", "outline")) else inverted_text(colour)


@lru_cache(maxsize=1024)
def inverted_ground(colour: str) -> str:
    """Return what a background becomes, as six hexadecimal digits; it is ``#rgb``, ``#rrggbb`` or a name."""
    lightness, *hue = _oklab(_channels(colour))
    return colour if lightness < _MIDDLE else _hex(_GROUND + (1 - lightness) * _STEP, *hue)


@lru_cache(maxsize=1024)
def inverted_text(colour: str) -> str:
    """Return what a text's colour becomes, written as for ``inverted_ground``."""
    lightness, *hue = _oklab(_channels(colour))
    return colour if lightness > _MIDDLE else _hex(_TEXT - lightness * _LESS, *hue)


def inverted_line(colour: str) -> str:
    """Return what a border's colour becomes: as a background if it is light, else as text."""
    return inverted_ground(colour) if _oklab(_channels(colour))[0] >= _MIDDLE else inverted_text(colour)


def _channels(colour: str) -> Rgb:
    """Return red, green and blue, each from 0 to 1, proportional to light."""
    digits = _NAMED.get(colour, colour)[1:]
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return red, green, blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _coded(value: float) -> int:
    value = min(1.0, max(0.0, value))
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


# The matrices are OKLab's, as Björn Ottosson published them in 2020: bottosson.github.io/posts/oklab
def _oklab(rgb: Rgb) -> Rgb:
    red, green, blue = rgb
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(lightness: float, a: float, b: float) -> str:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#{:02x}{:02x}{:02x}".format(*map(_coded, channels))
