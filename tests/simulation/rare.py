"""Rare states that a run must reach: what never happens is not tested, however many worlds are clean."""

from collections.abc import Mapping, Sequence

# In how many worlds each is reached at least once, with hardly any doubt.
STATES: Mapping[str, int] = {}


def must_be_reached(worlds: int) -> Sequence[str]:
    """Return the states that so many worlds must reach."""
    return [state for state, needed in STATES.items() if worlds >= needed]
