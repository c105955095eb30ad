"""Run that several checks of the mail use."""

from collections.abc import Sequence

THEME = "This comes from the theme's templates, not from the issue."
_SHOWN = 50  # characters of what a remark quotes


def quoted(text: str) -> str:
    """Return words of a letter as a remark quotes them: on one line, and cut."""
    words = " ".join(text.split())
    return f"“{words[:_SHOWN].rstrip()}…”" if len(words) > _SHOWN else f"“{words}”"


def some(items: Sequence[str], most: int = 4) -> str:
    """Return the first of some items, and how many more there are."""
    more = len(items) - most
    return ", ".join(items[:most]) + (f" and {more} more" if more > 0 else "")


def and_more(places: Sequence[object]) -> str:
    """Return the sentence that a remark on the first of several places ends with."""
    more = len(places) - 1
    return f" So {'is 1 more place' if more == 1 else f'are {more} more places'}." if more else ""
