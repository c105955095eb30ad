"""The seam to whoever carries the mail: values in, an outcome out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from newsletter.delivery.evidence import ReportedSuppression, Sighting
from newsletter.delivery.outcomes import Outcome
from newsletter.rendering.message import RenderedMessage

SENDER = ("from_name", "from_email", "reply_to", "list_id")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all readers of a mailing have in common: the message, and whom it is from."""

    message: RenderedMessage
    from_name: str
    from_email: str
    reply_to: str
    list_id: str
    issue: str

    @property
    def sender(self) -> dict[str, str]:
        """Return whom it is from, where answers go, and the list: what approvals sign beside the message."""
        return {name: getattr(self, name) for name in SENDER}


class Recipient(NamedTuple):
    """One reader of a batch. ``substitutions`` maps whole tags to values; ``reader`` is the opaque id."""

    reader: int
    email: str
    name: str
    substitutions: Mapping[str, str]
    unsubscribe_url: str


class Provider(Protocol):
    """Carry batches of mail."""

    @property
    def identity(self) -> str:
        """Name whose acceptance this is in the ledger: a sandbox's never counts for another."""
        ...

    def build(
        self, envelope: Envelope, recipients: Sequence[Recipient], *, batch: str, attempt: str
    ) -> bytes:
        """Render one request; nothing is on the wire yet."""
        ...

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        """Put a request on the wire and say what became of it, within the hard total deadline.

        An answer that comes after the deadline goes to ``late``, on another thread.
        """
        ...

    def look_up(self, attempt: str) -> Sighting:
        """Ask whether mail of an attempt was ever taken."""
        ...

    def suppressions(self, since: int, until: int) -> Iterator[ReportedSuppression]:
        """Yield the addresses the provider stopped mailing between two instants (microseconds).

        Raises DeliveryError when it cannot be asked.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
