"""Merge fields as an editor writes them: ``{{ first_name }}`` or ``{{ first_name or "there" }}``."""

import re
from collections.abc import Collection, Iterator
from itertools import islice

from markdown_it.token import Token

from newsletter.editorial.faults import LIMIT, Faults
from newsletter.editorial.invisible import NOT_SEEN
from newsletter.editorial.issue import FieldUse, Issue
from newsletter.editorial.names import suggestion
from newsletter.errors import Finding

BUILT_IN_FIELDS = ("email", "name", "first_name", "last_name")
RESERVED = "-nl."  # begins every tag by which the provider puts a reader's values into a mail

# Any quotation mark of its kind opens and closes: word processors replace them as they like.
MERGE_FIELD = re.compile(
    r"""\{\{\s*
    (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    (?:\s+or\s*(?:
        ["“”„](?P<double>[^"“”„{}\n]*)["“”„]
      | ['‘’‚](?P<single>[^"“”„{}\n]*?)['‘’‚]
    ))?
    \s*\}\}""".replace(r"\s", rf"[\s{NOT_SEEN}]"),  # pasted invisible characters, too
    re.VERBOSE,
)
_WHOLE = re.compile(r"\{\{[^{}\n]{0,80}\}\}|\{%[^{}\n]{0,80}%\}")
_PLAIN_PART = re.compile(r"\\(?=\{[{%])|\{\{|\{%")


def field_use(match: re.Match[str], line: int) -> FieldUse:
    """Return what a match of MERGE_FIELD asks for."""
    return FieldUse(match["name"], match["double"] or match["single"] or "", line)


def field_token(match: re.Match[str], line: int) -> Token:
    """Return the inline token of a merge field; its content is the source as written."""
    return Token("merge_field", "", 0, content=match[0], meta={"field": field_use(match, line)})


def report_broken(faults: Faults, line: int, text: str, at: int) -> None:
    """Note a ``{{`` that begins no merge field, or a ``{%``, which means nothing in a brief.

    ``at`` is its place in ``text``; what it holds is quoted.
    """
    opening = text[at : at + 2]
    whole = _WHOLE.match(text, at)
    literal = "To show the braces themselves, write them as `code`, or with a backslash before them."
    if opening == "{%":
        faults.add(
            "field-template-tag",
            line,
            f"“{whole[0] if whole else opening}” means nothing in a brief.",
            literal,
        )
        return
    faults.add(
        "field-broken",
        line,
        f"“{whole[0]}” is no merge field of a brief."
        if whole
        else "“{{” begins a merge field, but this is none.",
        'Write {{ first_name }} or {{ first_name or "there" }}. ' + literal,
    )


def plain_tokens(text: str, line: int, faults: Faults) -> tuple[Token, ...]:
    """Return a subject or preheader as text and merge fields; Markdown in it is plain text.

    A backslash before ``{{`` or ``{%`` shows the braces as they are.
    """
    tokens: list[Token] = []
    said, at = "", 0
    while found := _PLAIN_PART.search(text, at):
        said += text[at : found.start()]
        field = MERGE_FIELD.match(text, found.start()) if found[0] == "{{" else None
        if field:
            tokens += [*_said(said), field_token(field, line)]
            said, at = "", field.end()
            continue
        if found[0] == "\\":
            said, at = said + text[found.end() : found.end() + 2], found.end() + 2
            continue
        report_broken(faults, line, text, found.start())
        said, at = said + found[0], found.end()
    return (*tokens, *_said(said + text[at:]))


def _said(text: str) -> list[Token]:
    return [Token("text", "", 0, content=text)] if text else []


def uses(tokens: Collection[Token]) -> Iterator[FieldUse]:
    """Yield the merge fields of block or inline tokens, in order."""
    for token in tokens:
        if token.type == "merge_field":
            yield token.meta["field"]
        elif token.children:
            yield from uses(token.children)


def unknown_fields(issue: Issue, known: Collection[str]) -> tuple[Finding, ...]:
    """Return an error for each merge field no reader has, with the nearest name; 200 at most.

    ``known`` are the list's attributes; the built-in fields are always known.
    """
    names = sorted({*known, *BUILT_IN_FIELDS})
    unknown = (use for use in issue.fields if use.name not in names)
    return tuple(
        Finding(
            "field-unknown",
            "error",
            issue.file,
            use.line,
            f"No reader has a field “{use.name}”.",
            f"{suggestion(use.name, names)}Known are: {', '.join(names)}.",
        )
        for use in islice(unknown, LIMIT)
    )
