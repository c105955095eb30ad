"""From block tokens to stories: headlines, labels, what is under them."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from newsletter.editorial.faults import Faults
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
from newsletter.editorial.stories.story import GatheredSection, GatheredStory


def build_stories(
    tokens: Sequence[Token], labels: Labels, last_line: int, faults: Faults
) -> tuple[Brief, ...]:
    """Return the stories of an issue. Whatever is wrong with one is added to ``faults``.

    ``last_line`` is where a file without any text is said to lack its headline.
    """
    tokens, known = take_notes(tokens, faults)
    notes = Notes(known, faults)
    stories = gather(tokens, labels, faults)
    if not stories:
        report_no_headline(last_line, faults)
    elif stories[0].headline is None:
        stories = without_stray(stories, faults)
    for story in stories:
        faults.raise_if_full()
        report_labels(story, labels, faults)
    numbered = [_number_notes(story, notes) for story in stories]
    notes.report_unused()
    return tuple(_brief(story, notes, own, faults) for story, own in zip(stories, numbered, strict=True))


def _number_notes(story: GatheredStory, notes: Notes) -> list[Note]:
    """Number the notes that a story refers to; return those to show at its end."""
    for tokens, what, line in (
        (story.headline or (), "a headline", story.line),
        *((part.heading, "a label's heading", part.line) for part in story.parts),
    ):
        notes.refuse([Token("inline", "", 0, children=list(tokens))], what, line)
    return notes.number(token for part in story.parts for block in part.blocks for token in block)


def _brief(story: GatheredStory, notes: Notes, own: Sequence[Note], faults: Faults) -> Brief:
    parts = [built for part in story.parts for built in _built(part, faults)]
    if own:
        parts.append(Section("notes", "", tuple(notes.blocks(own)), own[0].line))
    return Brief(story.headline or (), tuple(parts), story.line)


def _built(part: GatheredSection, faults: Faults) -> Iterator[Section | Picture]:
    """Yield the section, then the pictures it ends with: they are shown between this section and the next."""
    end = len(part.blocks)
    while end and part.blocks[end - 1][0].type == "picture":
        end -= 1
    body = tuple(token for block in part.blocks[:end] for token in block)
    if part.kind != "lede" and all(token.type == "hr" for token in body):
        report_empty(part, faults)
    if body or part.kind != "lede":
        yield Section(part.kind, part.label, body, part.line)
    yield from (block[0].meta["picture"] for block in part.blocks[end:])
