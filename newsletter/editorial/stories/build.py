"""From block tokens to stories: headlines, labels, what is under them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it.token import Token

from newsletter.editorial.issue import Brief, Picture, Section
from newsletter.editorial.labels import Labels
from newsletter.editorial.markdown.dialects.notes import Note, Notes, take_notes
from newsletter.editorial.stories.examine import (
    report_empty,
    report_labels,
    report_no_headline,
    without_stray,
)
from newsletter.editorial.stories.gather import gather
from newsletter.editorial.stories.includes import Includes
from newsletter.editorial.stories.story import GatheredSection, GatheredStory


def build_stories(tokens: Sequence[Token], labels: Labels, includes: Includes) -> tuple[Brief, ...]:
    """Return the stories of an issue, with the backgrounds they include.

    Whatever is wrong with one is added to the faults of ``includes``. A file without any text is said to lack
    its headline on its last line.
    """
    faults = includes.faults
    tokens, known = take_notes(tokens, faults)
    notes = Notes(known, faults)
    stories = gather(tokens, labels, faults)
    if not stories:
        report_no_headline(includes.lines, faults)
    elif stories[0].headline is None:
        stories = without_stray(stories, faults)
    for story in stories:
        faults.raise_if_full()
        report_labels(story, labels, faults)
    numbered = [_number_notes(story, notes) for story in stories]
    notes.report_unused()
    return tuple(_brief(story, notes, own, includes) for story, own in zip(stories, numbered, strict=True))


def _number_notes(story: GatheredStory, notes: Notes) -> list[Note]:
    """Number the notes that a story refers to; return those to show at its end."""
    for tokens, what, line in (
        (story.headline or (), "a headline", story.line),
        *((part.heading, "a label's heading", part.line) for part in story.parts),
    ):
        notes.refuse([Token("inline", "", 0, children=list(tokens))], what, line)
    return notes.number(token for part in story.parts for block in part.blocks for token in block)


def _brief(story: GatheredStory, notes: Notes, own: Sequence[Note], includes: Includes) -> Brief:
    parts = [built for part in story.parts for built in _built(part, includes)]
    if own:
        parts.append(Section("notes", "", tuple(notes.blocks(own)), own[0].line))
    return Brief(story.headline or (), tuple(parts), story.line)


def _built(part: GatheredSection, includes: Includes) -> Iterator[Section | Picture]:
    """Yield the section, then the pictures it ends with: they are shown between this section and the next."""
    end = len(part.blocks)
    while end and part.blocks[end - 1][0].type == "picture":
        end -= 1
    blocks = part.blocks[:end]
    background = includes.of(replace(part, blocks=blocks))
    body = includes.body(background) if background else tuple(token for block in blocks for token in block)
    if part.kind != "lede" and all(token.type == "hr" for token in body):
        report_empty(part, includes.faults)
    if body or part.kind != "lede":
        yield Section(part.kind, part.label, body, part.line, background)
    yield from (block[0].meta["picture"] for block in part.blocks[end:])
