"""The issue's language, and that of each passage, against the letters it is written in."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from newsletter.checks.reading import Spoken
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled
from newsletter.checks.words import base_of

# Script, its letters, and the languages (BCP 47) that are written in it; the first stands in a hint.
_WRITTEN = (
    ("Arabic", "[\u0620-\u06ff]", "ar arc ckb fa ks ku pa prs ps sd ug ur uz az"),
    ("Armenian", "[\u0531-\u0587]", "hy hyw"),
    ("Bengali", "[\u0980-\u09ff]", "bn as mni"),
    (
        "Cyrillic",
        "[\u0400-\u04ff]",
        "ru ab av ba be bg ce cv kk ky mk mn os rue sah sr sh tg tt uk uz bs az ro tk",
    ),
    ("Devanagari", "[\u0900-\u097f]", "hi bho mai mr ne sa kok sd ks"),
    ("Ethiopic", "[\u1200-\u137f]", "am ti tig gez"),
    ("Georgian", "[\u10a0-\u10ff\u1c90-\u1cbf]", "ka xmf"),
    ("Greek", "[\u0370-\u03ff]", "el grc"),
    ("Gujarati", "[\u0a80-\u0aff]", "gu"),
    ("Gurmukhi", "[\u0a00-\u0a7f]", "pa"),
    ("Hebrew", "[\u05d0-\u05ea]", "he iw yi ji lad"),
    ("Kannada", "[\u0c80-\u0cff]", "kn tcy"),
    ("Korean", "[\uac00-\ud7a3]", "ko"),
    ("Malayalam", "[\u0d00-\u0d7f]", "ml"),
    ("Odia", "[\u0b00-\u0b7f]", "or"),
    ("Sinhala", "[\u0d80-\u0dff]", "si"),
    ("Tamil", "[\u0b80-\u0bff]", "ta"),
    ("Telugu", "[\u0c00-\u0c7f]", "te"),
    ("Thaana", "[\u0780-\u07bf]", "dv"),
)
# Scripts that put no spaces between words.
_UNSPACED = (
    ("Burmese", "[\u1000-\u109f]", "my"),
    ("Chinese or Japanese", "[\u3041-\u30ff\u3400-\u9fff]", "ja zh yue wuu cmn ko lzh ryu ain"),
    ("Khmer", "[\u1780-\u17ff]", "km"),
    ("Lao", "[\u0e80-\u0eff]", "lo"),
    ("Thai", "[\u0e00-\u0e7f]", "th"),
    ("Tibetan", "[\u0f00-\u0fff]", "bo dz"),
)
_KANA = ("Japanese", "[\u3041-\u30ff]", "ja ain ryu")  # Chinese letters alone do not say which language it is
_SCRIPTS = tuple((script, letters, frozenset(of.split())) for script, letters, of in (*_WRITTEN, _KANA))
_BY_PASSAGE = tuple(
    (script, letters, of.split(), unspaced)
    for scripts, unspaced in ((_WRITTEN, False), (_UNSPACED, True))
    for script, letters, of in scripts
)
# Languages of other scripts that are written in Latin letters as well.
_LATIN_TOO = frozenset(["az", "bs", "ku", "ms", "ro", "sh", "sr", "tg", "tk", "tt", "uz", "kk", "pa", "ks"])
_NOT_LATIN = frozenset(language for *_, of, _ in _BY_PASSAGE for language in of) - _LATIN_TOO
_BEYOND_LATIN = "[\u0370-\u1dff\u2e80-\ud7ff]"
# A name or a formula is no passage: so many words, or letters where no spaces part words.
_PASSAGE_WORDS, _PASSAGE_LETTERS, _PASSAGE_UNSPACED = 3, 10, 6
# Names in Latin letters are usual everywhere, of firms, papers and films: a passage has other words.
_LATIN_WORD = "[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'’-]*"
_LATIN = rf"(?<![\w/.@-]){_LATIN_WORD}(?:[,;:.!?]?[ \n\t][“\"(]?{_LATIN_WORD}){{4,}}(?![/@])"
_LATIN_SMALL_WORDS = 4


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
    if not compiled(_BEYOND_LATIN).search(text):
        return ""
    letters = sum(map(str.isalpha, text))
    language = base_of(checked.issue.language)
    for script, letters_of, languages in _SCRIPTS:
        if language not in languages and len(compiled(letters_of).findall(text)) * 2 > letters:
            return script
    return ""


@check("language-unmarked", "warning")
def language_unmarked(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a sentence in letters that the language around it does not use, and that is not marked."""
    foreign = [
        (spoken, *first)
        for spoken in checked.spoken
        if not spoken.passage.plain and not spoken.text.isascii()
        for first in islice(chain(_foreign(spoken), _latin(spoken)), 1)
    ]
    if foreign and not _wrong_script(checked):
        for spoken, script, example, found in foreign:
            words = " ".join(found[0].split())
            yield Remark(
                spoken.line_at(found.start()),
                f"“{words[:60]}{'…' if len(words) > 60 else ''}” is in {script} letters within text in "
                f"“{spoken.language}”, and would be read out wrongly.",
                f"Say which language it is, for instance: [the words]{{lang={example}}}",
            )


_Foreign = Iterator[tuple[str, str, re.Match[str]]]  # script, a language of it, the place


def _foreign(spoken: Spoken) -> _Foreign:
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
                yield script, languages[0], found


def _latin(spoken: Spoken) -> _Foreign:
    """Yield a sentence in Latin letters within a language that is written in none."""
    if base_of(spoken.language) in _NOT_LATIN:
        for found in compiled(_LATIN).finditer(spoken.text):
            if sum(word[0].islower() for word in found[0].split()) >= _LATIN_SMALL_WORDS:
                yield "Latin", "en", found
