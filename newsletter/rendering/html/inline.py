"""CSS into style attributes, as some clients drop style blocks; and the proof that nothing else changed."""

import logging
import re
import threading
from functools import cache, lru_cache
from html import unescape
from typing import Any

from newsletter.errors import RenderError
from newsletter.imports import without

# cssutils, which premailer stands on, is not thread-safe: without this lock outputs differ, silently.
_LOCK = threading.Lock()

_MARK = ' data-premailer="ignore"'  # on a style block: leave !important, @media and @import alone
_STYLE_OPEN = re.compile(r"<style\b(?![^>]*data-premailer)")
_BETWEEN = re.compile(r">([^<]+)")
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
_TAG = re.compile(r"<[^<>\"']*+(?:\"[^\"]*+\"[^<>\"']*+|'[^']*+'[^<>\"']*+)*+>")
_IMAGE = re.compile(r"<img\b(?:[^>\"]++|\"[^\"]*+\")*+>")
_WIDTH = re.compile(r'\swidth="([^"]*)"')
_CLASSES = re.compile(r'class="([^"]*)"')
_TAGS = re.compile("<([a-zA-Z][a-zA-Z0-9]*)")
_NAMES = re.compile(r"\.[\w-]+|(?<![\w.#-])[a-z][a-z0-9]*")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_PLAIN = re.compile(r"(?:[\w\s.,>+~*#-]+\{[^{}]*\})*\s*")  # names of elements, classes and ids only
_DOCTYPE = "<!DOCTYPE html>"
_GROUNDS = frozenset({"body", "table", "td", "th"})  # the elements for which HTML has ever had bgcolor

_OPTIONS: dict[str, Any] = {
    "keep_style_tags": False,
    "strip_important": False,
    "remove_classes": False,
    "disable_validation": True,
    # Or <img width="576"> becomes width="100%". Word reads the others from the style as well.
    "disable_basic_attributes": ["width", "height", "align", "valign"],
    "allow_network": False,
    "allow_loading_external_files": False,
    "disable_link_rewrites": True,
    "align_floating_images": False,
    "remove_unset_properties": False,
    "cssutils_logging_level": logging.CRITICAL,
}


def inline_css(html: str, css: str) -> str:
    """Return the HTML with ``css`` in style attributes. Raises RenderError when anything else changed.

    Compared are comments and style blocks byte by byte, the visible text, the widths of images, the doctype.
    """
    before = _DOCTYPE + html[len("<!doctype html>") :] if html[:15].lower() == "<!doctype html>" else html
    marked = _STYLE_OPEN.sub("<style" + _MARK, before)
    with _LOCK:
        after = _transform(marked, _used(css, html)).replace(_MARK, "")
    check_undamaged(before, after)
    return after


def _used(css: str, html: str) -> str:
    """Return the rules that may match something: each selector costs a walk through the whole letter."""
    there = {
        *map(str.lower, set(_TAGS.findall(html))),
        *(f".{name}" for name in " ".join(_CLASSES.findall(html)).split()),
    }
    kept = (([text for text, needs in selectors if needs <= there], body) for selectors, body in _rules(css))
    return "\n".join([",".join(selectors) + body for selectors, body in kept if selectors])


@lru_cache(maxsize=16)
def _rules(css: str) -> tuple[tuple[tuple[tuple[str, frozenset[str]], ...], str], ...]:
    """Return each rule's selectors, with the elements and classes that each one needs, and its body.

    Of CSS with more than names of elements, classes and ids in its selectors nothing is known.
    """
    if not _PLAIN.fullmatch(css):
        return ((((css, frozenset()),), ""),)
    return tuple(
        (tuple((text, frozenset(_NAMES.findall(text))) for text in selectors.split(",")), f"{{{body}}}")
        for selectors, body in _RULE.findall(css)
    )


