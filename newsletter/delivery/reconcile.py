"""What to do about a request whose answer never came: a decision as a value, with what it rests on."""

from dataclasses import dataclass
from typing import Literal

from newsletter.delivery.evidence import EACH_SIDE, NOBODY, CannotSay, HasMail, HasNoMail, LookUp, Neighbours
from newsletter.delivery.states import Verdict
from newsletter.instants import shown

Policy = Literal["hold", "resend", "drop"]  # once it is shown that nothing was taken


@dataclass(frozen=True, slots=True)
class RequestEvidence:
    """All that is known of one request. Times are microseconds since 1970, UTC.

    ``silent_until`` is how long its absence proves nothing: the lease, the deadline and the provider's usual
    lag. ``reports`` are its neighbours as the provider's reports know them, ``search`` as its search does.
    """

    posted_at: int
    now: int
    silent_until: int
    look_up: LookUp
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


def decide(known: RequestEvidence, policy: Policy) -> Decision:
    """Return what to do: one report proves acceptance, absence only where all others were seen."""
    if known.reported_at is not None:
        return Decision(Verdict.ACCEPTED, f"The provider reported on its mail at {shown(known.reported_at)}.")
    if isinstance(known.look_up, HasMail):
        return Decision(
            Verdict.ACCEPTED, "The provider has its mail, as it says when asked.", known.look_up.message_id
        )
    if known.now < known.silent_until:
        until = shown(known.silent_until)
        return Decision(
            Verdict.HOLD,
            f"It is too early to tell: absence proves nothing before {until}.",
            way=f"Run it again after {until}: newsletter reconcile {{issue}}",
        )
    if absent := _absent(known):
        return Decision(Verdict(policy), f"{absent}, sent at {shown(known.posted_at)}.", way=_BY_POLICY)
    reports = _incomplete(known.reports)
    return Decision(
        Verdict.HOLD, f"There is no evidence either way: {reports}, and {_unasked(known)}.", way=_BY_WORD
    )


def _absent(known: RequestEvidence) -> str:
    """Return what shows that the request was never taken; nothing when nothing does."""
    if known.reports.complete:
        others = known.reports.before + known.reports.after
        seen = f"The provider reported on all {others:,} requests it accepted within ten minutes"
        return f"{seen}, but not on this one"
    if known.search.complete and isinstance(known.look_up, HasNoMail):
        others = known.search.before + known.search.after
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


def _unasked(known: RequestEvidence) -> str:
    if isinstance(known.look_up, CannotSay):
        return known.look_up.reason.rstrip(".")
    return (
        f"asked, the provider has {known.search.before:,} of the {EACH_SIDE} accepted requests before it and"
        f" {known.search.after:,} of the {EACH_SIDE} after it"
    )
