"""What a provider says when asked about a request whose answer never came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """The provider has mail of this attempt: it was accepted."""

    message_id: str


@dataclass(frozen=True, slots=True)
class NotSeen:
    """The provider knows of no mail of this attempt; soon after a request, that proves nothing."""


@dataclass(frozen=True, slots=True)
class CannotSay:
    """The account has no such search, or it cannot be reached now."""

    reason: str


Sighting = Seen | NotSeen | CannotSay


@dataclass(frozen=True, slots=True)
class ReportedSuppression:
    """An address on one of the provider's own lists. ``at`` is microseconds since 1970, UTC."""

    email: str
    reason: str  # of a suppression: bounce, complaint, unsubscribed, invalid
    at: int
