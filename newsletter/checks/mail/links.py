"""Links as the mail has them, the theme's own too: that they have a name, and can be told from words."""

from collections.abc import Iterator
from typing import Any

from newsletter.checks.letter.read import LIGHT, Letter, Run
from newsletter.checks.links.checks import is_vague
from newsletter.checks.mail.structure import is_unseen, name_of
from newsletter.checks.mail.texts import THEME, quoted
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.rendering.html.colours import contrast

_APART = 3.0  # to 1, from the words around: WCAG 2.2, technique G183


@check("mail-link-empty", "error")
def mail_link_empty(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for links that a template writes without words, or around a picture without any."""
    for link in checked.letter.named("a") if checked.letter else ():
        if link.get("href") is not None and not name_of(link) and not is_unseen(link):
            yield Remark(
                None,
                f"A link to {(link.get('href') or '')[:80]} has no words in the mail.",
                f"{THEME} A screen reader reads out the address instead: write words, or the picture's alt.",
            )


@check("mail-link-vague", "warning")
def mail_link_vague(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for links of a template whose words say nothing when read alone."""
    own = {link.href for link in checked.links}
    for link in checked.letter.named("a") if checked.letter else ():
        if link.get("href") not in own and is_vague(name_of(link)):
            yield Remark(
                None,
                f"The link text {quoted(name_of(link))} does not say where it leads.",
                f"{THEME} Make the words the link that name the page.",
            )


@check("mail-link-colour", "warning")
def mail_link_colour(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for links in running text that only their colour tells from the words around."""
    letter = checked.letter
    if not letter:
        return
    plain: dict[Any, Run] = {}
    for words in letter.words(LIGHT):
        link = words.look.link
        if link is not None and words.look.visible and not words.look.underlined and not words.of_picture:
            plain.setdefault(link, words)
    for link, words in plain.items():
        if letter.is_in_sentence(link) and not _stands_out(letter, link, words):
            yield Remark(
                None,
                f"The link {quoted(words.text)} differs from the words around it by its colour alone.",
                f"{THEME} Underline it: many readers do not see the difference.",
            )


def _stands_out(letter: Letter, link: Any, words: Run) -> bool:
    """Say whether a link has a ground or a rule of its own, or a colour far enough from the words around."""
    around = letter.first_runs.get(link.getparent())
    if around is None:
        return True
    own = letter.computed(link)
    return (
        around.look.ground != words.look.ground
        or around.look.bold != words.look.bold
        or any(own.get(name, "none") not in ("none", "0") for name in ("border", "border-bottom"))
        or contrast(around.look.colour, words.look.colour) >= _APART
    )
