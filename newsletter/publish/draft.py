"""Read an issue as it stands on disk, render it, and say what should be said of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from newsletter.backgrounds.correction import correction_letter
from newsletter.editorial import (
    BUILT_IN_FIELDS,
    Issue,
    KnownBackgrounds,
    Section,
    parse_issue,
    read_source,
    unknown_fields,
)
from newsletter.editorial.issue import Background
from newsletter.errors import Finding, IssueError, RenderError
from newsletter.files.issues import IssueFile, find_issue
from newsletter.files.pictures import PictureFile
from newsletter.pictures import Ready, Refusal
from newsletter.progress import Progress, silent
from newsletter.publish.living import background_at, included_in, mailed_before
from newsletter.publish.pictures import WORDMARK, WORDMARK_DARK, is_remote, pictures_in, places_of, wordmarks
from newsletter.rendering import PictureInfo, Publication, RenderedMessage
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.checks import Limits, PageAnswer, PictureFacts, SpamReport
    from newsletter.rendering.render import Rendered

MISSING = "missing"  # no picture's name: those are made of hexadecimal digits
_ANY_SIZE = (2000, 1000)
_FORMS = {".jpg": "JPEG", ".png": "PNG", ".gif": "GIF"}


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue as it stands on disk: its text read, its pictures made ready or the reason why not.

    ``files`` maps a picture's ``src`` to its file's digest, ``pictures`` to what readers get of it,
    ``missing`` to why they get nothing. The publication's wordmarks are among the pictures, by the names of
    their settings.
    """

    file: IssueFile
    issue: Issue
    files: Mapping[str, str]
    pictures: Mapping[str, PictureFile]
    missing: Mapping[str, Refusal]

    @property
    def digest(self) -> str:
        """Return the SHA-256 over the text and the pictures' files: what a resume compares.

        Not over what was made of them: another version of Pillow may write other bytes.
        """
        whole = hashlib.sha256(self.file.data)
        for source in sorted(self.files):
            whole.update(f"{source}\0{self.files[source]}\0".encode())
        return whole.hexdigest()

    @property
    def cards(self) -> tuple[tuple[str, str], ...]:
        """Return what its living backgrounds are made of: the text of each file, and what is shown as new."""
        shown = [
            part.background
            for story in self.issue.stories
            for part in story.parts
            if isinstance(part, Section) and part.background
        ]
        return tuple((background.source, background.changed) for background in shown)

    @property
    def date(self) -> str:
        """Return the day it is of, or nothing."""
        return str(self.issue.date) if self.issue.date else ""


def read_draft(wiring: Wiring, reference: str) -> Draft:
    """Read an issue by file, folder or id. Raises IssueError with all its faults at once."""
    return draft_of(wiring, find_issue(wiring.settings.root, reference))


def draft_of(wiring: Wiring, file: IssueFile) -> Draft:
    """Read an issue that was found already. Raises IssueError with all its faults at once."""
    text = read_source(file.data, file.name)
    backgrounds = _included(wiring, text)
    parts = "read", file, backgrounds.parts
    issue = wiring.kept(parts, lambda: _parse(wiring, file, text, backgrounds))
    _know_fields(wiring, issue)
    found = pictures_in(wiring, file.path.parent, places_of(wiring, issue))
    marks = wordmarks(wiring)
    return Draft(file, issue, {**found.files, **marks.files}, {**found.ready, **marks.ready}, found.refused)


def read_text(wiring: Wiring, file: IssueFile, text: str) -> Issue:
    """Read a text as an issue's file. Raises IssueError with all its faults at once."""
    return _parse(wiring, file, text, _included(wiring, text))


def _included(wiring: Wiring, text: str) -> KnownBackgrounds:
    return included_in(wiring, text, wiring.labels)


def _parse(wiring: Wiring, file: IssueFile, text: str, backgrounds: KnownBackgrounds) -> Issue:
    return parse_issue(
        text,
        issue_id=file.id,
        file=file.name,
        labels=wiring.labels,
        language=wiring.settings.publication.language,
        backgrounds=backgrounds,
    )


def _know_fields(wiring: Wiring, issue: Issue) -> None:
    """Refuse fields that neither every reader nor any list has; ask the database only if need be."""
    known = set(BUILT_IN_FIELDS)
    if unknown_fields(issue, known) and wiring.has_database:
        from newsletter.store.readers.lists import attribute_names

        known |= attribute_names(wiring.engine)
    findings = unknown_fields(issue, known)
    if findings:
        raise IssueError(findings)


