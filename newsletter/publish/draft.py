"""Read an issue as it stands on disk, render it, and say what should be said of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.config import FILE_NAME
from newsletter.editorial import BUILT_IN_FIELDS, Issue, Labels, parse_issue, read_source, unknown_fields
from newsletter.errors import Finding, IssueError, RenderError, SettingsError
from newsletter.loaders import IssueFile, PictureFile, find_issue, load_picture
from newsletter.rendering import PictureInfo, Publication, RenderedMessage
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.rendering.render import Rendered

_ANY_SIZE = (2000, 1000)
_SECTION = "[publication] "
_WORDMARK, _WORDMARK_DARK = f"{_SECTION}wordmark", f"{_SECTION}wordmark_dark"  # no brief names a picture so


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue as it stands on disk: its text read, its pictures loaded or the reason why not.

    The publication's wordmarks are among the pictures, by the names of their settings.
    """

    file: IssueFile
    issue: Issue
    pictures: Mapping[str, PictureFile]
    missing: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Return the SHA-256 over the text and the pictures: what a resume compares."""
        whole = hashlib.sha256(self.file.data)
        for source in sorted(self.pictures):
            whole.update(f"{source}\0{self.pictures[source].digest}\0".encode())
        return whole.hexdigest()

    @property
    def date(self) -> str:
        """Return the day it is of, or nothing."""
        return str(self.issue.date) if self.issue.date else ""


def read_draft(wiring: Wiring, reference: str) -> Draft:
    """Read an issue by file, folder or id. Raises IssueError with all its faults at once."""
    file = find_issue(wiring.settings.root, reference)
    labels = Labels(**wiring.settings.labels.model_dump())
    issue = parse_issue(
        read_source(file.data, file.name),
        issue_id=file.id,
        file=file.name,
        labels=labels,
        language=wiring.settings.publication.language,
    )
    _know_fields(wiring, issue)
    loaded: dict[str, PictureFile | str] = {
        each.src: load_picture(file, each.src)
        for each in issue.pictures
        if each.src and not _is_remote(each.src)
    }
    loaded |= _wordmarks(wiring, file)
    found = {source: picture for source, picture in loaded.items() if isinstance(picture, PictureFile)}
    missing = {source: why for source, why in loaded.items() if isinstance(why, str)}
    return Draft(file, issue, found, missing)


def _wordmarks(wiring: Wiring, file: IssueFile) -> dict[str, PictureFile]:
    """Return the publication's name as pictures, by setting. Raises SettingsError for one nobody can see."""
    root, found = wiring.settings.root, {}
    for setting in (_WORDMARK, _WORDMARK_DARK):
        source = getattr(wiring.settings.publication, setting.removeprefix(_SECTION))
        picture = load_picture(replace(file, path=root / FILE_NAME), source) if source else ""
        if isinstance(picture, PictureFile):
            found[setting] = picture
        elif picture:
            raise SettingsError(
                f"The {setting} “{source}” cannot be used: {picture}.",
                file=FILE_NAME,
                hint="Put the picture beside newsletter.toml, or correct its name there.",
            )
    return found


def _is_remote(source: str) -> bool:
    return source.startswith(("https://", "http://"))


def _know_fields(wiring: Wiring, issue: Issue) -> None:
    """Refuse fields that neither every reader nor any list has; ask the database only if need be."""
    known = set(BUILT_IN_FIELDS)
    if unknown_fields(issue, known) and wiring.has_database:
        from newsletter.store.lists import attribute_names

        known |= attribute_names(wiring.engine)
    findings = unknown_fields(issue, known)
    if findings:
        raise IssueError(findings)


def render_draft(wiring: Wiring, draft: Draft) -> "Rendered":
    """Render an issue. Raises IssueError when a picture is missing, RenderError when a mail would suffer."""
    from newsletter.rendering.render import render_all

    if draft.missing:
        raise IssueError(_missing_pictures(draft))
    site = wiring.settings.site_url
    pictures = {
        source: PictureInfo(f"{site}/pictures/{each.name}", each.width, each.height)
        for source, each in draft.pictures.items()
    }
    # A picture on somebody's server is not fetched to be measured: it may be as wide as the letter.
    pictures |= {
        each.src: PictureInfo(each.src, *_ANY_SIZE) for each in draft.issue.pictures if _is_remote(each.src)
    }
    own = replace(
        _publication(wiring), wordmark=pictures.get(_WORDMARK), wordmark_dark=pictures.get(_WORDMARK_DARK)
    )
    return render_all(draft.issue, own, wiring.templates, pictures=pictures)


def _missing_pictures(draft: Draft) -> list[Finding]:
    return [
        Finding(
            "picture-missing",
            "error",
            draft.issue.file,
            each.line,
            f"The picture “{each.src}” cannot be used: {draft.missing[each.src]}.",
            "Put the picture beside the issue file, or correct its name.",
        )
        for each in draft.issue.pictures
        if each.src in draft.missing
    ]


def _publication(wiring: Wiring) -> Publication:
    own = wiring.settings.publication
    return Publication(
        name=own.name,
        postal_address=own.postal_address,
        site_url=wiring.settings.site_url,
        language=own.language,
        theme=own.theme,
    )


def check(wiring: Wiring, reference: str) -> tuple[Finding, ...]:
    """Return all that should be said about an issue before a reader sees it, by line.

    One so long that no mail program would show all of it is not rendered.
    """
    from newsletter.checks import is_hopeless

    try:
        draft = read_draft(wiring, reference)
    except IssueError as error:
        return error.findings
    if draft.missing or is_hopeless(draft.issue):
        return check_draft(wiring, draft, None)
    try:
        message = render_draft(wiring, draft).message
    except RenderError as error:
        refused = Finding("render-refused", "error", error.file, error.line, error.message, error.hint)
        return (*check_draft(wiring, draft, None), refused)
    return check_draft(wiring, draft, message)


def check_draft(wiring: Wiring, draft: Draft, message: RenderedMessage | None) -> tuple[Finding, ...]:
    """Return what should be said of a draft and, once rendered, of its message."""
    from newsletter.checks import Facts, PictureFacts, run_checks

    pictures = {
        source: PictureFacts(True, each.width, each.height, len(each.content))
        for source, each in draft.pictures.items()
    }
    missing = {source: PictureFacts(False, why=why) for source, why in draft.missing.items()}
    return run_checks(draft.issue, Facts(pictures | missing, today=wiring.today()), message)
