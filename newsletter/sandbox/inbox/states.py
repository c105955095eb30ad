"""What became of a message, in a word or two for a person."""

from newsletter.sandbox.behaviour.outcomes import DELIVERED, outcome_of
from newsletter.sandbox.file.dispositions import NOT_OUT, SCHEDULED, dropped_for

_HELD = {"cancel": "cancelled", "pause": "paused"}
_OUTCOMES = {
    "bounce": "bounced",
    "late bounce": "bounced later",
    "blocked": "blocked",
    "spamreport": "reported as spam",
    "dropped": "dropped",
    "unsubscribe": "unsubscribed",
}


def state_in_words(email: str, disposition: str | None, held: str | None) -> str:
    """Return what became of a message to this address; nothing when it was simply delivered.

    ``held`` is how its batch is held back: pause, cancel or None.
    """
    if disposition == SCHEDULED:
        return _HELD.get(held or "", SCHEDULED)
    if disposition in NOT_OUT:
        return str(disposition)
    if reason := dropped_for(disposition):
        return f"dropped ({reason})"
    outcome = outcome_of(email)
    return "" if outcome is DELIVERED else _OUTCOMES.get(outcome.steps[-1], "")
