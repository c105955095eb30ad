"""The issue's language, and that of each passage, against the letters it is written in."""

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.checks.reading import Spoken
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled
from newsletter.checks.words import base_of

# Script, its letters, and the languages (BCP 47) that are written in it.
_WRITTEN = (
    ("Arabic", "[\u0620-\u06ff]", "ar arc ckb fa ks ku pa prs ps sd ug ur uz az"),
    ("Hebrew", "[\u05d0-\u05ea]", "he iw yi ji lad"),
    (
        "Cyrillic",
        "[\u0400-\u04ff]",
        "ab av ba be bg ce cv kk ky mk mn os ru rue sah sr sh tg tt uk uz bs az ro tk",
    ),
    ("Greek", "[\u0370-\u03ff]", "el grc"),
    ("Devanagari", "[\u0900-\u097f]", "bho hi mai mr ne sa kok sd ks"),
    ("Japanese", "[\u3041-\u30ff]", "ja ain ryu"),
    ("Korean", "[\uac00-\ud7a3]", "ko"),
)
_SCRIPTS = tuple(
    (script, re.compile(letters), frozenset(languages.split())) for script, letters, languages in _WRITTEN
)


# A language of each script, for a hint.
_EXAMPLE = {
    "Arabic": "ar", "Hebrew": "he", "Cyrillic": "ru", "Greek": "el", "Devanagari": "hi", "Korean": "ko",
    "Thai": "th", "Chinese or Japanese": "ja",
}  # fmt: skip
_BEYOND_LATIN = "[\u0370-\u1dff\u2e80-\ud7ff]"
_KANA = "Japanese"  # among them is Chinese, too, when a passage is looked at
# A name or a formula is no passage: so many words, or letters where no spaces part words.
_PASSAGE_WORDS, _PASSAGE_LETTERS, _PASSAGE_UNSPACED = 3, 10, 6
_UNSPACED = (
    ("Thai", "[\u0e00-\u0e7f]", "th"),
    ("Chinese or Japanese", "[\u3041-\u30ff\u3400-\u9fff]", "zh ja yue wuu cmn ko lzh ryu ain"),
)
_BY_PASSAGE = (
    *(
        (script, letters, frozenset(of.split()), False)
        for script, letters, of in _WRITTEN
        if script != "Japanese"
    ),
    *((script, letters, frozenset(of.split()), True) for script, letters, of in _UNSPACED),
)


@check("language-script", "warning")
def language_script(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for an issue mostly in letters that its language does not use: it would be read out wrongly."""
    script = _wrong_script(checked)
    if script:
        yield Remark(
            checked.line_of("language"),
            f"Most letters are {script}, but the issue's language is “{checked.issue.language}”.",
            "Write “language: ” and its tag into the front matter, so that it is read out rightly.",
        )


def _wrong_script(checked: CheckedIssue) -> str:
    """Return the script of most letters where the issue's language is not written in it; else nothing."""
    text = "".join(passage.text for passage in checked.passages)
    if text.isascii():
        return ""
    letters = sum(map(str.isalpha, text))
    language = base_of(checked.issue.language)
    for script, pattern, languages in _SCRIPTS:
        if language not in languages and len(pattern.findall(text)) * 2 > letters:
            return script
    return ""


@check("language-unmarked", "warning")
def language_unmarked(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a sentence in letters that the language around it does not use, and that is not marked."""
    foreign = [
        (spoken, *first)
        for spoken in checked.spoken
        if not spoken.passage.plain and not spoken.text.isascii()
        for first in islice(_foreign(spoken), 1)
    ]
    if foreign and not _wrong_script(checked):
        for spoken, script, found in foreign:
            words = " ".join(found[0].split())
            yield Remark(
                spoken.line_at(found.start()),
                f"“{words[:60]}{'…' if len(words) > 60 else ''}” is in {script} letters within text in "
                f"“{spoken.language}”, and would be read out wrongly.",
                f"Say which language it is, for instance: [the words]{{lang={_EXAMPLE[script]}}}",
            )


def _foreign(spoken: Spoken) -> Iterator[tuple[str, re.Match[str]]]:
    if not compiled(_BEYOND_LATIN).search(spoken.text):  # most text needs none of the others
        return
    language = base_of(spoken.language)
    for script, letters, languages, unspaced in _BY_PASSAGE:
        if language in languages:
            continue
        run = rf"{letters}(?:[^\w\n\ufffc]{{0,3}}\n?{letters}|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f])*"
        for found in compiled(run).finditer(spoken.text):
            count = sum(map(str.isalpha, found[0]))
            if (unspaced and count >= _PASSAGE_UNSPACED) or (
                count >= _PASSAGE_LETTERS and len(found[0].split()) >= _PASSAGE_WORDS
            ):
                yield script, found
