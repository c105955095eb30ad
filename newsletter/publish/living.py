"""Living backgrounds: those that an issue includes, as they stand on disk, and as a mailing freezes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.backgrounds.names import FOLDER, SUFFIX, WHAT_A_NAME_IS, is_name, same_name, twin_of
from newsletter.backgrounds.text import read_background
from newsletter.delivery.frozen import FrozenBackground, FrozenMailing
from newsletter.editorial import Issue, KnownBackgrounds, Labels, Picture, Section
from newsletter.editorial.issue import Background
from newsletter.editorial.markdown.includes import names_included
from newsletter.errors import Finding, IssueChanged, IssueError, NewsletterError
from newsletter.files.backgrounds import background_files, read_background_file
from newsletter.paths import path_as_typed
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.backgrounds.history import MailedUse
    from newsletter.backgrounds.review import MailedBackground
    from newsletter.store.ledger.mailings import Mailing


def included_in(wiring: Wiring, text: str, labels: Labels) -> KnownBackgrounds:
    """Return what an issue's text may include; the disk is looked at only if it includes anything."""
    wanted = names_included(text)
    if not wanted:
        return KnownBackgrounds()
    files = background_files(wiring.settings.root)
    known = _read_all(files, [name for name in wanted if name in files], labels)
    unknown = {name for name in wanted if name not in files}
    if not unknown:
        return known
    everything = _read_all(files, files, labels).read.values()
    return replace(
        known,
        renamed={name: found.name for found in everything for name in unknown.intersection(found.formerly)},
    )


def background_at(wiring: Wiring, reference: str) -> Background | None:
    """Return the background whose file a reference is the path of; None for any other reference.

    Raises IssueError with every fault of it.
    """
    root = wiring.settings.root
    if not reference.endswith(SUFFIX) or Path(reference).resolve().parent != (root / FOLDER).resolve():
        return None
    files = background_files(root)
    name = same_name(Path(reference).stem)
    if name not in files:
        return None
    known = _read_all(files, [name], wiring.labels)
    if name in known.unread:
        raise IssueError(known.unread[name])
    return known.read[name]


def all_backgrounds(wiring: Wiring) -> KnownBackgrounds:
    """Return every background of the publication, or its faults."""
    files = background_files(wiring.settings.root)
    return _read_all(files, files, wiring.labels)


def _read_all(files: Mapping[str, Path], names: Iterable[str], labels: Labels) -> KnownBackgrounds:
    read: dict[str, Background] = {}
    unread: dict[str, tuple[Finding, ...]] = {}
    for name in names:
        file = path_as_typed(files[name])
        try:
            _insist_on_name(name, files, file)
            read[name] = read_background(
                read_background_file(files[name]), name=name, file=file, labels=labels
            )
        except IssueError as error:
            unread[name] = error.findings
        except NewsletterError as error:
            unread[name] = (Finding("background-unread", "error", file, None, error.message, error.hint),)
    return KnownBackgrounds(read, unread, tuple(files))


def _insist_on_name(name: str, files: Mapping[str, Path], file: str) -> None:
    if not is_name(name):
        _refuse(file, f"“{name[:80]}” is no name of a background.", f"Rename the file. {WHAT_A_NAME_IS}")
    if twin := twin_of(name, files):
        _refuse(
            file,
            f"“{name}” and “{twin}” differ only in capitals, so many systems take them for one file.",
            "Keep one of them, or give one another name.",
        )


def _refuse(file: str, message: str, hint: str) -> None:
    raise IssueError([Finding("background-name", "error", file, 1, message, hint)])


def mailed_uses(wiring: Wiring, backgrounds: Iterable[Background] = ()) -> "Sequence[MailedUse]":
    """Return every mailing through this provider that carried these backgrounds, or any, the oldest first."""
    from newsletter.backgrounds.history import names_of
    from newsletter.store.backgrounds.history import uses
    from newsletter.store.database import read

    names = {name for background in backgrounds for name in names_of(background)}
    with read(wiring.engine) as connection:
        return uses(connection, wiring.settings.provider_identity, names)


