"""Front matter as other programs write it, in TOML or JSON: named, and shown as it is written here."""

import re
from collections.abc import Sequence

from newsletter.editorial.faults import Faults
from newsletter.editorial.front.keys import FrontMatter, Keys
from newsletter.editorial.invisible import tidy

_KEY = re.compile(r"""\s*["']?(?P<key>\w+)["']?\s*[:=]\s*(?P<value>.+?)\s*,?\s*$""")
_MAX_LINES = 200  # where no end is found; the brief is taken to begin at the first empty line before that


def read_foreign(lines: Sequence[str], first: int, faults: Faults, keys: Keys) -> FrontMatter | None:
    """Note front matter in TOML or JSON and return one that begins the brief below it; None for any other."""
    begins = tidy(lines[first]) if lines else ""
    if begins == "+++":
        name, end = "TOML, between two lines of +++", _next(lines, first, "+++")
    elif begins == ";;;":
        name, end = "JSON, between two lines of ;;;", _next(lines, first, ";;;")
    elif re.match(r"\{\s*(\"|$)", begins):
        name, end = "JSON, between braces", _closing_brace(lines, first)
    else:
        return None
    faults.add(
        "front-foreign",
        first + 1,
        f"The front matter is written as {name}, up to line {end + 1}.",
        "Write it as lines of “key: value” between two lines of ---, "
        f"{_shown(lines[first : end + 1], keys)}.",
    )
    return FrontMatter(whole=False, body=end + 1, keys=keys)


def _next(lines: Sequence[str], first: int, fence: str) -> int:
    for at in range(first + 1, len(lines)):
        if tidy(lines[at]) == fence:
            return at
    return _before_empty(lines, first)


def _closing_brace(lines: Sequence[str], first: int) -> int:
    if tidy(lines[first]).endswith("}"):
        return first
    inside = range(first, min(first + _MAX_LINES, len(lines)))
    for closing in (
        [at for at in inside if lines[at].startswith("}")],
        [at for at in inside if "}" in lines[at]],
    ):
        if closing:
            return closing[0]
    return _before_empty(lines, first)


def _before_empty(lines: Sequence[str], first: int) -> int:
    return next((at - 1 for at in range(first + 1, len(lines)) if not tidy(lines[at])), len(lines) - 1)


def _shown(lines: Sequence[str], keys: Keys) -> str:
    """Show the first known key as it is to be written."""
    for found in filter(None, map(_KEY.match, lines)):
        if found["key"] in keys.names:
            value = found["value"].strip("\"'")
            return f"such as “{found['key']}: {value[:150]}”"
    return f"such as “{keys.first}: …”"
