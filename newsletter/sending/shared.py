"""What the workers of one process share: the pace, who was refused, and a stop sign."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter.delivery.clock import SECOND
from newsletter.delivery.outcomes import NotAccepted, Outcome, overall
from newsletter.delivery.policy import Pace, after, backoff
from newsletter.sending.refusals import Refusals
from newsletter.store.ledger.transitions import Claim

WENT_BACK = 5 * SECOND  # a clock set back by more than this makes what waits by it wait no longer


class Shared:
    """Shared by workers, on whatever threads they run: no lock is held while one waits, asks or writes."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        """Begin with nothing known. ``progress`` is called with how many readers one more answer accepted."""
        self.stopping = threading.Event()
        self.failure: BaseException | None = None
        self.pace = Pace()
        self.refusals = Refusals()
        self.hold_until = 0  # microseconds; the provider takes nothing before
        self._latest = 0
        self._learning = threading.Lock()
        self._probing = threading.Lock()
        self._counting = threading.Lock()
        self._progress = progress

    def fail(self, error: BaseException) -> None:
        """Stop everybody; the first error is what a sender ends with."""
        self.failure = self.failure or error
        self.stopping.set()

    def count(self, readers: int) -> None:
        """Report that one more answer accepted so many readers."""
        with self._counting:
            self._progress(readers)

    @contextmanager
    def only_request(self) -> Iterator[bool]:
        """Take the turn to be alone on the wire, if it is free; yield whether it was."""
        mine = self._probing.acquire(blocking=False)
        try:
            yield mine
        finally:
            if mine:
                self._probing.release()

    def clock_went_back(self, now: int) -> bool:
        """Say whether the clock was put back, once; what was set by it is forgotten here."""
        with self._learning:
            before, self._latest = self._latest, now
            if now >= before - WENT_BACK:
                return False
            self.hold_until = 0
            return True

    def learn(self, claimed: Claim, outcome: Outcome, *, began: int, now: int, probe: bool) -> str:
        """Learn from an answer to a request that ``began`` then; return why sending must pause, or nothing.

        ``probe`` says that no other request was on the wire with it.
        """
        readers = len(claimed.readers)
        said = overall(outcome, readers)
        with self._learning:
            if isinstance(said, NotAccepted):
                if began < self.hold_until:  # on the wire with one that was turned away: the same round
                    self.refusals.note(claimed, outcome, doubted=self.pace.doubt is not None)
                    return ""
                seconds = backoff(self.pace.untaken + 1, said.retry_after)
                self.hold_until = now + int(seconds * SECOND)
            pace = after(self.pace, said, probe=probe, readers=readers)
            if pace.doubt and not self.pace.doubt:
                self.refusals.begin_doubt(claimed)
            self.refusals.note(claimed, outcome, doubted=pace.doubt is not None)
            self.pace = pace
            return pace.pause
