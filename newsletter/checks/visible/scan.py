"""Look for kinds of leftovers in the text as it is shown, each place once."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from newsletter.checks.reading import Passage

MOST = 1_000  # places of one kind: far more than are ever reported
_ADDRESS = r"(?:https?://|www\.)[^<>“”\"()]*$"
_BACKTICKS = r",? or put it between backticks[^.]{0,60}(?=\.)"
_NEAR = 400  # characters looked back at for the quotation mark that opened

Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class MatchedPlace:
    """A match in a passage's text.

    ``plain`` says that Markdown is not read there, as in a subject; ``links`` is where each link begins and
    ends.
    """

    match: Match
    passage: int
    line: int
    plain: bool
    links: Sequence[tuple[int, int]]

    @property
    def holds_link(self) -> bool:
        """Say whether there is a whole link between a match's first and last character."""
        at = bisect_left(self.links, (self.match.start() + 1, 0))
        return at < len(self.links) and self.links[at][1] < self.match.end()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of leftover, found by a pattern in linear time.

    ``needles``: one of them is in each match, so that most texts need no pattern, which takes time to
    compile. ``says`` follows the quoted words to the end of their sentence. ``sure`` decides about one match,
    ``choose`` about all of an issue's. ``together`` puts all of a line into one finding, those of one ``key``
    once, and ``says`` is then what they are. ``shows`` gives the words that are quoted. What lies within an
    address is reported by the checks of links, except for kinds found ``in_addresses``, too. ``plain`` holds
    what it says, and the hint, where Markdown is not read; without it, the hint minus its backticks.
    """

    code: str
    needles: tuple[str, ...]
    pattern: str
    says: str
    hint: str
    sure: Callable[[MatchedPlace], bool] | None = None
    choose: Callable[[Sequence[MatchedPlace]], Iterable[MatchedPlace]] | None = None
    together: bool = False
    in_addresses: bool = False
    plain: tuple[str, str] | None = None
    key: Callable[[Match], str] = field(default=lambda match: match[0])
    shows: Callable[[Match], str] = field(default=lambda match: match[0])


@dataclass(frozen=True, slots=True)
class Found:
    """What is reported of one line."""

    code: str
    line: int
    message: str
    hint: str


def find(passages: Sequence[Passage], kinds: Sequence[Kind]) -> tuple[Found, ...]:
    """Return every leftover by line. A place that two kinds match is the first one's."""
    texts = [passage.visible for passage in passages]
    claims: list[list[tuple[int, int]]] = [[] for _ in texts]
    found: list[Found] = []
    for kind in kinds:
        places = list(islice(_places(kind, passages, texts), MOST))
        chosen = kind.choose(places) if kind.choose else places
        shown = chosen if kind.in_addresses else (place for place in chosen if not _in_address(place.match))
        free = [place for place in shown if _claim(claims[place.passage], place.match)]
        found += _together(kind, free) if kind.together else [_found(kind, place) for place in free]
    return tuple(sorted(found, key=lambda leftover: leftover.line))


@lru_cache(maxsize=300)
def compiled(pattern: str, flags: int = re.MULTILINE) -> re.Pattern[str]:
    """Return a pattern, compiled when a text first needs it: most need few, and the command starts sooner."""
    return re.compile(pattern, flags)


def _places(kind: Kind, passages: Sequence[Passage], texts: Sequence[str]) -> Iterator[MatchedPlace]:
    for number, text in enumerate(texts):
        if not any(needle in text for needle in kind.needles):
            continue
        links = passages[number].linked if kind.sure else ()
        at, line, plain = 0, passages[number].line, passages[number].plain
        for match in compiled(kind.pattern).finditer(text):
            line += 0 if plain else text.count("\n", at, match.start())
            at = match.start()
            place = MatchedPlace(match, number, line, plain, links)
            if kind.sure is None or kind.sure(place):
                yield place


def _in_address(match: Match) -> bool:
    """Say whether a match lies wholly within an address that is shown as it is."""
    word = match.string[max(0, match.start() - _NEAR) : match.start()].rsplit(maxsplit=1)[-1:]
    before = match.string[match.start() - 1 : match.start()]
    return bool(word and before.strip()) and compiled(_ADDRESS).search(word[0]) is not None


def _claim(taken: list[tuple[int, int]], match: Match) -> bool:
    """Take a match's place, unless a part of it is taken."""
    span = match.span()
    at = bisect_left(taken, span)
    overlaps = (at < len(taken) and taken[at][0] < span[1]) or (at > 0 and taken[at - 1][1] > span[0])
    if not overlaps:
        taken.insert(at, span)
    return not overlaps


def quoted(text: str) -> str:
    """Return text as a finding quotes it: on one line, in quotation marks, no longer than 60 characters."""
    words = " ".join(text.replace("\ufffc", "`…`").split())
    return f"“{words[:60]}{'…' if len(words) > 60 else ''}”"


def _found(kind: Kind, place: MatchedPlace) -> Found:
    says, hint = _words(kind, plain=place.plain)
    return Found(kind.code, place.line, f"{quoted(place.match[0])} {says}.", hint)


def _words(kind: Kind, *, plain: bool) -> tuple[str, str]:
    """Return what a kind says of a place, and the hint."""
    if not plain:
        return kind.says, kind.hint
    return kind.plain or (kind.says, compiled(_BACKTICKS).sub("", kind.hint))


def _together(kind: Kind, places: Sequence[MatchedPlace]) -> Iterator[Found]:
    lines: dict[tuple[int, bool], dict[str, str]] = {}
    for place in sorted(places, key=lambda place: (place.passage, place.match.start())):
        pieces, shown = lines.setdefault((place.line, place.plain), {}), kind.shows(place.match)
        if not any(shown in piece for piece in pieces.values()):  # the rest of what is quoted already
            pieces.setdefault(kind.key(place.match), shown)
    for (line, plain), pieces in lines.items():
        quotes = ", ".join(map(quoted, islice(pieces.values(), 12)))
        as_it_is = "it stands" if len(pieces) == 1 else "they stand"
        says, hint = _words(kind, plain=plain)
        yield Found(kind.code, line, f"{quotes} would be shown as {as_it_is}: {says}.", hint)


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def in_quotation(match: Match) -> bool:
    """Say whether a match stands within quotation marks that opened before it in its passage."""
    before = match.string[max(0, match.start() - _NEAR) : match.start()]
    pairs = ("“”", "„“", "«»", "「」", "『』")
    opened = any(before.rfind(mark[0]) > before.rfind(mark[1]) for mark in pairs)
    return opened or before.count('"') % 2 == 1
