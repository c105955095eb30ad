"""Why a headline or a label was not found: the line that was meant as one, and how to write it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from newsletter.editorial.issue import SectionKind
from newsletter.editorial.labels import Labels, folded
from newsletter.editorial.names import nearest

_SIGNS = re.compile(r"[#＃]{1,6}[ \xa0]?(?=\S)")
_LOOKED_AT = 100  # blocks of a story; a label that is further down than that was not meant for its top
_HEADLINE = 120  # characters: what is longer is a paragraph
_CLOSING = re.compile(r"^(\s|[:：*_]|</\w+>)+")  # what comes between a label and its text
_AFTER_LABEL = re.compile(r"\s*([-‐-―−.;,|/•·>=→]|$)")


@dataclass(frozen=True, slots=True)
class Cause:
    """A line, counted from 1, what is wrong with it as a sentence, and what to do."""

    line: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a paragraph, heading, item or cell: its words, and whether it begins a paragraph."""

    number: int
    text: str
    emphasised: str  # the words it begins with in bold or italics
    begins: bool
    top: bool


def headline_meant(block: Sequence[Token], words: str) -> Cause | None:
    """Say how a block that Markdown reads otherwise was meant as a headline; ``words`` are what it shows."""
    line = block[0].map[0] + 1 if block[0].map else 1
    if block[0].type == "heading_open" and block[0].tag == "h2":
        message = f"“{words[:60]}” is a heading of the second level, so the story has no headline."
        return Cause(line, message, f"Write it with one “#”: # {words[:150]}")
    if block[0].type != "paragraph_open" or "\n" in block[1].content:
        return None
    if signs := _SIGNS.match(words):
        text = words[signs.end() :]
        return Cause(
            line,
            f"“{words[:60]}” is no headline: its “#” lacks the space after it, or has a backslash before it.",
            f"Write: # {text[:150]}",
        )
    if len(words) > _HEADLINE:
        return None
    children = [child for child in block[1].children or () if child.content or child.type != "text"]
    if children and children[0].type == "strong_open" and children[-1].type == "strong_close":
        return Cause(
            line,
            f"“{words[:60]}” is bold, but no headline: that begins with “# ”.",
            f"Write: # {words}",
        )
    return Cause(line, f"The story has no headline; “{words}” looks like one.", f"Write: # {words}")


def label_meant(blocks: Sequence[Sequence[Token]], kind: SectionKind, labels: Labels) -> Cause | None:
    """Say which line was meant to begin a section of that kind, and what kept it from doing so."""
    lines = [line for block in blocks[:_LOOKED_AT] for line in _lines(block)]
    for line in lines:
        if cause := _without_colon(line, kind, labels) or _out_of_place(line, kind, labels):
            return cause
    phrases = {"background": labels.background, "now": labels.now}.get(kind, ())
    return next(filter(None, (_misspelt(line, phrases) for line in lines if line.begins and line.top)), None)


def _lines(block: Sequence[Token]) -> Iterator[_Line]:
    for token in block:
        if token.type != "inline":
            continue
        number = token.map[0] + 1 if token.map else 1
        for at, children in enumerate(_split(token.children or ())):
            text = "".join(child.content for child in children)
            yield _Line(number + at, text, _emphasised(children), at == 0, token.level == 1)


def _split(children: Sequence[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield line
            line = []
        else:
            line.append(child)
    yield line


def _emphasised(children: Sequence[Token]) -> str:
    words = ""
    depth = 0
    for child in children:
        depth += child.nesting
        if child.type == "text" and not child.content:
            continue
        if depth <= 0 or child.type == "link_open":
            break
        words += child.content
    return words


def _without_colon(line: _Line, kind: SectionKind, labels: Labels) -> Cause | None:
    """Find a label in emphasis or alone on its line, or one with another sign than a colon behind it."""
    if not line.begins:
        return None
    label = next((phrase for phrase in (line.emphasised, line.text) if labels.kind_of(phrase) == kind), "")
    rest = line.text[len(label) :] if label else ""
    if not label:
        label = _before_sign(line.text, kind, labels)
        rest = re.sub(r"^\W+", "", line.text[len(label) :])
    said = label.strip()
    if not said or said.endswith((":", "：")) or rest.lstrip("*_ ").startswith((":", "：")):
        return None
    return Cause(
        line.number,
        f"“{said}” has no colon after it, so it begins no section.",
        f"Write: **{said}:** {rest.strip()[:100]}".rstrip(),
    )


def _before_sign(text: str, kind: SectionKind, labels: Labels) -> str:
    phrases = {"background": labels.background, "now": labels.now}.get(kind, ())
    for phrase in phrases:
        begin = text[: len(phrase)]
        if folded(begin) == folded(phrase) and _AFTER_LABEL.match(text, len(phrase)):
            return begin
    return ""


def _out_of_place(line: _Line, kind: SectionKind, labels: Labels) -> Cause | None:
    """Find a label with its colon in the middle of a paragraph, or within a list, a quote or a table."""
    found = labels.run_in(line.text)
    if not found or found[0] != kind or (line.begins and line.top):
        return None
    if not line.top:
        where = "stands within a list, a quote or a table"
        hint = "Give it a paragraph of its own, with nothing before it on its line."
    else:
        where = "does not begin a paragraph"
        hint = f"Put an empty line above line {line.number}."
    return Cause(line.number, f"The label “{found[1]}” {where}, so it begins no section.", hint)


def _misspelt(line: _Line, phrases: Sequence[str]) -> Cause | None:
    begin = re.split("[:：]", line.emphasised or line.text, maxsplit=1)[0]
    longest = max(map(len, phrases), default=0) + 20
    colon = line.text[len(begin) : len(begin) + 2].strip().startswith((":", "："))
    if len(begin) > longest or not (colon or line.emphasised or begin == line.text):
        return None
    near = nearest(folded(begin), map(folded, phrases))
    if not near:
        return None
    phrase = next(label for label in phrases if folded(label) == near)
    rest = _CLOSING.sub("", line.text[len(begin) :])
    return Cause(
        line.number,
        f"“{begin.strip()[:60]}” is no label. Did you mean “{phrase}”?",
        f"Write: **{phrase}:** {rest.strip()[:100]}".rstrip(),
    )
