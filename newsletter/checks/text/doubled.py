"""A word that stands twice in a row, often over the end of a line, where no eye sees it."""

import re
from collections.abc import Iterator

from newsletter.checks.reading import Spoken
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled
from newsletter.checks.words import base_of
from newsletter.checks.words.doubled import (
    FREE_RELATIVE,
    JOINING,
    RELATIVE,
    SMALL,
    SOUNDS,
    STRICT,
    may_stand_twice,
)

# A word begins and ends at no hyphen, stop or apostrophe: “hand” in “second-hand hand” is another word.
_BEGINS, _ENDS = r"(?<![\w'’.@/&-])", r"(?![\w'’@/&]|-\w|\.\w)"
_BLANKS = r"[ \t\u00a0]+"
_BETWEEN = rf"({_BLANKS}|[ \t]*\n[ \t]*)"
_TWICE = rf"{_BEGINS}([^\W\d_]+(?:['’][^\W\d_]+)*){_BETWEEN}(\1){_ENDS}"
_PAIR_TWICE = rf"{_BEGINS}([^\W\d_]+){_BLANKS}([^\W\d_]+){_BETWEEN}\1{_BLANKS}\2{_ENDS}"
_CLAUSE = r"[^.,;:!?…()\n“”„«»\"]*$"
_BEGINS_SENTENCE = r"(?:^|[.!?…:]|[“„«\"(])\s*$"
_STOPS, _OPENING, _CLOSING = " \u00a0\u202f,.!?…", '“„«"‘‚‹”', '”“»"’‘›'
_AROUND = ".,;:!?…()“”„«»'\""
_NEAR = 200  # characters looked back at for where a clause begins


@check("words-doubled", "warning")
def words_doubled(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a word written twice, in languages where that is a mistake."""
    for spoken in checked.spoken:
        small = SMALL.get(base_of(spoken.language))
        if small is None or any(token.type == "s_open" for token in spoken.passage.tokens):
            continue
        for found in compiled(_TWICE, re.IGNORECASE).finditer(spoken.text):
            if not _is_meant(found, spoken, small):
                yield Remark(
                    spoken.line_at(found.start()),
                    f"“{found[1]} {found[3]}”: the word stands twice in a row.",
                    "Take one of the two out.",
                )
        yield from _pairs(spoken, small)


def _pairs(spoken: Spoken, small: frozenset[str]) -> Iterator[Remark]:
    """Yield what is said of two small words that stand there again at once: “in the in the”."""
    for found in compiled(_PAIR_TWICE).finditer(spoken.text):
        pair = {found[1].casefold(), found[2].casefold()}
        if len(pair) == 2 and pair <= small - JOINING and not _is_verse(found, spoken):
            yield Remark(
                spoken.line_at(found.start()),
                f"“{' '.join(found[0].split())}”: the words stand twice in a row.",
                "Take one of the two out.",
            )


def _is_meant(found: re.Match[str], spoken: Spoken, small: frozenset[str]) -> bool:
    """Say whether a word stands twice for a reason: a name, a song, grammar, a line of verse."""
    word, text = found[3].casefold(), spoken.text
    before = text[max(0, found.start() - _NEAR) : found.start()]
    if found[3][0].isupper() or _is_verse(found, spoken) or _is_all_that_is_said(found):
        return True
    if word in small:
        begins = found[1][0].islower() or compiled(_BEGINS_SENTENCE).search(before) is not None
        return not begins or (word in SOUNDS and _is_thrice(found))
    if base_of(spoken.language) not in STRICT or may_stand_twice(word) or _is_thrice(found):
        return True
    # “Bison bison” is a species, “the Cat in the Hat hat” a hat.
    return found[1][0].isupper() or _ends_a_clause(before)


def _is_verse(found: re.Match[str], spoken: Spoken) -> bool:
    return "\n" in found[0] and any(token.type == "hardbreak" for token in spoken.passage.tokens)


def _is_all_that_is_said(found: re.Match[str]) -> bool:
    """Say whether the two words are a quotation of their own: « bonjour bonjour », disent-ils."""
    before, after = found.string[: found.start()].rstrip(), found.string[found.end() :].lstrip(_STOPS)
    return before[-1:] in _OPENING and after[:1] in _CLOSING and bool(before and after)


def _is_thrice(found: re.Match[str]) -> bool:
    """Say whether a word stands there a third time."""
    around = (found.string[: found.start()].split()[-1:], found.string[found.end() :].split()[:1])
    return any(word and word[0].strip(_AROUND).casefold() == found[3].casefold() for word in around)


def _ends_a_clause(before: str) -> bool:
    """Say whether the first of two verbs may end a clause that is the subject of the second.

    A relative clause after a comma never does: “Veldt, which has has the brewery”.
    """
    clause = compiled(_CLAUSE).search(before)
    said = clause[0].casefold().split() if clause else []
    return not FREE_RELATIVE.isdisjoint(said) or not RELATIVE.isdisjoint(said[1:])
