"""What runs until it is told to end: the readers' site, the preview, the local SendGrid; and sync."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.app.opened import Opened
from newsletter.progress import Progress, silent

if TYPE_CHECKING:
    from newsletter.readership import Synced
    from newsletter.sandbox.server.run import Drill

Say = Callable[[str], None]  # shows a sentence to the person who started it


def unsaid(_sentence: str) -> None:
    """Show nothing."""


class Running(Opened):
    """Run what answers others, until Ctrl-C, SIGTERM or SIGHUP: ``serve``, ``preview``, ``sandbox``."""

    def serve(self, host: str = "127.0.0.1", port: int = 8000, *, say: Say = unsaid) -> None:
        """Run the readers' site and the webhook, and send scheduled issues at their time.

        Port 0 picks a free one; ``say`` is told where it answers and what is sent. Raises SettingsError when
        the host or port cannot be had, or a key is missing or damaged; StoreError, RenderError.
        """
        from threading import Event, Thread

        from newsletter.scheduler import run_due_issues
        from newsletter.web.server import run_site

        stop = Event()
        scheduler = Thread(
            target=run_due_issues, args=[self._wiring, stop, say], name="scheduler", daemon=True
        )
        try:
            run_site(self._wiring, host, port, say, ready=scheduler.start)
        finally:
            stop.set()
            if scheduler.is_alive():
                scheduler.join()  # a sender it started finishes what is on the wire

    def preview(
        self, issue: str | None = None, port: int | None = None, *, say: Say = unsaid, ready: Say = unsaid
    ) -> None:
        """Run the editor's live page on this machine: an issue, a plain text, or all issues.

        A file that ends with ``.txt`` is a text, shown as the brief that an import would make of it. Without
        a ``port`` the first free one from 8010 on is taken; 0 picks any. ``say`` is told where it answers,
        and ``ready`` gets that address. Raises NewsletterError when there is no such issue, SettingsError
        when the port cannot be had.
        """
        from newsletter.config import load_settings
        from newsletter.preview.server import run_preview, source_of
        from newsletter.preview.workspace import Workspace
        from newsletter.wiring import Wiring

        own = self.settings

        def reopen() -> Wiring:
            return Wiring(load_settings(own.file, start=own.root, required=own.file is not None))

        workspace = Workspace(self._wiring, reopen)
        try:
            run_preview(workspace, source_of(issue) if issue else None, port, say=say, ready=ready)
        finally:
            workspace.close()

    def sandbox(self, drill: "Drill | None" = None, *, say: Say = unsaid) -> None:
        """Run the local SendGrid: its API, and an inbox of what each reader got.

        ``drill`` says where it listens, how it reports and what goes wrong; by default it picks a free port.
        ``say`` is told where it answers. Raises SettingsError when the host or port cannot be had, UsageError
        for a fault that is none.
        """
        from newsletter.readership.leaving import picture_as_mailed
        from newsletter.sandbox.server.run import Drill, Home, run_sandbox

        wiring = self._wiring
        home = Home(
            wiring.sandbox_file,
            wiring.local_webhook,
            self.settings.publication.time_zone,
            lambda name: picture_as_mailed(wiring.engine, name.partition(".")[0]),
        )
        run_sandbox(home, drill or Drill(), say)

    def sync(self, *, since: datetime | None = None, progress: Progress = silent) -> "Synced":
        """Suppress the addresses that the provider itself no longer mails; no suppression is lifted.

        Without ``since`` it goes on where the last sync ended. Raises DeliveryError when the provider cannot
        be asked: what was read by then stands. UsageError for a moment without a time zone.
        """
        from newsletter.app.moments import instant_of
        from newsletter.readership import sync

        begin = None if since is None else max(0, instant_of(since))
        wiring = self._wiring
        with wiring.provider() as provider:
            return sync(wiring.engine, provider, now=wiring.clock.now, since=begin, progress=progress)
