"""Checks and how one is added: a function, a code, a line in docs/checks.md."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice

from newsletter.backgrounds.review import MailedBackground
from newsletter.checks.letter.read import Letter, letter_of
from newsletter.checks.limits import Limits
from newsletter.checks.reading import Link, Passage, Spoken, all_passages, links, spoken
from newsletter.checks.visible import KINDS, Found, find
from newsletter.editorial.issue import Issue, Picture
from newsletter.errors import Finding, Severity
from newsletter.rendering.message import RenderedMessage

_OF_PICTURES = ("alt-", "caption-", "picture-")

MAX_REMARKS = 200  # of one check: an editor with that many will look at the first ones


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture: width and height of its file in pixels, and ``bytes`` that readers fetch.

    ``kind`` is what the file holds, ``form`` what readers get, ``stilled`` that it moved in the file only.
    ``why`` says, when the file cannot be used, the reason as the end of a sentence: “there is no such file”;
    ``hint`` what helps.
    """

    exists: bool
    width: int = 0
    height: int = 0
    bytes: int = 0
    why: str = ""
    hint: str = ""
    kind: str = ""
    form: str = ""
    stilled: bool = False


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a page's server answered: a status, or why there is none, as the end of a sentence.

    ``moved_to`` is where the page has moved for good; empty when it is where the link leads.
    """

    status: int
    problem: str = ""
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What a check may know in addition to the issue, handed in by wiring.

    ``pictures`` maps each local ``Picture.src`` to its file; one that is not there counts as missing.
    ``today`` is the editor's day; without it nothing is said of an issue dated far ahead. ``ignored`` are
    codes of checks that must say nothing of any issue of the publication, ``limits`` its own lengths.
    ``pages`` has what was answered of each page that links lead to, and is None where nobody asked.
    ``addresses`` are those that the mail is from and that answers go to, by the names of their settings.
    ``clients`` are the mail programs, as newsletter/checks/mail/clients.py names them, that have to show the
    letter; without any, those that most readers have. ``spam`` is what a spam filter said of the mail, None
    where none was asked.
    ``backgrounds`` has what was mailed of each living one, and is None where nobody asked.
    """

    pictures: Mapping[str, PictureFacts] = field(default_factory=dict)
    today: date | None = None
    ignored: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pages: Mapping[str, PageAnswer] | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    clients: tuple[str, ...] = ()
    spam: "SpamReport | None" = None
    backgrounds: Mapping[str, MailedBackground] | None = None


@dataclass(frozen=True, slots=True)
class SpamReport:
    """What a spam filter said: its score, the one that makes a mail spam, its reasons with theirs."""

    filter: str
    score: float
    limit: float
    reasons: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class CheckedIssue:
    """All that a check looks at. ``message`` is None when the issue was not rendered.

    What many checks look at is gathered once: the runs of text, their lines outside code, links, pictures.
    """

    issue: Issue
    facts: CheckFacts
    message: RenderedMessage | None

    @cached_property
    def letter(self) -> Letter | None:
        """Return the mail's HTML, read; None while there is none."""
        return letter_of(self.message.html) if self.message else None

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Return every run of text, in order."""
        return tuple(all_passages(self.issue))

    @cached_property
    def prose(self) -> tuple[tuple[str, int], ...]:
        """Return every line of text outside code, with its number."""
        return tuple(line for passage in self.passages for line in passage.prose())

    @cached_property
    def spoken(self) -> tuple[Spoken, ...]:
        """Return every run of text with its language: all but the byline and a correction."""
        return tuple(spoken(self.issue))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Return every link of the text, then those around pictures."""
        return tuple(links(self.passages, self.pictures))

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """Return every picture of the issue, in order."""
        return self.issue.pictures

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Return every line of the issue's file by its number, then those of the backgrounds it includes."""
        return tuple(self.issue.lines)

    @cached_property
    def source(self) -> str:
        """Return those lines as one text."""
        return "\n".join(self.lines)

    @cached_property
    def leftovers(self) -> Mapping[str, tuple[Found, ...]]:
        """Return what readers would see and should not, by the code it is reported under."""
        by_code: dict[str, list[Found]] = {}
        for found in find(self.passages, KINDS):
            by_code.setdefault(found.code, []).append(found)
        return {code: tuple(all_of_it) for code, all_of_it in by_code.items()}

    def left(self, code: str) -> Iterator["Remark"]:
        """Yield the remarks of one code on what readers would see and should not."""
        for found in self.leftovers.get(code, ()):
            yield Remark(found.line, found.message, found.hint)

    def line_of(self, key: str) -> int | None:
        """Return the line of a front matter key."""
        return self.issue.front_lines.get(key)


@dataclass(frozen=True, slots=True)
class Remark:
    """What one check has to say about one line; None is the whole issue, or the rendered mail.

    Remarks of one ``cause``, whichever checks they are of, are reported as one finding: the weightiest.
    Without a cause a remark stands for itself.
    """

    line: int | None
    message: str
    hint: str
    cause: str = ""


Looking = Callable[[CheckedIssue], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its code, how much it matters, and the function that looks."""

    code: str
    severity: Severity
    look: Looking

    def findings(self, checked: CheckedIssue) -> Iterator[tuple[Finding, str]]:
        """Yield what the check finds with its cause; after 200 findings one that says there are more."""
        for count, remark in enumerate(islice(self.look(checked), MAX_REMARKS + 1)):
            message = remark.message
            if count == MAX_REMARKS:
                message = f"There are more of these, from this line on; the first {MAX_REMARKS} are shown."
            found = Finding(self.code, self.severity, checked.issue.file, remark.line, message, remark.hint)
            yield found, remark.cause or self._cause(remark.line)

    def _cause(self, line: int | None) -> str:
        """Return the cause that a check of pictures shares with the others: the picture on that line."""
        return f"picture on {line}" if self.code.startswith(_OF_PICTURES) else ""


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
