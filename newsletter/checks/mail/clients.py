"""CSS that one of the readers' mail programs does not know, where that takes more than looks from the letter.

What is merely plainer without, such as round corners or spaced letters, is not reported. The data are
caniemail's, in ``support``; what is lost is our own judgement.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from newsletter.checks.letter.css import at_rules, holds, pieces
from newsletter.checks.letter.read import LIGHT, Letter
from newsletter.checks.mail.support import CLIENTS, CSS, DATE
from newsletter.checks.mail.texts import THEME, some
from newsletter.checks.registry import CheckedIssue, Remark, check

# The programs that most letters are read in, by the families of caniemail.
USUAL = ("apple-mail", "gmail", "outlook", "samsung-email", "thunderbird", "yahoo")

_DROPPED = "it is left out as a whole"
_STACKED = "what stood side by side stands one below the other, or runs together"
_STAYS = "what it moves stays where it was"
_WHOLE = "it is shown whole"
_SPACE = "the room it makes is missing"
_SIZE = "it has another size"
_COLOURS = "colours come out differently, with another contrast"


@dataclass(frozen=True, slots=True)
class Loss:
    """A feature by caniemail's name, how a declaration is known to use it, what a reader meets without."""

    feature: str
    name: str
    value: str
    lost: str


LOSSES = (
    Loss("position", "position", r"absolute|fixed|sticky", _STAYS),
    Loss("display-flex", "display", r"flex", _STACKED),
    Loss("display-grid", "display", r"grid", _STACKED),
    Loss("float", "float", r"left|right|inline", _STACKED),
    Loss("transform", "transform", r"\w+\(", "it is neither moved nor turned"),
    Loss("clip-path", "clip-path", r"\w+\(", _WHOLE),
    Loss("mask-image", "mask(?:-image)?", r"\w+\(", _WHOLE),
    Loss("filter", "filter", r"\w+\(", _COLOURS),
    Loss("mix-blend-mode", "mix-blend-mode", r"^(?!normal)", _COLOURS),
    Loss("background-blend-mode", "background-blend-mode", r"^(?!normal)", _COLOURS),
    Loss("background-clip", "(?:-webkit-)?background-clip", r"text", "the words stand on a block of colour"),
    Loss("background-image", "background(?:-image)?", r"url\(", "the picture behind the words is missing"),
    Loss("writing-mode", "writing-mode", r"vertical|sideways", "the words run across"),
    Loss("visibility", "visibility", r"hidden|collapse", "it is shown all the same"),
    Loss("object-fit", "object-fit", r"cover|contain|none|scale-down", "the picture is stretched"),
    Loss("variables", r"[\w-]+", r"var\(", _DROPPED),
    Loss("unit-calc", r"[\w-]+", r"calc\(", _DROPPED),
    Loss("function-clamp", r"[\w-]+", r"clamp\(", _DROPPED),
    Loss("function-min", r"[\w-]+", r"(?<![\w-])min\(", _DROPPED),
    Loss("function-max", r"[\w-]+", r"(?<![\w-])max\(", _DROPPED),
    Loss("function-light-dark", r"[\w-]+", r"light-dark\(", _DROPPED),
    Loss("modern-color", r"[\w-]+", r"(?:ok)?l(?:ch|ab)\(", _DROPPED),
    Loss("rgba", "color|background(?:-color)?", r"rgba\(|hsla\(", _COLOURS),
    Loss("unit-rem", r"(?!border|outline|letter)[\w-]+", r"\d(?:rem)\b", _SIZE),
    Loss("unit-vw", r"[\w-]+", r"\d(?:vw)\b", _SIZE),
    Loss("unit-vh", r"[\w-]+", r"\d(?:vh)\b", _SIZE),
    Loss("unit-vmin", r"[\w-]+", r"\d(?:vmin)\b", _SIZE),
    Loss("unit-vmax", r"[\w-]+", r"\d(?:vmax)\b", _SIZE),
    Loss("unit-ch", r"[\w-]+", r"\d(?:ch)\b", _SIZE),
    Loss("padding-inline-block", "padding-(?:inline|block)", "", _SPACE),
    Loss("padding-inline-start-end", "padding-inline-(?:start|end)", "", _SPACE),
    Loss("padding-block-start-end", "padding-block-(?:start|end)", "", _SPACE),
    Loss("margin-inline-block", "margin-(?:inline|block)", "", _SPACE),
    Loss("margin-inline-start-end", "margin-inline-(?:start|end)", "", _SPACE),
    Loss("margin-block-start-end", "margin-block-(?:start|end)", "", _SPACE),
    Loss("border-inline-block", "border-(?:inline|block)", "", "the line is missing"),
    Loss("block-inline-size", "(?:inline|block)-size", "", _SIZE),
    Loss("max-inline-size", "max-inline-size", "", _SIZE),
    Loss("min-inline-size", "min-inline-size", "", _SIZE),
)
_IMPORT = Loss("at-import", "@import", "", "the styles that it fetches are missing")
_ADDED = {
    "before": Loss("pseudo-element-before", "::before", "", "what it adds is missing"),
    "after": Loss("pseudo-element-after", "::after", "", "what it adds is missing"),
}
_FAMILIES = sorted({client.partition(".")[0] for client in CLIENTS})
_CONTENT = re.compile(r"[\"'][^\"']*\w[^\"']*[\"']")


