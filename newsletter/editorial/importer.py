"""A brief from a page's plain text, with a word on what became of every line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Literal

import yaml

from newsletter.editorial.escape import escaped, escaped_headline, escaped_subject
from newsletter.editorial.faults import Faults
from newsletter.editorial.labels import Labels
from newsletter.editorial.markdown import RESERVED
from newsletter.editorial.parse import MAX_SUBJECT
from newsletter.editorial.source import without_odd_characters
from newsletter.editorial.webtext import chrome, is_call, is_loose, is_picture_name

What = Literal["kept", "setting", "left out", "needs you"]

_PROSE = 120  # characters: text broken by hand has no longer lines, so a longer one is a paragraph
_HEADLINE = 250  # characters: what is longer is no headline but the first paragraph
_LONG_ENOUGH_TO_BREAK = 50  # characters; a shorter first line was not broken for want of room
MAX_LINES = 20_000  # of a page, with something on them: each is told of
_MAX_COMMENTS = 20_000  # characters that a brief's front matter keeps of what was left out
_BLANK = " \t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NOT_SEEN = "\u200b\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one line of the text: the line's number, its words, and why.

    ``needs you`` is for what the editor must settle before the brief can be sent.
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
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with something on it; ``begins`` tells that it starts a paragraph."""

    number: int
    text: str
    begins: bool


@dataclass(slots=True)
class _Draft:
    """The brief as it grows."""

    labels: Labels
    headline: str = ""
    headline_line: _Line | None = None
    paragraphs: list[list[str]] = field(default_factory=list)  # each as its lines
    comments: list[str] = field(default_factory=list)
    room: int = _MAX_COMMENTS
    kinds: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def note(self, line: _Line, what: What, why: str) -> None:
        self.notes.append(Note(line.number, what, line.text, why))


def import_text(text: str, *, file: str, labels: Labels, today: date) -> Imported:
    """Return the brief that a page's plain text holds, headline, labels and paragraphs word for word.

    ``today`` becomes the issue's date. Raises IssueError for an empty text, one with control characters
    or one with more than 20,000 lines.
    What the brief still lacks (a picture's file and its text, a label) has a note of its own.
    """
    faults = Faults(file)
    clean = without_odd_characters(text, faults)
    faults.raise_any()
    draft = _Draft(labels)
    lines = list(islice(_lines(clean, labels), MAX_LINES + 1))
    _tell_many_lines(lines, faults)
    faults.raise_any()
    foot = _foot(lines, labels)
    for line in lines[:foot]:
        _take(line, draft)
    for line in lines[foot:]:
        _leave_out(line, draft, "call at the foot", "a call to action belongs to the publication")
    _tell_subject(draft)
    _tell_reserved(lines, draft)
    _tell_lacking(draft, len(clean.split("\n")))
    notes = tuple(sorted(draft.notes, key=lambda note: note.line))
    return Imported(_markdown(draft, today), draft.headline, notes)


def _tell_many_lines(lines: Sequence[_Line], faults: Faults) -> None:
    if len(lines) > MAX_LINES:
        faults.add(
            "file-lines-many",
            lines[MAX_LINES].number,
            f"The file has more than {MAX_LINES:,} lines, too many for an article.",
            "Is it the right file? Keep the article's own lines and take the others out.",
        )


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────


def _lines(text: str, labels: Labels) -> Iterator[_Line]:
    """Yield the lines with something on them. Lines that touch are one paragraph only if broken by hand."""
    block: list[tuple[int, str]] = []
    for number, raw in enumerate([*text.split("\n"), ""], start=1):
        line = raw.strip(_BLANK + _NOT_SEEN)
        if line:
            block.append((number, line))
            continue
        yield from _begun(block, labels)
        block = []


def _begun(block: Sequence[tuple[int, str]], labels: Labels) -> Iterator[_Line]:
    by_hand = all(len(line) <= _PROSE for _, line in block)
    alone = True
    for number, line in block:
        own = _stands_alone(line, labels)
        yield _Line(number, line, alone or own or not by_hand or labels.run_in(line) is not None)
        alone = own


def _stands_alone(line: str, labels: Labels) -> bool:
    return bool(chrome(line) or is_picture_name(line) or labels.kind_of(line))


def _foot(lines: Sequence[_Line], labels: Labels) -> int:
    """Return where the page's foot begins: at the first call among the loose lines the text ends with."""
    start = len(lines)
    while start and is_loose(lines[start - 1].text) and not _is_content(lines[start - 1].text, labels):
        start -= 1
    return next(
        (at for at in range(start, len(lines)) if lines[at].begins and is_call(lines[at].text)), len(lines)
    )


def _is_content(line: str, labels: Labels) -> bool:
    return is_picture_name(line) or labels.run_in(line) is not None or labels.kind_of(line) is not None


