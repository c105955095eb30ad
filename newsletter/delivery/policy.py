"""How sending slows, stops and goes on: decisions as values, over answers alone."""

from dataclasses import dataclass, replace

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Unknown

PROBE_AFTER = 3  # ambiguous answers in a row before only one request at a time may go out
PAUSE_AFTER = 3  # unanswered probes before sending stops by itself
GIVE_UP_AFTER = 8  # rounds, about three minutes, in which nothing was taken before sending stops by itself
MAX_BACKOFF_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What the last answers say about how to go on.

    ``ambiguous`` counts unclear answers in a row, ``probes`` those of them that went out alone, ``untaken``
    rounds in which the provider took nothing; ``pause`` holds the reason when sending must stop until an
    editor looks.
    """

    ambiguous: int = 0
    probes: int = 0
    untaken: int = 0
    pause: str = ""

    @property
    def probing(self) -> bool:
        """Say whether only one request may be on the wire at a time."""
        return self.ambiguous >= PROBE_AFTER


def after(pace: Pace, outcome: Outcome, *, probe: bool) -> Pace:
    """Return the pace after one more answer; ``probe`` when its request went out alone."""
    match outcome:
        case Accepted():
            return Pace(pause=pace.pause)
        case Unknown(reason):
            probes = pace.probes + probe
            why = f"No clear answer to {pace.ambiguous + 1} requests in a row: {reason}"
            return replace(
                pace,
                ambiguous=pace.ambiguous + 1,
                probes=probes,
                pause=why if probes >= PAUSE_AFTER else pace.pause,
            )
        case NotAccepted(reason):
            why = f"The provider took nothing {pace.untaken + 1} times in a row: {reason}"
            return replace(
                pace, untaken=pace.untaken + 1, pause=why if pace.untaken + 1 >= GIVE_UP_AFTER else pace.pause
            )
        case AccountRefused(reason):
            return replace(pace, pause=f"The provider refuses this account: {reason}")
        case _:
            return pace


def backoff(tries: int, retry_after: float | None) -> float:
    """Return seconds to wait before a request goes again: what the provider asks, else 1, 2, 4 … 60."""
    if retry_after is not None:
        return max(0.0, retry_after)
    return min(MAX_BACKOFF_SECONDS, 2.0 ** max(0, tries - 1))
