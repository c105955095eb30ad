"""The text part, which some readers get alone: that it is there, and says what the HTML says."""

import re
from collections.abc import Iterator

from newsletter.checks.letter.read import LIGHT, Letter
from newsletter.checks.mail.texts import THEME, quoted, some
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.rendering.message import has_link

_MARKS = re.compile(r"[\W_]+")  # blanks, too
_LATIN = re.compile(r"[a-z0-9]+")  # within Chinese or Japanese it stands without blanks
_LONG = 4  # letters
_FIELD = re.compile(r"-nl\.[\w.]+-")
_TEXT = "The text part is written from the brief; a theme's own words are not in it."


@check("mail-text", "error")
def mail_text(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail without a text part, which filters count against it."""
    if checked.message and not checked.message.text.strip():
        yield Remark(
            None, "The mail has no text part.", "Some readers see nothing else, and filters expect it."
        )


@check("mail-text-missing", "warning")
def mail_text_missing(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for words and links that the HTML shows and the text part lacks."""
    letter, message = checked.letter, checked.message
    if not letter or not message or not message.text.strip():
        return
    if words := list(_missing_words(letter, message.text)):
        yield Remark(
            None,
            f"The text part lacks {some([quoted(word) for word in words])}, which the HTML shows.",
            f"{_TEXT} Readers of the text alone miss them.",
        )
    if links := list(_missing_links(letter, message.text)):
        yield Remark(
            None,
            f"The text part lacks the address {some([link[:80] for link in links])}.",
            f"{_TEXT} Readers of the text alone have nowhere to go.",
        )


@check("mail-unsubscribe", "error")
def mail_unsubscribe(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail that does not let its reader leave."""
    if not checked.message:
        return
    for name, part in (("HTML", checked.message.html), ("text", checked.message.text)):
        if not has_link(part, "unsubscribe_url"):
            yield Remark(
                None,
                f"The mail's {name} has no unsubscribe link.",
                f"{THEME} Law and mail providers demand one in every mail.",
            )


def _missing_words(letter: Letter, text: str) -> Iterator[str]:
    """Yield words that stand nowhere in the text part, whatever signs are in or around them."""
    # Word by word without signs, and piece by piece: a note's number may follow a word.
    known = {"", *map(_bare, text.split()), *_MARKS.sub(" ", text.casefold()).split()}
    known |= {run for word in known if not word.isascii() for run in _LATIN.findall(word)}
    whole = _bare(text)
    for run in letter.words(LIGHT):
        if run.look.visible and not run.of_picture:
            for word in _FIELD.sub(" ", run.text).split():
                bare = _bare(word)
                # It may be joined to its neighbours, as in Chinese, or broken by a table's narrow column.
                if bare not in known and (_is_short(bare) or bare not in whole):
                    known.add(bare)
                    yield word


def _is_short(bare: str) -> bool:
    """Say whether a word may stand within another by chance."""
    return bare.isascii() and len(bare) < _LONG


def _bare(text: str) -> str:
    return _MARKS.sub("", text.casefold())


def _missing_links(letter: Letter, text: str) -> Iterator[str]:
    whole = "".join(text.split())
    done: set[str] = set()
    for link in letter.named("a"):
        address = link.get("href") or ""
        if address.startswith(("http://", "https://", "mailto:")) and address not in done:
            done.add(address)
            if "".join(address.removeprefix("mailto:").split()) not in whole:
                yield address
