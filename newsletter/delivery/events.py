"""What a provider reports after it accepted a mail, in our words, and what is to be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "processed",  # the provider is about to hand it over
    "delivered",  # the reader's server took it
    "deferred",  # the reader's server asked to wait; the provider tries again
    "bounce",  # the reader's server refuses the address for good
    "blocked",  # the reader's server refuses this mail, perhaps not the next
    "dropped",  # the provider did not try
    "complaint",  # the reader called it spam
    "unsubscribe",  # the reader left through the provider
    "group_unsubscribe",  # … this list alone
    "group_resubscribe",  # … and came back to it
    "open",
    "click",
    "other",  # of a kind we do not know: kept as it came
]

KINDS: frozenset[str] = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Event:
    """One report about one mail.

    ``key`` tells it from every other, the same whenever it is reported again. ``at`` is microseconds since
    1970 by the provider's clock. ``attempt``, ``reader`` and ``issue`` are what the request carried, empty
    and None when the report has none. ``reason`` is the vendor's, scrubbed; ``machine`` says that no person
    opened or clicked. ``raw`` is the report itself, without an address, kept for kinds we do not know.
    ``suppresses`` is why a dropped mail's address should never be mailed, empty when it was about the mail.
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


@dataclass(frozen=True, slots=True)
class Suppress:
    """Never mail the address again, for this reason of a suppression."""

    reason: str


@dataclass(frozen=True, slots=True)
class LeaveList:
    """Take the reader off the list that the mail went to."""


@dataclass(frozen=True, slots=True)
class Rejoin:
    """Put the reader back on that list, if that is how they left it."""


Consequence = Suppress | LeaveList | Rejoin | None


# Kinds that show that the provider took a mail, whatever it answered when it was asked to.
TAKEN: frozenset[Kind] = frozenset(
    ("processed", "delivered", "deferred", "bounce", "blocked", "dropped", "complaint", "open", "click")
)

Counts = Mapping[str, int]
