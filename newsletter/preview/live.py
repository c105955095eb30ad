"""What a page shows of one issue or text: how it stands now, and the last letter that could be made of it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from newsletter.errors import Finding, IssueError, NewsletterError
from newsletter.publish.previewed import (
    ImportNote,
    IssueFile,
    PreviewedLetter,
    as_finding,
    find_issue,
    issue_by_id,
    issue_ids,
    preview_of,
    read_text,
    renamed,
    text_brief,
)

if TYPE_CHECKING:
    from newsletter.wiring import Wiring


class Text(NamedTuple):
    """A plain text to be made a brief of: pasted, or read from a file each time it is looked at."""

    name: str
    data: bytes = b""
    file: Path | None = None

    def read(self) -> bytes:
        """Return its bytes. Raises NewsletterError when its file cannot be read."""
        return self.data if self.file is None else read_text(self.file)


Source = str | Path | Text  # an issue's id below issues/, its file elsewhere, or a text


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show after change ``number``.

    ``letter`` is the last one that could be made, and ``stale`` when it is not of now. ``gone`` says that the
    file is not there, and ``moved`` the issue that holds what it held. ``notes`` are on the lines of a text.
    """

    number: int
    file: IssueFile | None
    findings: Sequence[Finding]
    letter: PreviewedLetter | None
    stale: bool = False
    gone: bool = False
    moved: str = ""
    notes: Sequence[ImportNote] = ()


class LivePage:
    """One issue or text, looked at again after every change, by one thread at a time."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.last: Shown | None = None
        self._lock = threading.Lock()

    def shown(self, wiring: "Wiring", number: int) -> Shown:
        """Return what there is to show; what was found after the same change is not looked for again."""
        with self._lock:
            if self.last is None or self.last.number != number:
                self.last = self._look(wiring, number)
            return self.last

    def _look(self, wiring: "Wiring", number: int) -> Shown:
        last = self.last
        file, letter = (last.file, last.letter) if last else (None, None)
        try:
            file, notes = self._read(wiring)
            preview = preview_of(wiring, file)
        except IssueError as error:
            return Shown(number, file, error.findings, letter, stale=True)
        except NewsletterError as error:
            gone = self._is_gone(wiring)
            moved = renamed(wiring, file) if gone and file else ""
            findings = () if gone else (as_finding(error),)
            return Shown(number, file, findings, letter, stale=True, gone=gone, moved=moved)
        stale = preview.letter is None
        return Shown(number, file, preview.findings, preview.letter or letter, stale, notes=notes)

    def _read(self, wiring: "Wiring") -> tuple[IssueFile, Sequence[ImportNote]]:
        if isinstance(self.source, str):
            return issue_by_id(wiring.settings.root, self.source), ()
        if isinstance(self.source, Path):
            return find_issue(wiring.settings.root, str(self.source)), ()
        brief = text_brief(wiring, self.source.read(), self.source.name)
        return brief.file, brief.notes

    def _is_gone(self, wiring: "Wiring") -> bool:
        if isinstance(self.source, str):
            return self.source not in issue_ids(wiring.settings.root)
        path = self.source.file if isinstance(self.source, Text) else self.source
        return path is not None and not path.is_file()
