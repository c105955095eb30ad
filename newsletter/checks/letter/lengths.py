"""Lengths of CSS in pixels."""

import re
from collections.abc import Mapping

_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|em|rem|%|vw|)")
_SHORTHAND = re.compile(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%))(?:\s*/\s*([\d.]+(?:px|pt|em|rem|%)?))?(?=\s|$)")
_WORDS = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0,
}  # fmt: skip
# What browsers do of themselves, as a share of the size around.
_OF_ELEMENTS = {
    "h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67, "small": 0.83, "big": 1.2,
    "sup": 0.83, "sub": 0.83,
}  # fmt: skip
_POINT = 4 / 3
_ROOT = 16.0
_NORMAL = 1.2


def pixels(value: str, size: float) -> float | None:
    """Return a length in pixels; ``size`` is what em and per cent are of. None for what is no such length."""
    found = _LENGTH.fullmatch(value.strip())
    if not found:
        return None
    number, unit = float(found[1]), found[2]
    factors = {"px": 1.0, "": 1.0, "pt": _POINT, "em": size, "rem": _ROOT, "%": size / 100}
    return number * factors[unit] if unit in factors else None


def font_size(own: Mapping[str, str], tag: str, around: float) -> float:
    """Return the size of an element's type, which its styles say or the element around it."""
    said = own.get("font-size", "")
    if not said and (short := _SHORTHAND.search(own.get("font", ""))):
        said = short[1]
    if said in _WORDS:
        return _WORDS[said]
    if said in ("smaller", "larger"):
        return around * (0.83 if said == "smaller" else 1.2)
    found = pixels(said, around) if said else None
    return found if found is not None else around * _OF_ELEMENTS.get(tag, 1.0)


def line_height(value: str, size: float) -> float:
    """Return the height of a line: a number without a unit is a multiple of the type's size."""
    try:
        return float(value) * size
    except ValueError:
        found = pixels(value, size)
        return found if found is not None else _NORMAL * size


def sides(own: Mapping[str, str], name: str, size: float) -> tuple[float, float]:
    """Return the upper and the lower of an element's four paddings or margins."""
    parts = [pixels(part, size) or 0.0 for part in own.get(name, "").split()]
    top = parts[0] if parts else 0.0
    bottom = parts[2] if len(parts) > 2 else top
    return (
        pixels(own.get(f"{name}-top", ""), size) or top,
        pixels(own.get(f"{name}-bottom", ""), size) or bottom,
    )
