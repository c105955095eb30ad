"""Run workers on threads, a thread each."""

import gc
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from newsletter.sending.shared import Shared
from newsletter.sending.worker import Worker

COLLECT_AFTER = 200_000  # new objects that stay; what all threads have in hand is fewer


def run_on_threads(workers: Sequence[Worker], shared: Shared) -> None:
    """Return once every worker has ended; interrupted, stop them and wait for them first."""
    with _little_garbage():
        threads = _Threads(workers)
        try:
            threads.run()
        except BaseException:
            shared.stopping.set()
            # One that has not begun by now sees the stop sign before it puts anything on the wire.
            threads.wait()
            raise


@contextmanager
def _little_garbage() -> Iterator[None]:
    """Look for garbage seldom.

    What is alive now stays so for the whole send: walking it again and again for garbage costs a quarter of
    the processor's time. Batches on their way hold no cycles either, and walking them at each 700th new
    object costs another tenth.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


class _Threads:
    def __init__(self, workers: Sequence[Worker]) -> None:
        self._ended: set[threading.Thread] = set()
        self._one_ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, args=(worker,), name=worker.name, daemon=True)
            for worker in workers
        ]

    def run(self) -> None:
        for thread in self._threads:
            thread.start()
        self.wait()

    def wait(self) -> None:
        """Wait until all that were started have ended.

        Not by ``join``: interrupted by Ctrl-C, it lets go of a lock that the running thread holds, and takes
        the thread for ended (CPython before 3.13, Thread._wait_for_tstate_lock).
        """
        started = [thread for thread in self._threads if thread.ident is not None]
        while not self._ended.issuperset(started):
            with suppress(queue.Empty):
                self._one_ended.get(timeout=0.2)  # in slices, so that Ctrl-C is heard

    def _run(self, worker: Worker) -> None:
        try:
            worker.run()
        finally:
            self._ended.add(threading.current_thread())
            self._one_ended.put(None)
