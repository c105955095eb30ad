"""Sending: find out what would happen, then do it, now or at a time, to everyone once and nobody twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.app.accounts import Accounts
from newsletter.errors import DeliveryError
from newsletter.progress import Progress, silent

if TYPE_CHECKING:
    from newsletter.delivery.proof import Proof
    from newsletter.publish import BackgroundCorrection, SendPlan


class Delivery(Accounts):
    """Send issues. A send stands on a plan, which can be looked at first and changes nothing."""

    def plan(
        self, issue: str, *, list: str | None = None, only_missing: bool = False, as_sent: bool = False
    ) -> "SendPlan":
        """Find out what ``send`` would do: what goes to how many readers, and who is left out and why.

        ``list`` may be left out where there is one. ``only_missing`` keeps the first audience and takes who
        did not get it; ``as_sent`` mails the version that others got, though the file was changed since.
        Raises IssueError with every fault of the file, IssueChanged for a file that was changed after sending
        began, AudienceError when the list is not clear, SettingsError when a setting that real mail needs is
        missing, DeliveryError when the issue is half sent through another provider or to another list.
        """
        from newsletter.publish import plan_send

        return plan_send(self._wiring, issue, list_name=list, only_missing=only_missing, as_sent=as_sent)

    def plan_correction(self, issue: str, *, list: str | None = None) -> "SendPlan":
        """Find out who a correction would reach: exactly those who got the wrong version.

        The corrected version is the file as it is now, with a line ``correction`` in its front matter.
        ``list`` is by default the one it went to. Raises IssueError without such a line, DeliveryError when
        nobody got another version.
        """
        from newsletter.publish import plan_correction

        return plan_correction(self._wiring, issue, list_name=list)

    def plan_background_correction(
        self, background: str, *, since: str | None = None
    ) -> "BackgroundCorrection":
        """Find out who the correction of a living background would reach: who last got a wrong version.

        What readers see first is its line ``changed``. Wrong are all versions but the one in the file or,
        with ``since``, those from a version on: its number, or the beginning of its digest. Raises IssueError
        for faults of the file and without that line, DeliveryError when nobody got another version, or an
        issue with one is still being sent, UsageError for what is no version.
        """
        from newsletter.publish import plan_background_correction

        return plan_background_correction(self._wiring, background, since=since)

    def send_background_correction(
        self, correction: "BackgroundCorrection", *, progress: Progress = silent
    ) -> "Proof":
        """Do what was planned, a mailing for each list, and return the proof of all; run again, it goes on.

        It stops where one waits for an approval or pauses. Raises what ``send`` does.
        """
        from newsletter.publish import send_background_correction

        return send_background_correction(self._wiring, correction, progress=progress)

    def send(self, plan: "SendPlan", *, progress: Progress = silent) -> "Proof":
        """Do what was planned and return the proof; run again after any interruption, it goes on.

        Where the publication asks for an approval, a new mailing is only held for one. Raises AlreadySending
        when another process sends from this database, SendingStopped when it breaks off half way,
        SettingsError for a missing key; KeyboardInterrupt once the requests on the wire are finished.
        """
        from newsletter.publish import send

        return send(self._wiring, plan, progress=progress)

    def schedule(self, plan: "SendPlan", at: datetime) -> "Proof":
        """Freeze what readers get and who they are, to be sent at a moment; return the proof so far.

        ``serve`` or ``resume`` sends it then. Raises UsageError for a moment without a time zone,
        DeliveryError when sending began already or there is nobody to mail, SettingsError for a missing key.
        """
        from newsletter.app.moments import instant_of
        from newsletter.publish import schedule

        schedule(self._wiring, plan, instant_of(at))
        return self.proof(plan.issue)

    def resume(self, issue: str, *, progress: Progress = silent) -> "Proof":
        """Go on with an issue that was interrupted, paused, held or scheduled, exactly as it began.

        One that is scheduled is waited for. Raises DeliveryError when it was never sent, waits for an
        approval, or the provider is another one now; SendingStopped and AlreadySending as ``send`` does.
        """
        from newsletter.publish import resume

        return resume(self._wiring, issue, progress=progress)

    def undo(self, issue: str) -> bool:
        """Cancel an issue of which nothing has left yet; False when that comes too late."""
        from newsletter.publish import undo

        return undo(self._wiring, issue)

    def send_test(self, issue: str, addresses: Sequence[str]) -> int:
        """Mail an issue as it is, marked as a test, to at most 50 addresses of your own; return how many.

        Nobody's proof counts it. Raises AudienceError for what is no address, UsageError for too many,
        DeliveryError when the provider does not take it.
        """
        from newsletter.contacts.address import normalise
        from newsletter.delivery.outcomes import Accepted
        from newsletter.publish import send_test

        outcome = send_test(self._wiring, issue, addresses)
        if not isinstance(outcome, Accepted):
            raise DeliveryError(f"The test was not accepted: {outcome.reason}")
        return len({normalise(address) for address in addresses})

    def moment(self, text: str) -> datetime:
        """Return the moment that words name, in the publication's time zone, for ``schedule``.

        Such as “7:00”, “tomorrow 7:00”, “monday 18:30”, “2026-12-01 07:00” or “in 20m”. Raises UsageError for
        a time that is past, over 366 days ahead, left out or repeated when clocks change, or not understood.
        """
        from newsletter.app.moments import moment_of
        from newsletter.delivery.schedule import parse_when

        zone = self._zone
        return moment_of(parse_when(text, now=self._wiring.clock.now(), zone=zone), zone)

    def moment_after(self, span: str) -> datetime:
        """Return the moment a span such as “10m” or “1h30m” from now.

        Raises UsageError for a span under a second or over 24 hours, or not understood.
        """
        from newsletter.app.moments import moment_of
        from newsletter.delivery.schedule import parse_span

        return moment_of(self._wiring.clock.now() + parse_span(span), self._zone)

    def describe(self, moment: datetime | int) -> str:
        """Return a moment as people at the publication read it: the day, the local time, how far away it is.

        An ``int`` is an instant in microseconds since 1970, UTC, such as ``Proof.send_at``.
        """
        from newsletter.app.moments import instant_of
        from newsletter.delivery.schedule import describe

        at = instant_of(moment) if isinstance(moment, datetime) else moment
        return describe(at, self._wiring.clock.now(), self._zone)

    @property
    def _zone(self) -> str:
        return self.settings.publication.time_zone