# ── one line ────────────────────────────────────────────────────────────────────────────────────────────


def _take(line: _Line, draft: _Draft) -> None:
    found = chrome(line.text)
    if found == "menu":
        draft.note(line, "left out", "A link of the page it was copied from; a mail has no menu.")
    elif found == "notice":
        _leave_out(line, draft, "members' notice", "a notice to members belongs to the publication")
    elif is_picture_name(line.text):
        _take_picture(line, draft)
    elif not _take_label(line, draft):
        _take_text(line, draft)


def _leave_out(line: _Line, draft: _Draft, name: str, why: str) -> None:
    comment = f"# {name}: {line.text}"
    kept = "It is too long for the brief's top."
    if len(comment) <= draft.room:
        draft.room -= len(comment)
        draft.comments.append(comment)
        kept = "A comment at the brief's top keeps it."
    draft.note(line, "left out", f"Not the author's words: {why}, not to one issue. {kept}")


def _take_picture(line: _Line, draft: _Draft) -> None:
    name = line.text if "." in line.text[-6:] else f"{line.text}.jpg"
    draft.paragraphs.append([f"![]({_destination(name)})"])
    draft.note(
        line,
        "needs you",
        f"A picture's file name. Put the file beside the brief as “{name}” (or correct the name there), "
        "and write what it shows between the square brackets.",
    )


def _destination(name: str) -> str:
    plain = all(character.isalnum() or character in "._-" for character in name)
    if plain:
        return name
    marked = "".join(f"\\{character}" if character in "\\<>&" else character for character in name)
    return f"<{marked.replace('%', '%25')}>"


def _take_label(line: _Line, draft: _Draft) -> bool:
    run_in = draft.labels.run_in(line.text)
    kind = run_in[0] if run_in else draft.labels.kind_of(line.text)
    if kind is None:
        return False
    draft.note(line, "kept", f"Begins the section “{kind}”, with its label.")
    if kind in draft.kinds and kind != "extra":
        draft.note(line, "needs you", f"A second “{kind}”: join the two, or begin a new story before it.")
    draft.kinds.add(kind)
    if run_in is None:
        draft.paragraphs.append([f"## {escaped_headline(line.text)}"])
    else:
        _, label, end = run_in
        rest = line.text[end:].strip()
        draft.paragraphs.append([f"**{escaped(label)}:** {escaped(rest)}".rstrip()])
    return True


def _take_text(line: _Line, draft: _Draft) -> None:
    if not draft.headline and not draft.kinds and len(line.text) <= _HEADLINE:
        draft.headline, draft.headline_line = line.text, line
        draft.note(line, "kept", "The headline: the first words that belong to the text.")
    elif _goes_on_with_headline(line, draft):
        draft.headline += " " + line.text
        draft.note(line, "kept", "Goes on with the headline.")
    elif line.begins or not draft.paragraphs or draft.paragraphs[-1][0].startswith(("![", "## ")):
        draft.paragraphs.append([escaped(line.text)])
        where = "in its section" if draft.kinds else "below the headline, as the lede"
        draft.note(line, "kept", f"A paragraph {where}.")
    else:
        draft.paragraphs[-1].append(escaped(line.text))
        draft.note(line, "kept", "Goes on with the paragraph above it.")


def _goes_on_with_headline(line: _Line, draft: _Draft) -> bool:
    """Say whether a line is the rest of a headline that was broken by hand."""
    long = _LONG_ENOUGH_TO_BREAK <= len(draft.headline) <= _HEADLINE - len(line.text)
    return long and not line.begins and not draft.paragraphs


# ── the whole ───────────────────────────────────────────────────────────────────────────────────────────


def _tell_subject(draft: _Draft) -> None:
    if draft.headline_line:
        cut = " It was shortened: write a better one." if len(draft.headline) > MAX_SUBJECT else ""
        draft.note(draft.headline_line, "setting", f"The headline serves as “subject”, too.{cut}")


def _tell_reserved(lines: Sequence[_Line], draft: _Draft) -> None:
    for line in lines:
        if RESERVED in line.text:
            draft.note(
                line, "needs you", f"“{RESERVED}” is kept for the provider's tags: write it otherwise."
            )


def _tell_lacking(draft: _Draft, last: int) -> None:
    end = _Line(last, "", True)
    if not draft.headline:
        draft.note(end, "needs you", "No headline was found before the first label: write it after the “# ”.")
    for kind, phrases in (("background", draft.labels.background), ("now", draft.labels.now)):
        if kind not in draft.kinds:
            known = " or ".join(f"“{phrase}:”" for phrase in phrases)
            draft.note(end, "needs you", f"No paragraph begins with the label of “{kind}”: write {known}.")


def _markdown(draft: _Draft, today: date) -> str:
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
