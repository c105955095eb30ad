"""From an issue file's text to an Issue, or every fault of it at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markdown_it.token import Token

from newsletter.editorial.faults import Faults
from newsletter.editorial.fields import RESERVED, plain_tokens, uses
from newsletter.editorial.front import FrontMatter, read_date, read_front, read_language, read_number
from newsletter.editorial.issue import Brief, Comment, FieldUse, Issue, Section
from newsletter.editorial.labels import Labels
from newsletter.editorial.markdown.blocks import parse_blocks, report_reserved, report_reserved_lines
from newsletter.editorial.markdown.steps import MAX_STEPS
from newsletter.editorial.meant.conflicts import without_conflicts
from newsletter.editorial.meant.lines import as_meant
from newsletter.editorial.source import without_odd_characters
from newsletter.editorial.stories.build import build_stories
from newsletter.editorial.stories.includes import Includes, KnownBackgrounds

_BETWEEN_CODES = str.maketrans(",[]\"'", "     ")  # a list as YAML has it, too
MAX_SUBJECT = 150  # characters, with each merge field's default in its place
MAX_CORRECTION = 500  # characters: a reader takes it in at a glance, before the letter
MAX_BYLINE = 150  # characters: a few names and what they do


NONE = KnownBackgrounds()


@dataclass(frozen=True, slots=True)
class IssueReading:
    """What an issue is read by: the publication's labels and language, and the backgrounds it may include.

    ``max_steps`` bounds what reading its Markdown may cost.
    """

    labels: Labels
    language: str = "en"
    backgrounds: KnownBackgrounds = NONE
    max_steps: int = MAX_STEPS


def parse_issue(
    text: str,
    *,
    issue_id: str,
    file: str,
    labels: Labels,
    language: str = "en",
    backgrounds: KnownBackgrounds = NONE,
) -> Issue:
    """Return the issue that a file's text holds.

    ``file`` is the name errors quote, ``language`` the publication's, for an issue that names none.
    ``backgrounds`` are those it may include. Raises IssueError with every fault, each with its line in the
    file, or in that of a background.
    """
    return read_issue(text, issue_id, file, IssueReading(labels, language, backgrounds))


def read_issue(text: str, issue_id: str, file: str, by: IssueReading) -> Issue:
    """Return the issue that a file's text holds; what parse_issue does, by values of any kind."""
    faults = Faults(file)
    clean = without_odd_characters(text, faults)
    report_reserved_lines(clean, faults)
    faults.raise_if_full()
    lines = without_conflicts(clean.split("\n"), faults)
    front = read_front(lines, faults)
    meant = as_meant(lines[front.body :], by.labels)
    body = "\n" * front.body + "\n".join(meant)  # so that lines keep their numbers
    comments: list[Comment] = []
    tokens = parse_blocks(body, faults, max_steps=by.max_steps, comments=comments)
    includes = Includes(by.backgrounds, len(lines), faults)
    stories = build_stories(tokens, by.labels, includes)
    subject = _subject(front, faults)
    preheader = _front_tokens(front, "preheader", faults)
    issue = Issue(
        id=issue_id,
        file=file,
        subject=subject,
        preheader=preheader,
        date=read_date(front, faults),
        number=read_number(front, faults),
        language=read_language(front, by.language, faults),
        stories=stories,
        fields=(*uses(subject), *uses(preheader), *_story_fields(stories)),
        correction=plain_value(front, "correction", MAX_CORRECTION, faults),
        by=plain_value(front, "by", MAX_BYLINE, faults),
        comments=tuple(sorted([*comments, *_comments(includes)], key=lambda comment: comment.line)),
        ignored=tuple(front.values.get("ignore", "").translate(_BETWEEN_CODES).split()),
        source=text,
        front_lines=dict(front.lines),
        included=tuple(includes.found.values()),
    )
    faults.raise_any()
    return issue


def _comments(includes: Includes) -> Iterator[Comment]:
    for background, after in includes.found.values():
        for comment in background.comments:
            yield replace(comment, line=comment.line + after, last=comment.last + after)


def _front_tokens(front: FrontMatter, key: str, faults: Faults) -> tuple[Token, ...]:
    value = front.values.get(key, "")
    line = front.lines.get(key, 1)
    if RESERVED in value and not faults.has("file-reserved", line, line):
        report_reserved(faults, line)
    return plain_tokens(value, line, faults)


def _subject(front: FrontMatter, faults: Faults) -> tuple[Token, ...]:
    tokens = _front_tokens(front, "subject", faults)
    line = front.lines.get("subject", 1)
    shown = "".join(_as_shown(token) for token in tokens).strip()
    if not shown and "subject" not in front.unreadable and (front.whole or tokens):
        faults.add(
            "front-subject-missing",
            line,
            "Some readers would get an empty subject." if tokens else "The front matter has no subject.",
            'Write words next to the merge field, or give it a default: {{ first_name or "Hello" }}.'
            if tokens
            else "Write “subject: ” and up to 150 characters.",
        )
    if len(shown) > MAX_SUBJECT:
        faults.add(
            "front-subject-long",
            line,
            f"The subject has {len(shown)} characters; at most {MAX_SUBJECT} are allowed.",
            "Say the rest in the preheader.",
        )
    return tokens


def plain_value(front: FrontMatter, key: str, longest: int, faults: Faults) -> str:
    """Return a key's text, which is the same for every reader; empty without one."""
    line = front.lines.get(key)
    if line is None:
        return ""
    tokens = _front_tokens(front, key, faults)
    text = "".join(token.content for token in tokens)
    if any(token.type == "merge_field" for token in tokens):
        message, hint = f"“{key}” holds a merge field.", "Say the same to every reader."
    elif len(text) > longest:
        message = f"“{key}” has {len(text)} characters; at most {longest} are allowed."
        hint = "Say it shorter; the rest belongs into the text."
    elif not text and front.whole and key not in front.unreadable:
        message, hint = f"“{key}” is empty.", "Write its words, or take the line out."
    else:
        return text
    faults.add("front-value", line, message, hint)
    return text


def _as_shown(token: Token) -> str:
    if token.type != "merge_field":
        return token.content
    use: FieldUse = token.meta["field"]
    return use.default


def _story_fields(stories: tuple[Brief, ...]) -> tuple[FieldUse, ...]:
    found: list[FieldUse] = []
    for story in stories:
        found += uses(story.headline)
        for part in story.parts:
            if isinstance(part, Section):
                found += uses(part.body)
    return tuple(found)
