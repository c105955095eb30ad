"""Words in a background that stop being true: it is written to be kept, and sent again."""

import re
from collections.abc import Iterator

from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled, in_quotation
from newsletter.checks.words import base_of
from newsletter.checks.words.moments import MOMENTS, UNSPACED

_DATED = r"\s*\([^()]{0,40}\d{4}[^()]{0,20}\)"  # “currently (May 2026)”

_BEGINS_SENTENCE = r"(?:^|\A|[.!?…:]|[“„«\"(—–])\s*$"
_NEAR = 40  # characters looked back at for where a sentence begins


@check("background-current", "notice")
def background_current(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a background that says “currently” or “this week”, outside quotations."""
    for spoken in checked.spoken:
        language = base_of(spoken.language)
        if spoken.kind != "background" or language not in MOMENTS:
            continue
        text = spoken.text.replace("’", "'")
        for found in compiled(_pattern(language), re.IGNORECASE).finditer(text):
            if not _is_meant(found):
                said = " ".join(spoken.text[found.start() : found.end()].split())
                yield Remark(
                    spoken.line_at(found.start()),
                    f"“{said}” in a background is true for a while only.",
                    "Write the date, as in “in March 2026”, so that it can be read next year.",
                )


def _is_meant(found: re.Match[str]) -> bool:
    """Say whether words are somebody else's, have their date, or are a name, as “USA Today” is."""
    text, start = found.string, found.start()
    begins = compiled(_BEGINS_SENTENCE).search(text, max(0, start - _NEAR), start)
    is_name = found[0][0].isupper() and not begins
    return in_quotation(found) or is_name or compiled(_DATED).match(text, found.end()) is not None


def _pattern(language: str) -> str:
    return MOMENTS[language] if language in UNSPACED else rf"(?<!\w)(?:{MOMENTS[language]})(?!\w)"
