"""From block tokens to stories: headlines, labels, what stands under them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from newsletter.editorial.dialects.notes import Note, Notes, take_notes
from newsletter.editorial.faults import Faults
from newsletter.editorial.issue import Brief, Picture, Section, SectionKind
from newsletter.editorial.labels import Labels, folded, split_run_in
from newsletter.editorial.meant.causes import headline_meant, label_meant
from newsletter.editorial.names import nearest, suggestion

Block = list[Token]  # one top-level block: a heading, a paragraph, a whole list, a picture


@dataclass(slots=True)
class _Part:
    """A section while it is being gathered."""

    kind: SectionKind
    label: str
    line: int
    blocks: list[Block] = field(default_factory=list)
    heading: Sequence[Token] = ()  # what a label's heading holds, where it is one


@dataclass(slots=True)
class _Story:
    """A story while it is being gathered. Without a headline it holds what stands before the first one."""

    headline: tuple[Token, ...] | None
    line: int
    parts: list[_Part] = field(default_factory=list)
    underlined: bool = False  # a line of = made it a headline

    @property
    def name(self) -> str:
        """Return the headline as errors quote it."""
        text = visible_text(self.headline or ())
        return f"The story “{text[:60]}”" if text else "The story"


def build_stories(
    tokens: Sequence[Token], labels: Labels, last_line: int, faults: Faults
) -> tuple[Brief, ...]:
    """Return the stories of an issue. Whatever is wrong with one is added to ``faults``.

    ``last_line`` is where a file without any text is said to lack its headline.
    """
    tokens, known = take_notes(tokens, faults)
    notes = Notes(known, faults)
    stories = _gather(tokens, labels, faults)
    if not stories:
        _report_no_headline(last_line, faults)
    elif stories[0].headline is None:
        stories = _without_stray(stories, faults)
    for story in stories:
        faults.raise_if_full()
        _report_labels(story, labels, faults)
    numbered = [_number_notes(story, notes) for story in stories]
    notes.report_unused()
    return tuple(_brief(story, notes, own, faults) for story, own in zip(stories, numbered, strict=True))


def visible_text(children: Sequence[Token]) -> str:
    """Return inline tokens as the words a reader sees; a merge field as it was written."""
    return "".join(
        child.content if child.type not in ("softbreak", "hardbreak") else "" if child.hidden else " "
        for child in children
    ).strip()


# ── gather ──────────────────────────────────────────────────────────────────────────────────────────────


def _gather(tokens: Sequence[Token], labels: Labels, faults: Faults) -> list[_Story]:
    stories: list[_Story] = []
    headless = _lacks_headline(tokens, labels)
    for block in _blocks(tokens):
        line = _line(block)
        if (headless and not stories and _meant_as_headline(block, labels, faults)) or _begins_story(
            block, labels, faults
        ):
            headline = tuple(block[1].children or ())
            stories.append(_Story(headline, line, underlined=block[0].markup == "="))
            continue
        if not stories:
            stories.append(_Story(None, line))
        _add(stories[-1], block, labels, faults)
    return stories


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """Yield top-level blocks: each ends where the nesting is back at level 0."""
    block: Block = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting != 1:
            yield block
            block = []


def _line(block: Block) -> int:
    place = block[0].map
    return place[0] + 1 if place else 1


def _lacks_headline(tokens: Sequence[Token], labels: Labels) -> bool:
    """Say whether the first label of a file comes before its first headline, or there is none."""
    for block in _blocks(tokens):
        words = visible_text(block[1].children or ()) if len(block) > 1 else ""
        if labels.kind_of(words) or (block[0].type == "paragraph_open" and labels.run_in(words)):
            return True
        if block[0].type == "heading_open" and block[0].tag == "h1":
            return False
    return True


def _meant_as_headline(block: Block, labels: Labels, faults: Faults) -> bool:
    """Note a first block that was meant as the headline of a file without any, and take it for one."""
    words = visible_text(block[1].children or ()) if len(block) > 1 else ""
    is_label = labels.kind_of(words) or labels.run_in(words)
    cause = headline_meant(block, words) if words and not is_label else None
    if cause:
        faults.add("brief-headline-missing", cause.line, cause.message, cause.hint)
    return cause is not None


def _begins_story(block: Block, labels: Labels, faults: Faults) -> bool:
    if block[0].type != "heading_open" or block[0].tag != "h1":
        return False
    label = visible_text(block[1].children or ()).rstrip(":： ")
    if labels.kind_of(label) is None:
        return True
    faults.add(
        "brief-label-as-headline",
        _line(block),
        f"“{label}” is a label, but one “#” makes it the headline of a story.",
        f"Write “## {label}”, or begin a paragraph with “**{label}:**”.",
    )
    return False


def _add(story: _Story, block: Block, labels: Labels, faults: Faults) -> None:
    """Put a block where it belongs: a label opens a section, all else goes to the one that is open."""
    line = _line(block)
    if block[0].type == "heading_open":
        _add_heading(story, block, labels, faults)
    elif block[0].type == "paragraph_open" and (found := split_run_in(block[1].children or (), labels)):
        kind, label, rest = found
        part = _Part(kind, label, line)
        story.parts.append(part)
        if rest:
            inline = block[1].copy(children=rest, content=visible_text(rest))
            part.blocks.append([block[0], inline, block[2]])
    else:
        _report_headings_within(block, faults)
        _open_part(story, line).blocks.append(block)


def _open_part(story: _Story, line: int) -> _Part:
    if not story.parts:
        story.parts.append(_Part("lede", "", line))
    return story.parts[-1]


def _add_heading(story: _Story, block: Block, labels: Labels, faults: Faults) -> None:
    line = _line(block)
    text = visible_text(block[1].children or ())
    kind = labels.kind_of(text)
    if kind is None and block[0].tag == "h2":
        _report_unknown(text, line, labels, faults)
        near = nearest(text, labels.all)
        kind = labels.kind_of(near) if near else None  # so that it is not missed a second time
    if kind:
        story.parts.append(_Part(kind, text.rstrip(":： "), line, heading=block[1].children or ()))
    elif block[0].tag != "h2":
        for token in (block[0], block[2]):  # one level of subheads, so that none is skipped
            token.tag = "h3"
        _open_part(story, line).blocks.append(block)


# ── tell ────────────────────────────────────────────────────────────────────────────────────────────────


def _report_no_headline(line: int, faults: Faults) -> None:
    faults.add(
        "brief-headline-missing",
        line,
        "There is no headline here.",
        "Begin each story with “# ” and its headline.",
    )


def _without_stray(stories: list[_Story], faults: Faults) -> list[_Story]:
    """Tell what stands before the first headline: a story that lacks its own, or text of none."""
    if len(stories) == 1 or any(part.kind != "lede" for part in stories[0].parts):
        _report_no_headline(stories[0].line, faults)
        return stories
    faults.add(
        "brief-before-headline",
        stories[0].line,
        "There is text before the first headline, so it belongs to no story.",
        "Move it below the line that begins with “# ”, as the story's lede.",
    )
    return stories[1:]


def _report_unknown(text: str, line: int, labels: Labels, faults: Faults) -> None:
    if faults.full:  # looking for the nearest label takes time
        return
    known = ", ".join(f"“{phrase}”" for phrase in labels.all)
    faults.add(
        "brief-heading-unknown",
        line,
        f"“## {text[:60]}” is no label.",
        f"{suggestion(text, labels.all)}Known are: {known}. A subhead within a section takes “###”; "
        "a line of hyphens right below a text makes that text a heading, too.",
    )


def _report_headings_within(block: Block, faults: Faults) -> None:
    for token in block:
        if token.type == "heading_open":
            faults.add(
                "brief-heading-nested",
                token.map[0] + 1 if token.map else _line(block),
                "A heading stands within a quote or a list.",
                "Move it out, or use **bold**; a “#” that is meant as such takes a backslash before it.",
            )


def _report_labels(story: _Story, labels: Labels, faults: Faults) -> None:
    if story.headline is not None and not visible_text(story.headline):
        faults.add("brief-headline-empty", story.line, "The headline is empty.", "Write it after the “# ”.")
    wanted: tuple[SectionKind, ...] = ("background", "now")
    missing = [kind for kind in wanted if not any(part.kind == kind for part in story.parts)]
    if story.underlined and missing == [*wanted]:
        _report_underlined(story, faults)
        missing = []
    for kind in missing:
        _report_missing(story, kind, labels, faults)
    _report_twice(story, faults)


def _report_underlined(story: _Story, faults: Faults) -> None:
    faults.add(
        "brief-label-missing",
        story.line,
        f"{story.name} has no labels; the line of equals signs below those words made them a headline.",
        "Was it a subhead? Write it as “### …” and delete the line of equals signs.",
    )


def _report_missing(story: _Story, kind: SectionKind, labels: Labels, faults: Faults) -> None:
    blocks = [block for part in story.parts for block in part.blocks]
    if cause := label_meant(blocks, kind, labels):
        faults.add(
            "brief-label-missing",
            cause.line,
            f"{story.name} has no “{kind}” section: {cause.message}",
            cause.hint,
        )
        return
    phrases = labels.background if kind == "background" else labels.now
    phrase = phrases[0] if phrases else kind
    faults.add(
        "brief-label-missing",
        story.line,
        f"{story.name} has no label for its “{kind}” section.",
        f"Begin a paragraph with “**{phrase}:**”, or write the heading “## {phrase}”.",
    )


def _report_twice(story: _Story, faults: Faults) -> None:
    seen: dict[str, int] = {}
    for part in story.parts:
        key = part.kind if part.kind != "extra" else folded(part.label)
        if key in seen:
            faults.add(
                "brief-label-twice",
                part.line,
                f"“{part.label}” begins a second “{part.kind}” section; the first is on line {seen[key]}.",
                "Join the two, or begin a new story with “# ” and its headline.",
            )
        seen.setdefault(key, part.line)


# ── build ───────────────────────────────────────────────────────────────────────────────────────────────


def _number_notes(story: _Story, notes: Notes) -> list[Note]:
    """Number the notes that a story refers to; return those that stand at its end."""
    for tokens, what, line in (
        (story.headline or (), "a headline", story.line),
        *((part.heading, "a label's heading", part.line) for part in story.parts),
    ):
        notes.refuse([Token("inline", "", 0, children=list(tokens))], what, line)
    return notes.number(token for part in story.parts for block in part.blocks for token in block)


def _brief(story: _Story, notes: Notes, own: Sequence[Note], faults: Faults) -> Brief:
    parts = [built for part in story.parts for built in _built(part, faults)]
    if own:
        parts.append(Section("notes", "", tuple(notes.blocks(own)), own[0].line))
    return Brief(story.headline or (), tuple(parts), story.line)


def _built(part: _Part, faults: Faults) -> Iterator[Section | Picture]:
    """Yield the section, then the pictures it ends with: they stand between this section and the next."""
    end = len(part.blocks)
    while end and part.blocks[end - 1][0].type == "picture":
        end -= 1
    body = tuple(token for block in part.blocks[:end] for token in block)
    if part.kind != "lede" and all(token.type == "hr" for token in body):
        _report_empty(part, faults)
    if body or part.kind != "lede":
        yield Section(part.kind, part.label, body, part.line)
    yield from (block[0].meta["picture"] for block in part.blocks[end:])


def _report_empty(part: _Part, faults: Faults) -> None:
    faults.add(
        "brief-label-empty",
        part.line,
        f"“{part.label}” has nothing under it.",
        "Write the section's text after the label, or take the label out.",
    )
