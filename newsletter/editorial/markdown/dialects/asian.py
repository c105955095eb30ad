"""Chinese, Japanese and Korean: emphasis at punctuation, lines that join without a space, widths."""

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

_PUNCTUATION = (
    "\u3001-\u3003\u3008-\u3011\u3014-\u301f\u3030\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_NO_SPACES = (
    "\u2e80-\u30ff\u3105-\u312f\u3190-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f"
    "\U00020000-\U0003fffd"
)
_HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"

PUNCTUATION = re.compile(f"[{_PUNCTUATION}]")
# Written as what it is not: to compile a long range of letters takes milliseconds at every start.
_MAY_HOLD = re.compile("[^\0-\u10ff\u2000-\u2e7f]")
_ASTERISKS = re.compile(r"\*+")
_STRONG = 2  # asterisks; more of them within a word stand for letters
_NEAR = 400  # characters looked through for the next ones
_FIRST, _FIRST_UNSPACED = "\u1100", "\u2e80"


@cache  # most issues never need it, and it takes milliseconds
def _asian() -> re.Pattern[str]:
    return re.compile(f"[{_NO_SPACES}{_HANGUL}\u3000]")


@cache
def unspaced() -> re.Pattern[str]:
    """Return what matches a letter of the scripts that put no spaces between words."""
    return re.compile(f"[{_NO_SPACES}]")


def is_unspaced(character: str) -> bool:
    """Say whether a letter, or a text's first one, is of a script that puts no spaces between words."""
    return character >= _FIRST_UNSPACED and unspaced().match(character) is not None


def _is_asian(character: str) -> bool:
    return character >= _FIRST and _asian().match(character) is not None


def may_hold_asian(text: str) -> bool:
    """Say whether looking closer for these scripts is worth its time."""
    return _MAY_HOLD.search(text) is not None


def columns(text: str) -> int:
    """Return about how many columns a text takes: two for each letter of these scripts."""
    return len(text) + (len(_asian().findall(text)) if may_hold_asian(text) else 0)


class AsianInline(ParserInline):
    """Read inline Markdown with emphasis as these scripts need it."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Return the inline tokens of a text, as ParserInline does."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    """Know where emphasis may begin and end next to letters that have no spaces around them.

    CommonMark asks for a space or punctuation outside of “**” when punctuation stands inside of it, which
    these scripts never have: “这是**重要。**所以”. The rule is that of markdown-cjk-friendly's specification.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803  the library's names
        """Return whether the run of markers at ``start`` opens and closes emphasis, and its length."""
        plain = super().scanDelims(start, canSplitWord)
        before = self.src[start - 1] if start else " "
        end = start + plain.length
        after = self.src[end] if end < self.posMax else " "
        if not (_is_asian(before) or _is_asian(after)):
            inside = self.src[start] == "*" and _in_word(before, after)
            masks = inside and self._masks_letters(start, end)
            return Scanned(False, False, plain.length) if masks else plain
        left, right = _flanks(before, after), _flanks(after, before)
        opens = left and (canSplitWord or not right or _is_punctuation(before))
        closes = right and (canSplitWord or not left or _is_punctuation(after))
        return Scanned(opens, closes, plain.length)

    def _masks_letters(self, start: int, end: int) -> bool:
        """Say whether asterisks within a word stand for its letters, or for times, and emphasise nothing.

        Nobody emphasises from the middle of one word to the middle of another: “f**k this f**king thing”.
        """
        if end - start > _STRONG:
            before = self.src[max(0, start - _NEAR) : start].split()[-1]
            return "*" not in before + self.src[end : end + _NEAR].split()[0]  # the only ones of their word
        following = _ASTERISKS.search(self.src, end, min(self.posMax, end + _NEAR))
        if not following or following.end() >= self.posMax:
            return False
        apart = any(character.isspace() for character in self.src[end : following.start()])
        return apart and _in_word(self.src[following.start() - 1], self.src[following.end()])


def _in_word(before: str, after: str) -> bool:
    return before.isalnum() and after.isalnum()


def _flanks(outside: str, inside: str) -> bool:
    """Say whether a run of markers between the two may emphasise what is inside."""
    if _is_space(inside):
        return False
    if not _is_punctuation(inside) or _is_asian(inside):
        return True
    return _is_space(outside) or _is_punctuation(outside) or _is_asian(outside)


def _is_space(character: str) -> bool:
    return isWhiteSpace(ord(character))


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def hide_breaks(children: Sequence[Token]) -> None:
    """Mark each soft break between letters of scripts without spaces as hidden: no space stands for it.

    One next to these scripts' punctuation, which brings its own space, is hidden as well.
    """
    before, waiting = "", list[Token]()
    for child in children:
        if child.type == "softbreak":
            waiting.append(child)
        elif child.content or child.type in ("hardbreak", "merge_field", "image"):
            if len(waiting) == 1 and _joins(before, child.content[:1]):
                waiting[0].hidden = True
            before, waiting = child.content[-1:] if child.type == "text" else "", []


def _joins(before: str, after: str) -> bool:
    both = is_unspaced(before) and is_unspaced(after)
    return bool(both or PUNCTUATION.match(before) or PUNCTUATION.match(after))
