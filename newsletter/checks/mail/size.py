"""How large the mail is, and what takes the room."""

import re
from collections.abc import Iterator
from itertools import accumulate

from markdown_it.token import Token

from newsletter.checks.mail.texts import THEME
from newsletter.checks.reading import sections
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.editorial.issue import Issue

CLIPPED = 102_400  # bytes of HTML at which Gmail cuts a mail off; click tracking makes links longer still
LARGE = 80_000
HOPELESS = 2 * CLIPPED  # bytes of a brief's own words and tags: no theme makes a short mail of so many
_TAG = 3  # bytes of the shortest tag
MAX_STYLES = 16_384  # bytes of <style>, all together, above which Gmail drops them all

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
# What the bytes of a mail are, each looked for in what the ones before it left.
_PARTS = (
    ("what Outlook alone reads", re.compile(r"<!--.*?-->", re.DOTALL)),
    ("style blocks", re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)),
    ("style attributes", re.compile(r"\sstyle=\"[^\"]*\"")),
    ("pictures’ tags", re.compile(r"<img\b[^>]*>")),
    ("links’ tags", re.compile(r"</?a\b[^>]*>")),
    ("other tags", re.compile(r"<[^>]*>")),
)


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


def _room(checked: CheckedIssue) -> str:
    """Return a sentence on what the bytes of the mail are, the most of it first."""
    if not checked.message:
        return ""
    rest, found = checked.message.html, list[tuple[int, str]]()
    for name, pattern in _PARTS:
        found.append((sum(len(part.encode()) for part in pattern.findall(rest)), name))
        rest = pattern.sub("", rest)
    found.append((len(rest.encode()), "text"))
    parts = [f"{size:,} {name}" for size, name in sorted(found, reverse=True) if size]
    return f" Its bytes: {', '.join(parts)}."


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
            f"Shorten stories or send fewer of them.{_room(checked)}",
        )


@check("mail-large", "warning")
def mail_large(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail near the size at which Gmail cuts off."""
    size = _html_size(checked)
    if LARGE <= size < CLIPPED:
        yield Remark(
            None,
            f"The mail's HTML has {size:,} bytes; Gmail cuts off at {CLIPPED:,}; tracked links add some.",
            f"Shorten stories or send fewer of them.{_room(checked)}",
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
            f"{THEME} Take out rules that no template uses.",
        )
