"""What a provider reports after it accepted a mail, in our words, and what is to be done about it."""

from dataclasses import dataclass
from typing import NamedTuple

from newsletter.delivery.event_kinds import Kind


class Event(NamedTuple):
    """One report about one mail.

    ``key`` tells it from every other, the same whenever it is reported again. ``at`` is microseconds since
    1970 by the provider's clock. ``attempt``, ``reader`` and ``issue`` are what the request carried, empty
    and None when the report has none. ``reason`` is the vendor's, scrubbed; ``machine`` says that no person
    opened or clicked. ``raw`` is the report itself, without an address, kept for kinds we do not know.
    ``suppresses`` is why a dropped mail's address should never be mailed, empty when it was about the mail.
    ``alone`` says that the provider takes or refuses each message of a request by itself, so that this one's
    mail shows nothing of the others.
    """

    key: bytes
    kind: Kind
    at: int
    email: str
    attempt: str = ""
    reader: int | None = None
    message_id: str = ""
    reason: str = ""
    machine: bool = False
    raw: str = ""
    issue: str = ""
    suppresses: str = ""
    alone: bool = False


class Suppress(NamedTuple):
    """Never mail the address again, for this reason of a suppression."""

    reason: str


@dataclass(frozen=True, slots=True)
class LeaveList:
    """Take the reader off the list that the mail went to."""


@dataclass(frozen=True, slots=True)
class Rejoin:
    """Put the reader back on that list, if that is how they left it."""


Consequence = Suppress | LeaveList | Rejoin | None