@check("mail-css", "warning")
def mail_css(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for CSS that one of the chosen mail programs does not know and that the letter needs."""
    if not checked.letter:
        return
    chosen = checked.facts.clients or USUAL
    for name in chosen:
        if not _named(name):
            yield Remark(
                None,
                f"[checks] clients names “{name}”, and no such mail program is known.",
                f"These are: {', '.join(_FAMILIES)}; or one of them on one system, such as outlook.windows.",
            )
    clients = [client for name in chosen for client in _named(name)]
    seen: set[str] = set()
    for loss, where in _uses(checked.letter):
        if loss.feature not in seen:
            seen.add(loss.feature)
            if without := unknown_to(loss.feature, clients):
                yield _remark(loss, where, without)


def unknown_to(feature: str, clients: Sequence[str]) -> list[str]:
    """Return the names of those mail programs that do not know a feature at all."""
    letters = dict(zip(CLIENTS, CSS[feature], strict=True))
    return [CLIENTS[client] for client in clients if letters[client] == "n"]


def _remark(loss: Loss, where: str, without: list[str]) -> Remark:
    return Remark(
        None,
        f"{where} is unknown to {some(without, 3)}: there, {loss.lost}.",
        f"{THEME} So caniemail.com found, as of {DATE}. Write it in a way that all know, or name the "
        "programs that count for you in [checks] clients.",
    )


def _named(name: str) -> list[str]:
    return [client for client in CLIENTS if client == name or client.startswith(f"{name}.")]


def _uses(letter: Letter) -> Iterator[tuple[Loss, str]]:
    """Yield each use of a feature that matters, in style attributes and in rules for every screen."""
    for style, element in {element.get("style"): element for element in letter.elements}.items():
        for loss, declared in _needed(style or ""):
            yield loss, f"{declared} on a <{element.tag}>"
    for rule in letter.rules:
        if rule.media and not holds(rule.media, LIGHT):
            continue
        for selector in rule.selectors:
            style = "; ".join(f"{name}: {declared.value}" for name, declared in rule.declared.items())
            needed = list(_needed(style))
            if needed and any(selector.matches(element) for element in letter.elements):
                yield from ((loss, f"{use} on {selector.text}") for loss, use in needed)
            yield from _added(selector.steps[-1][1].pseudo, rule.declared.get("content"))
    if any(head.startswith("@import") for _, css in letter.style_blocks for head in at_rules(css)):
        yield _IMPORT, "@import in a style block"


def _added(pseudo: tuple[str, ...], content: Any) -> Iterator[tuple[Loss, str]]:
    if content and _CONTENT.search(content.value):
        for name in (text.lstrip(":") for text in pseudo):
            if name in _ADDED:
                yield _ADDED[name], f"content: {content.value} on ::{name}"


def _needed(style: str) -> Iterator[tuple[Loss, str]]:
    """Yield the features that a style needs: where a plain value comes before, it does not."""
    declared = pieces(style)
    for place, (name, value) in enumerate(declared):
        for loss in _losses(name, value):
            before = (other for earlier, other in declared[:place] if earlier == name)
            if all(loss in _losses(name, other) for other in before):
                yield loss, f"{name}: {value}"


@lru_cache(maxsize=1024)
def _losses(name: str, value: str) -> tuple[Loss, ...]:
    return tuple(loss for loss in LOSSES if re.fullmatch(loss.name, name) and re.search(loss.value, value))
