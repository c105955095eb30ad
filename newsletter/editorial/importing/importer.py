"""A brief from a page's plain text, with a word on what became of every line."""

from collections.abc import Sequence
from datetime import date
from itertools import islice

from newsletter.editorial.faults import Faults
from newsletter.editorial.importing.draft import ImportDraft, Imported, ImportNote, finished
from newsletter.editorial.importing.escape import escaped, escaped_headline
from newsletter.editorial.importing.head import take_head
from newsletter.editorial.importing.marked import is_marked, take_marked
from newsletter.editorial.importing.pagelines import PageLine, page_lines, unmarked, with_depths
from newsletter.editorial.importing.webtext import chrome, is_call, is_loose, is_picture_name
from newsletter.editorial.labels import Labels
from newsletter.editorial.markdown.dialects.lists import Item
from newsletter.editorial.source import without_odd_characters

__all__ = ["ImportNote", "Imported", "import_text"]

_LEVEL = "    "  # indents a list within another, whatever mark the other has
_HEADLINE = 250  # characters: what is longer is not a headline but the first paragraph
_LONG_ENOUGH_TO_BREAK = 50  # characters; a shorter first line was not broken because it was full
MAX_LINES = 20_000  # of a page, with something on them: the report has a note on each


def import_text(text: str, *, file: str, labels: Labels, today: date) -> Imported:
    """Return the brief that a page's plain text holds, headline, labels and paragraphs word for word.

    A text that is Markdown already, as a word processor exports it, keeps its markup.

    ``today`` becomes the issue's date. Raises IssueError for an empty text, one with control characters
    or one with more than 20,000 lines.
    What the brief still lacks (a picture's file and its text, a label) has a note of its own.
    """
    faults = Faults(file)
    clean = without_odd_characters(text, faults)
    faults.raise_any()
    draft = ImportDraft(labels)
    below, is_markdown = take_head(clean, draft)
    lines = list(islice(page_lines(below, labels), MAX_LINES + 1))
    _report_many_lines(lines, faults)
    faults.raise_any()
    if is_markdown or is_marked(below):
        take_marked(below, draft)
    else:
        _take_all(with_depths(lines), draft)
    return finished(draft, lines, len(clean.split("\n")), today)


def _take_all(lines: Sequence[PageLine], draft: ImportDraft) -> None:
    foot = _foot(lines, draft.labels)
    for line in lines[:foot]:
        _take(line, draft)
    for line in lines[foot:]:
        _leave_out(line, draft, "call at the foot", "a call to action belongs to the publication")


def _report_many_lines(lines: Sequence[PageLine], faults: Faults) -> None:
    if len(lines) > MAX_LINES:
        faults.add(
            "file-lines-many",
            lines[MAX_LINES].number,
            f"The file has more than {MAX_LINES:,} lines, too many for an article.",
            "Is it the right file? Keep the article's own lines and take the others out.",
        )


# ── the page's foot ─────────────────────────────────────────────────────────────────────────────────────


def _foot(lines: Sequence[PageLine], labels: Labels) -> int:
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


def _take(line: PageLine, draft: ImportDraft) -> None:
    found = chrome(line.text)
    if found == "menu":
        draft.note(line, "left out", "A link of the page it was copied from; a mail has no menu.")
    elif found == "notice":
        _leave_out(line, draft, "members' notice", "a notice to members belongs to the publication")
    elif line.item and draft.headline:
        _take_item(line, line.item, draft)
    elif is_picture_name(line.text):
        _take_picture(line, draft)
    elif not _take_label(line, draft):
        _take_text(line, draft)


def _leave_out(line: PageLine, draft: ImportDraft, name: str, why: str) -> None:
    draft.leave(line, name, f"Not the author's words: {why}, not to one issue.")


def _take_picture(line: PageLine, draft: ImportDraft) -> None:
    name = line.text if "." in line.text[-6:] else f"{line.text}.jpg"
    draft.paragraphs.append([f"![]({_destination(name)})"])
    draft.note(
        line,
        "needs you",
        f"A picture's file name. Put the file next to the brief as “{name}” (or correct the name there), "
        "and write what it shows between the square brackets.",
    )


def _destination(name: str) -> str:
    plain = all(character.isalnum() or character in "._-" for character in name)
    if plain:
        return name
    marked = "".join(f"\\{character}" if character in "\\<>&" else character for character in name)
    return f"<{marked.replace('%', '%25')}>"


def _take_label(line: PageLine, draft: ImportDraft) -> bool:
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


def _take_item(line: PageLine, item: Item, draft: ImportDraft) -> None:
    mark = "-" if item.number is None else f"{item.number}{item.mark[-1]}"
    goes_on = bool(draft.paragraphs) and draft.list_at == len(draft.paragraphs)
    if not goes_on or (not line.depth and mark[-1] != draft.list_mark):
        draft.paragraphs.append([])
        draft.list_at, draft.list_mark = len(draft.paragraphs), mark[-1]
    draft.paragraphs[-1].append(f"{_LEVEL * line.depth}{mark} {escaped(item.text.strip())}")
    draft.note(line, "kept", f"An item of a list{', within another' if line.depth else ''}.")


def _take_text(line: PageLine, draft: ImportDraft) -> None:
    if not draft.headline and not draft.kinds and len(line.text) <= _HEADLINE:
        draft.headline, draft.headline_line = unmarked(line.text), line
        draft.note(line, "kept", "The headline: the first words that belong to the text.")
    elif _goes_on_with_headline(line, draft):
        draft.headline += " " + line.text
        draft.note(line, "kept", "Goes on with the headline.")
    elif line.begins or not draft.paragraphs or draft.paragraphs[-1][0].startswith(("![", "## ")):
        draft.paragraphs.append([escaped(line.text)])
        where = "in its section" if draft.kinds else "below the headline, as the lede"
        draft.note(line, "kept", f"A paragraph {where}.")
    elif line.kept:
        draft.paragraphs[-1][-1] += "\\"  # Markdown's own sign that the line ends here
        draft.paragraphs[-1].append(escaped(line.text))
        draft.note(line, "kept", "Goes on with the paragraph above it, on a line of its own.")
    else:
        draft.paragraphs[-1].append(escaped(line.text))
        draft.note(line, "kept", "Goes on with the paragraph above it.")


def _goes_on_with_headline(line: PageLine, draft: ImportDraft) -> bool:
    """Say whether a line is the rest of a headline that was broken by hand."""
    long = _LONG_ENOUGH_TO_BREAK <= len(draft.headline) <= _HEADLINE - len(line.text)
    return long and not (line.begins or line.kept or draft.paragraphs)