@cache
def _inliner() -> Any:
    """Return Premailer, made to keep what it read from a stylesheet: ours is the same at every render."""
    import cssutils

    cssutils.ser.prefs.minimizeColorHash = False  # some clients read six digits only
    # cssutils would compile a pattern for each property to judge its values by, only to log what it thinks of
    # them. That takes a tenth of a cold start and changes nothing in the mail.
    cssutils.profile.removeProfile(all=True)
    premailer: Any = _premailer()

    class RememberingPremailer(premailer):  # type: ignore[misc]
        @staticmethod
        @lru_cache(maxsize=64)
        def _read(css: str, index: int) -> Any:
            return premailer("-", **_OPTIONS)._parse_style_rules(css, index)

        def _style_to_basic_html_attributes(self, element: Any, content: str, force: bool = False) -> None:
            if element.tag in _GROUNDS:
                super()._style_to_basic_html_attributes(element, content, force)

        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
            return self._read(css_body, ruleset_index)

    return RememberingPremailer


def _premailer() -> Any:
    """Return Premailer without an HTTP client: none of our style sheets has to be fetched."""
    with without("requests"):
        from premailer import Premailer
    return Premailer


def _transform(html: str, css: str) -> str:
    inliner = _inliner()(html, css_text=[css], **_OPTIONS)
    return str(inliner.transform(pretty_print=False))


def check_undamaged(before: str, after: str) -> None:
    """Raise RenderError when a step that should change only style attributes changed something else."""
    if not after.startswith(_DOCTYPE):
        raise _damaged("lost its doctype")
    (comments, bare), (kept, result) = _apart(before), _apart(after)
    if comments != kept:
        raise _damaged("changed a comment, which Outlook reads")
    if _between(bare, "<style", "</style>")[0] != _between(result, "<style", "</style>")[0]:
        raise _damaged("changed a style block")
    if image_widths(bare) != image_widths(result):
        raise _damaged("changed the width of a picture")
    # Usually the pieces between tags are the same to the character; only otherwise is it worth reading them.
    written = bare.replace("&#10;", "\n").replace("&#8202;", "\u200a")  # as a spacer holds
    if _pieces(written) != _pieces(result) and visible_text(bare) != visible_text(result):
        raise _damaged("changed the text")


@lru_cache(maxsize=2)  # before and after: what is compared here is read again for its text
def _apart(html: str) -> tuple[list[str], str]:
    """Return the comments of HTML, and the HTML without them."""
    return _between(html, "<!--", "-->")


def _between(html: str, opening: str, closing: str) -> tuple[list[str], str]:
    """Return what stands from each opening to its closing, both included, and the HTML without that."""
    found, rest, position = [], [], 0
    while (start := html.find(opening, position)) >= 0 and (
        end := html.find(closing, start + len(opening))
    ) >= 0:
        rest.append(html[position:start])
        position = end + len(closing)
        found.append(html[start:position])
    return found, "".join([*rest, html[position:]])


def _pieces(html: str) -> list[str]:
    return _BETWEEN.findall(html, html.find("<head"))


def image_widths(html: str) -> list[str]:
    """Return every image's width attribute, in order."""
    found = (_WIDTH.search(tag) for tag in _IMAGE.findall(html))
    return [width[1] if width else "" for width in found]


def visible_text(html: str) -> str:
    """Return the text of HTML, white space collapsed, comments and style blocks left out."""
    if "<!--" in html:
        html = _apart(html)[1]
    if "<style" in html:
        html = _STYLE.sub("", html)
    if "<" in html:
        html = _TAG.sub("", html)
    return " ".join(unescape(html).split())


def inlined_text(html: str) -> str:
    """Return the visible text in the body of what ``inline_css`` wrote: no value in it holds a bracket."""
    rest = _apart(html)[1]
    return " ".join(unescape("".join(_BETWEEN.findall(rest, max(0, rest.find("<body"))))).split())


def _damaged(what: str) -> RenderError:
    return RenderError(
        f"Putting the CSS into the mail {what}.",
        hint="Nothing was written. Nesting past 250 elements or a text of many megabytes does this; "
        "if the issue is ordinary, the theme's inline.css is the place to look.",
    )
