"""What to do about a request whose answer never came: a decision as a value, with what it rests on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from newsletter.delivery.clock import SECOND
from newsletter.delivery.evidence import CannotSay, NotSeen, Seen, Sighting

Policy = Literal["hold", "resend", "drop"]  # once it is shown that nothing was taken
Verdict = Literal["accepted", "hold", "resend", "drop"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one request. Times are microseconds since 1970, UTC.

    ``silent_until`` is how long its absence proves nothing: the lease, the deadline and the provider's usual
    lag. ``reported`` counts other requests sent about that time of which the provider reported, ``seen``
    those it says to have when asked.
    """

    posted_at: int
    now: int
    silent_until: int
    sighting: Sighting
    reported_at: int | None = None
    reported: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the sentence that says why.

    ``message_id`` is the provider's, where it named one; ``way`` is what to do about one that is held, with
    ``{issue}`` in place of the issue.
    """

    verdict: Verdict
    evidence: str
    message_id: str = ""
    way: str = ""


_BY_POLICY = (
    "Mail them with: newsletter reconcile {issue} --policy resend, then resume;"
    " or give them up with: newsletter reconcile {issue} --policy drop"
)
_BY_WORD = (
    "Look yourself, at SendGrid's activity page for one, and say what you know: newsletter reconcile {issue}"
    " --accepted, or --not-accepted, with --because"
)


def decide(facts: Facts, policy: Policy) -> Decision:
    """Return what to do: one report proves acceptance, absence only beside the presence of others."""
    if facts.reported_at is not None:
        return Decision("accepted", f"The provider reported on its mail at {when(facts.reported_at)}.")
    if isinstance(facts.sighting, Seen):
        return Decision(
            "accepted", "The provider has its mail, as it says when asked.", facts.sighting.message_id
        )
    if facts.now < facts.silent_until:
        until = when(facts.silent_until)
        return Decision(
            "hold",
            f"It is too early to tell: absence proves nothing before {until}.",
            way=f"Run it again after {until}: newsletter reconcile {{issue}}",
        )
    if facts.reported:
        return Decision(
            policy,
            f"The provider reported on {facts.reported:,} other requests sent within the hour, and never on"
            f" this one, sent at {when(facts.posted_at)}.",
            way=_BY_POLICY,
        )
    if facts.seen and isinstance(facts.sighting, NotSeen):
        return Decision(
            policy,
            f"Asked, the provider has {facts.seen:,} other requests sent within the hour, and not this one,"
            f" sent at {when(facts.posted_at)}.",
            way=_BY_POLICY,
        )
    return Decision("hold", _nothing_known(facts.sighting), way=_BY_WORD)


def _nothing_known(sighting: Sighting) -> str:
    asked = (
        sighting.reason.rstrip(".")
        if isinstance(sighting, CannotSay)
        else "asked, the provider knows of none sent about then"
    )
    return f"There is no evidence either way: no report came on any request sent about then, and {asked}."


def when(at: int) -> str:
    """Return an instant (microseconds) as evidence names it, in UTC."""
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
