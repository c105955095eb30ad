"""Find out what became of requests whose answer never came, and decide about each on evidence."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.delivery.clock import SECOND
from newsletter.delivery.evidence import CannotSay, NotSeen, Seen, Sighting
from newsletter.delivery.proof import Proof
from newsletter.delivery.settling import Decision, Facts, Policy, Verdict, decide
from newsletter.errors import DeliveryError
from newsletter.publish.account import issue_id, status
from newsletter.publish.deliver import Progress, silent
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.provider import Provider
    from newsletter.store.reconcile import Decided, Unanswered

ABOUT_THEN = 3600 * SECOND  # requests this close to each other share their provider's fate


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a look at the unknown came to: readers by verdict, why some stay unknown, and the proof now.

    ``ways`` are what to do about those that stay so.
    """

    readers: Mapping[Verdict, int]
    held: tuple[str, ...]
    ways: tuple[str, ...]
    proof: Proof


def reconcile(
    wiring: Wiring,
    reference: str,
    *,
    policy: Policy | None = None,
    word: Decision | None = None,
    progress: Progress = silent,
) -> Reconciled:
    """Decide about every request of an issue whose answer never came.

    Reports and the provider's own search are the evidence; ``policy`` (by default the setting) applies to
    what they show was never taken. ``word`` is an editor's own, for what no evidence settles. Raises
    DeliveryError when the issue was never sent, AlreadySending while it is being sent.
    """
    issue = issue_id(wiring, reference)
    before = status(wiring, issue)
    if before is None:
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: newsletter send {issue}")
    if before.provider != wiring.settings.provider_identity:
        raise DeliveryError(
            f"This issue went through “{before.provider}”; the settings now say"
            f" “{wiring.settings.provider_identity}”.",
            hint="Set the provider back: only it knows what became of its requests.",
        )
    told: Counter[Verdict] = Counter()
    held: dict[str, str] = {}
    with wiring.sender_lock():
        _recover(wiring)
        waiting = _unanswered(wiring, issue, before.provider)
        if waiting:
            with wiring.provider() as provider:
                judge = _Judge(wiring, provider, policy or wiring.settings.delivery.unknown, word)
                for done, each in enumerate(waiting, start=1):
                    made = judge(each)
                    if not _settle(wiring, each, made):
                        continue  # a report settled it while it was looked up
                    told[made.verdict] += each.readers
                    if made.verdict == "hold":
                        held[made.evidence] = made.way.format(issue=issue)
                    progress("reconciling", done, len(waiting))
    proof = status(wiring, issue) or before
    return Reconciled(told, tuple(held), tuple(dict.fromkeys(held.values())), proof)


def _recover(wiring: Wiring) -> None:
    from newsletter.store import batches
    from newsletter.store.database import write

    with write(wiring.engine) as connection:
        batches.recover(connection, now=wiring.clock.now())


def _unanswered(wiring: Wiring, issue: str, provider: str) -> "list[Unanswered]":
    from newsletter.store.database import read
    from newsletter.store.reconcile import unanswered

    with read(wiring.engine) as connection:
        return unanswered(connection, issue, provider)


def _settle(wiring: Wiring, each: "Unanswered", made: Decision) -> bool:
    from newsletter.store.database import write
    from newsletter.store.reconcile import settle

    with write(wiring.engine) as connection:
        return settle(connection, each, made, now=wiring.clock.now())


class _Judge:
    """Gather the facts about one request after another; what they share is asked once a mailing."""

    def __init__(self, wiring: Wiring, provider: "Provider", policy: Policy, word: Decision | None) -> None:
        self._wiring = wiring
        self._provider = provider
        self._policy = policy
        self._word = word
        self._heard: dict[int, Mapping[str, int]] = {}
        self._posted: dict[int, Mapping[str, int]] = {}

    def __call__(self, each: "Unanswered") -> Decision:
        facts = self._facts(each)
        made = decide(facts, self._policy)
        if made.verdict != "hold" or self._word is None:
            return made
        # Nobody can know yet that it was not taken: the provider itself may still be at it.
        early = facts.now < facts.silent_until and self._word.verdict != "accepted"
        return made if early else self._word

    def _facts(self, each: "Unanswered") -> Facts:
        delivery = self._wiring.settings.delivery
        heard, posted = self._of_mailing(each.mailing)
        own = self._attempts(each)
        quiet = 3 * delivery.timeout_seconds + 30 + 60 * delivery.webhook_lag_minutes
        # A report on an earlier request of the batch counts too: its readers have the mail.
        reported_at = min((heard[one] for one in own if one in heard), default=None)
        sighting: Sighting = CannotSay("") if reported_at else self._provider.look_up(each.attempt)
        others = (attempt for attempt in heard if attempt not in own)
        return Facts(
            posted_at=each.posted_at,
            now=self._wiring.clock.now(),
            silent_until=each.posted_at + int(quiet * SECOND),
            sighting=sighting,
            reported_at=reported_at,
            reported=sum(abs(posted[one] - each.posted_at) <= ABOUT_THEN for one in others if one in posted),
            seen=self._others_seen(each) if isinstance(sighting, NotSeen) else 0,
        )

    def _attempts(self, each: "Unanswered") -> list[str]:
        from newsletter.store.database import read
        from newsletter.store.reconcile import attempts_of

        with read(self._wiring.engine) as connection:
            return attempts_of(connection, each.batch)

    def _of_mailing(self, mailing: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
        from newsletter.store.database import read
        from newsletter.store.events import heard
        from newsletter.store.reconcile import posted_times

        if mailing not in self._heard:
            with read(self._wiring.engine) as connection:
                self._heard[mailing] = heard(connection, mailing)
                self._posted[mailing] = posted_times(connection, mailing)
        return self._heard[mailing], self._posted[mailing]

    def _others_seen(self, each: "Unanswered") -> int:
        from newsletter.store.database import read
        from newsletter.store.reconcile import accepted_about

        with read(self._wiring.engine) as connection:
            some = accepted_about(connection, each.mailing, each.posted_at, ABOUT_THEN)
        return sum(isinstance(self._provider.look_up(one), Seen) for one in some)


def decisions(wiring: Wiring, issue: str) -> "list[Decided]":
    """Return every decision about an issue's unanswered requests, with its evidence."""
    from newsletter.store.database import read
    from newsletter.store.reconcile import decisions as recorded

    proof = status(wiring, issue)
    if proof is None:
        return []
    with read(wiring.engine) as connection:
        return recorded(connection, issue, proof.provider)
