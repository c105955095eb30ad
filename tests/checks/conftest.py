"""A sound issue and a sound mail, to be spoiled one fault at a time."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from newsletter.checks import CheckFacts, PageAnswer, PictureFacts, run_checks
from newsletter.editorial import Labels, parse_issue
from newsletter.errors import Finding
from newsletter.rendering import RenderedMessage

SOUND = """\
---
subject: The river that came back
preheader: Sixty years after the last salmon, somebody counted eleven of them.
date: 2026-02-02
number: 4
---
# The river that came back

**Background:** The dam was built in 1931 and [taken down last year](https://example.org/dam).

![Salmon below a weir, seen from the bank](salmon.jpg "The weir in May. Photo: own")

**What’s going on now:** Eleven fish passed the counter. Nobody had expected one.

The mill is still there, {{ first_name or "reader" }}.
"""
HTML = """\
<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8">
<title>The river that came back</title><style>p { margin: 0 }</style></head>
<body><div lang="en" dir="ltr"><h1>The river that came back</h1><h2>Background</h2><h2>Now</h2>
<img src="salmon.jpg" alt="Salmon"><p>You may <a href="-nl.unsubscribe_url-">unsubscribe</a>.</p></div>
</body></html>
"""
TEXT = """\
The river that came back

Background

Now

back[3] 1.

You may unsubscribe here: -nl.unsubscribe_url-
"""
MAIL = RenderedMessage("The river that came back", "", HTML, TEXT, ())
PICTURES = {"salmon.jpg": PictureFacts(True, 1280, 720, 90_000)}

Look = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def mail() -> RenderedMessage:
    """A sound mail."""
    return MAIL


@pytest.fixture
def look() -> Look:
    """Return a function that checks the sound issue after some of its words were put in place of others."""

    def look(
        *changes: tuple[str, str],
        mail: RenderedMessage | None = MAIL,
        pictures: Mapping[str, PictureFacts] = PICTURES,
        name: str = "2026-02-02-river",
        today: date | None = date(2026, 2, 1),
        pages: Mapping[str, PageAnswer] | None = None,
    ) -> tuple[Finding, ...]:
        text = SOUND
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        issue = parse_issue(text, issue_id=name, file=f"issues/{name}.md", labels=Labels())
        return run_checks(issue, CheckFacts(pictures, today, pages=pages), mail)

    return look


@pytest.fixture
def codes(look: Look) -> Callable[..., list[tuple[str, int | None]]]:
    """Return a function that gives code and line of what ``look`` finds."""
    return lambda *changes, **more: [(finding.code, finding.line) for finding in look(*changes, **more)]
