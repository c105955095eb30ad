"""A send to made-up readers on this machine, killed half way, and counted where the mail arrives."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.running import Say, unsaid
from newsletter.progress import Progress, silent

if TYPE_CHECKING:
    from newsletter.delivery.proof import Proof
    from newsletter.demo import Arrival


@contextmanager
def unwatched() -> Iterator[Progress]:
    """Show no progress."""
    yield silent


class DemoRun:
    """The demo's publication in a folder of its own, and the send that runs there."""

    def __init__(self, folder: Path, readers: int) -> None:
        """Open the publication in ``folder``, made if there is none, with so many made-up readers.

        Raises SettingsError when its mail could leave this machine.
        """
        from newsletter.demo import open_publication

        self._publication, self._readers = open_publication(folder, readers), readers

    @property
    def folder(self) -> Path:
        """Return the publication's folder."""
        return self._publication.folder

    @property
    def inbox(self) -> Path:
        """Return the local SendGrid's file, where the mail arrives."""
        return self._publication.inbox_file

    def run(
        self,
        *,
        say: Say = unsaid,
        progress: Callable[[], AbstractContextManager[Progress]] = unwatched,
        program: str = "newsletter",
    ) -> "Arrival":
        """Import, send, kill the sender half way, go on; return who got how many mails, as they arrived.

        ``say`` shows a line, ``progress`` lends a bar for each send, ``program`` is this program as one types
        it. Run again it mails nobody twice. Raises DeliveryError when a command fails.
        """
        from newsletter.demo import Demo, Scale
        from newsletter.sandbox.file.arrivals import Arrivals

        publication, scale = self._publication, Scale(self._readers)
        with Arrivals(publication.inbox_file, publication.issue) as arrivals:
            return Demo(publication, arrivals, scale, say, progress, program=program).run()

    def proof(self) -> "Proof":
        """Return the sender's own account. Raises NeverSent before the first ``run``."""
        from newsletter.app.accounts import Accounts

        return Accounts(self._publication.wiring).proof(self._publication.issue)
