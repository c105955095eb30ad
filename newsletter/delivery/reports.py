"""What reports ask for: who must never be mailed again, and when a mailing must stop by itself."""

from typing import NamedTuple

from newsletter.delivery.event_kinds import PAUSED, Counts
from newsletter.delivery.events import Consequence, Event, LeaveList, Rejoin, Suppress
from newsletter.delivery.states import SuppressionReason

FINAL = ("delivered", "bounce", "blocked", "dropped")  # the last word on a mail


class PauseAt(NamedTuple):
    """When a mailing stops by itself: shares from 0 (never) to 1, and how many mails they must rest on."""

    bounces: float = 0.05
    complaints: float = 0.003
    after: int = 200


def consequence(event: Event) -> Consequence:
    """Return what an event asks to be done about its reader; None when it is only kept."""
    match event.kind:
        case "bounce":
            return Suppress(SuppressionReason.BOUNCE)
        case "complaint":
            return Suppress(SuppressionReason.COMPLAINT)
        case "unsubscribe":
            return Suppress(SuppressionReason.UNSUBSCRIBED)
        case "dropped":
            return Suppress(event.suppresses) if event.suppresses else None
        case "group_unsubscribe":
            return LeaveList()
        case "group_resubscribe":
            return Rejoin()
        case _:
            return None


def should_pause(tallies: Counts, at: PauseAt) -> str:
    """Return why a mailing should stop until an editor looks, or nothing.

    ``tallies`` are readers by kind of event. The share of bounces is of the mails with a last word, that of
    complaints of the delivered ones. After a pause, as many further mails must have been reported on before
    the next: an editor who resumed knows of those before.
    """
    final = last_words(tallies)
    if final < at.after or final - tallies.get(PAUSED, 0) < at.after:
        return ""
    bounced, complained = tallies.get("bounce", 0), tallies.get("complaint", 0)
    delivered = tallies.get("delivered", 0)
    if at.bounces and bounced / final >= at.bounces:
        return f"{bounced:,} of {final:,} mails reported on bounced ({bounced / final:.1%})."
    if at.complaints and complained and complained / max(delivered, complained) >= at.complaints:
        share = complained / max(delivered, complained)
        return f"{complained:,} of {delivered:,} readers who got it called it spam ({share:.2%})."
    return ""


def last_words(tallies: Counts) -> int:
    """Count the mails whose fate is reported."""
    return sum(tallies.get(kind, 0) for kind in FINAL)
