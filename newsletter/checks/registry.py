"""Checks and how one is added: a function, a code, a line in docs/checks.md."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from newsletter.editorial.issue import Issue
from newsletter.errors import Finding, Severity
from newsletter.rendering.message import RenderedMessage


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture's file: width and height in pixels, its size in bytes.

    ``why`` says, when the file cannot be used, the reason as the end of a sentence: “there is no such file”.
    """

    exists: bool
    width: int = 0
    height: int = 0
    bytes: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a check may know beside the issue, handed in by wiring.

    ``pictures`` maps each local ``Picture.src`` to its file; one that is not there counts as missing.
    ``today`` is the editor's day; without it nothing is said of an issue dated far ahead.
    """

    pictures: Mapping[str, PictureFacts] = field(default_factory=dict)
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a check looks at. ``message`` is None when the issue could not be rendered yet."""

    issue: Issue
    facts: Facts
    message: RenderedMessage | None

    def line_of(self, key: str) -> int | None:
        """Return the line of a front matter key."""
        return self.issue.front_lines.get(key)


@dataclass(frozen=True, slots=True)
class Remark:
    """What one check has to say about one line; None is the whole issue, or the rendered mail."""

    line: int | None
    message: str
    hint: str


Looking = Callable[[Seen], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its code, how much it matters, and the function that looks."""

    code: str
    severity: Severity
    look: Looking

    def findings(self, seen: Seen) -> Iterator[Finding]:
        """Yield what the check finds."""
        for remark in self.look(seen):
            yield Finding(self.code, self.severity, seen.issue.file, remark.line, remark.message, remark.hint)


_known: dict[str, Check] = {}


def check(code: str, severity: Severity) -> Callable[[Looking], Looking]:
    """Register the function below as the check of that code.

    An error must go before a reader sees it, a warning is likely a mistake, a notice a matter of craft.
    """

    def register(look: Looking) -> Looking:
        if code in _known:
            raise ValueError(f"two checks have the code {code}")
        _known[code] = Check(code, severity, look)
        return look

    return register


def registered() -> tuple[Check, ...]:
    """Return every check, by code."""
    return tuple(_known[code] for code in sorted(_known))
