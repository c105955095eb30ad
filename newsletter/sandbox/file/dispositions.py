"""What was decided about a message, as the file keeps it in its column ``fate``. Values alone.

Nothing (NULL) means that it went out as it came in. Mail that waits is ``scheduled``, then ``released``,
``cancelled`` or ``expired``. Any other text is the reason it was dropped for.
"""

SCHEDULED, RELEASED, CANCELLED, EXPIRED = "scheduled", "released", "cancelled", "expired"
CALLED_OFF = frozenset((CANCELLED, EXPIRED))
NOT_OUT = CALLED_OFF | {SCHEDULED}


def dropped_for(disposition: str | None) -> str:
    """Return the reason a message was dropped for; empty when it was not."""
    return disposition if disposition and disposition != RELEASED and disposition not in NOT_OUT else ""
