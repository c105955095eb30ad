"""Rare states that a run must reach: what never happens is not tested, however many worlds are clean."""

from collections.abc import Mapping, Sequence

from simulation.sendgrid import FATES

OFTEN, SOMETIMES, SELDOM = 500, 2_000, 10_000  # worlds of which hardly any run lacks it

# From a state to the number of worlds that must reach it at least once.
STATES: Mapping[str, int] = {
    **dict.fromkeys(FATES, OFTEN),
    "refused for all": SOMETIMES,
    "account refused": SOMETIMES,
    "taken": OFTEN,
    "late answer": OFTEN,
    "corrected": OFTEN,
    "cancelled": OFTEN,
    "paused": OFTEN,
    "scheduled": OFTEN,
    "approved": SOMETIMES,
    "an editor's word": OFTEN,
    "undone": SOMETIMES,
    "stood still": OFTEN,
    "no room for a moment": OFTEN,
    "weather: damage": SOMETIMES,
    "Ctrl-C": SOMETIMES,
    "disk full": OFTEN,
    "stopped by a full disk": OFTEN,
    "power failure": OFTEN,
    "weather: clock back": OFTEN,
    "weather: clock forward": OFTEN,
    "reader: leave": OFTEN,
    "reader: leave one list": OFTEN,
    "reader: join": OFTEN,
    "reader: ask to join": OFTEN,
    "reader: come back": OFTEN,
    "reader: suppress": OFTEN,
    "reader: erase": OFTEN,
    "reader: unsuppress": SOMETIMES,
    "synced": OFTEN,
    "each by itself": OFTEN,
    "reports in the middle": OFTEN,
    "send killed": OFTEN,
    "resume killed": OFTEN,
    "reconcile killed": SOMETIMES,
    "correct killed": SOMETIMES,
    "only missing killed": SOMETIMES,
    "hook killed": SOMETIMES,
    "timer killed": SELDOM,
    "cancel killed": SELDOM,
    "erase killed": SELDOM,
    "leave killed": SELDOM,
}


def must_be_reached(worlds: int) -> Sequence[str]:
    """Return the states that so many worlds must reach."""
    return [state for state, needed in STATES.items() if worlds >= needed]
