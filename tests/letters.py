"""A publication, a brief and a render of it, for tests that look at the finished letter."""

from collections.abc import Callable, Mapping
from pathlib import Path

from newsletter.editorial.issue import Issue, Section
from newsletter.editorial.labels import Labels
from newsletter.editorial.parse import parse_issue
from newsletter.rendering.html.finish import HtmlWriter
from newsletter.rendering.merge import Fields
from newsletter.rendering.message import RenderedMessage
from newsletter.rendering.publication import PictureInfo, Publication
from newsletter.rendering.render import render
from newsletter.rendering.text.plaintext import TextWriter

_FOLDER = Path(__file__).parent.parent / "templates"
SOURCES: Mapping[str, str] = {
    path.relative_to(_FOLDER).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(_FOLDER.rglob("*"))
    if path.is_file()
}
BUNDLED = SOURCES.get
PUBLICATION = Publication(
    name="The Tide Table",
    postal_address="Tide Table Press\n4 Quay Street\nExample City",
    site_url="https://tide.example.org",
)
PICTURES = {"pier.png": PictureInfo("https://tide.example.org/pictures/pier.png", 1280, 720)}

FULL = """\
---
subject: The pier reopens, {{ first_name or "reader" }}
preheader: Eleven years of rust, and what it took to walk over the water again
date: 2026-01-12
number: 214
---
# The pier is open & the “rust” is gone

A lede with *one* emphasis.

**Some shit you should know before you dig in:** The pier closed in [2015](https://example.org/a?b=c&d=e).

![A pier at dusk, lamps lit](pier.png "The lamps went on at six. Photo: T. Table")

**What’s going on now:** Good morning, {{ first_name or "reader" }}. **Bold**
*italic* words.

> A quotation of some length.

1. The first
2. The second

- One
- Two

| Span | Metres |
|---|---:|
| North | 120 |
| South | 95 |

Some `code --flag` here.

```
first line
  second line
```

עדכון קצר 🗞️
"""


def templates_with(**changes: str | None) -> Callable[[str], str | None]:
    """Return a loader of the bundled templates with some replaced: ``foot`` is default/foot.mjml.j2."""
    named = {f"default/{name}.mjml.j2" if "/" not in name else name: text for name, text in changes.items()}
    return {**SOURCES, **named}.get


def read(text: str, *, language: str = "en") -> Issue:
    """Return a brief as an issue."""
    return parse_issue(text, issue_id="letter", file="letter.md", labels=Labels(), language=language)


def story(headline: str = "A headline", now: str = "It goes on.", background: str = "It began.") -> str:
    """Return one story in Markdown."""
    return f"# {headline}\n\n## Background\n\n{background}\n\n## What's going on now\n\n{now}\n\n"


def brief(*stories: str, front: str = "subject: A subject") -> str:
    """Return an issue file of stories."""
    return f"---\n{front}\n---\n" + "".join(stories or (story(),))


def letter(text: str = FULL, *, language: str = "en") -> RenderedMessage:
    """Return a brief as a rendered message of the bundled theme."""
    return render(read(text, language=language), PUBLICATION, BUNDLED, pictures=PICTURES)


def written(now: str) -> tuple[str, str]:
    """Return the HTML and the text of a “now” section, notes at the story's end included.

    Quicker than a whole letter: nothing stands around it, and no CSS is put into it.
    """
    html, text = "", list[str]()
    writers = HtmlWriter(Fields()), TextWriter(Fields())
    for part in read(brief(story(now=now))).stories[0].parts[1:]:
        if isinstance(part, Section):
            html += "".join(str(piece) for piece in writers[0].blocks(part.body))
            text += [*([""] if text else []), *writers[1].blocks(part.body)]
    return html, "\n".join(text)
