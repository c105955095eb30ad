"""Block tokens gathered into stories: a headline begins one, a label opens a section of it."""

from collections.abc import Sequence

from markdown_it.token import Token

from newsletter.editorial.faults import Faults
from newsletter.editorial.labels import Labels, split_run_in
from newsletter.editorial.meant.causes import headline_meant
from newsletter.editorial.names import nearest
from newsletter.editorial.stories.examine import report_headings_within, report_unknown
from newsletter.editorial.stories.story import (
    Block,
    GatheredSection,
    GatheredStory,
    blocks_of,
    line_of,
    visible_text,
)


def gather(tokens: Sequence[Token], labels: Labels, faults: Faults) -> list[GatheredStory]:
    """Return the stories of an issue, what comes before the first headline as one without a headline."""
    stories: list[GatheredStory] = []
    headless = _lacks_headline(tokens, labels)
    for block in blocks_of(tokens):
        line = line_of(block)
        if (headless and not stories and _meant_as_headline(block, labels, faults)) or _begins_story(
            block, labels, faults
        ):
            headline = tuple(block[1].children or ())
            stories.append(GatheredStory(headline, line, underlined=block[0].markup == "="))
            continue
        if not stories:
            stories.append(GatheredStory(None, line))
        _add(stories[-1], block, labels, faults)
    return stories


def _lacks_headline(tokens: Sequence[Token], labels: Labels) -> bool:
    """Say whether the first label of a file comes before its first headline, or there is none."""
    for block in blocks_of(tokens):
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
        line_of(block),
        f"“{label}” is a label, but one “#” makes it the headline of a story.",
        f"Write “## {label}”, or begin a paragraph with “**{label}:**”.",
    )
    return False


def _add(story: GatheredStory, block: Block, labels: Labels, faults: Faults) -> None:
    """Put a block where it belongs: a label opens a section, the rest goes into the open one."""
    line = line_of(block)
    if block[0].type == "heading_open":
        _add_heading(story, block, labels, faults)
    elif block[0].type == "paragraph_open" and (found := split_run_in(block[1].children or (), labels)):
        kind, label, rest = found
        part = GatheredSection(kind, label, line)
        story.parts.append(part)
        if rest:
            inline = block[1].copy(children=rest, content=visible_text(rest))
            part.blocks.append([block[0], inline, block[2]])
    else:
        report_headings_within(block, faults)
        _open_part(story, line).blocks.append(block)


def _open_part(story: GatheredStory, line: int) -> GatheredSection:
    if not story.parts:
        story.parts.append(GatheredSection("lede", "", line))
    return story.parts[-1]


def _add_heading(story: GatheredStory, block: Block, labels: Labels, faults: Faults) -> None:
    line = line_of(block)
    text = visible_text(block[1].children or ())
    kind = labels.kind_of(text)
    if kind is None and block[0].tag == "h2":
        report_unknown(text, line, labels, faults)
        near = nearest(text, labels.all)
        kind = labels.kind_of(near) if near else None  # so that it is not reported as missing, too
    if kind:
        story.parts.append(GatheredSection(kind, text.rstrip(":： "), line, heading=block[1].children or ()))
    elif block[0].tag != "h2":
        for token in (block[0], block[2]):  # one level of subheads, so that none is skipped
            token.tag = "h3"
        _open_part(story, line).blocks.append(block)
