"""What is wrong with stories as they were gathered: headlines and labels missing, misplaced, twice, empty."""

from newsletter.editorial.faults import Faults
from newsletter.editorial.issue import SectionKind
from newsletter.editorial.labels import Labels, folded
from newsletter.editorial.meant.causes import label_meant
from newsletter.editorial.names import suggestion
from newsletter.editorial.stories.story import (
    INCLUDE,
    Block,
    GatheredSection,
    GatheredStory,
    line_of,
    visible_text,
)


def report_no_headline(line: int, faults: Faults) -> None:
    """Report that a story begins without its headline."""
    faults.add(
        "brief-headline-missing",
        line,
        "There is no headline here.",
        "Begin each story with “# ” and its headline.",
    )


def without_stray(stories: list[GatheredStory], faults: Faults) -> list[GatheredStory]:
    """Report what comes before the first headline: a story that lacks its own, or stray text."""
    if len(stories) == 1 or any(part.kind != "lede" for part in stories[0].parts):
        report_no_headline(stories[0].line, faults)
        return stories
    faults.add(
        "brief-before-headline",
        stories[0].line,
        "There is text before the first headline, so it belongs to no story.",
        "Move it below the line that begins with “# ”, as the story's lede.",
    )
    return stories[1:]


def report_unknown(text: str, line: int, labels: Labels, faults: Faults) -> None:
    """Report a heading that is no label, with the nearest one."""
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


def report_headings_within(block: Block, faults: Faults) -> None:
    """Report headings within a quote or a list, where they would begin nothing."""
    for token in block:
        if token.type == "heading_open":
            faults.add(
                "brief-heading-nested",
                token.map[0] + 1 if token.map else line_of(block),
                "A heading stands within a quote or a list.",
                "Move it out, or use **bold**; a “#” that is meant as such takes a backslash before it.",
            )


def report_labels(story: GatheredStory, labels: Labels, faults: Faults) -> None:
    """Report labels that a story lacks or has twice, and an empty headline."""
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


def _report_underlined(story: GatheredStory, faults: Faults) -> None:
    faults.add(
        "brief-label-missing",
        story.line,
        f"{story.name} has no labels; the line of equals signs below those words made them a headline.",
        "Was it a subhead? Write it as “### …” and delete the line of equals signs.",
    )


def _report_missing(story: GatheredStory, kind: SectionKind, labels: Labels, faults: Faults) -> None:
    blocks = [block for part in story.parts for block in part.blocks]
    include = next((block for block in blocks if block[0].type == INCLUDE), None)
    if kind == "background" and include:
        faults.add(
            "brief-label-missing",
            line_of(include),
            f"{story.name} includes a living background here, without the label of its section.",
            f"Write “## {labels.background[0] if labels.background else kind}” above this line.",
        )
        return
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


def _report_twice(story: GatheredStory, faults: Faults) -> None:
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


def report_empty(part: GatheredSection, faults: Faults) -> None:
    """Report a label with nothing under it."""
    faults.add(
        "brief-label-empty",
        part.line,
        f"“{part.label}” has nothing under it.",
        "Write the section's text after the label, or take the label out.",
    )