def render_draft(wiring: Wiring, draft: Draft) -> "Rendered":
    """Render an issue. Raises IssueError when a picture is missing, RenderError when a mail would suffer."""
    if draft.missing:
        findings = check_draft(wiring, draft, None)
        missing = ("picture-missing", "picture-address")
        raise IssueError([finding for finding in findings if finding.code in missing])
    return compose(wiring, draft)


def compose(wiring: Wiring, draft: Draft, *, lines: bool = False) -> "Rendered":
    """Render an issue to be looked at: where a picture is missing, room is kept for one named MISSING.

    With ``lines``, what came from a line of the brief says so. Raises RenderError when a mail would suffer.
    """
    from newsletter.rendering.message import with_addresses, with_short_tags
    from newsletter.rendering.render import render_all

    site = wiring.settings.site_url
    pictures = {
        source: PictureInfo(f"{site}/pictures/{picture.name}", picture.ready.width, picture.ready.height)
        for source, picture in draft.pictures.items()
    }
    pictures |= {source: PictureInfo(f"{site}/pictures/{MISSING}", *_ANY_SIZE) for source in draft.missing}
    # A picture on somebody's server is not fetched to be measured: it may be as wide as the letter.
    pictures |= {
        picture.src: PictureInfo(picture.src, *_ANY_SIZE)
        for picture in draft.issue.pictures
        if is_remote(picture.src)
    }
    own = replace(
        _publication(wiring), wordmark=pictures.get(WORDMARK), wordmark_dark=pictures.get(WORDMARK_DARK)
    )
    rendered = render_all(draft.issue, own, wiring.templates, pictures=pictures, lines=lines)
    return replace(rendered, message=with_short_tags(with_addresses(rendered.message, site)))


def _publication(wiring: Wiring) -> Publication:
    own = wiring.settings.publication
    return Publication(
        name=own.name,
        postal_address=own.postal_address,
        site_url=wiring.settings.site_url,
        language=own.language,
        theme=own.theme,
    )


class _Asked(NamedTuple):
    """What others said of an issue, where they were asked: the servers of its links, a spam filter."""

    pages: "Mapping[str, PageAnswer] | None" = None
    spam: "SpamReport | None" = None


def check(
    wiring: Wiring, reference: str, *, online: bool = False, spam: bool = False, progress: Progress = silent
) -> tuple[Finding, ...]:
    """Return all that should be said about an issue before a reader sees it, by line; or about a background.

    One so long that no mail program would show all of it is not rendered. With ``online`` the servers of its
    links are asked whether the pages are there; with ``spam`` the spam filter of this machine is asked, too;
    raises UsageError where there is none.
    """
    from newsletter.checks import is_hopeless

    try:
        background = background_at(wiring, reference)
        draft = _draft_to_check(wiring, reference, background)
    except IssueError as error:
        return error.findings
    asked = _Asked(_answers(wiring, draft, progress) if online else None)
    if background:
        return of_background(_check(wiring, draft, None, wiring.today(), asked))
    if draft.missing or is_hopeless(draft.issue):
        return _check(wiring, draft, None, wiring.today(), asked)
    try:
        message = render_draft(wiring, draft).message
    except RenderError as error:
        refused = Finding("render-refused", "error", error.file, error.line, error.message, error.hint)
        return (*_check(wiring, draft, None, wiring.today(), asked), refused)
    asked = asked._replace(spam=_spam(wiring, message) if spam else None)
    return _check(wiring, draft, message, wiring.today(), asked)


def _draft_to_check(wiring: Wiring, reference: str, background: Background | None) -> Draft:
    return draft_of_background(wiring, background, reference) if background else read_draft(wiring, reference)


def linked_pages(wiring: Wiring, reference: str) -> tuple[str, ...]:
    """Return the addresses of the pages that a check asks for online; none for what has faults."""
    try:
        return _pages(_draft_to_check(wiring, reference, background_at(wiring, reference)))
    except IssueError:
        return ()


