"""Whether words stand out from their ground: by day, in the letter's dark, and in a program's own."""

from collections.abc import Iterator
from typing import NamedTuple

from newsletter.checks.letter.css import View
from newsletter.checks.letter.read import DARK, LIGHT, LINK, Letter, Run
from newsletter.checks.mail.texts import THEME, and_more, quoted
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.rendering.html.colours import Colour, colour_of, contrast
from newsletter.rendering.html.inversion import inverted_ground, inverted_text

# WCAG 2.2, 1.4.3: 3 to 1 is enough for type of 24 px, and of 18.66 px where it is bold.
_LEAST, _LEAST_LARGE = 4.5, 3.0
_LARGE, _LARGE_BOLD = 24.0, 18.66


class _Pair(NamedTuple):
    """A colour on a ground, and the contrast it needs there."""

    colour: Colour
    ground: Colour
    least: float


def _faint(letter: Letter, view: View, *, forced: bool = False) -> dict[_Pair, list[Run]]:
    """Return the words that do not stand out enough, by their colours; ``forced`` dark by a mail program."""
    found: dict[_Pair, list[Run]] = {}
    for run in letter.words(view):
        if run.look.visible:
            pair = _darkened(run) if forced else _Pair(run.look.colour, run.look.ground, _least(run))
            if contrast(pair.colour, pair.ground) < pair.least:
                found.setdefault(pair, []).append(run)
    return found


def _darkened(run: Run) -> _Pair:
    ink, ground = inverted_text(str(run.look.colour)), inverted_ground(str(run.look.ground))
    return _Pair(colour_of(ink) or run.look.colour, colour_of(ground) or run.look.ground, _least(run))


def _least(run: Run) -> float:
    look = run.look
    return _LEAST_LARGE if look.size >= (_LARGE_BOLD if look.bold else _LARGE) else _LEAST


def _remark(pair: _Pair, words: list[Run], where: str, hint: str) -> Remark:
    ratio = int(contrast(pair.colour, pair.ground) * 100) / 100  # never rounded up to what is asked for
    return Remark(
        None,
        f"{quoted(words[0].text)} is {pair.colour} on {pair.ground}{where}: {ratio:g} to 1, and it takes "
        f"{pair.least:g}.{and_more(words)}",
        hint,
    )


def _elements(faint: dict[_Pair, list[Run]]) -> set[object]:
    return {run.element for words in faint.values() for run in words}


@check("mail-contrast", "error")
def mail_contrast(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for words that do not stand out from their ground by day."""
    for pair, words in _faint(checked.letter, LIGHT).items() if checked.letter else ():
        yield _remark(pair, words, "", f"{THEME} Take the two colours further apart.")


@check("mail-contrast-dark", "error")
def mail_contrast_dark(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for words that do not stand out in the letter's own dark, though they do by day."""
    if not checked.letter:
        return
    by_day = _elements(_faint(checked.letter, LIGHT))
    for pair, words in _faint(checked.letter, DARK).items():
        if new := [run for run in words if run.element not in by_day]:
            yield _remark(
                pair,
                new,
                " by night",
                f"{THEME} dark.css needs a rule, with !important, that reaches it.",
            )


@check("mail-contrast-inverted", "warning")
def mail_contrast_inverted(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for words that a mail program's forced dark makes faint, though they stand out by day."""
    if not checked.letter:
        return
    by_day = _elements(_faint(checked.letter, LIGHT))
    for pair, words in _faint(checked.letter, LIGHT, forced=True).items():
        # A link without a colour of its own has the program's, which suits its dark.
        if new := [run for run in words if run.element not in by_day and run.look.colour != LINK]:
            yield _remark(
                pair,
                new,
                " once a mail program has made it dark by force",
                f"{THEME} Take the two further apart: middle greys come closer to each other.",
            )
