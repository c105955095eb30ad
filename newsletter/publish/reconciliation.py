"""Find out what became of requests whose answer never came, and decide about each on evidence."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.delivery.clock import SECOND
from newsletter.delivery.evidence import (
    ABOUT_THEN,
    NOBODY,
    CannotSay,
    Neighbours,
    NotSeen,
    Observations,
    Seen,
    Sighting,
)
from newsletter.delivery.proof import Proof
from newsletter.delivery.provider import sighting_of
from newsletter.delivery.reconcile import Decision, Facts, Policy, Verdict, decide
from newsletter.errors import DeliveryError
from newsletter.publish.deliver import Progress, silent
from newsletter.publish.mailed import issue_id, status
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.provider import Provider
    from newsletter.store.events.decisions import Decided, Unanswered


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
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: {command('send', issue)}")
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
                observed = _observe(wiring, before.provider, waiting)
                judge = _Judge(wiring, provider, observed, policy or wiring.settings.delivery.unknown, word)
                for done, each in enumerate(waiting, start=1):
                    made = judge(each)
                    if not _settle(wiring, each, made):
                        continue  # a report settled it while it was looked up
                    told[made.verdict] += each.readers
                    if made.verdict == "hold":
                        held[made.evidence] = made.way.format(
                            issue=shlex.quote(issue), records=provider.properties.records
                        )
                    progress("reconciling", done, len(waiting))
    proof = status(wiring, issue) or before
    return Reconciled(told, tuple(held), tuple(dict.fromkeys(held.values())), proof)


def _recover(wiring: Wiring) -> None:
    from newsletter.store.database import write
    from newsletter.store.ledger import claims

    with write(wiring.engine) as connection:
        claims.recover(connection, now=wiring.clock.now())


def _unanswered(wiring: Wiring, issue: str, provider: str) -> "list[Unanswered]":
    from newsletter.store.database import read
    from newsletter.store.events.decisions import unanswered

    with read(wiring.engine) as connection:
        return unanswered(connection, issue, provider)


def _settle(wiring: Wiring, each: "Unanswered", made: Decision) -> bool:
    from newsletter.store.database import write
    from newsletter.store.events.decisions import settle

    with write(wiring.engine) as connection:
        return settle(connection, each, made, now=wiring.clock.now())


def _observe(wiring: Wiring, provider: str, waiting: "Sequence[Unanswered]") -> Observations:
    """Return what reports show of the requests that the provider accepted about when these were sent."""
    from newsletter.store.database import read
    from newsletter.store.events.decisions import accepted_requests

    since, until = waiting[0].posted_at - ABOUT_THEN, waiting[-1].posted_at + ABOUT_THEN
    with read(wiring.engine) as connection:
        return Observations(accepted_requests(connection, provider, since, until))


class _Judge:
    """Gather the facts about one request after another."""

    def __init__(
        self,
        wiring: Wiring,
        provider: "Provider",
        observed: Observations,
        policy: Policy,
        word: Decision | None,
    ) -> None:
        self._wiring = wiring
        self._provider = provider
        self._observed = observed
        self._policy = policy
        self._word = word
        self._found: set[str] = set()  # other attempts that the provider has when asked

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
        quiet = 3 * delivery.timeout_seconds + 30 + 60 * delivery.webhook_lag_minutes
        now, silent_until = self._wiring.clock.now(), each.posted_at + int(quiet * SECOND)
        reported_at = self._reported_at(each)
        reports = self._observed.about(each.posted_at)
        sighting: Sighting = CannotSay("") if reported_at else sighting_of(self._provider, each.attempt)
        search = NOBODY
        if isinstance(sighting, NotSeen) and now >= silent_until and not reports.complete:
            search = self._search(each)
            # It was asked for before the others were: they may be known only since, and it with them.
            sighting = sighting_of(self._provider, each.attempt) if search.complete else sighting
        return Facts(each.posted_at, now, silent_until, sighting, reported_at, reports, search)

    def _reported_at(self, each: "Unanswered") -> int | None:
        """Return the first report on any request of the batch: by an earlier one too its readers have it."""
        from newsletter.store.database import read
        from newsletter.store.events.decisions import attempts_of, first_report

        with read(self._wiring.engine) as connection:
            return first_report(connection, attempts_of(connection, each.batch))

    def _search(self, each: "Unanswered") -> Neighbours:
        from newsletter.store.database import read
        from newsletter.store.events.decisions import accepted_beside

        with read(self._wiring.engine) as connection:
            before, after = accepted_beside(
                connection, self._wiring.settings.provider_identity, each.posted_at
            )
        found = [sum(map(self._has, side)) for side in (before, after)]
        return Neighbours(found[0], found[1], silent=len(before) + len(after) - sum(found))

    def _has(self, attempt: str) -> bool:
        if attempt not in self._found and isinstance(sighting_of(self._provider, attempt), Seen):
            self._found.add(attempt)
        return attempt in self._found


def decisions(wiring: Wiring, issue: str) -> "list[Decided]":
    """Return every decision about an issue's unanswered requests, with its evidence."""
    from newsletter.store.database import read
    from newsletter.store.events.decisions import decisions as recorded

    proof = status(wiring, issue)
    if proof is None:
        return []
    with read(wiring.engine) as connection:
        return recorded(connection, issue, proof.provider)
