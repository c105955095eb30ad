"""Whatever happens, in whatever order: every reader once, nobody twice, and a proof that adds up.

Hypothesis writes the story: readers come, leave, are suppressed and erased between and during sends; answers
are clear, unclear, late or never come; senders are killed at every step. The story runs through the real
publication, ledger and pump; only the provider and the clock are of this test's making.
"""

import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from samples import examples
from scripted import Answer, Killed, Scripted, Wired
from sqlalchemy import delete, select

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.event_kinds import Kind
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import HasMail
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision, Policy, Verdict
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.states import MailingState
from newsletter.errors import AudienceError, DeliveryError, SendingStopped
from newsletter.store.accounts.proof import counted
from newsletter.store.database import read, write
from newsletter.store.ledger import cutting, mailings
from newsletter.store.tables import batch, event, subscriber, subscription

ISSUE = "first"
PEOPLE = [f"reader{n}@example.org" for n in range(14)]
LISTS = ("morning", "evening")


ANSWERS = st.one_of(
    st.builds(Answer, st.sampled_from(["not accepted", "refused", "too large", "account"])),
    st.builds(
        Answer,
        st.just("named"),
        places=st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    st.builds(
        Answer,
        st.just("by message"),
        messages=st.lists(
            st.sampled_from(["accepted", "later", "refused", "account", "silent", "silent, taken"]),
            min_size=1,
            max_size=5,
        ).map(tuple),
    ),
    st.builds(Answer, st.just("unknown"), taken=st.booleans(), late=st.booleans()),
    st.builds(Answer, st.just("killed on the wire"), taken=st.booleans()),
    st.just(Answer("killed before the wire")),
    st.just(Answer("accepted", taken=True)),
)


class Story(RuleBasedStateMachine):
    """One publication, one issue, two lists, and everything that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.post = Scripted()
        self.only_first_list = True
        self.erased = False
        self.misjudged: set[int] = set()  # who was mailed by a request that an editor said was not taken

    def teardown(self) -> None:
        if hasattr(self, "wiring"):
            self._finish()
            self.wiring.engine.dispose()
        shutil.rmtree(self.folder)

    @initialize(batch_size=st.integers(1, 6), count=st.integers(1, 12), pending=st.integers(0, 3))
    def begin(self, batch_size: int, count: int, pending: int) -> None:
        self.wiring = Wired(self.folder, self.post, batch_size=batch_size)
        for place, address in enumerate(PEOPLE[:count]):
            self.join(address, LISTS[0], pending=place < pending)

    # ── the list changes ────────────────────────────────────────────────────────────────────────────────

    @rule(address=st.sampled_from(PEOPLE), name=st.sampled_from(LISTS), pending=st.booleans())
    def join(self, address: str, name: str, *, pending: bool) -> None:
        self._change("join", address, name, pending=pending)

    @rule(what=st.sampled_from(["leave", "suppress", "unsuppress", "erase"]), address=st.sampled_from(PEOPLE))
    def change(self, what: str, address: str) -> None:
        self._change(what, address)

    def _change(self, what: str, address: str, name: str = "", *, pending: bool = False) -> None:
        engine, now = self.wiring.engine, self.wiring.clock.now
        try:
            match what:
                case "join":
                    readership.add(
                        engine,
                        name,
                        address,
                        now=now,
                        joining=readership.Joining(pending=pending, again=True),
                    )
                case "leave":
                    readership.remove(engine, address, now=now)
                case "suppress":
                    readership.suppress(engine, [address], now=now)
                case "unsuppress":
                    readership.unsuppress(engine, address, now=now)
                case "erase":
                    with write(engine) as connection:
                        connection.execute(delete(subscriber).where(subscriber.c.email == address))
                    self.erased = True
        except AudienceError:
            pass  # who was on no list, or is never mailed: nothing to change

    # ── sends ───────────────────────────────────────────────────────────────────────────────────────────

    @rule(
        script=st.lists(ANSWERS, max_size=6),
        name=st.sampled_from(LISTS),
        only_missing=st.booleans(),
        meanwhile=st.lists(
            st.tuples(st.sampled_from(["leave", "suppress", "erase", "join"]), st.sampled_from(PEOPLE)),
            max_size=4,
        ),
    )
    def send(
        self, script: list[Answer], name: str, *, only_missing: bool, meanwhile: list[tuple[str, str]]
    ) -> None:
        plan = self._plan(name, only_missing=only_missing)
        if plan is None or plan.state == "scheduled":
            return
        changes = deque(meanwhile)

        def change() -> None:
            if changes:
                what, address = changes.popleft()
                self._change(what, address, plan.list_name)
            self.check()

        self.post.script = deque(script)
        self.post.look = lambda ids: self._only_who_may_be_mailed(plan, ids)
        self.post.meanwhile = change
        with suppress(Killed):
            publish.send(self.wiring, plan)
        self.post.script.clear()

    @rule(name=st.sampled_from(LISTS), stretch=st.integers(1, 5), times=st.integers(0, 3))
    def die_while_planning(self, name: str, stretch: int, times: int) -> None:
        plan = self._plan(name, only_missing=False)
        if plan is None or plan.mailing is not None or plan.nothing_to_do:
            return
        with write(self.wiring.engine) as connection:
            key = mailings.create(
                connection, plan.frozen, state=MailingState.SENDING, now=self.wiring.clock.now()
            )
            each = mailings.get(connection, key)
            size = self.wiring.settings.delivery.batch_size
            for _ in range(times):
                cutting.cut(connection, each, batch_size=size, now=self.wiring.clock.now(), at_once=stretch)

    @precondition(lambda self: self._last_state() in {"paused", "sending", "scheduled"})
    @rule()
    def cancel(self) -> None:
        publish.cancel(self.wiring, ISSUE)

    @rule(name=st.sampled_from(LISTS), then=st.sampled_from(["undo", "cancel", "pause", "resume", "nothing"]))
    def schedule(self, name: str, then: str) -> None:
        plan = self._plan(name, only_missing=False)
        if plan is None or plan.mailing is not None or plan.nothing_to_do:
            return
        self.post.look, self.post.meanwhile = lambda ids: None, lambda: None
        publish.schedule(self.wiring, plan, self.wiring.clock.now() + 5 * SECOND)
        if then != "nothing":
            getattr(publish, then)(self.wiring, ISSUE)

    @precondition(lambda self: self._last_state() != "")
    @rule(script=st.lists(ANSWERS, max_size=4), cut=st.sampled_from(["", "pause", "cancel"]))
    def resume(self, script: list[Answer], cut: str) -> None:
        """Go on; an editor stops it while the first request is on the wire."""

        def act() -> None:
            self.post.meanwhile = lambda: None
            if cut:
                getattr(publish, cut)(self.wiring, ISSUE)

        self.post.look, self.post.meanwhile, self.post.script = lambda ids: None, act, deque(script)
        with suppress(Killed, DeliveryError):
            publish.resume(self.wiring, ISSUE)
        self.post.meanwhile = lambda: None
        self.post.script.clear()

    # ── what comes back ─────────────────────────────────────────────────────────────────────────────────

    @rule(chosen=st.lists(st.integers(0, 30), max_size=4), kind=st.sampled_from(["delivered", "blocked"]))
    def report(self, chosen: list[int], kind: Kind) -> None:
        """The provider reports on some of the mail it took, in any order, perhaps again."""
        self._report([self.post.taken[n % len(self.post.taken)] for n in chosen if self.post.taken], kind)

    def _report(self, attempts: list[str], kind: Kind) -> None:
        events = [
            Event(f"{kind} {reader} {attempt}".encode(), kind, 1, "", carried, reader, "message")
            for attempt in attempts
            # What a mail carries is its request's, even where its reader was set apart.
            for carried in [attempt.partition(".")[0]]
            for reader in self.post.attempts[attempt]
        ]
        readership.take_reports(self.wiring.engine, events, now=self.wiring.clock.now, pause=PauseAt())

    @precondition(lambda self: self._last_state() != "")
    @rule(policy=st.sampled_from(["hold", "resend", "drop"]), reported=st.booleans(), later=st.booleans())
    def reconcile(self, policy: Policy, *, reported: bool, later: bool) -> None:
        """Decide about lost answers: after reports had their time or before, with reports or with none."""
        if reported:
            self._report(self.post.taken, "processed")
        elif self._anything_reported():
            return  # some reports and not others, long after: more than a provider may do to us
        if later:
            self.wiring.clock.at += 2 * 3600 * SECOND  # type: ignore[attr-defined]
        done = publish.reconcile(self.wiring, ISSUE, policy=policy)
        if not reported:
            assert not {"resend", "drop"} & set(done.readers), "decided without evidence"

    @precondition(lambda self: self._last_state() != "")
    @rule(verdict=st.sampled_from(["resend", "drop"]))
    def decide(self, verdict: Verdict) -> None:
        """An editor says what becomes of requests that the provider says it does not have."""
        self.post.look_ups = {attempt: HasMail("message") for attempt in self.post.taken}
        self.wiring.clock.at += 2 * 3600 * SECOND  # type: ignore[attr-defined]
        publish.reconcile(self.wiring, ISSUE, word=Decision(verdict, "I looked"))

    @precondition(lambda self: self._last_state() != "")
    @rule(verdict=st.sampled_from(["resend", "drop"]))
    def misjudge(self, verdict: Verdict) -> None:
        """An editor says, without a look, that requests were not taken: some may have been."""
        self.post.look_ups.clear()
        self.wiring.clock.at += 2 * 3600 * SECOND  # type: ignore[attr-defined]
        for state in ("unknown", "posting"):
            with read(self.wiring.engine) as connection:
                attempts = connection.scalars(select(batch.c.attempt).where(batch.c.state == state))
                taken = set(attempts) & set(self.post.taken)
            self.misjudged.update(reader for attempt in taken for reader in self.post.attempts[attempt])
        publish.reconcile(self.wiring, ISSUE, word=Decision(verdict, "I guess"))

    def _anything_reported(self) -> bool:
        with read(self.wiring.engine) as connection:
            return connection.execute(select(event.c.id).limit(1)).first() is not None

    def _last_state(self) -> str:
        if not hasattr(self, "wiring"):
            return ""
        with read(self.wiring.engine) as connection:
            found = mailings.of_issue(connection, ISSUE)
        return found[-1].state if found else ""

    def _plan(self, name: str, *, only_missing: bool) -> publish.SendPlan | None:
        try:
            plan = publish.plan_send(self.wiring, ISSUE, list_name=name, only_missing=only_missing)
        except (AudienceError, DeliveryError):
            return None  # no such list yet, or nobody can be missing
        if plan.list_name != LISTS[0]:
            self.only_first_list = False
        return plan

    def _only_who_may_be_mailed(self, plan: publish.SendPlan, ids: list[int]) -> None:
        with read(self.wiring.engine) as connection:
            rows = connection.execute(
                select(subscriber.c.id)
                .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
                .where(
                    subscription.c.list_id == plan.frozen.list_id,
                    subscription.c.status == "confirmed",
                    subscription.c.since <= plan.frozen.audience_at,
                    subscriber.c.suppressed.is_(None),
                )
            )
            assert set(ids) <= {row.id for row in rows}

    # ── what always holds ───────────────────────────────────────────────────────────────────────────────

    @invariant()
    def check(self) -> None:
        twice = {reader for reader, times in self.post.mailed.items() if times > 1}
        assert twice <= self.misjudged, "somebody was mailed twice"
        if not hasattr(self, "wiring"):
            return
        proof = publish.status(self.wiring, ISSUE)
        if proof is None:
            assert not self.post.mailed
            return
        accounts = list(publish.recipients(self.wiring, ISSUE))
        self._agrees(proof, accounts)
        self._nobody_is_forgotten(accounts)

    def _agrees(self, proof: Proof, accounts: list[Mapping[str, str]]) -> None:
        assert proof.adds_up, proof
        states = Counter(recipient["state"] for recipient in accounts)
        counts = {
            "accepted": proof.accepted,
            "rejected": proof.rejected,
            "excluded": sum(proof.excluded.values()),
            "unknown": proof.unknown,
            "pending": proof.pending,
        }
        assert dict(states) == {state: n for state, n in counts.items() if n}, (proof, accounts)
        reasons = Counter(recipient["reason"] for recipient in accounts if recipient["state"] == "excluded")
        assert dict(reasons) == dict(proof.excluded)
        mailed = self.post.mailed.keys() - self.misjudged
        assert proof.accepted + proof.unknown + proof.pending >= len(mailed)
        assert proof.alarms.keys() <= {"accepted_twice"}
        assert proof.alarms.get("accepted_twice", 0) <= self._second_mails()

    def _second_mails(self) -> int:
        return sum(times - 1 for times in self.post.mailed.values())

    def _nobody_is_forgotten(self, accounts: list[Mapping[str, str]]) -> None:
        """Every subscription of a mailed list at the latest audience instant has its line."""
        with read(self.wiring.engine) as connection:
            latest: dict[int | None, int] = {}
            for mailing in counted(connection, ISSUE, self.post.identity):
                latest[mailing.list_id] = max(mailing.audience_at, latest.get(mailing.list_id, 0))
            wanted: Counter[str] = Counter()
            for key, audience_at in latest.items():
                wanted.update(
                    connection.scalars(
                        select(subscriber.c.email)
                        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
                        .where(
                            subscription.c.list_id == key,
                            subscription.c.created_at <= audience_at,
                        )
                    )
                )
        listed = Counter(recipient["email"] for recipient in accounts if recipient["email"])
        assert set(wanted) <= set(listed)
        if self.only_first_list:
            assert set(listed.values()) <= {1}, "two lines for one reader"
            if not self.erased:
                assert listed == wanted

    def _finish(self) -> None:
        """With a provider that accepts everything, a few sends leave nothing undone."""
        self.post.script.clear()
        self.post.meanwhile, self.post.look = lambda: None, lambda ids: None
        for only_missing in (True, False, False):
            for name in LISTS:
                plan = self._plan(name, only_missing=only_missing)
                if plan is not None and plan.state == "scheduled":
                    for _ in range(2):  # too late, it is held first
                        with suppress(SendingStopped):
                            publish.resume(self.wiring, ISSUE)
                elif plan is not None:
                    publish.send(self.wiring, plan)
        self.check()
        self._report(self.post.taken, "processed")
        self.check()
        proof = publish.status(self.wiring, ISSUE)
        if proof is None:
            return
        assert proof.alarms.get("accepted_twice", 0) == self._second_mails()
        assert proof.accepted == len(self.post.mailed)
        assert proof.pending == 0
        assert proof.state in {"finished", "cancelled"}
        # Who was rejected, and then cancelled when tried again, waits for --only-missing.
        done = {
            recipient["email"]
            for recipient in publish.recipients(self.wiring, ISSUE)
            if recipient["state"] != "excluded" or recipient["reason"] == "cancelled"
        }
        with read(self.wiring.engine) as connection:
            everyone = connection.scalars(
                select(subscriber.c.email)
                .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
                .where(subscription.c.status == "confirmed", subscriber.c.suppressed.is_(None))
            )
            assert set(everyone) <= done


Story.TestCase.settings = settings(
    max_examples=examples(30),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestStory = pytest.mark.slow(Story.TestCase)
