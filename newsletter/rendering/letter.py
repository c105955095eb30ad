"""The letter around its stories: the words of masthead and foot, and the whole text part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markdown_it.token import Token

from newsletter.editorial.issue import Background, Brief, Issue, Picture
from newsletter.errors import RenderError
from newsletter.rendering.merge import Fields
from newsletter.rendering.publication import Publication
from newsletter.rendering.text.plaintext import TextWriter
from newsletter.rendering.text.wrap import WIDTH, wrap
from newsletter.rendering.theme import Theme
from newsletter.widths import display_width

_WORDS_A_MINUTE = 230  # silent reading of English prose, near the mean of Brysbaert's 2019 review
_PREHEADER = 100  # characters an inbox shows at most


@dataclass(frozen=True, slots=True)
class Chrome:
    """What is around the stories. ``links`` maps each of message.LINKS to its tag."""

    issue: Issue
    publication: Publication
    theme: Theme
    links: Mapping[str, str]

    @property
    def words(self) -> Mapping[str, Any]:
        """Return the theme's phrases in the issue's language."""
        return self.theme.words_for(self.issue.language)

    def phrase(self, name: str, **values: object) -> str:
        """Return one phrase with its values in. Raises RenderError when the theme has none of that name."""
        try:
            return str(self.words[name]).format(**values)
        except (KeyError, IndexError, ValueError) as error:
            raise RenderError(
                f"The phrase “{name}” is missing, or asks for a value it is not given: {error}.",
                file=f"{self.theme.name}/words.toml",
            ) from error

    def review_words(self, background: Background) -> tuple[str, str]:
        """Return what changed in a living background, or nothing, and who reviewed it when."""
        changed = self.phrase("changed", changed=background.changed) if background.changed else ""
        day = self.theme.date_in(self.issue.language, background.reviewed)
        return changed, self.phrase("reviewed", date=day, by=background.reviewer)


@dataclass(frozen=True, slots=True)
class LetterText:
    """The text part: the stories alone, and the whole."""

    body: str
    whole: str


def letter_text(chrome: Chrome, fields: Fields) -> LetterText:
    """Return the text part, at most 72 columns except for URLs, with a newline at its end."""
    writer = TextWriter(fields, chrome.phrase("picture"))
    several = len(chrome.issue.stories) > 1
    stories = [
        _story(chrome, writer, story, n if several else 0) for n, story in enumerate(chrome.issue.stories, 1)
    ]
    body = "\n\n\n".join("\n".join(lines) for lines in stories)
    head = "\n".join([*_correction(chrome), *_head(chrome, writer, reading_minutes(body))])
    whole = f"{head}\n\n\n{body}\n\n\n" + "\n".join(_foot(chrome)) + "\n"
    return LetterText(body, whole)


def reading_minutes(text: str) -> int:
    """Return how long a text takes to read, in whole minutes, one at least."""
    return max(1, round(len(text.split()) / _WORDS_A_MINUTE))


def preheader_of(issue: Issue) -> tuple[Token, ...]:
    """Return the preheader's inline tokens; where an issue has none, the first words of its first story."""
    if issue.preheader:
        return issue.preheader
    for story in issue.stories[:1]:
        for kind in ("lede", "now", "background"):
            section = story.section(kind)
            inline = next((t for t in section.body if t.type == "inline"), None) if section else None
            if inline is not None:
                return (Token("text", "", 0, content=_cut(_plain(inline.children or []))),)
    return ()


def _plain(tokens: list[Token]) -> str:
    parts = (
        t.meta["field"].default
        if t.type == "merge_field"
        else t.content or " " * (t.type.endswith("break") and not t.hidden)
        for t in tokens
    )
    return " ".join("".join(parts).split())


def _cut(text: str) -> str:
    if len(text) <= _PREHEADER:
        return text
    cut = text[: _PREHEADER - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _correction(chrome: Chrome) -> list[str]:
    if not chrome.issue.correction:
        return []
    return [*wrap(f"{chrome.phrase('correction')} {chrome.issue.correction}"), "", ""]


def _head(chrome: Chrome, writer: TextWriter, minutes: int) -> list[str]:
    issue = chrome.issue
    facts = [
        chrome.phrase("number", number=issue.number) if issue.number is not None else "",
        chrome.theme.date_in(issue.language, issue.date),
        chrome.phrase("minutes", minutes=minutes),
    ]
    lines = [chrome.publication.name, *wrap(" · ".join(fact for fact in facts if fact))]
    lines += wrap(chrome.phrase("by", by=issue.by)) if issue.by else []
    if len(issue.stories) > 1:
        lines += ["", chrome.phrase("agenda")]
        for number, story in enumerate(issue.stories, 1):
            first, *rest = writer.wrap(writer.inline(_without_links(story.headline)), WIDTH - 4)
            lines += [f"{number}. {first}", *(f"   {line}" for line in rest)]
    return lines


def _without_links(tokens: tuple[Token, ...]) -> list[Token]:
    return [token for token in tokens if not token.type.startswith("link_")]


def _story(chrome: Chrome, writer: TextWriter, story: Brief, number: int) -> list[str]:
    headline = writer.inline(story.headline)
    title = writer.wrap(f"{number}. {headline}" if number else headline)
    # A rule of a character above U+00FF: no provider ever mistakes the text for Latin-1.
    lines = [*title, "═" * min(WIDTH, max(display_width(line) for line in title))]
    for part in story.parts:
        lines.append("")
        if isinstance(part, Picture):
            lines += writer.picture(part)
            continue
        if part.label:
            label = wrap(part.label)
            lines += [*label, "─" * min(WIDTH, max(display_width(line) for line in label)), ""]
        lines += writer.blocks(part.body)
        if part.background:
            said = filter(None, chrome.review_words(part.background))
            lines += ["", *(line for words in said for line in wrap(words))]
    return lines


def _foot(chrome: Chrome) -> list[str]:
    publication, links = chrome.publication, chrome.links
    button = chrome.theme.values.get("button", {})
    call = [f"{button['label']} <{button['url']}>", ""] if button.get("label") and button.get("url") else []
    ways = (("unsubscribe", "unsubscribe_url"), ("preferences", "preferences_url"), ("view", "view_url"))
    lines = [*call, "—" * 8, *wrap(chrome.phrase("why", publication=publication.name)), ""]
    lines += [f"{chrome.phrase(word)} <{links[link]}>" for word, link in ways]
    address = [line for part in address_lines(publication) for line in wrap(part)]
    return [*lines, "", *address] if address else lines


def address_lines(publication: Publication) -> list[str]:
    """Return the postal address, without the publication's name before it: the line above has it already."""
    address = publication.postal_address.strip()
    rest = address.removeprefix(publication.name)
    if rest != address and rest.lstrip(" ")[:1] in {",", "\n"}:
        address = rest.lstrip(", \n")
    return [line.strip() for line in address.splitlines() if line.strip()]
