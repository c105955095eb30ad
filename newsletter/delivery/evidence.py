"""What is known of a request whose answer never came: what the provider says, and what of its neighbours."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.delivery.clock import SECOND

ABOUT_THEN = 600 * SECOND  # requests this close to each other share what became of their reports
EACH_SIDE = 3  # accepted requests that must be known of before one that is not, and after it


@dataclass(frozen=True, slots=True)
class HasMail:
    """The provider has mail of this attempt: it was accepted."""

    message_id: str


@dataclass(frozen=True, slots=True)
class HasNoMail:
    """The provider knows of no mail of this attempt; soon after a request, that proves nothing."""


@dataclass(frozen=True, slots=True)
class CannotSay:
    """The account has no such search, or it cannot be reached now."""

    reason: str


LookUp = HasMail | HasNoMail | CannotSay


@dataclass(frozen=True, slots=True)
class AcceptedRequest:
    """A request that was taken. ``posted_at`` is microseconds since 1970, UTC.

    ``answered`` says that the provider said so itself, at once: that is known whether or not reports come,
    so only such a request can show that reports do come. One that is known by its report was picked by it.
    """

    posted_at: int
    answered: bool
    reported: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The requests accepted about when another was sent, as an observer knows them.

    It knows of so many ``before`` and ``after``; of those it is ``silent`` about the ledger alone knows.
    """

    before: int = 0
    after: int = 0
    silent: int = 0

    @property
    def complete(self) -> bool:
        """Say whether the absence of the one between them proves that it was not taken."""
        return not self.silent and min(self.before, self.after) >= EACH_SIDE


NOBODY = Neighbours()


class Observations:
    """Accepted requests by their time, and which of them reports came of: 8 bytes a request."""

    def __init__(self, accepted: Iterable[AcceptedRequest]) -> None:
        """Sort them by what they show."""
        reported, silent = array("q"), array("q")
        for request in accepted:
            if not request.reported:
                silent.append(request.posted_at)
            elif request.answered:
                reported.append(request.posted_at)
        self._reported, self._silent = (array("q", sorted(times)) for times in (reported, silent))

    def about(self, posted_at: int) -> Neighbours:
        """Return the neighbours of a request sent at an instant; it is none of them itself."""
        first, last = posted_at - ABOUT_THEN, posted_at + ABOUT_THEN
        return Neighbours(
            before=bisect_left(self._reported, posted_at) - bisect_left(self._reported, first),
            after=bisect_right(self._reported, last) - bisect_right(self._reported, posted_at),
            silent=bisect_right(self._silent, last) - bisect_left(self._silent, first),
        )


@dataclass(frozen=True, slots=True)
class ReportedSuppression:
    """An address on one of the provider's own lists. ``at`` is microseconds since 1970, UTC."""

    email: str
    reason: str  # of a suppression: bounce, complaint, unsubscribed, invalid
    at: int
