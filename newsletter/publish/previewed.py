"""An issue to be looked at while it is written: its letter, its findings, and the lines that each came from.

Nothing here refuses: what cannot be rendered is a finding, and what is missing has its place kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.editorial.importing.draft import ImportNote
from newsletter.errors import Finding, IssueError, NewsletterError, RenderError
from newsletter.files.briefs import brief_from_text, read_text, write_imported
from newsletter.files.issues import IssueFile, find_issue, is_name, issue_by_id, issue_ids
from newsletter.files.pictures import PictureFile
from newsletter.paths import path_as_typed
from newsletter.publish.draft import MISSING, check_draft, compose, draft_of
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.publish.draft import Draft
    from newsletter.rendering.message import RenderedMessage

__all__ = [
    "MISSING",
    "ImportNote",
    "IssueFile",
    "PictureFile",
    "Preview",
    "PreviewedLetter",
    "TextBrief",
    "as_finding",
    "find_issue",
    "is_name",
    "issue_by_id",
    "issue_ids",
    "preview_of",
    "read_text",
    "renamed",
    "save_text",
    "text_brief",
]


@dataclass(frozen=True, slots=True)
class PreviewedLetter:
    """A letter to look at: as it would be sent, and ``lined``, its HTML with the line of each piece.

    ``files`` are those that its lines are of: each with the number after which its lines are counted.
    ``pictures`` are those of this publication, by the names that their addresses end with; ``missing`` is how
    many could not be used and have room kept for them.
    """

    message: "RenderedMessage"
    mjml: str
    lined: str
    files: Sequence[tuple[str, int]]
    pictures: Mapping[str, PictureFile]
    missing: int


@dataclass(frozen=True, slots=True)
class Preview:
    """An issue as it stands: what should be said of it, and its letter unless none can be made."""

    file: IssueFile
    findings: tuple[Finding, ...]
    letter: PreviewedLetter | None


def preview_of(wiring: Wiring, file: IssueFile) -> Preview:
    """Return what there is to see of an issue. Raises SettingsError for a wordmark that cannot be used."""
    try:
        draft = draft_of(wiring, file)
    except IssueError as error:
        return Preview(file, error.findings, None)
    try:
        letter = _letter(wiring, draft)
    except RenderError as error:
        refused = Finding("render-refused", "error", error.file, error.line, error.message, error.hint)
        return Preview(file, (*check_draft(wiring, draft, None), refused), None)
    return Preview(file, check_draft(wiring, draft, None if letter.missing else letter.message), letter)


def _letter(wiring: Wiring, draft: "Draft") -> PreviewedLetter:
    rendered = compose(wiring, draft)
    try:
        lined = compose(wiring, draft, lines=True).message.html
    except RenderError:  # a theme may do with a label what no element in it survives
        lined = rendered.message.html
    pictures = {picture.name: picture for picture in draft.pictures.values()}
    included = [(background.file, after) for background, after in draft.issue.included]
    files = ((draft.issue.file, 0), *included)
    return PreviewedLetter(rendered.message, rendered.mjml, lined, files, pictures, len(draft.missing))


@dataclass(frozen=True, slots=True)
class TextBrief:
    """A plain text as the brief that an import would make of it, and the file it would be written to."""

    file: IssueFile
    notes: Sequence["ImportNote"]


def text_brief(wiring: Wiring, data: bytes, name: str) -> TextBrief:
    """Return a text as a brief; nothing is written. Raises IssueError for a text that holds none."""
    place = wiring.brief_place()
    imported = brief_from_text(data, name, place)
    path = place.path(imported.headline)
    return TextBrief(
        IssueFile(path.stem, path, path_as_typed(path), imported.markdown.encode()), imported.notes
    )


def save_text(wiring: Wiring, data: bytes, name: str) -> Path:
    """Write a text as a brief, as an import does; return its path.

    Raises IssueError for a text that holds none, NewsletterError where a file of that name is already.
    """
    place = wiring.brief_place()
    return write_imported(brief_from_text(data, name, place), place)


def renamed(wiring: Wiring, file: IssueFile) -> str:
    """Return the id of an issue that says what one that is gone said, to the byte; "" without one."""
    root = wiring.settings.root
    others = (issue_by_id(root, issue) for issue in issue_ids(root) if issue != file.id)
    return next((other.id for other in others if other.data == file.data), "")


def as_finding(error: NewsletterError) -> Finding:
    """Return an error that keeps an issue from being looked at as a finding, so that it is shown like one."""
    return Finding("not-readable", "error", error.file, error.line, error.message, error.hint)
