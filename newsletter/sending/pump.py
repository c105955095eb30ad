"""The pump: claim → build → gate → post → record, on a pool of threads, until nothing is left.

Every step is a transaction of its own; what happens between two of them is what the ledger's states tell
apart. Workers share nothing but the ledger, the pace and a stop sign.
"""

import gc
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from sqlalchemy import Engine

from newsletter.delivery.clock import SECOND, Clock
from newsletter.delivery.outcomes import NotAccepted, Outcome, accepted_of, overall
from newsletter.delivery.policy import Pace, after, backoff
from newsletter.delivery.provider import Provider
from newsletter.delivery.states import MailingState
from newsletter.errors import StoreError
from newsletter.sending.job import Job, SendLimits
from newsletter.sending.refusals import Refusals
from newsletter.store.database import read, write
from newsletter.store.ledger import claims, mailings, outcomes
from newsletter.store.ledger.transitions import Claim

IDLE_SECONDS = 0.05
COLLECT_AFTER = 200_000  # new objects that stay; what all threads have in hand is fewer
TODAY_FULL = "as many were mailed today as a new sender should mail in a day; the rest follows tomorrow"
WENT_BACK = 5 * SECOND  # a clock set back by more than this makes what waits by it wait no longer
WRITE_AGAIN_SECONDS = (1.0, 3.0, 9.0)  # a full disk or a busy database may recover


