"""How sending slows, stops and goes on: decisions as values, over answers alone."""

import re
from dataclasses import dataclass, replace

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Refused, Unknown, Whole

PROBE_AFTER = 3  # ambiguous answers in a row before only one request at a time may go out
PAUSE_AFTER = 3  # unanswered probes before sending stops by itself
GIVE_UP_AFTER = 8  # rounds, about three minutes, in which nothing was taken before sending stops by itself
MAX_BACKOFF_SECONDS = 60.0
DOUBT_AFTER = 5  # refusals in a row, each with a reader or a size to blame, before that is doubted
ELSEWHERE_AFTER = 3  # readers refused alone before others than those of the refused batch are tried
SEVERAL = 5  # readers refused alone, with the same words, before sending stops by itself
MOST = 15  # the same, whatever the words are and whatever was found before


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether a refusal is the fault of the readers it met, or of the mailing as a whole.

    While it lasts, readers are asked about one at a time. ``alone`` counts those refused so, ``alike`` the
    latest of them whose refusals said the same, which is ``words``.
    """

    alone: int = 0
    alike: int = 0
    words: str = ""

    @property
    def elsewhere(self) -> bool:
        """Say whether readers far from the refused batch should be tried: that batch may be an odd one."""
        return self.alone >= ELSEWHERE_AFTER


@dataclass(frozen=True, slots=True)
class Pace:
    """What the last answers say about how to go on.

    ``ambiguous`` counts unclear answers in a row, ``probes`` those of them that went out alone, ``untaken``
    rounds in which the provider took nothing, ``refused`` refusals in a row and ``blamed`` the readers they
    rejected, ``found`` those who turned out to be at fault themselves, since others were accepted; ``pause``
    holds the reason when sending must stop until an editor looks.
    """

    ambiguous: int = 0
    probes: int = 0
    untaken: int = 0
    refused: int = 0
    blamed: int = 0
    found: int = 0
    doubt: Doubt | None = None
    pause: str = ""

    @property
    def probing(self) -> bool:
        """Say whether only one request may be on the wire at a time."""
        return self.ambiguous >= PROBE_AFTER


def after(pace: Pace, outcome: Whole, *, probe: bool, readers: int) -> Pace:
    """Return the pace after one more answer.

    ``probe`` says that the request went out alone, ``readers`` how many it was for.
    """
    match outcome:
        case Accepted():
            return _after_acceptance(pace, probe=probe)
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
        case Refused():
            return _after_refusal(pace, outcome, probe=probe, readers=readers)


def _after_acceptance(pace: Pace, *, probe: bool) -> Pace:
    if pace.doubt is None:
        return Pace(found=pace.found, pause=pace.pause)
    if not probe:  # on the wire already when the doubt began, so it says nothing about what came since
        return replace(pace, ambiguous=0, probes=0, untaken=0)
    return Pace(found=pace.found + pace.blamed, pause=pace.pause)


def _after_refusal(pace: Pace, outcome: Refused, *, probe: bool, readers: int) -> Pace:
    blamed = len(outcome.blamed(readers))
    pace = replace(pace, refused=pace.refused + 1, blamed=pace.blamed + blamed)
    if pace.doubt is None:
        some_are_blamed = 0 < blamed < readers
        plain = some_are_blamed or outcome.too_large
        return pace if plain and pace.refused < DOUBT_AFTER else replace(pace, doubt=Doubt())
    if not probe or readers > 1:
        return pace  # on the wire already when the doubt began
    words = gist(outcome.reason)
    alike = pace.doubt.alike + 1 if words == pace.doubt.words else 1
    doubt = Doubt(pace.doubt.alone + 1, alike, words)
    # A list in which such readers were found before may well hold more of them.
    enough = min(SEVERAL + pace.found, MOST)
    if doubt.alike < enough and doubt.alone < MOST:
        return replace(pace, doubt=doubt)
    why = f"{doubt.alone} readers were asked about one by one, and each was refused: {outcome.reason}"
    return replace(pace, doubt=doubt, pause=why)


_VARIES = re.compile(r"\S*[@\d]\S*|\(an? \w+\)|“[^”]*”|\"[^\"]*\"|<[^>]*>")
_WORD = re.compile(r"[^\W\d_]+")


def gist(reason: str) -> str:
    """Return what a refusal says without what differs by reader: addresses, numbers, ids, quoted values."""
    return " ".join(_WORD.findall(_VARIES.sub(" ", reason.casefold())))


def backoff(tries: int, retry_after: float | None) -> float:
    """Return seconds to wait before a request goes again: what the provider asks, else 1, 2, 4 … 60."""
    if retry_after is not None:
        return max(0.0, retry_after)
    return min(MAX_BACKOFF_SECONDS, 2.0 ** max(0, tries - 1))