def mailed_before(wiring: Wiring, issue: Issue) -> "Mapping[str, MailedBackground] | None":
    """Return what was mailed of each background in an issue; None where there is nothing to ask about."""
    included = [found.background for found in issue.included]
    if not included or not wiring.has_database:
        return None
    from newsletter.backgrounds import history

    uses = mailed_uses(wiring, included)
    return {found.name: history.mailed_before(uses, history.names_of(found)) for found in included}


def frozen_for(
    wiring: Wiring,
    issue: Issue,
    list_id: int,
    before: Sequence[FrozenBackground] = (),
    *,
    newcomers: bool = False,
) -> tuple[FrozenBackground, ...]:
    """Return the backgrounds in an issue as a mailing to a list carries them.

    Its readers see what changed where the list last got another version; ``newcomers`` to it got none.
    ``before`` are those in an earlier mailing of the issue to that list, which decided that for good.
    """
    included = [found.background for found in issue.included]
    if not included:
        return ()
    from newsletter.backgrounds.history import last_got, names_of

    decided = {found.name: found for found in before}
    uses = mailed_uses(wiring, included)
    frozen = []
    for background in included:
        earlier = decided.get(background.name)
        if earlier and earlier.digest == background.digest:
            shown = earlier.changed_shown
        else:
            last = last_got(uses, names_of(background), list_id)
            shown = not newcomers and last not in ("", background.digest)
        frozen.append(freeze_background(background, shown=shown))
    return tuple(frozen)


def freeze_background(background: Background, *, shown: bool) -> FrozenBackground:
    """Return a background as a mailing carries it; its readers see what changed where that is ``shown``."""
    return FrozenBackground(
        name=background.name,
        digest=background.digest,
        title=background.title,
        text=background.text,
        reviewed=background.reviewed.isoformat(),
        reviewer=background.reviewer,
        changed=background.changed,
        changed_shown=shown and bool(background.changed),
        sources=tuple((source.text, source.url) for source in background.sources),
        formerly=background.formerly,
    )


def frozen_in(wiring: Wiring, mailed: "Sequence[Mailing]") -> tuple[FrozenBackground, ...]:
    """Return the backgrounds in the latest of some mailings."""
    from newsletter.store.backgrounds.kept import backgrounds_in
    from newsletter.store.database import read

    if not mailed:
        return ()
    with read(wiring.engine) as connection:
        return backgrounds_in(connection, mailed[-1].id)


def refuse_changed(issue: Issue, frozen: FrozenMailing) -> None:
    """Refuse to go on with a background that was changed since a mailing was frozen: it may be mended."""
    known = {found.name: found.digest for found in frozen.backgrounds}
    for background, _ in issue.included:
        if known.get(background.name) != background.digest:
            raise IssueChanged(
                f"The background “{background.name}” was changed after sending of “{issue.id}” began.",
                hint="Undo the change, or choose:\n"
                f"  Go on with the version that sending began with: {command('resume', issue.id)}\n"
                f"  Send the changed text to the rest, after this: {command('cancel', issue.id)}",
                file=background.file,
            )


def look_alike(some: Iterable[FrozenBackground], others: Iterable[FrozenBackground]) -> bool:
    """Say whether readers see the same of the backgrounds in two mailings, but for the day of a review."""
    return {found.as_shown for found in some} == {found.as_shown for found in others}


def as_shown(issue: Issue, frozen: Iterable[FrozenBackground]) -> Issue:
    """Return an issue whose backgrounds say what changed only where a mailing shows that."""
    silent = {found.name for found in frozen if not found.changed_shown}
    if not silent:
        return issue
    return replace(
        issue,
        stories=tuple(
            replace(story, parts=tuple(_silenced(part, silent) for part in story.parts))
            for story in issue.stories
        ),
    )


def _silenced(part: Section | Picture, silent: set[str]) -> Section | Picture:
    if isinstance(part, Section) and part.background and part.background.name in silent:
        return replace(part, background=replace(part.background, changed=""))
    return part
