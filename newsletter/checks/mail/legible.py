"""The size of words, how they are set, and what a finger has to hit."""

from collections.abc import Iterator
from typing import Any

from newsletter.checks.letter.css import View
from newsletter.checks.letter.lengths import pixels, sides
from newsletter.checks.letter.read import LIGHT, PHONE, Letter, Run, block_of
from newsletter.checks.mail.structure import name_of
from newsletter.checks.mail.texts import THEME, and_more, quoted
from newsletter.checks.registry import CheckedIssue, Remark, check

_SMALLEST = 14.0
_TARGET = 24.0  # pixels in height and width: WCAG 2.2, 2.5.8
_RAISED = frozenset({"sup", "sub"})  # the number of a footnote is small by its nature


@check("mail-type-small", "warning")
def mail_type_small(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for words of less than 14 pixels, on a screen and on a phone."""
    if not checked.letter:
        return
    found: dict[float, list[tuple[Run, View]]] = {}
    seen: set[tuple[Any, str]] = set()
    for view in (LIGHT, PHONE):
        for words in checked.letter.words(view):
            size = round(words.look.size, 1)
            small = words.look.visible and size < _SMALLEST and not words.of_picture
            if small and (words.element, words.text) not in seen and not _is_raised(words.element):
                seen.add((words.element, words.text))
                found.setdefault(size, []).append((words, view))
    for size, places in found.items():
        words, view = places[0]
        yield Remark(
            None,
            f"{quoted(words.text)} is {size:g} px high{' on phones' if view is PHONE else ''}; "
            f"{_SMALLEST:g} is the least.{and_more(places)}",
            f"{THEME} Readers who see less well, or hold a phone at arm's length, cannot read it.",
        )


@check("mail-justified", "notice")
def mail_justified(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for words set in justified lines."""
    words = [run for run in checked.letter.words() if run.look.align == "justify"] if checked.letter else []
    if words:
        yield Remark(
            None,
            f"{quoted(words[0].text)} is set in justified lines.",
            f"{THEME} Mail programs do not hyphenate, so gaps run through the text, which hinder "
            "readers with dyslexia: take text-align:justify out.",
        )


@check("mail-target", "warning")
def mail_target(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for links that stand by themselves, not in a sentence, and are too small for a finger."""
    letter = checked.letter
    for link in letter.named("a") if letter else ():
        if letter is None or link.get("href") is None or letter.is_in_sentence(link):
            continue
        width, height = _target(letter, link)
        if min(width, height) < _TARGET:
            size = f"{height:g} px high" if height <= width else f"{width:g} px wide"
            yield Remark(
                None,
                f"The link {quoted(name_of(link))} is {size}; a finger needs {_TARGET:g}.",
                f"{THEME} Give it padding, and display:inline-block or block.",
            )


def _is_raised(element: Any) -> bool:
    return any(around.tag in _RAISED for around in (element, *element.iterancestors()))


def _target(letter: Letter, link: Any) -> tuple[float, float]:
    """Return about how wide and high a link is, with the room around it that nothing else is in."""
    words = [run for run in letter.words(LIGHT) if run.look.link is link]
    if words and not any(run.look.visible for run in words):
        return _TARGET, _TARGET
    look = next((run.look for run in words), None)
    size, line = (look.size, look.line_height) if look else (16.0, 16.0)
    pictures = [_shape(picture) for picture in link.iter("img")]
    has_words = any(not run.of_picture for run in words)
    width = _TARGET if has_words or not pictures else max(wide for wide, _ in pictures)
    own = letter.computed(link)
    height = max([high for _, high in pictures] or [line])
    if own.get("display", "inline") != "inline":
        height = max(height + sum(sides(own, "padding", size)), pixels(own.get("height", ""), size) or 0.0)
    return width, height + (0.0 if pictures and not _is_alone(link) else _room(letter, link, size))


def _shape(picture: Any) -> tuple[float, float]:
    width, height = (pixels(picture.get(name) or "", 16.0) for name in ("width", "height"))
    return width if width is not None else _TARGET, height if height is not None else _TARGET


def _is_alone(link: Any) -> bool:
    return len(block_of(link).xpath(".//a[@href]")) == 1


def _room(letter: Letter, link: Any, size: float) -> float:
    """Return the padding and margin of the elements around a link that hold nothing else."""
    own = letter.computed(link)
    room = sum(sides(own, "margin", size)) if own.get("display", "inline") != "inline" else 0.0
    words = "".join(link.xpath("string()").split())
    for around in link.iterancestors():
        inside = "".join(around.xpath("string()").split())
        if around.tag == "body" or inside != words or not _holds_one(around):
            break
        outside = letter.computed(around)
        room += sum(sides(outside, "padding", size)) + sum(sides(outside, "margin", size))
    return room


def _holds_one(element: Any) -> bool:
    return len(element.xpath(".//a[@href]")) == 1 and len(element.xpath(".//img")) <= 1
