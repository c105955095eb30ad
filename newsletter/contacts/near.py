"""Near names: a new name that is so like a known one that it is probably a slip of the hand."""

import re
import unicodedata
from collections.abc import Iterable

_LONG, _MIDDLING = 7, 4  # letters; two may differ in a long name, one in a middling one, none in a short one


def near(name: str, names: Iterable[str]) -> str | None:
    """Return the known name that a new one is likely to be meant for, or None; itself is none.

    Near are names that differ in case, accents, white space or punctuation alone, or by a plural's ending,
    or by one or two letters that were left out, put in, changed or swapped. Names with other numbers
    in them are never near: ``2025`` and ``2026`` are meant.
    """
    folded, numbers = _fold(name), _numbers(name)
    best: tuple[int, str] | None = None
    for known in names:
        if known == name or _numbers(known) != numbers:
            continue
        other = _fold(known)
        apart = 0 if _singular(folded) == _singular(other) else _distance(folded, other)
        if apart <= _allowed(folded, other) and (best is None or apart < best[0]):
            best = apart, known
    return best[1] if best else None


def _fold(name: str) -> str:
    """Return the letters and digits of a name, without case and accents; a name without any stays."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    kept = (c for c in plain if unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "Mc")
    return "".join(kept) or " ".join(name.split())


def _numbers(name: str) -> list[str]:
    return [number.lstrip("0") for number in re.findall(r"\d+", unicodedata.normalize("NFKD", name))]


def _singular(word: str) -> str:
    for ending, singular in (("ies", "y"), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + singular
    return word.removesuffix("e") if len(word) > 2 else word


def _allowed(first: str, other: str) -> int:
    length = min(len(first), len(other))
    return 2 if length >= _LONG else 1 if length >= _MIDDLING else 0


def _distance(first: str, other: str) -> int:
    """Return how many letters have to be left out, put in, changed or swapped with the next."""
    if abs(len(first) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(first, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, first[i - 2]) == (other[j - 2], b):
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
