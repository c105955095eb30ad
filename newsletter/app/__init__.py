"""The public object: a publication, and one method for each command.

By subject: ``writing``, ``sending``, ``control``, ``accounts``, ``running`` are the methods of the object
itself; ``subscribers``, ``lists``, ``suppressions``, ``backgrounds`` those of its parts. Each method asks the
stories in ``publish`` and ``readership`` and imports them when it is called, so that what is not used costs
nothing.
"""

import warnings
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from newsletter.app.accounts import RecipientAccount
from newsletter.app.backgrounds import Backgrounds
from newsletter.app.control import ApprovalKey, Control
from newsletter.app.demo import DemoRun
from newsletter.app.lists import Lists
from newsletter.app.running import Running
from newsletter.app.sending import Delivery
from newsletter.app.subscribers import ErasureKey, FileOptions, SubscriberRecord, Subscribers
from newsletter.app.suppressions import Suppressions
from newsletter.app.writing import ImportedBrief, Writing

if TYPE_CHECKING:
    from newsletter.config import Settings

__all__ = [
    "ApprovalKey",
    "Backgrounds",
    "DemoRun",
    "ErasureKey",
    "FileOptions",
    "ImportedBrief",
    "Lists",
    "Newsletter",
    "RecipientAccount",
    "SubscriberRecord",
    "Subscribers",
    "Suppressions",
]


def as_warning(sentence: str) -> None:
    """Warn as Python does of what cannot stay as it is, though the work goes on."""
    warnings.warn(sentence, stacklevel=2)


class Newsletter(Writing, Delivery, Control, Running):
    """A publication: its issues, its readers, and who got which mail.

    Every error is a NewsletterError that says what happened, where, and what to do next. Issues are named by
    a file, a folder, or an id: the file's or folder's name. Closing frees the database; a closed object that
    is used again opens it again.
    """

    def __init__(self, settings: "Settings", *, warn: Callable[[str], None] = as_warning) -> None:
        """Stand on settings that are there already; ``open`` finds and reads them.

        ``warn`` is told what cannot stay as it is though the work goes on, such as a key that is too short.
        """
        from newsletter.wiring import Wiring

        super().__init__(Wiring(settings, warn=warn))

    @classmethod
    def open(
        cls,
        path: Path | str | None = None,
        *,
        required: bool = True,
        warn: Callable[[str], None] = as_warning,
    ) -> Self:
        """Open the publication of this folder, or of the nearest above it that holds a newsletter.toml.

        ``path`` names another newsletter.toml. The environment wins over the file, and secrets come from it
        alone. Raises SettingsError with every fault of the settings, and, if one is ``required``, when there
        is no newsletter.toml; without it the settings' defaults hold for this folder.
        """
        from newsletter.config import load_settings

        return cls(load_settings(None if path is None else Path(path), required=required), warn=warn)

    @staticmethod
    def init(folder: Path | str) -> list[Path]:
        """Make a publication in a folder; return what was made or added to.

        It has a newsletter.toml, ``issues/`` and a .gitignore that keeps readers' files out of git. Raises
        SettingsError where there is a publication already, NewsletterError when nothing can be written.
        """
        from newsletter.files.publications import make_publication

        return make_publication(Path(folder))

    @staticmethod
    def demo(folder: Path | str = "newsletter-demo", *, readers: int = 5_000) -> DemoRun:
        """Return a demo in a folder of its own: a send on this machine, killed half way and counted.

        Raises SettingsError when the folder's publication could mail anybody for real.
        """
        return DemoRun(Path(folder), readers)

    @cached_property
    def subscribers(self) -> Subscribers:
        """The readers on the lists: import, add, show, remove, erase, export."""
        return Subscribers(self._wiring)

    @cached_property
    def lists(self) -> Lists:
        """The lists: make, rename, give a title, archive."""
        return Lists(self._wiring)

    @cached_property
    def backgrounds(self) -> Backgrounds:
        """The living backgrounds, and what was mailed of each."""
        return Backgrounds(self._wiring)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Addresses that are never mailed."""
        return Suppressions(self._wiring)

    def close(self) -> None:
        """Close the database's connections."""
        self._wiring.close()

    def __enter__(self) -> Self:
        """Use the publication until the block ends."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, however the block ended."""
        self.close()