def _pages(draft: Draft) -> tuple[str, ...]:
    from newsletter.checks.links.pages import MOST_PAGES, pages_of
    from newsletter.checks.reading import all_passages, links

    return pages_of(tuple(links(all_passages(draft.issue), draft.issue.pictures)))[:MOST_PAGES]


def _answers(wiring: Wiring, draft: Draft, progress: Progress) -> "Mapping[str, PageAnswer]":
    from newsletter.online.pages import ask_pages

    return ask_pages(wiring.network, _pages(draft), progress=progress)


def _spam(wiring: Wiring, message: RenderedMessage) -> "SpamReport":
    from newsletter.publish.spam import spam_report

    return spam_report(wiring, message)


def draft_of_background(wiring: Wiring, background: Background, issue_id: str) -> Draft:
    """Return the letter that holds a background alone, with what is new in it, as an issue that was read."""
    labels, settings = wiring.settings.labels.background, wiring.settings
    issue = correction_letter(
        background,
        issue_id=issue_id,
        label=labels[0] if labels else background.title,
        language=settings.publication.language,
        day=wiring.today(),
    )
    file = IssueFile(issue_id, Path(background.file), background.file, background.source.encode())
    marks = wordmarks(wiring)
    return Draft(file, issue, marks.files, marks.ready, {})


def of_background(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return those findings of a background's own letter that its file can be mended for, each once."""
    own = (found for found in findings if found.line and not found.code.startswith("preheader-"))
    return tuple({(found.code, found.line, found.message): found for found in own}.values())


def check_draft(wiring: Wiring, draft: Draft, message: RenderedMessage | None) -> tuple[Finding, ...]:
    """Return what should be said of a draft and, once rendered, of its message."""
    return _check(wiring, draft, message, wiring.today())


def _check(
    wiring: Wiring,
    draft: Draft,
    message: RenderedMessage | None,
    today: date,
    asked: _Asked = _Asked(),
) -> tuple[Finding, ...]:
    from newsletter.checks import CheckFacts, PictureFacts, run_checks

    pictures = {source: _facts(picture.ready) for source, picture in draft.pictures.items()}
    missing = {
        source: PictureFacts(False, why=refusal.why, hint=refusal.hint)
        for source, refusal in draft.missing.items()
    }
    own, publication = wiring.settings.checks, wiring.settings.publication
    facts = CheckFacts(
        pictures | missing,
        today=today,
        ignored=own.ignore,
        limits=_limits(wiring),
        addresses={"from_email": publication.from_email, "reply_to": publication.reply_to},
        clients=own.clients,
        pages=asked.pages,
        spam=asked.spam,
        backgrounds=mailed_before(wiring, draft.issue),
    )
    return run_checks(draft.issue, facts, message)


def _limits(wiring: Wiring) -> "Limits":
    """Return the lengths that checks go by: the publication's own, where it sets them."""
    from newsletter.checks import Limits

    own = {limit.name: getattr(wiring.settings.checks, limit.name) for limit in fields(Limits)}
    return Limits(**{name: value for name, value in own.items() if value is not None})


def _facts(ready: Ready) -> "PictureFacts":
    from newsletter.checks import PictureFacts

    return PictureFacts(
        True,
        ready.file_width,
        ready.file_height,
        len(ready.content),
        kind=ready.kind,
        form=_FORMS[ready.suffix],
        stilled=ready.stilled,
    )


def mailable(wiring: Wiring, draft: Draft) -> tuple[RenderedMessage, tuple[Finding, ...]]:
    """Render a draft for readers; return the message and what should be said of it.

    Raises IssueError for real mail that would show readers a comment, or what `newsletter new` wrote.
    """
    letter, today = (draft.file, draft.digest, draft.cards), wiring.today()
    message = wiring.kept(("rendered", letter), lambda: render_draft(wiring, draft).message)
    if draft.cards:  # what is said of backgrounds depends on the ledger, too
        findings = _check(wiring, draft, message, today)
    else:
        findings = wiring.kept(("checked", letter, today), lambda: _check(wiring, draft, message, today))
    _refuse_notes(wiring, findings)
    return message, findings


def _refuse_notes(wiring: Wiring, findings: Sequence[Finding]) -> None:
    from newsletter.checks import NEVER_SENT

    notes = [finding for finding in findings if finding.code in NEVER_SENT]
    if notes and not wiring.settings.stays_here:
        raise IssueError(notes)
