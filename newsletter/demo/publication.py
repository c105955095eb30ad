"""The demo's publication: a folder, its made-up readers, and what its local SendGrid got."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from newsletter.backgrounds.names import FOLDER
from newsletter.config import load_settings
from newsletter.demo.readers import confirmed, file_of
from newsletter.errors import NewsletterError, SettingsError
from newsletter.files.atomic import write_whole
from newsletter.files.issues import issue_ids
from newsletter.paths import SETTINGS_FILE, path_as_typed
from newsletter.wiring import Wiring

READERS_FILE = "demo-readers.csv"
LIST = "demo"


@dataclass(frozen=True)
class DemoPublication:
    """A publication that mails nobody for real, the issue that goes out, who is to get it, and who is not."""

    wiring: Wiring
    issue: str
    wanted: frozenset[str]
    excluded: frozenset[str]

    @property
    def folder(self) -> Path:
        """Return the publication's folder."""
        return self.wiring.settings.root

    @property
    def shown_folder(self) -> str:
        """Return the folder as one types it from where one is."""
        return path_as_typed(self.folder)

    @property
    def inbox_file(self) -> Path:
        """Return the local SendGrid's file, where the mail arrives."""
        return self.wiring.sandbox_file

    @property
    def shown_inbox(self) -> str:
        """Return that file as one types it from where one is."""
        return path_as_typed(self.inbox_file)

    @property
    def shown_database(self) -> str:
        """Return the ledger's file as one types it from where one is."""
        return path_as_typed(self.wiring.settings.sqlite_path or Path())


def open_publication(folder: Path, readers: int) -> DemoPublication:
    """Open the publication in ``folder``, made from the example's if there is none, with so many readers.

    Raises SettingsError when its mail could leave this machine, or its database is not a file of its own.
    """
    try:
        if not (folder / SETTINGS_FILE).exists():
            _make(folder)
        wiring = Wiring(load_settings(folder / SETTINGS_FILE))
        _insist_nothing_leaves(wiring)
        issue = _newest_issue(folder)
        file = _readers_file(folder, readers)
    except OSError as error:
        raise NewsletterError(
            f"The demo's publication cannot be made: {error.strerror}.",
            file=str(folder),
            hint="Name a folder that you can write to: newsletter demo DIR",
        ) from error
    return DemoPublication(wiring, issue, *confirmed(file))


def bundled_example() -> Path:
    """Return the example publication: in the wheel, or at the top of an editable source tree."""
    package = Path(__file__).parent.parent
    inside = package / "_example"
    return inside if inside.is_dir() else package.parent


def _make(folder: Path) -> None:
    """Copy the example publication, its settings last: without them it is not there yet."""
    example = bundled_example()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("issues", FOLDER):
        shutil.copytree(example / name, folder / name, dirs_exist_ok=True)
    # It may lie in a publication under version control.
    write_whole(folder / ".gitignore", b"*\n")
    write_whole(folder / SETTINGS_FILE, (example / SETTINGS_FILE).read_bytes())


def _insist_nothing_leaves(wiring: Wiring) -> None:
    settings = wiring.settings
    if settings.delivery.provider != "sandbox" or settings.sqlite_path is None:
        raise SettingsError(
            "The demo mails made-up readers, and this publication sends for real or shares its database.",
            file=str(settings.file),
            hint="Without NEWSLETTER_… in the environment, run it in a folder of its own: newsletter demo",
        )


def _newest_issue(folder: Path) -> str:
    issues = issue_ids(folder)
    if not issues:
        raise NewsletterError(
            "There is no issue to send here.",
            file=str(folder / "issues"),
            hint="Run the demo in a folder of its own: newsletter demo",
        )
    return issues[-1]


def _readers_file(folder: Path, readers: int) -> str:
    """Write the file of readers and return it; a list that was longer before stays as long."""
    path, samples = folder / READERS_FILE, folder / "issues" / "sample-readers.csv"
    before, first = (file.read_text("utf-8") if file.exists() else "" for file in (path, samples))
    text = file_of(max(readers, before.count("\n") - 1), first)
    write_whole(path, text.encode())
    return text
