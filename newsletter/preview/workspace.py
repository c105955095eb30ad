"""All that the preview holds: the publication as it stands, its pages, and texts that have no file yet."""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import Finding, NewsletterError
from newsletter.paths import SETTINGS_FILE
from newsletter.preview.changes import Changes
from newsletter.preview.live import LivePage, Shown, Text
from newsletter.publish.previewed import (
    IssueFile,
    PictureFile,
    as_finding,
    find_issue,
    is_name,
    issue_by_id,
    issue_ids,
    save_text,
)

if TYPE_CHECKING:
    from newsletter.wiring import Wiring

MOST_TEXTS = 20  # pasted and not saved; the oldest goes
ISSUES, TEXTS = "issues/", "texts/"


class Workspace:
    """A publication that is being written.

    ``reopen`` reads its settings again. ``run`` names this run of the server, ``token`` proves to it that a
    form is on a page of its own.
    """

    def __init__(self, wiring: "Wiring", reopen: Callable[[], "Wiring"]) -> None:
        self.wiring = wiring
        self.changes = Changes()
        self.run, self.token = secrets.token_hex(8), secrets.token_urlsafe(24)
        self.fault: Finding | None = None  # of the settings, while they cannot be read
        self._reopen = reopen
        self._pages: dict[str, LivePage] = {}

    def add(self, source: str | Text) -> str:
        """Take an issue's reference or a text in; return the key of its page. Raises NewsletterError."""
        if isinstance(source, Text):
            key = TEXTS + secrets.token_hex(6)
            self._forget_texts()
            self._pages[key] = LivePage(source)
            return key
        found = find_issue(self.wiring.settings.root, source)
        key = ISSUES + found.id
        self._pages[key] = LivePage(found.id if self._has(found) else found.path)
        return key

    def _has(self, file: IssueFile) -> bool:
        """Say whether a file is the issue of its id, rather than one elsewhere of the same name."""
        try:
            return issue_by_id(self.wiring.settings.root, file.id).path.samefile(file.path)
        except NewsletterError:
            return False

    def _forget_texts(self) -> None:
        pasted = [key for key in self._pages if key.startswith(TEXTS)]
        for key in pasted[: 1 - MOST_TEXTS] if len(pasted) >= MOST_TEXTS else ():
            del self._pages[key]

    def page(self, key: str) -> LivePage | None:
        """Return the page of a key; None for a text that is not here, and for what is no issue's id.

        A key comes from an address, so it names issues of the publication alone, never a path.
        """
        issue = key.removeprefix(ISSUES)
        if key not in self._pages and issue != key and is_name(issue):
            self._pages[key] = LivePage(issue)
        return self._pages.get(key)

    def shown(self, page: LivePage) -> Shown:
        """Return what a page shows after the latest change."""
        return page.shown(self.wiring, self.changes.number)

    def warm(self, key: str) -> None:
        """Look at a page, or at the newest issue, so that all that a letter needs is loaded."""
        with suppress(NewsletterError):
            newest = issue_ids(self.wiring.settings.root)[-1:]
            for page in filter(None, [self.page(key) if key else self.page(ISSUES + "".join(newest))]):
                self.shown(page)

    def picture(self, name: str) -> PictureFile | None:
        """Return a picture of any letter that was looked at, by its name."""
        letters = (page.last.letter for page in tuple(self._pages.values()) if page.last)
        found = (letter.pictures.get(name) for letter in letters if letter)
        return next((picture for picture in found if picture), None)

    def save(self, text: Text) -> str:
        """Write a text as a brief; return the key of its page. Raises NewsletterError."""
        path = save_text(self.wiring, text.read(), text.name)
        return self.add(str(path))

    def files(self) -> Iterable[Path]:
        """Return the files that pages were opened for and that may lie anywhere; of a link, both ends."""
        for page in tuple(self._pages.values()):
            if isinstance(page.source, Text):
                yield from [page.source.file] if page.source.file else []
            elif page.last and page.last.file:
                yield from {page.last.file.path, page.last.file.path.resolve()}

    def saved(self, paths: Iterable[Path]) -> None:
        """Look at the publication anew, since some files changed; its settings too, if theirs did."""
        if any(path.name == SETTINGS_FILE for path in paths):
            self._read_settings()
        self.changes.count()

    def _read_settings(self) -> None:
        try:
            wiring = self._reopen()
        except NewsletterError as error:
            self.fault = as_finding(error)
            return
        self.wiring.close()
        self.wiring, self.fault = wiring, None

    def close(self) -> None:
        """Free the database."""
        self.wiring.close()
