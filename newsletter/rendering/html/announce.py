"""A correction is seen before it is opened: subject and preheader say so, in the letter's language."""

import re
from dataclasses import replace

from markdown_it.token import Token

from newsletter.editorial.issue import Issue
from newsletter.rendering.merge import with_defaults

_PREHEADER = 100  # characters an inbox shows at most
_SHARED = 7  # letters that “Corrected” and “Correction” have in common


def announced(issue: Issue, phrase: str) -> Issue:
    """Return an issue whose subject and preheader say that it corrects something, if it does.

    ``phrase`` is the theme's for a correction: “Correction:”. A subject that says it already stays, and
    so does a preheader that does, or that holds the correction itself.
    """
    if not issue.correction:
        return issue
    subject, preheader = issue.subject, issue.preheader
    if not _says(with_defaults(subject), phrase):
        subject = (Token("text", "", 0, content=f"{phrase} "), *subject)
    shown = with_defaults(preheader)
    if not _says(shown, phrase) and issue.correction not in shown:
        preheader = (Token("text", "", 0, content=_cut(f"{phrase} {issue.correction}")),)
    return replace(issue, subject=subject, preheader=preheader)


def _says(text: str, phrase: str) -> bool:
    """Say whether a text has the phrase's word in it, or begins with a related one."""
    word = re.sub(r"\W+$", "", phrase).casefold()
    words = re.findall(r"[^\W\d_]+", text.casefold())
    family = len(word) >= _SHARED and any(
        first.startswith(word[:_SHARED]) and len(first) > _SHARED for first in words[:1]
    )
    return word in words or family


def _cut(text: str) -> str:
    return text if len(text) <= _PREHEADER else text[: _PREHEADER - 1].rpartition(" ")[0] + "…"
