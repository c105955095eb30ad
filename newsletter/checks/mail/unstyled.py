"""What a reader meets where a program shows no styles."""

from collections.abc import Iterator

from newsletter.checks.letter.read import LIGHT, Letter, Run
from newsletter.checks.mail.texts import THEME, quoted
from newsletter.checks.registry import CheckedIssue, Remark, check

_PADDING = "\u034f\u200c\u200b\u00ad\ufeff\u2007\u00a0\u2800"


@check("mail-unstyled", "warning")
def mail_unstyled(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for words that only styles hide, the preheader apart, and so are read where there are none."""
    letter = checked.letter
    if not letter:
        return
    found = [run for run in letter.words(LIGHT) if _words(run)]
    first = found[0] if found else None
    hidden = [run for run in found if _is_hidden(run) and not (run is first and _opens(letter, run))]
    if first and hidden:
        yield Remark(
            None,
            f"{quoted(_words(hidden[0]))} is hidden by styles alone.",
            f"{THEME} Where a program shows no styles, the letter begins with {quoted(_words(first))},"
            " and these words are read with the rest: take them out.",
        )


def _words(words: Run) -> str:
    return words.text.strip(_PADDING + " \n\t")


def _is_hidden(words: Run) -> bool:
    return not words.look.visible and not words.of_picture


def _opens(letter: Letter, words: Run) -> bool:
    """Say whether hidden words are the preheader: the only ones before the first that is shown."""
    return words.element.getparent() in (letter.body, *letter.body)
