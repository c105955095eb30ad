"""Standing: whether a reader may be mailed, in the words that files, lists and suppressions share.

Where a reader stands with one list is a SubscriptionState; a SuppressionReason holds on every list.
"""

from collections.abc import Iterable
from enum import StrEnum

from newsletter.delivery.states import SubscriptionState, SuppressionReason


class NoStanding(StrEnum):
    """What a cell means that says nothing of a standing, or only to a person."""

    NOTHING = "nothing"
    UNCLEAR = "unclear"


class ConsentKind(StrEnum):
    """What a step of a reader with a list was."""

    JOINED = "joined"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    UNSUBSCRIBED = "unsubscribed"


Standing = SuppressionReason | SubscriptionState
Meaning = Standing | NoStanding

# Where a file, or two rows of it, say different things of one reader, the first of these counts.
STRICTEST_FIRST: tuple[Standing, ...] = (
    SuppressionReason.COMPLAINT,
    SuppressionReason.BOUNCE,
    SuppressionReason.INVALID,
    SuppressionReason.MANUAL,
    SubscriptionState.UNSUBSCRIBED,
    SubscriptionState.PENDING,
    SubscriptionState.PAUSED,
    SubscriptionState.CONFIRMED,
)
# What a word in a file can say. A pause ends, and only an own export says when.
IN_A_WORD = tuple(standing for standing in STRICTEST_FIRST if standing is not SubscriptionState.PAUSED)
SUPPRESSING = frozenset(STRICTEST_FIRST[:4])

_RANK: dict[str, int] = {standing: rank for rank, standing in enumerate(STRICTEST_FIRST)}


def strictest(standings: Iterable[Standing]) -> Standing:
    """Return the strictest of what was said, or confirmed when nothing was."""
    return min(standings, key=_RANK.__getitem__, default=SubscriptionState.CONFIRMED)


def rank(standing: str) -> int:
    """Return a standing's place in the order of strictness, 0 being the strictest."""
    return _RANK.get(standing, len(_RANK))
