"""Which line ends were meant: those of an address, a poem, a signature, a dialogue, of numbered lines.

Prose that was broken by hand is broken where the next word no longer fits. Where several words would still
have fitted, at every break of several lines, somebody pressed Enter because a line was to end there.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.newline import newline

from newsletter.editorial.markdown.dialects.asian import columns, is_unspaced

_NARROWEST = 60  # columns: nobody breaks prose at fewer, but see _looks_broken_by_hand
_NARROW = 30  # columns: no prose is broken at fewer at all
_SEVERAL = 3  # lines

SPACE = r"[ \t\u00a0\u2000-\u200a\u202f]"
_LINK = re.compile(r"\]\([^()\s]*\)")
_ENDS = re.compile(rf"""[.!?…:;。！？：；，、,)\]”’»"'*_]+{SPACE}*$""")
_PAUSES = re.compile(rf"""[.!?…:;。！？：；)\]”’»"']+[*_]*{SPACE}*$""")
_NAMED = re.compile(r"[*_]{0,2}[^\W\d_a-z][^:：\n]{0,24}(?::[*_]{0,2}\s|：)")
_BOX = re.compile(rf"\[[ xX]\]{SPACE}")
_DASH = re.compile(rf"{SPACE}*[–—―](?!\d)")
_ARROW = re.compile(rf"(?:[-=–—]{{1,2}}>|[»›✓†‡¶]){SPACE}")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?:(?!\1).){1,120}(?<=\S)\1")
_INDENT = "\u3000"  # a paragraph's beginning in Chinese and Japanese
_NUMBER = re.compile(
    rf"{SPACE}*(?P<open>[(\[]?)(?P<groups>(?:\d{{1,2}}\.){{0,3}})(?P<value>\d{{1,3}}|[ivx]{{2,5}}|[IVX]{{2,5}}|[^\W\d_])"
    rf"(?P<close>[.):\]])(?={SPACE})"
)
_CHINESE_DIGITS = "零一二三四五六七八九十"
_CHINESE = re.compile(rf"[（(]?(?P<value>\d{{1,3}}|[{_CHINESE_DIGITS[1:]}])(?P<close>[、．）])")
_CIRCLED = re.compile("[\u2460-\u2473\u2474-\u249b\u2776-\u2793\u24b6-\u24e9]")
# Letters that lists count by where the next one is not the next in Unicode.
_COUNTED = (
    "가나다라마바사아자차카타파하",
    "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "أبجدهوزحطي",
    "アイウエオカキクケコ",
    "甲乙丙丁戊己庚辛壬癸",
)
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_ROMAN = {name: value for value, name in enumerate(_ROMANS, 1)}


