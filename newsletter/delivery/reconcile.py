"""What to do about a request whose answer never came: a decision as a value, with what it rests on."""

from dataclasses import dataclass
from typing import Literal

from newsletter.delivery.evidence import EACH_SIDE, NOBODY, CannotSay, Neighbours, NotSeen, Seen, Sighting
from newsletter.instants import shown

Policy = Literal["hold", "resend", "drop"]  # once it is shown that nothing was taken
Verdict = Literal["accepted", "hold", "resend", "drop"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one request. Times are microseconds since 1970, UTC.

    ``silent_until`` is how long its absence proves nothing: the lease, the deadline and the provider's usual
    lag. ``reports`` are its neighbours as the provider's reports know them, ``search`` as its search does.
    """

    posted_at: int
    now: int
    silent_until: int
    sighting: Sighting
    reported_at: int | None = None
    reports: Neighbours = NOBODY
    search: Neighbours = NOBODY


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the sentence that says why.

    ``message_id`` is the provider's, where it named one; ``way`` is what to do about one that is held, with
    ``{issue}`` in place of the issue and ``{records}`` in place of where the provider shows its mail.
    """

    verdict: Verdict
    evidence: str
    message_id: str = ""
    way: str = ""


_BY_POLICY = (
    "Mail them again with `newsletter resume` after: newsletter reconcile {issue} --policy resend\n"
    "  Or do not mail them: newsletter reconcile {issue} --policy drop"
)
_BY_WORD = (
    "Look on {records}. If it shows the mail:"
    " newsletter reconcile {issue} --accepted --because 'the page shows it'\n"
    "  If it does not: newsletter reconcile {issue} --not-accepted --because 'the page does not show it'"
)


def decide(facts: Facts, policy: Policy) -> Decision:
    """Return what to do: one report proves acceptance, absence only where all others were seen."""
    if facts.reported_at is not None:
        return Decision("accepted", f"The provider reported on its mail at {shown(facts.reported_at)}.")
    if isinstance(facts.sighting, Seen):
        return Decision(
            "accepted", "The provider has its mail, as it says when asked.", facts.sighting.message_id
        )
    if facts.now < facts.silent_until:
        until = shown(facts.silent_until)
        return Decision(
            "hold",
            f"It is too early to tell: absence proves nothing before {until}.",
            way=f"Run it again after {until}: newsletter reconcile {{issue}}",
        )
    if absent := _absent(facts):
        return Decision(policy, f"{absent}, sent at {shown(facts.posted_at)}.", way=_BY_POLICY)
    reports = _incomplete(facts.reports)
    return Decision(
        "hold", f"There is no evidence either way: {reports}, and {_unasked(facts)}.", way=_BY_WORD
    )


def _absent(facts: Facts) -> str:
    """Return what shows that the request was never taken; nothing when nothing does."""
    if facts.reports.complete:
        others = facts.reports.before + facts.reports.after
        seen = f"The provider reported on all {others:,} requests it accepted within ten minutes"
        return f"{seen}, but not on this one"
    if facts.search.complete and isinstance(facts.sighting, NotSeen):
        others = facts.search.before + facts.search.after
        return f"Asked, the provider has the {others:,} accepted requests nearest in time, and not this one"
    return ""


def _incomplete(reports: Neighbours) -> str:
    known = reports.before + reports.after
    if not known:
        return "no report came on any request sent about then"
    if reports.silent:
        silent = f"{reports.silent:,} of {known + reports.silent:,}"
        return f"reports are missing on {silent} requests accepted within ten minutes"
    return (
        f"of the requests accepted within ten minutes, {reports.before:,} before it and"
        f" {reports.after:,} after it were reported on, and {EACH_SIDE} each are needed"
    )


def _unasked(facts: Facts) -> str:
    if isinstance(facts.sighting, CannotSay):
        return facts.sighting.reason.rstrip(".")
    return (
        f"asked, the provider has {facts.search.before:,} of the {EACH_SIDE} accepted requests before it and"
        f" {facts.search.after:,} of the {EACH_SIDE} after it"
    )
