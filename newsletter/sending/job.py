"""What a worker is given: the mailing, the limits within which it is sent, and what it acts through."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from newsletter.delivery.clock import Clock
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Provider
from newsletter.sending.logged import UNLOGGED, RequestLogger
from newsletter.sending.recipients import Recipients
from newsletter.store.ledger.limits import Ceiling
from newsletter.store.ledger.mailings import Mailing


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know of a mailing."""

    mailing: Mailing
    envelope: Envelope
    recipients: Recipients
    log: RequestLogger = UNLOGGED


@dataclass(frozen=True, slots=True)
class SendLimits:
    """How fast to send: workers, recipients a second (0: no bound), a request's hard total in seconds."""

    workers: int
    rate_per_second: float
    timeout_seconds: float
    ceiling: Callable[[], Ceiling | None] = lambda: None  # how many readers today

    @property
    def lease_seconds(self) -> float:
        """Return a lease that outlives any request, twice over."""
        return 2 * self.timeout_seconds + 30


@dataclass(frozen=True, slots=True)
class Effects:
    """What a worker acts through: the ledger's database, the provider, the time, and ids nobody had."""

    engine: Engine
    provider: Provider
    clock: Clock
    new_id: Callable[[], str]
