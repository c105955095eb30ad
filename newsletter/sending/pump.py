"""The pump: workers that send one mailing side by side, and what is judged once they have ended."""

from collections.abc import Callable, Sequence

from newsletter.sending.job import Effects, Job, SendLimits
from newsletter.sending.shared import Shared
from newsletter.sending.worker import Worker
from newsletter.store.database import write

RunWorkers = Callable[[Sequence[Worker], Shared], None]  # returns once all of them have ended


class Pump:
    """Send one mailing until it is done, paused or told to stop."""

    def __init__(
        self, effects: Effects, job: Job, limits: SendLimits, *, progress: Callable[[int], None]
    ) -> None:
        """Make the workers. ``progress`` is called with how many readers one more answer accepted."""
        self._effects = effects
        self._mailing = job.mailing.id
        self._shared = Shared(progress)
        build = effects.provider.prepare(job.envelope, job.recipients.tags)
        self._workers = [
            Worker(f"sender-{n}", effects, job, limits, self._shared, build=build)
            for n in range(limits.workers)
        ]

    def run(self, run_workers: RunWorkers) -> None:
        """Send until nothing is ready. Raises what stopped a worker."""
        try:
            run_workers(self._workers, self._shared)
        finally:
            if self._shared.failure is None:
                self._judge_refusals()
        if self._shared.failure is not None:
            raise self._shared.failure

    def _judge_refusals(self) -> None:
        if not self._shared.refusals.readers:
            return
        with write(self._effects.engine) as connection:
            self._shared.refusals.judge(
                connection,
                self._mailing,
                now=self._effects.clock.now(),
                stopped=self._shared.stopping.is_set(),
                doubted=self._shared.pace.doubt is not None,
            )
