"""Standing: whether a reader may be mailed, in the words that files, lists and suppressions share.

``unsubscribed``, ``pending`` and ``confirmed`` hold between a reader and one list; the others hold
everywhere and become suppressions.
"""

from collections.abc import Iterable
from typing import Literal, get_args

Standing = Literal["complaint", "bounce", "invalid", "manual", "unsubscribed", "pending", "confirmed"]
Status = Literal["unsubscribed", "pending", "confirmed"]  # of a subscription

# Where a file, or two rows of it, say different things of one reader, the first of these counts.
STRICTEST_FIRST: tuple[Standing, ...] = get_args(Standing)
SUPPRESSING = frozenset[Standing]({"complaint", "bounce", "invalid", "manual"})

_RANK = {standing: rank for rank, standing in enumerate(STRICTEST_FIRST)}


def strictest(said: Iterable[Standing]) -> Standing:
    """Return the strictest of what was said, or confirmed when nothing was."""
    return min(said, key=_RANK.__getitem__, default="confirmed")


def rank(standing: str) -> int:
    """Return a standing's place in the order of strictness, 0 being the strictest."""
    return _RANK.get(standing, len(_RANK))  # type: ignore[call-overload,no-any-return]
