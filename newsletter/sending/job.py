"""What a pump is given: the mailing, and within which limits it is sent."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.delivery.frozen import Envelope
from newsletter.sending.recipients import Recipients
from newsletter.store.ledger.limits import Ceiling
from newsletter.store.ledger.mailings import Mailing


@dataclass(frozen=True, slots=True)
class Job:
    """What a pump needs to know of a mailing."""

    mailing: Mailing
    envelope: Envelope
    recipients: Recipients


@dataclass(frozen=True, slots=True)
class SendLimits:
    """How fast to send: threads, recipients a second (0: no bound), a request's hard total in seconds."""

    threads: int
    rate_per_second: float
    timeout_seconds: float
    ceiling: Callable[[], Ceiling | None] = lambda: None  # how many readers today

    @property
    def lease_seconds(self) -> float:
        """Return a lease that outlives any request, twice over."""
        return 2 * self.timeout_seconds + 30
