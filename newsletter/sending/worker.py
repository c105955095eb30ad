"""A worker: claim → build → gate → post → record, a batch a step, until nothing is left.

Every part of a step is a transaction of its own; what happens between two of them is what the ledger's states
tell apart. A worker is a loop of steps and nothing else: threads run it, and anything else can that lends it
a clock to wait by.
"""

import threading
from collections.abc import Callable
from functools import partial

from newsletter.delivery.clock import SECOND
from newsletter.delivery.outcomes import NotAccepted, Outcome, accepted_of
from newsletter.delivery.provider import Build
from newsletter.delivery.states import MailingState
from newsletter.errors import StoreError
from newsletter.sending.job import Effects, Job, SendLimits
from newsletter.sending.shared import Shared
from newsletter.store.database import read, write
from newsletter.store.ledger import claims, mailings, outcomes
from newsletter.store.ledger.transitions import Claim

IDLE_SECONDS = 0.05
TODAY_FULL = "as many were mailed today as a new sender should mail in a day; the rest follows tomorrow"
WRITE_AGAIN_SECONDS = (1.0, 3.0, 9.0)  # a full disk or a busy database may recover


class Worker:
    """Send batches of one mailing, next to other workers that share its pace and its stop sign."""

    def __init__(
        self, name: str, effects: Effects, job: Job, limits: SendLimits, shared: Shared, *, build: Build
    ) -> None:
        """Make a worker. ``name`` stands in the ledger with what it has in hand; ``build`` makes requests."""
        self.name = name
        self._engine = effects.engine
        self._provider = effects.provider
        self._clock = effects.clock
        self._new_id = effects.new_id
        self._job = job
        self._limits = limits
        self._shared = shared
        self._build_request = build

    def run(self) -> None:
        """Take steps until nothing is left or sending stops; what goes wrong stops the others as well."""
        try:
            while not self._shared.stopping.is_set() and self.step():
                pass
        except BaseException as error:  # noqa: BLE001  (handed to the thread that waits)
            self._shared.fail(error)

    def step(self) -> bool:
        """Do one batch, or wait for one; False when there is nothing left for anybody."""
        if self._shared.clock_went_back(self._clock.now()):
            with write(self._engine) as connection:
                claims.forget_waits(connection, self._job.mailing.id)
        if self._shared.pace.doubt is None:
            return self._next_batch(None)
        with self._shared.only_request() as alone:
            if alone:
                doubt = self._shared.pace.doubt  # ended perhaps, while another worker had its turn
                return doubt is None or self._next_batch(self._shared.refusals.next_asked(doubt))
        self._wait(IDLE_SECONDS)
        return True

    def _wait(self, seconds: float) -> None:
        self._clock.wait(seconds, self._shared.stopping)

    def _next_batch(self, alone: claims.Alone | None) -> bool:
        held = self._shared.hold_until
        taken = claims.Wait(held) if held > self._clock.now() else self._claim(alone)
        match taken:
            case Claim() if alone is None:
                self._deliver(taken)
            case Claim():
                self._post(taken, self._build(taken), probe=True, alone=True)
            case claims.Wait(until):
                self._wait(max(0.0, min(1.0, (until - self._clock.now()) / SECOND)))
            case claims.Skipped():
                pass
            case claims.Full(until):
                self._put_off(until)
                return False
            case None:
                return self._others_may_give_back()
        return True

    def _put_off(self, until: int) -> None:
        self._shared.stopping.set()
        with write(self._engine) as connection:
            mailings.put_off(connection, self._job.mailing.id, until=until, note=TODAY_FULL)

    def _others_may_give_back(self) -> bool:
        """Wait while another worker's batch may yet come back as pending."""
        with read(self._engine) as connection:
            state = mailings.get(connection, self._job.mailing.id).state
            busy = state == MailingState.SENDING and claims.undone(connection, self._job.mailing.id) > 0
        if busy:
            self._wait(IDLE_SECONDS)
        return busy

    def _claim(self, alone: claims.Alone | None) -> Claim | claims.Wait | claims.Skipped | claims.Full | None:
        limits = self._limits
        with write(self._engine) as connection:
            return claims.claim(
                connection,
                self._job.mailing,
                claims.ClaimTerms(self.name, limits.lease_seconds, limits.rate_per_second, limits.ceiling()),
                attempt_id=self._new_id(),
                now=self._clock.now(),
                alone=alone,
            )

    def _build(self, claimed: Claim) -> bytes:
        recipients = self._job.recipients.of(claimed.readers)
        return self._build_request(recipients, batch=str(claimed.batch), attempt=claimed.attempt)

    def _deliver(self, claimed: Claim) -> None:
        request = self._build(claimed)
        while self._waits_for_turn():
            with self._shared.only_request() as alone:
                if alone:
                    self._post(claimed, request, probe=True)
                    return
            self._wait(IDLE_SECONDS)
        self._post(claimed, request, probe=False)

    def _waits_for_turn(self) -> bool:
        """Say whether a batch in hand must go out alone; in a doubt it does not go out but is given back."""
        pace = self._shared.pace
        return pace.probing and pace.doubt is None and not self._shared.stopping.is_set()

    def _post(self, claimed: Claim, request: bytes, *, probe: bool, alone: bool = False) -> None:
        doubted = self._shared.pace.doubt is not None and not alone
        if doubted or self._shared.stopping.is_set() or not self._gate(claimed):
            with write(self._engine) as connection:
                claims.give_back(connection, claimed, now=self._clock.now())
            return
        self._log_leaving(claimed)
        began = self._clock.now()
        outcome = self._provider.post(request, partial(self._late, claimed))
        self._write_down(outcomes.record, claimed, outcome)
        reason = self._shared.learn(claimed, outcome, began=began, now=self._clock.now(), probe=probe)
        if reason and not self._shared.stopping.is_set():
            self._pause(reason)
        self._shared.count(accepted_of(outcome, len(claimed.readers)))

    def _gate(self, claimed: Claim) -> bool:
        with write(self._engine) as connection:
            return claims.begin_posting(connection, claimed, now=self._clock.now())

    def _log_leaving(self, claimed: Claim) -> None:
        """Put a request into the log of requests; one that cannot be there does not leave."""
        try:
            self._job.log.leaving(self._job.mailing, claimed, self._clock.now())
        except StoreError as error:
            with write(self._engine) as connection:
                outcomes.record(connection, claimed, NotAccepted(str(error)), now=self._clock.now())
            raise

    def _late(self, claimed: Claim, outcome: Outcome) -> None:
        try:
            self._write_down(outcomes.record_late, claimed, outcome)
        except StoreError as error:  # on a thread that nobody waits for; the batch stays unknown
            self._shared.fail(error)

    def _write_down(self, record: Callable[..., bool], claimed: Claim, outcome: Outcome) -> None:
        """Write an answer, and not give up at the first trouble: unwritten, its readers are unknown."""
        for seconds in WRITE_AGAIN_SECONDS:
            try:
                self._write_once(record, claimed, outcome)
            except StoreError:
                self._clock.wait(seconds, threading.Event())
            else:
                return
        self._write_once(record, claimed, outcome)

    def _write_once(self, record: Callable[..., bool], claimed: Claim, outcome: Outcome) -> None:
        with write(self._engine) as connection:
            record(connection, claimed, outcome, now=self._clock.now())
        self._job.log.answered(claimed, outcome)

    def _pause(self, reason: str) -> None:
        doubted = self._shared.pace.doubt is not None
        if not doubted:
            self._shared.stopping.set()
        with write(self._engine) as connection:
            if doubted and not claims.undone(connection, self._job.mailing.id):
                return  # everybody was asked, so a pause would protect nobody
            self._shared.stopping.set()
            mailings.pause(connection, self._job.mailing.id, note=reason)
