"""The finished mail: its size, and what a changed theme may have left out."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser
from itertools import accumulate, pairwise

from markdown_it.token import Token

from newsletter.checks.reading import sections
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.editorial.issue import Issue
from newsletter.rendering.message import has_link

CLIPPED = 102_400  # bytes of HTML at which Gmail cuts a mail off; click tracking makes links longer still
LARGE = 80_000
HOPELESS = 2 * CLIPPED  # bytes of a brief's own words and tags: no theme makes a short mail of so many
_TAG = 3  # bytes of the shortest tag
MAX_STYLES = 16_384  # bytes of <style>, all together, above which Gmail drops them all

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_THEME = "This comes from the theme's templates, not from the issue."


class _Outline(HTMLParser):
    """What a screen reader goes by: language, title, headings, pictures without an alt attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.headings: list[int] = []
        self.without_alt: list[str] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._in_title = tag == "title"
        if tag == "html":
            self.language = (named.get("lang") or "").strip()
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        elif tag == "img" and "alt" not in named:
            self.without_alt.append(named.get("src") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


@lru_cache(maxsize=1)  # several checks look at one mail, one after the other
def _outline(html: str) -> _Outline:
    outline = _Outline()
    outline.feed(html)
    outline.close()
    return outline


def is_hopeless(issue: Issue) -> bool:
    """Say whether an issue is so long that its mail is cut off whatever the theme."""
    return any(size >= HOPELESS for size in accumulate(_sizes(issue)))


def _sizes(issue: Issue) -> Iterator[int]:
    """Yield how many bytes of HTML each part takes at least: its words, and a few for each tag."""
    return (_least_of(token) for _, section in sections(issue) for token in section.body)


def _least_of(token: Token) -> int:
    if token.type == "inline":
        return sum(map(_least_of, token.children or ()))
    if token.type == "merge_field":  # the tag in its place may be shorter
        return 0
    return len(token.content.encode()) + (_TAG if token.nesting and not token.hidden else 0)


def _html_size(checked: CheckedIssue) -> int:
    return len(checked.message.html.encode()) if checked.message else 0


@check("mail-clipped", "error")
def mail_clipped(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail that Gmail cuts off, the unsubscribe link with it."""
    size, least = _html_size(checked), "" if checked.message else "at least "
    if not checked.message and is_hopeless(checked.issue):
        size = sum(_sizes(checked.issue))
    if size >= CLIPPED:
        yield Remark(
            None,
            f"The mail's HTML has {least}{size:,} bytes; Gmail cuts off at {CLIPPED:,}, the foot included.",
            "Shorten stories or send fewer of them.",
        )


@check("mail-large", "warning")
def mail_large(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail near the size at which Gmail cuts off."""
    size = _html_size(checked)
    if LARGE <= size < CLIPPED:
        yield Remark(
            None,
            f"The mail's HTML has {size:,} bytes; Gmail cuts off at {CLIPPED:,}; tracked links add some.",
            "Shorten stories or send fewer of them.",
        )


@check("mail-styles", "error")
def mail_styles(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for more style than Gmail takes."""
    html = checked.message.html if checked.message else ""
    size = sum(len(style.encode()) for style in _STYLE.findall(html))
    if size > MAX_STYLES:
        yield Remark(
            None,
            f"The mail's style blocks have {size:,} bytes; above {MAX_STYLES:,} Gmail drops them all.",
            f"{_THEME} Take out rules that no template uses.",
        )


@check("mail-language", "error")
def mail_language(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail that does not say its language."""
    if checked.message and not _outline(checked.message.html).language:
        yield Remark(
            None, "The mail does not say its language, so that it is read out in any.", f"{_THEME} Set lang."
        )


@check("mail-title", "error")
def mail_title(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail without a title, which browsers and screen readers announce first."""
    if checked.message and not _outline(checked.message.html).title.strip():
        yield Remark(None, "The mail's HTML has no title.", f"{_THEME} Put the subject into <title>.")


@check("mail-headings", "error")
def mail_headings(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail without its one main heading, or with a level left out."""
    if not checked.message:
        return
    levels = _outline(checked.message.html).headings
    if levels.count(1) != 1:
        yield Remark(
            None,
            f"The mail has {levels.count(1)} main headings (h1); it needs exactly one.",
            f"{_THEME} Make the issue's headline the h1, stories h2.",
        )
    for before, level in pairwise(levels):
        if level > before + 1:
            yield Remark(
                None,
                f"A heading h{level} follows h{before}: a level is left out.",
                f"{_THEME} Who moves from heading to heading would look for what is missing.",
            )


@check("mail-alt", "error")
def mail_alt(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pictures that a template writes without an alt attribute."""
    for source in _outline(checked.message.html).without_alt if checked.message else ():
        yield Remark(
            None,
            f"The picture {source[:80]} has no alt attribute in the mail.",
            f'{_THEME} Write alt, and alt="" for mere decoration.',
        )


@check("mail-text", "error")
def mail_text(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail without a text part, which filters count against it."""
    if checked.message and not checked.message.text.strip():
        yield Remark(
            None, "The mail has no text part.", "Some readers see nothing else, and filters expect it."
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
                f"{_THEME} Law and mail providers demand one in every mail.",
            )