@dataclass(frozen=True, slots=True)
class Lines:
    """A paragraph's lines; ``early`` says for each break whether the next word would still have fitted."""

    texts: tuple[str, ...]
    early: tuple[bool, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Lines":
        """Measure lines, as they are seen."""
        shown = [_LINK.sub("]", text).strip() for text in texts]
        sizes = [columns(text) for text in shown]
        fits = [sizes[n] + 1 + _first(shown[n + 1]) <= _NARROWEST for n in range(len(texts) - 1)]
        # Prose was broken where its links' addresses ended, which are not seen.
        full = [
            len(shown[n]) < len(texts[n].strip()) and shown[n + 1][:1].islower() for n in range(len(fits))
        ]
        return cls(tuple(shown), tuple(fit and not far for fit, far in zip(fits, full, strict=True)))


def kept_breaks(text: str) -> frozenset[int]:
    """Return where in a paragraph's text the line ends are that were meant."""
    texts = text.split("\n")
    kept = kept_lines(texts)
    places, at = [], -1
    for line in texts:
        at += len(line) + 1
        places.append(at)
    return frozenset(places[number] for number in kept)


def kept_lines(texts: Sequence[str]) -> set[int]:
    """Return after which of a paragraph's lines, counted from 0, its end was meant."""
    if len(texts) < 2:
        return set()
    lines = Lines.of(texts)
    return {
        *_verse(lines),
        *_named(lines),
        *_dialogue(lines),
        *_numbered(lines),
        *_indented(texts),
        *_headed(lines),
    }


def read_breaks(parser: MarkdownIt) -> None:
    """Let a parser keep line ends that ``env["kept"]`` names: a text, and their places in it."""
    parser.inline.ruler.at("newline", _newline)


def _newline(state: StateInline, silent: bool) -> bool:
    text, places = state.env.get("kept", ("", ()))
    if state.pos not in places or state.src is not text:
        return newline(state, silent)
    if not silent:
        state.pending = state.pending.rstrip(" \t")
        state.push("hardbreak", "br", 0)
    state.pos += 1
    while state.pos < state.posMax and state.src[state.pos] in " \t":
        state.pos += 1
    return True


def ends_sentence(line: str) -> bool:
    """Say whether a line ends as a sentence does, or with a colon."""
    return _PAUSES.search(line[-20:]) is not None


def _first(line: str) -> int:
    """Return how many columns must be free for a line's first word; of Chinese or Japanese a letter."""
    return 2 if is_unspaced(line) else columns(line.split(maxsplit=1)[0]) if line else 0


# ── verse ───────────────────────────────────────────────────────────────────────────────────────────────


def _verse(lines: Lines) -> Iterator[int]:
    """Yield the breaks of short lines, to the paragraph's end: at least three, or two very short ones."""
    last = len(lines.texts) - 1
    start = last
    if columns(lines.texts[last]) > _NARROWEST:
        return
    while start and lines.early[start - 1]:
        start -= 1
    found = lines.texts[start:]
    if start and (not ends_sentence(lines.texts[start - 1]) or all(map(ends_sentence, found))):
        return  # within a paragraph; or its sentences have a line each, as some writers have it
    if (len(found) >= _SEVERAL and not _looks_broken_by_hand(found)) or _is_pair(found, alone=not start):
        yield from range(max(0, start - 1), last)


def _is_pair(texts: Sequence[str], *, alone: bool) -> bool:
    """Say whether the two lines of a paragraph are as those of a signature: “Yours,” and “Ana”.

    Two lines are little evidence, so they must be names and numbers alone, or end a greeting.
    """
    if not alone or len(texts) != 2 or any(columns(text) > _NARROW for text in texts):
        return False
    words = texts[1].split() if texts[0].endswith((",", "，")) else [*texts[0].split(), *texts[1].split()]
    return all(word[0].isupper() or word[0].isdigit() for word in words)


def _looks_broken_by_hand(texts: Sequence[str]) -> bool:
    """Say whether lines are prose in a narrow column: each as full as it gets, a sentence going on."""
    sizes = [columns(text) for text in texts]
    widest = max(sizes)
    full = all(size + 1 + _first(texts[n + 1]) > widest for n, size in enumerate(sizes[:-1]))
    return widest >= _NARROW and full and any(map(_goes_on, texts, texts[1:]))


def _goes_on(line: str, after: str) -> bool:
    begins = after[:1]
    return begins.islower() or (is_unspaced(begins) and not _ENDS.search(line[-20:]))


def _named(lines: Lines) -> Iterator[int]:
    """Yield the breaks of a paragraph whose lines each begin with a name and a colon, as in an interview."""
    if all(_NAMED.match(text) for text in lines.texts):
        yield from range(len(lines.texts) - 1)


# ── dialogue, and lines that begin with a sign ──────────────────────────────────────────────────────────


def _dialogue(lines: Lines) -> Iterator[int]:
    """Yield the breaks before lines that begin with a dash or a sign, where the line before has ended."""
    marked = [is_marked(text) for text in lines.texts]
    if not any(marked):
        return
    inside = marked[0] and sum(marked) > 1
    for number, here in enumerate(marked[1:]):
        early = lines.early[number]
        begins = ends_sentence(lines.texts[number]) or (early and any(marked[number + 2 : number + 3]))
        if (here and (inside or begins)) or (inside and early):
            inside = True
            yield number


def is_marked(text: str) -> bool:
    """Say whether a line begins with a dash, an arrow, a box or a sign such as an emoji."""
    return bool(_DASH.match(text) or _BOX.match(text) or _ARROW.match(text)) or (
        len(text) > 2 and _is_sign(text[0]) and not text[1].isalnum()
    )


def _is_sign(character: str) -> bool:
    return (unicodedata.category(character) == "So" and character != "°") or "\u2190" <= character <= "\u21ff"


def _headed(lines: Lines) -> Iterator[int]:
    """Yield the break after a first line that is bold as a whole: a subhead."""
    if lines.early[0] and _BOLD.fullmatch(lines.texts[0]):
        yield 0


def _indented(texts: Sequence[str]) -> Iterator[int]:
    """Yield the breaks before lines that begin with an ideographic space: each is a paragraph."""
    return (number for number, text in enumerate(texts[1:]) if text.startswith(_INDENT))


# ── numbered lines ──────────────────────────────────────────────────────────────────────────────────────


def _numbered(lines: Lines) -> Iterator[int]:
    """Yield the breaks before lines that count: (1) and (2), a) and b), ① and ②."""
    counting = sorted({number for pair in sequences(lines.texts) for number in pair})
    for number in counting:
        if number:
            yield number - 1
        after = number + 1
        if after < len(lines.texts) and lines.early[number]:
            yield number


def sequences(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield pairs of lines, by number, of which the second counts on from the first in the same manner."""
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    for number, text in enumerate(texts):
        for manner, value in _values(text):
            before = latest.get(manner)
            if before and before[1] + 1 == value:
                yield before[0], number
            latest[manner] = number, value


def _values(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield how a line is numbered, and with what: a single i is a letter and a Roman one."""
    if text and _CIRCLED.match(text):
        yield ("", ""), ord(text[0])
        return
    if found := _CHINESE.match(text):
        value = found["value"]
        yield ("一", found["close"]), int(value) if value.isdigit() else _CHINESE_DIGITS.index(value)
        return
    found = _NUMBER.match(text)
    if not found:
        return
    value, around = found["value"], f"{found['open']}{found['groups']}{found['close']}"
    if value.isdigit():
        yield ("1", around), int(value)
        return
    case = "A" if value.isupper() else "a"
    if len(value) == 1:
        yield (case, around), ord(value)
        yield from (((order[:3], around), order.index(value)) for order in _COUNTED if value in order)
    if value.lower() in _ROMAN:
        yield (f"{case} Roman", around), _ROMAN[value.lower()]
