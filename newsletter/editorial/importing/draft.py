"""A brief while it is being imported, with a note on every line; and the whole once all lines are taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import yaml

from newsletter.editorial.fields import RESERVED
from newsletter.editorial.importing.escape import escaped_headline, escaped_subject
from newsletter.editorial.importing.pagelines import PageLine
from newsletter.editorial.labels import Labels
from newsletter.editorial.parse import MAX_SUBJECT

What = Literal["kept", "setting", "left out", "needs you"]

_MAX_COMMENTS = 20_000  # characters that a brief's front matter keeps of what was left out


@dataclass(frozen=True, slots=True)
class ImportNote:
    """What became of one line of the text: the line's number, its words, and why.

    ``needs you`` is for what the editor must do before the brief can be sent.
    """

    line: int
    what: What
    text: str
    why: str

    def __str__(self) -> str:
        begin = self.text if len(self.text) <= 60 else self.text[:59].rstrip() + "…"
        return f"{self.line:>4}  {self.what:<9}  {begin}\n{'':17}{self.why}"


@dataclass(frozen=True, slots=True)
class Imported:
    """A brief's Markdown, its headline as plain text ("" if none was found), and a note for each line."""

    markdown: str
    headline: str
    notes: tuple[ImportNote, ...]


@dataclass(slots=True)
class ImportDraft:
    """The brief as it grows."""

    labels: Labels
    headline: str = ""
    headline_line: PageLine | None = None
    paragraphs: list[list[str]] = field(default_factory=list)  # each as its lines
    list_at: int = 0  # how many paragraphs there were with the latest list
    list_mark: str = ""  # what its own items' marks end with
    comments: list[str] = field(default_factory=list)
    room: int = _MAX_COMMENTS
    kinds: set[str] = field(default_factory=set)
    notes: list[ImportNote] = field(default_factory=list)

    def note(self, line: PageLine, what: What, why: str) -> None:
        """Say what became of a line."""
        self.notes.append(ImportNote(line.number, what, line.text, why))

    def leave(self, line: PageLine, name: str, why: str) -> None:
        """Leave a line out, but keep it as a comment at the brief's top while there is room."""
        comment = f"# {name}: {line.text}"
        kept = "It is too long for the brief's top."
        if len(comment) <= self.room:
            self.room -= len(comment)
            self.comments.append(comment)
            kept = "A comment at the brief's top keeps it."
        self.note(line, "left out", f"{why} {kept}")


def finished(draft: ImportDraft, lines: Sequence[PageLine], last: int, today: date) -> Imported:
    """Return the brief; what it lacks is noted at ``last``, the file's last line."""
    _report_subject(draft)
    _report_reserved(lines, draft)
    _report_lacking(draft, last)
    notes = tuple(sorted(draft.notes, key=lambda note: note.line))
    return Imported(_markdown(draft, today), draft.headline, notes)


def _report_subject(draft: ImportDraft) -> None:
    if draft.headline_line:
        cut = " It was shortened: write a better one." if len(draft.headline) > MAX_SUBJECT else ""
        draft.note(draft.headline_line, "setting", f"The headline serves as “subject”, too.{cut}")


def _report_reserved(lines: Sequence[PageLine], draft: ImportDraft) -> None:
    for line in lines:
        if RESERVED in line.text:
            draft.note(
                line, "needs you", f"“{RESERVED}” is kept for the provider's tags: write it otherwise."
            )


def _report_lacking(draft: ImportDraft, last: int) -> None:
    end = PageLine(last, "", True)
    if not draft.headline:
        draft.note(end, "needs you", "No headline was found before the first label: write it after the “# ”.")
    for kind, phrases in (("background", draft.labels.background), ("now", draft.labels.now)):
        if kind not in draft.kinds:
            known = " or ".join(f"“{phrase}:”" for phrase in phrases)
            draft.note(end, "needs you", f"No paragraph begins with the label of “{kind}”: write {known}.")


def _markdown(draft: ImportDraft, today: date) -> str:
    subject = escaped_subject(_shortened(draft.headline))
    front = yaml.safe_dump({"subject": subject}, allow_unicode=True, width=10_000)
    top = ["---", front.rstrip("\n"), f"date: {today.isoformat()}", *draft.comments, "---", ""]
    head = f"# {escaped_headline(draft.headline)}".rstrip()
    paragraphs = ["\n".join(lines) for lines in draft.paragraphs]
    return "\n".join(top) + "\n" + "\n\n".join([head, *paragraphs]) + "\n"


def _shortened(headline: str) -> str:
    """Return a headline as a subject: at most 150 characters, cut between words."""
    if len(headline) <= MAX_SUBJECT:
        return headline
    cut = headline[:MAX_SUBJECT]  # a letter is left for the ellipsis
    return (cut.rpartition(" ")[0].rstrip(" ,;:–—-") or cut[:-1]) + "…"
