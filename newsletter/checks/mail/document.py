"""What a mail says of itself: language, direction, title, character set, how far it can be enlarged."""

import re
from collections.abc import Iterator
from typing import Any

from newsletter.checks.letter.read import Letter
from newsletter.checks.mail.texts import THEME, quoted
from newsletter.checks.registry import CheckedIssue, Remark, check

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DIRECTIONS = ("ltr", "rtl", "auto")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?utf-?8", re.IGNORECASE)
_SCALE = re.compile(r"maximum-scale\s*=\s*([\d.]+)", re.IGNORECASE)
_FIXED = re.compile(r"user-scalable\s*=\s*(?:no|0)\b", re.IGNORECASE)
_ENLARGED = 2.0  # times: what WCAG 2.2, 1.4.4 asks for at least


def _children(letter: Letter) -> Iterator[Any]:
    """Yield the children of the body that hold words: what a mail program may lift out of it."""
    for child in letter.body:
        if child.tag not in ("style", "script", "link") and (
            child.xpath("string()").strip() or any(picture.get("alt") for picture in child.iter("img"))
        ):
            yield child


@check("mail-language", "error")
def mail_language(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail that does not say its language, on its root and on what stands in the body."""
    if not checked.letter:
        return
    for element in (checked.letter.root, *_children(checked.letter)):
        language = (element.get("lang") or "").strip()
        if not _LANGUAGE.fullmatch(language):
            yield Remark(
                None,
                f"The mail does not say its language on <{element.tag}>: lang is “{language}”.",
                f"{THEME} Set lang on html and on each child of body. A program that drops the first keeps"
                " the others; without any, the mail is read out in whatever voice is set.",
            )
            return


@check("mail-direction", "warning")
def mail_direction(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail that does not say which way it runs, on its root and on what stands in the body."""
    if not checked.letter:
        return
    silent = [
        element.tag
        for element in (checked.letter.root, *_children(checked.letter))
        if (element.get("dir") or "").lower() not in _DIRECTIONS
    ]
    if silent:
        yield Remark(
            None,
            f"The mail does not say which way it runs (<{silent[0]}> has no dir).",
            f"{THEME} Set dir on html and on each child of body, or a mail program in Arabic or Hebrew turns"
            " the letter around.",
        )


@check("mail-title", "error")
def mail_title(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail without a title, which browsers and screen readers announce first."""
    if checked.letter and not (checked.letter.root.findtext("head/title") or "").strip():
        yield Remark(None, "The mail's HTML has no title.", f"{THEME} Put the subject into <title>.")


@check("mail-charset", "warning")
def mail_charset(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail that does not say it is UTF-8, so that a saved or forwarded copy may be garbled."""
    if not checked.letter:
        return
    said = (
        meta.get("charset") or f"{meta.get('http-equiv') or ''} {meta.get('content') or ''}"
        for meta in checked.letter.named("meta")
    )
    if not any(value.lower() == "utf-8" or _CHARSET.search(value) for value in said):
        yield Remark(
            None,
            "The mail's HTML does not say that it is UTF-8.",
            f'{THEME} Put <meta charset="utf-8"> into the head.',
        )


@check("mail-zoom", "error")
def mail_zoom(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail that forbids its readers to enlarge it."""
    for meta in checked.letter.named("meta") if checked.letter else ():
        content = meta.get("content") or "" if (meta.get("name") or "").lower() == "viewport" else ""
        scale = _SCALE.search(content)
        if _FIXED.search(content) or (scale and float(scale[1]) < _ENLARGED):
            yield Remark(
                None,
                f"The mail keeps its readers from enlarging it: {quoted(content)}.",
                f"{THEME} Take maximum-scale and user-scalable out of the viewport.",
            )


@check("mail-element", "warning")
def mail_element(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for what mail programs take out, or what moves and cannot be stopped."""
    if not checked.letter:
        return
    refreshed = [
        meta for meta in checked.letter.named("meta") if (meta.get("http-equiv") or "").lower() == "refresh"
    ]
    for element in (*checked.letter.named(*_TAKEN_OUT), *refreshed):
        why = _TAKEN_OUT.get(element.tag, "it loads another page by itself")
        yield Remark(
            None,
            f"The mail has a <{element.tag}>: {why}.",
            f"{THEME} Say it in words, with a link to a page that has it.",
        )


_NOT_SHOWN = "mail programs take it out, for safety"
_TAKEN_OUT = {
    **dict.fromkeys(("script", "iframe", "object", "embed", "form", "input", "button"), _NOT_SHOWN),
    **dict.fromkeys(("video", "audio", "canvas", "svg"), "most mail programs show nothing in its place"),
    **dict.fromkeys(("marquee", "blink"), "it moves, and readers cannot stop it"),
    "base": "it changes where links lead, and most mail programs take it out",
}
