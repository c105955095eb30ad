"""Signs of emphasis that Markdown did not take as such, apart from those that are meant as they are.

``**`` also makes a word printable (f**k), marks a note at the foot, and is a power in a formula; ``==``
compares, ``__`` is a gap to be filled in. What surrounds words as emphasis does is reported.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from newsletter.checks.visible.scan import Match, MatchedPlace

_LONGEST = 3  # ***both***; a longer run is a line or a gap
_TIGHT = ("==", "~~", "__")  # with a space inside these are not emphasis
_FIRST_MARK = re.compile(r"(?<=\w)\*(?![\w*])")  # what a note marked ** comes after
_SHORT_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,2}$")


def unpaired(places: Sequence[MatchedPlace]) -> Iterator[MatchedPlace]:
    """Yield the first sign of each pair, and ``**`` without another unless it marks a note at the foot."""
    single: list[MatchedPlace] = []
    for _, group in groupby(places, key=lambda place: place.passage):
        runs = [place for place in group if len(place.match[0]) <= _LONGEST]
        for sign in dict.fromkeys(place.match[0] for place in runs):
            paired, left = _pairs([place for place in runs if place.match[0] == sign])
            yield from paired
            single += left if sign.startswith("*") else []
    marks = [place for place in single if _closes(place.match)]
    first = min(map(_position, marks), default=(0, 0))
    feet = [place for place in single if _begins_line(place.match) and _position(place) > first]
    counted = any(_FIRST_MARK.search(place.match.string) for place in marks)
    if not (marks and (feet or counted)):
        yield from (place for place in single if _touches_word(place.match))


def _pairs(runs: Sequence[MatchedPlace]) -> tuple[list[MatchedPlace], list[MatchedPlace]]:
    """Return signs that open before words with one that closes after them, and those left without another."""
    paired: list[MatchedPlace] = []
    left: list[MatchedPlace] = []
    opened: MatchedPlace | None = None
    for place in runs:
        if opened and _ends(opened.match, place.match):
            paired.append(opened)
            opened = None
        elif _opens(place.match):
            left += [opened] if opened else []
            opened = place
        elif _closes(place.match):
            left.append(place)
    return paired, [*left, *([opened] if opened else [])]


def _ends(opened: Match, closing: Match) -> bool:
    if opened[0].startswith(_TIGHT) and (_after(opened).isspace() or _before(closing).isspace()):
        return False
    return not _is_word(_after(closing)) or not _is_word(_before(opened))


def _opens(match: Match) -> bool:
    """Say whether a sign stands before words: no letter right before it."""
    if _is_word(_before(match)):
        return False
    spaced = _after(match).isspace()
    return not spaced or not _before(match).strip()


def _closes(match: Match) -> bool:
    return bool(_before(match).strip()) and not _is_word(_after(match))


def _begins_line(match: Match) -> bool:
    return _before(match) in ("", "\n")


def _touches_word(match: Match) -> bool:
    """Say whether a sign touches a word, and not a swearword cut short: “s**”."""
    if _SHORT_WORD.search(match.string[max(0, match.start() - 3) : match.start()]):
        return False
    return _is_word(_before(match)) or bool(_after(match).strip())


def _position(place: MatchedPlace) -> tuple[int, int]:
    return place.passage, place.match.start()


def _before(match: Match) -> str:
    return match.string[match.start() - 1] if match.start() else ""


def _after(match: Match) -> str:
    return match.string[match.end() : match.end() + 1]


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()