class Pump:
    """Send one mailing until it is done, paused or told to stop."""

    def __init__(
        self,
        engine: Engine,
        provider: Provider,
        clock: Clock,
        job: Job,
        limits: SendLimits,
        *,
        new_id: Callable[[], str],
        progress: Callable[[int], None],
    ) -> None:
        self.engine = engine
        self.provider = provider
        self.clock = clock
        self.job = job
        self.limits = limits
        self.new_id = new_id
        self.progress = progress
        self.stopping = threading.Event()
        self.failure: BaseException | None = None
        self._request = provider.prepare(job.envelope, job.recipients.tags)
        self._pace = Pace()
        self._hold_until = 0
        self._latest = 0
        self._ended: set[threading.Thread] = set()
        self._worker_ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._pace_lock = threading.Lock()
        self._refusals = Refusals()
        self._probe_lock = threading.Lock()
        self._progress_lock = threading.Lock()

    def run(self) -> None:
        """Send until nothing is ready. Raises what stopped a worker."""
        # What is alive now stays so for the whole send: walking it again and again for garbage costs a
        # quarter of the processor's time. Batches on their way hold no cycles either, and walking them at
        # each 700th new object costs another tenth.
        thresholds = gc.get_threshold()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER, *thresholds[1:])
        try:
            self._run_workers()
        finally:
            gc.set_threshold(*thresholds)
            gc.unfreeze()
            if self.failure is None:
                self._judge_refusals()
        if self.failure is not None:
            raise self.failure

    def _run_workers(self) -> None:
        workers = [
            threading.Thread(target=self._work, name=f"sender-{n}", daemon=True)
            for n in range(self.limits.threads)
        ]
        try:
            for worker in workers:
                worker.start()
            self._wait_for(workers)
        except BaseException:
            self.stopping.set()
            # One that has not begun by now sees the stop sign before it puts anything on the wire.
            self._wait_for([worker for worker in workers if worker.ident is not None])
            raise

    def _wait_for(self, workers: Sequence[threading.Thread]) -> None:
        """Wait until workers have ended.

        Not by ``join``: interrupted by Ctrl-C, it lets go of a lock that the running thread holds, and takes
        the thread for ended (CPython before 3.13, Thread._wait_for_tstate_lock).
        """
        while not self._ended.issuperset(workers):
            with suppress(queue.Empty):
                self._worker_ended.get(timeout=0.2)  # in slices, so that Ctrl-C is heard

    def _work(self) -> None:
        try:
            while not self.stopping.is_set() and self._step():
                pass
        except BaseException as error:  # noqa: BLE001  (handed to the thread that waits)
            self._fail(error)
        finally:
            self._ended.add(threading.current_thread())
            self._worker_ended.put(None)

    def _fail(self, error: BaseException) -> None:
        self.failure = self.failure or error
        self.stopping.set()

    def _judge_refusals(self) -> None:
        if not self._refusals.readers:
            return
        with write(self.engine) as connection:
            self._refusals.judge(
                connection,
                self.job.mailing.id,
                now=self.clock.now(),
                stopped=self.stopping.is_set(),
                doubted=self._pace.doubt is not None,
            )

    def _step(self) -> bool:
        """Do one batch; False when there is nothing left for anybody."""
        self._forget_waits_if_set_back()
        if self._pace.doubt is None:
            return self._next_batch(None)
        if not self._probe_lock.acquire(blocking=False):
            self.clock.wait(IDLE_SECONDS, self.stopping)
            return True
        try:
            doubt = self._pace.doubt  # ended perhaps, while another thread had its turn
            return doubt is None or self._next_batch(self._refusals.next_asked(doubt))
        finally:
            self._probe_lock.release()

    def _next_batch(self, alone: claims.Alone | None) -> bool:
        taken = claims.Wait(self._hold_until) if self._hold_until > self.clock.now() else self._claim(alone)
        match taken:
            case Claim() if alone is None:
                self._deliver(taken)
            case Claim():
                self._post(taken, self._build(taken), probe=True, alone=True)
            case claims.Wait(until):
                self.clock.wait(max(0.0, min(1.0, (until - self.clock.now()) / SECOND)), self.stopping)
            case claims.Skipped():
                pass
            case claims.Full(until):
                self._put_off(until)
                return False
            case None:
                return self._others_may_give_back()
        return True

    def _forget_waits_if_set_back(self) -> None:
        """Wait for nothing that was set by a clock since put back."""
        with self._pace_lock:
            now, before = self.clock.now(), self._latest
            self._latest = now
            if now >= before - WENT_BACK:
                return
            self._hold_until = 0
        with write(self.engine) as connection:
            claims.forget_waits(connection, self.job.mailing.id)

    def _put_off(self, until: int) -> None:
        self.stopping.set()
        with write(self.engine) as connection:
            mailings.put_off(connection, self.job.mailing.id, until=until, note=TODAY_FULL)

    def _others_may_give_back(self) -> bool:
        """Wait while another worker's batch may yet come back as pending."""
        with read(self.engine) as connection:
            state = mailings.get(connection, self.job.mailing.id).state
            busy = state == MailingState.SENDING and claims.undone(connection, self.job.mailing.id) > 0
        if busy:
            self.clock.wait(IDLE_SECONDS, self.stopping)
        return busy

    def _claim(self, alone: claims.Alone | None) -> Claim | claims.Wait | claims.Skipped | claims.Full | None:
        with write(self.engine) as connection:
            return claims.claim(
                connection,
                self.job.mailing,
                claims.ClaimTerms(
                    threading.current_thread().name,
                    self.limits.lease_seconds,
                    self.limits.rate_per_second,
                    self.limits.ceiling(),
                ),
                attempt_id=self.new_id(),
                now=self.clock.now(),
                alone=alone,
            )

    def _build(self, claimed: Claim) -> bytes:
        recipients = self.job.recipients.of(claimed.readers)
        return self._request(recipients, batch=str(claimed.batch), attempt=claimed.attempt)

    def _deliver(self, claimed: Claim) -> None:
        request = self._build(claimed)
        if not self._pace.probing:
            self._post(claimed, request, probe=False)
            return
        with self._probe_lock:
            self._post(claimed, request, probe=True)

    def _post(self, claimed: Claim, request: bytes, *, probe: bool, alone: bool = False) -> None:
        doubted = self._pace.doubt is not None and not alone
        if doubted or self.stopping.is_set() or not self._gate(claimed):
            with write(self.engine) as connection:
                claims.give_back(connection, claimed, now=self.clock.now())
            return
        began = self.clock.now()
        outcome = self.provider.post(request, partial(self._late, claimed))
        self._write_down(outcomes.record, claimed, outcome)
        self._learn(claimed, outcome, began, probe=probe)
        with self._progress_lock:
            self.progress(accepted_of(outcome, len(claimed.readers)))

    def _gate(self, claimed: Claim) -> bool:
        with write(self.engine) as connection:
            return claims.begin_posting(connection, claimed, now=self.clock.now())

    def _late(self, claimed: Claim, outcome: Outcome) -> None:
        try:
            self._write_down(outcomes.record_late, claimed, outcome)
        except StoreError as error:  # on a thread that nobody waits for; the batch stays unknown
            self._fail(error)

    def _write_down(self, record: Callable[..., bool], claimed: Claim, outcome: Outcome) -> None:
        """Write an answer, and not give up at the first trouble: unwritten, its readers are unknown."""
        for seconds in WRITE_AGAIN_SECONDS:
            try:
                self._write_once(record, claimed, outcome)
            except StoreError:
                self.clock.wait(seconds, threading.Event())
            else:
                return
        self._write_once(record, claimed, outcome)

    def _write_once(self, record: Callable[..., bool], claimed: Claim, outcome: Outcome) -> None:
        with write(self.engine) as connection:
            record(connection, claimed, outcome, now=self.clock.now())

    def _learn(self, claimed: Claim, outcome: Outcome, began: int, *, probe: bool) -> None:
        readers = len(claimed.readers)
        said = overall(outcome, readers)
        with self._pace_lock:
            if isinstance(said, NotAccepted):
                if began < self._hold_until:  # on the wire with one that was turned away: the same round
                    self._refusals.note(claimed, outcome, doubted=self._pace.doubt is not None)
                    return
                seconds = backoff(self._pace.untaken + 1, said.retry_after)
                self._hold_until = self.clock.now() + int(seconds * SECOND)
            pace = after(self._pace, said, probe=probe, readers=readers)
            if pace.doubt and not self._pace.doubt:
                self._refusals.begin_doubt(claimed)
            self._refusals.note(claimed, outcome, doubted=pace.doubt is not None)
            self._pace = pace
            reason = self._pace.pause
        if reason and not self.stopping.is_set():
            self._pause(reason)

    def _pause(self, reason: str) -> None:
        doubted = self._pace.doubt is not None
        if not doubted:
            self.stopping.set()
        with write(self.engine) as connection:
            if doubted and not claims.undone(connection, self.job.mailing.id):
                return  # everybody was asked, so a pause would protect nobody
            self.stopping.set()
            mailings.pause(connection, self.job.mailing.id, note=reason)
