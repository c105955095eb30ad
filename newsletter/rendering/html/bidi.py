"""Which way text runs, block by block: right to left where enough of its words do."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from markdown_it.token import Token

from newsletter.rendering.publication import Direction

START: dict[Direction, Literal["left", "right"]] = {"ltr": "left", "rtl": "right"}

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"\S*(?:://|@)\S*")

# A right-to-left text holds many foreign names and terms, hardly ever the other way round. The share is that
# of the Closure Library's estimateDirection.
_ENOUGH = 0.4


# What has the direction of what is around it, whatever its words: a table's parts, what has no element.
_FOLLOWING = frozenset({"thead_open", "tbody_open", "tr_open", "footnote_block_open", "footnote_open"})


class LetterCounts(NamedTuple):
    """How many words run each way. Those without a letter, such as numbers, run neither."""

    ltr: int = 0
    rtl: int = 0

    def direction(self, otherwise: Direction) -> Direction:
        """Return which way these words run as a whole; ``otherwise`` when there are none."""
        if not self.ltr + self.rtl:
            return otherwise
        return "rtl" if self.rtl > _ENOUGH * (self.ltr + self.rtl) else "ltr"


def count(text: str) -> LetterCounts:
    """Count the words of a text by the way they run. Addresses of the web and of mailboxes do not count."""
    letters = [letter[0] for word in _ADDRESS.sub("", text).split() if (letter := _LETTER.search(word))]
    rtl = sum(1 for letter in letters if _RTL.match(letter))
    return LetterCounts(len(letters) - rtl, rtl)


def sum_of(*counts: LetterCounts) -> LetterCounts:
    """Return the sum of counts."""
    return LetterCounts(sum(words.ltr for words in counts), sum(words.rtl for words in counts))


def may_turn(tokens: Sequence[Token]) -> bool:
    """Say whether any of some inline or block tokens may run right to left: an entity may be any letter."""
    return any(_RTL.search(token.content) or "&" in token.content for token in tokens if token.content)


def count_inline(tokens: Iterable[Token]) -> LetterCounts:
    """Count the words of inline tokens. Code and merge fields have none: they run with the rest."""
    return count("".join([_countable(token) for token in tokens]))


def count_blocks(tokens: Sequence[Token], *, outermost: bool = False) -> LetterCounts:
    """Count the words in block tokens, or of those in no list, quote or table. Code has none."""
    texts = (token for token in tokens if token.type == "inline" and (token.level == 1 or not outermost))
    return sum_of(*(count_inline(text.children or ()) for text in texts))


def block_directions(tokens: Sequence[Token], base: Direction) -> dict[int, Direction]:
    """Return the direction of every block that opens in ``tokens``, by position; of code blocks too.

    A block without words runs as the one around it, ``base`` at the top. A table runs as its head does. Where
    all run left to right, as ``base`` does, the answer is empty.
    """
    if base == "ltr" and not may_turn(tokens):
        return {}
    words = _words_by_block(tokens)
    found: dict[int, Direction] = {}
    around: list[Direction] = [base]
    for position, token in enumerate(tokens):
        if token.type in ("fence", "code_block"):  # code runs left to right, unless it is no code at all
            found[position] = count(token.content).direction("ltr")
        elif token.nesting > 0:
            found[position] = (
                around[-1] if token.type in _FOLLOWING else words[position].direction(around[-1])
            )
            around.append(found[position])
        elif token.nesting < 0:
            around.pop()
    return found


def _words_by_block(tokens: Sequence[Token]) -> dict[int, LetterCounts]:
    words: dict[int, LetterCounts] = {}
    inside: list[int] = []
    heads: dict[int, LetterCounts] = {}
    for position, token in enumerate(tokens):
        if token.nesting > 0:
            words[position] = LetterCounts()
            inside.append(position)
        elif token.type == "inline" and inside:
            words[inside[-1]] = count_inline(token.children or ())
        elif token.nesting < 0:
            closed = inside.pop()
            if inside:
                words[inside[-1]] = sum_of(words[inside[-1]], words[closed])
            if token.type == "thead_close":
                heads[inside[-1]] = words[closed]
    # A table is read along its head: what its cells quote, and in which script, does not turn it.
    return {**words, **{table: head for table, head in heads.items() if any(head)}}


def _countable(token: Token) -> str:
    return token.content if token.type.startswith("text") else " " * (token.nesting == 0)
