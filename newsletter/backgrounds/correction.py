"""The letter that corrects a background: what was wrong, then the text as it is now, and nothing else."""

from dataclasses import replace
from datetime import date

from markdown_it.token import Token

from newsletter.backgrounds.names import FOLDER
from newsletter.editorial.issue import Background, Brief, Included, Issue, Section

_OWN_LINES = (
    1  # of a letter that has no file: an empty one, which those of the background are counted on from
)


def corrected_name(name: str) -> str:
    """Return what a background's corrections are filed under: no issue's id holds a slash."""
    return f"{FOLDER}/{name}"


def correction_letter(
    background: Background, *, issue_id: str, label: str, language: str, day: date
) -> Issue:
    """Return the letter: the background's title as its headline, and its line on what changed before all."""
    title = (_text(background.title),)
    titled = _OWN_LINES + background.front_lines.get("title", 1)
    # What changed stands at the top, so the card need not say it again.
    shown = replace(background, changed="")
    card = Section("background", label, tuple(_moved(token) for token in background.body), _OWN_LINES, shown)
    return Issue(
        id=issue_id,
        file=background.file,
        subject=title,
        preheader=(),  # a letter's correction takes its place
        date=day,
        number=None,
        language=language,
        stories=(Brief(title, (card,), titled),),
        fields=(),
        correction=background.changed,
        comments=tuple(
            replace(comment, line=comment.line + _OWN_LINES, last=comment.last + _OWN_LINES)
            for comment in background.comments
        ),
        front_lines={"subject": titled},
        included=(Included(background, _OWN_LINES),),
    )


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _moved(token: Token) -> Token:
    return token.copy(map=[place + _OWN_LINES for place in token.map] if token.map else None)
