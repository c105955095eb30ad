"""Find out what became of requests whose answer never came, and decide about each on evidence."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.delivery.clock import SECOND
from newsletter.delivery.evidence import (
    ABOUT_THEN,
    NOBODY,
    CannotSay,
    HasMail,
    HasNoMail,
    LookUp,
    Neighbours,
    Observations,
)
from newsletter.delivery.proof import Proof
from newsletter.delivery.provider import looked_up
from newsletter.delivery.reconcile import Decision, Policy, RequestEvidence, decide
from newsletter.delivery.states import Verdict
from newsletter.errors import DeliveryError
from newsletter.progress import Progress, silent
from newsletter.publish.copies.taking_in import TakenIn, take_in
from newsletter.publish.mailed import issue_id, status
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.provider import Provider
    from newsletter.store.events.decisions import Unanswered


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a look at the unknown came to: readers by verdict, why some stay unknown, and the proof now.

    ``ways`` are what to do about those that stay so; ``taken_in`` is what a restored database had lost.
    """

    readers: Mapping[Verdict, int]
    held: tuple[str, ...]
    ways: tuple[str, ...]
    proof: Proof
    taken_in: TakenIn


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
    what they show was never taken. ``word`` is an editor's own, for what no evidence decides. Requests that
    the database lost, of whatever issue, are taken in first. Raises DeliveryError when the issue was never
    sent, AlreadySending while it is being sent.
    """
    taken_in = take_in(wiring)
    issue = issue_id(wiring, reference)
    before = _proof_by_this_provider(wiring, issue)
    made: list[tuple[Unanswered, Decision]] = []
    with wiring.sender_lock():
        _recover(wiring)
        waiting = _unanswered(wiring, issue, before.provider)
        if waiting:
            with wiring.provider() as provider:
                observed = _observe(wiring, before.provider, waiting)
                judge = _Judge(wiring, provider, observed, policy or wiring.settings.delivery.unknown, word)
                for done, request in enumerate(waiting, start=1):
                    decision = judge(request)
                    if _carry_out(wiring, request, decision):  # else a report came while it was looked up
                        made.append((request, _in_full(decision, issue, provider)))
                        progress("reconciling", done, len(waiting))
    return _reconciled(made, status(wiring, issue) or before, taken_in)


def _proof_by_this_provider(wiring: Wiring, issue: str) -> Proof:
    proof = status(wiring, issue)
    if proof is None:
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: {command('send', issue)}")
    if proof.provider != wiring.settings.provider_identity:
        raise DeliveryError(
            f"This issue went through “{proof.provider}”; the settings now say"
            f" “{wiring.settings.provider_identity}”.",
            hint="Set the provider back: only it knows what became of its requests.",
        )
    return proof


def _in_full(decision: Decision, issue: str, provider: "Provider") -> Decision:
    """Return a decision that says for this issue and provider what to do next."""
    way = decision.way.format(issue=shlex.quote(issue), records=provider.properties.records)
    return replace(decision, way=way)


def _reconciled(made: "Sequence[tuple[Unanswered, Decision]]", proof: Proof, taken_in: TakenIn) -> Reconciled:
    readers: Counter[Verdict] = Counter()
    for request, decision in made:
        readers[decision.verdict] += request.readers
    held = {decision.evidence: decision.way for _, decision in made if decision.verdict == Verdict.HOLD}
    return Reconciled(readers, tuple(held), tuple(dict.fromkeys(held.values())), proof, taken_in)


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


def _carry_out(wiring: Wiring, request: "Unanswered", made: Decision) -> bool:
    from newsletter.store.database import write
    from newsletter.store.events.decisions import carry_out

    with write(wiring.engine) as connection:
        return carry_out(connection, request, made, now=wiring.clock.now())


def _observe(wiring: Wiring, provider: str, waiting: "Sequence[Unanswered]") -> Observations:
    """Return what reports show of the requests that the provider accepted about when these were sent."""
    from newsletter.store.database import read
    from newsletter.store.events.decisions import accepted_requests

    since, until = waiting[0].posted_at - ABOUT_THEN, waiting[-1].posted_at + ABOUT_THEN
    with read(wiring.engine) as connection:
        return Observations(accepted_requests(connection, provider, since, until))


class _Judge:
    """Gather the evidence about one request after another, and decide."""

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

    def __call__(self, request: "Unanswered") -> Decision:
        known = self._evidence(request)
        made = decide(known, self._policy)
        if made.verdict != Verdict.HOLD or self._word is None:
            return made
        # Nobody can know yet that it was not taken: the provider itself may still be at it.
        early = known.now < known.silent_until and self._word.verdict != Verdict.ACCEPTED
        return made if early else self._word

    def _evidence(self, request: "Unanswered") -> RequestEvidence:
        delivery = self._wiring.settings.delivery
        quiet = 3 * delivery.timeout_seconds + 30 + 60 * delivery.webhook_lag_minutes
        now, silent_until = self._wiring.clock.now(), request.posted_at + int(quiet * SECOND)
        reported_at = self._reported_at(request)
        reports = self._observed.about(request.posted_at)
        look_up: LookUp = CannotSay("") if reported_at else looked_up(self._provider, request.attempt)
        search = NOBODY
        if isinstance(look_up, HasNoMail) and now >= silent_until and not reports.complete:
            search = self._search(request)
            # It was asked for before the others were: they may be known only since, and it with them.
            look_up = looked_up(self._provider, request.attempt) if search.complete else look_up
        return RequestEvidence(request.posted_at, now, silent_until, look_up, reported_at, reports, search)

    def _reported_at(self, request: "Unanswered") -> int | None:
        """Return the first report on any request of the batch: by an earlier one too its readers have it."""
        from newsletter.store.database import read
        from newsletter.store.events.decisions import attempts_of, first_report

        with read(self._wiring.engine) as connection:
            return first_report(connection, attempts_of(connection, request.batch))

    def _search(self, request: "Unanswered") -> Neighbours:
        from newsletter.store.database import read
        from newsletter.store.events.decisions import accepted_beside

        with read(self._wiring.engine) as connection:
            before, after = accepted_beside(
                connection, self._wiring.settings.provider_identity, request.posted_at
            )
        found = [sum(map(self._has, side)) for side in (before, after)]
        return Neighbours(found[0], found[1], silent=len(before) + len(after) - sum(found))

    def _has(self, attempt: str) -> bool:
        if attempt not in self._found and isinstance(looked_up(self._provider, attempt), HasMail):
            self._found.add(attempt)
        return attempt in self._found
