"""How many columns a text takes, on a terminal and in plain text: light enough for every command."""

import re
from functools import cache
from unicodedata import category, east_asian_width

_NO_WIDTH = ("Mn", "Me", "Cf")


@cache  # compiling it takes a millisecond, which a command that says nothing but ASCII can save
def _other_than_one() -> re.Pattern[str]:
    """Return where combining and wide characters may lie: all others, curly quotes too, take one column."""
    return re.compile(
        "[^\0-\u00ac\u00ae-\u02ff\u2000-\u200a\u2010-\u2029\u202f-\u205f\u2070-\u20cf\u2100-\u2319"
        "\u2400-\u25fc\u27c0-\u2b1a]"
    )


def one_each(text: str) -> bool:
    """Say whether it is certain that every character of a text takes one column, as in most texts."""
    return text.isascii() or not _other_than_one().search(text)


def display_width(text: str) -> int:
    """Return how many columns a text takes: two for a wide character, none for one that joins the last."""
    return len(text) if one_each(text) else sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in _NO_WIDTH:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
