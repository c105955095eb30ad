"""The kinds of what a provider reports about a mail, in our words."""

from collections.abc import Mapping
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

# Kinds that show that the provider took a mail, whatever it answered when it was asked to.
TAKEN: frozenset[Kind] = frozenset(
    ("processed", "delivered", "deferred", "bounce", "blocked", "dropped", "complaint", "open", "click")
)

PAUSED = "paused"  # among the counts: mails with a last word at the last pause

Counts = Mapping[str, int]
