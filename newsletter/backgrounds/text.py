"""From a background's file to the background, or every fault of it at once.

It is one section's text: no headline, no label, and nothing that differs from reader to reader or lies
elsewhere, so that its words alone are what somebody reviewed, and what its version is.
"""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from newsletter.backgrounds.front import (
    KEYS,
    MAX_CHANGED,
    read_former_names,
    read_review,
    read_sources,
    read_title,
)
from newsletter.backgrounds.versions import digest_of, without_comments
from newsletter.editorial.faults import Faults
from newsletter.editorial.fields import uses
from newsletter.editorial.front import read_front
from newsletter.editorial.invisible import tidy
from newsletter.editorial.issue import Background, Comment
from newsletter.editorial.labels import Labels, split_run_in
from newsletter.editorial.markdown.blocks import parse_blocks, report_reserved_lines
from newsletter.editorial.meant.conflicts import without_conflicts
from newsletter.editorial.meant.lines import as_meant
from newsletter.editorial.parse import plain_value
from newsletter.editorial.source import read_source, without_odd_characters
from newsletter.editorial.stories.examine import report_headings_within
from newsletter.editorial.stories.story import INCLUDE, Block, blocks_of, line_of, visible_text

MAX_BYTES = 50_000  # a background is some sentences; a hundred times that is another file


def read_background(data: bytes, *, name: str, file: str, labels: Labels) -> Background:
    """Return the background that a file's bytes hold. Raises IssueError with every fault, each with its line.

    ``file`` is the name errors quote; ``labels`` are those that would begin a section of a brief.
    """
    if len(data) > MAX_BYTES:
        faults = Faults(file)
        faults.add(
            "file-too-large",
            1,
            f"The file is too large for a background: more than {MAX_BYTES:,} bytes.",
            "Is it the right file? A background is a few sentences.",
        )
        faults.raise_any()
    return parse_background(read_source(data, file), name=name, file=file, labels=labels)


def parse_background(text: str, *, name: str, file: str, labels: Labels) -> Background:
    """Return the background that a file's text holds. Raises IssueError with every fault."""
    faults = Faults(file)
    clean = without_odd_characters(text, faults)
    report_reserved_lines(clean, faults)
    faults.raise_if_full()
    lines = without_conflicts(clean.split("\n"), faults)
    front = read_front(lines, faults, KEYS)
    meant = as_meant(lines[front.body :], labels)
    comments: list[Comment] = []
    tokens = parse_blocks("\n" * front.body + "\n".join(meant), faults, comments=comments)
    body = tuple(_body(tokens, name, labels, faults))
    if front.whole and not any(_shows_anything(token) for token in body):
        faults.add(
            "background-empty",
            len(lines),
            "The background has no text.",
            "Write it below the second line of ---.",
        )
    title, (reviewed, reviewer) = read_title(front, faults), read_review(front, faults)
    words = without_comments("\n".join(lines[front.body :]), comments)
    background = Background(
        name=name,
        file=file,
        title=title,
        reviewed=reviewed,
        reviewer=reviewer,
        text=words,
        digest=digest_of(title, words),
        body=body,
        sources=read_sources(front, faults),
        changed=plain_value(front, "changed", MAX_CHANGED, faults),
        formerly=read_former_names(front, name, faults),
        comments=tuple(sorted(comments, key=lambda comment: comment.line)),
        source=text,
        front_lines=dict(front.lines),
    )
    faults.raise_any()
    return background


def _shows_anything(token: Token) -> bool:
    if token.type == "inline":
        return bool(tidy(visible_text(token.children or ())))
    return token.type in (INCLUDE, "picture") or bool(tidy(token.content))


def _body(tokens: Sequence[Token], name: str, labels: Labels, faults: Faults) -> Iterator[Token]:
    """Yield the tokens of the text, subheads on one level; report what no background holds."""
    for block in blocks_of(tokens):
        if block[0].type == "heading_open":
            _report_heading(block, faults)
            for token in (block[0], block[2]):
                token.tag = "h3"
        else:
            report_headings_within(block, faults)
            _report_label(block, labels, faults)
        for token in block:
            _report_foreign(token, token.map[0] + 1 if token.map else line_of(block), name, faults)
        yield from block


def _report_heading(block: Block, faults: Faults) -> None:
    if block[0].tag in ("h1", "h2"):
        text = visible_text(block[1].children or ())
        faults.add(
            "background-content",
            line_of(block),
            f"“{text[:60]}” is a headline or a label, and a background has none: it is one section's text.",
            "The brief that includes it has the label. A subhead takes “###”.",
        )


def _report_label(block: Block, labels: Labels, faults: Faults) -> None:
    if block[0].type == "paragraph_open" and (found := split_run_in(block[1].children or (), labels)):
        faults.add(
            "background-content",
            line_of(block),
            f"The label “{found[1]}” begins a section, and a background is one section's text.",
            "Take the label out; the brief that includes the background has it.",
        )


def _report_foreign(token: Token, line: int, name: str, faults: Faults) -> None:
    """Report what is not a background's own words: another's, a reader's, a file's, a note elsewhere."""
    if token.type == INCLUDE:
        itself = str(token.meta["name"]) == name
        message = f"The background includes {'itself' if itself else 'another one'}."
        hint = "Take the line out; a brief may include each in a section of its own."
    elif token.type == "picture":
        message = "The background holds a picture."
        hint = "Put it into the brief, below the line that includes the background."
    elif token.type == "footnote_reference_open" or any(
        child.type == "footnote_ref" for child in token.children or ()
    ):
        message = "The background has a footnote, which would stand outside its card."
        hint = "Write it into the text, or its address into “sources”."
    elif any(uses([token])):
        message = "The background holds a merge field, and its text is the same for every reader."
        hint = "Write it without, or show the braces as they are: `{{ }}`."
    else:
        return
    faults.add("background-content", line, message, hint)
