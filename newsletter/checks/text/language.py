"""The issue's language against the letters it is written in."""

import re
from collections.abc import Iterator

from newsletter.checks.registry import CheckedIssue, Remark, check

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


@check("language-script", "warning")
def language_script(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for an issue mostly in letters that its language does not use: it would be read out wrongly."""
    text = "".join(passage.text for passage in checked.passages)
    letters = sum(map(str.isalpha, text))
    language = checked.issue.language.lower().partition("-")[0]
    for script, pattern, languages in _SCRIPTS:
        if language not in languages and len(pattern.findall(text)) * 2 > letters:
            yield Remark(
                checked.line_of("language"),
                f"Most letters are {script}, but the issue's language is “{checked.issue.language}”.",
                "Write “language: ” and its tag into the front matter, so that it is read out rightly.",
            )
