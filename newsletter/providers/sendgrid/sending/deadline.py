"""A hard total bound on work that cannot be interrupted."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")
_Work = Callable[[], None]


class DeadlineThreads:
    """Threads that work runs on while somebody waits for it, kept for the next work until closed.

    HTTP libraries bound each read and write, never their sum, so work runs on a thread of its own and the
    waiting side gives up. There are as many as ever ran at once: starting one for each request would cost
    as much as the request.
    """

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[_Work | None]] = []
        self._lock = threading.Lock()
        self._closed = False

    def within(
        self, seconds: float, work: Callable[[], T], *, expired: Callable[[], T], late: Callable[[T], None]
    ) -> T:
        """Return what ``work`` returns, or what ``expired`` returns once ``seconds`` are over.

        What work returns after that goes to ``late``, on its thread; nothing is handed over twice. Raises
        what work raises in time.
        """
        answer: Future[T] = Future()

        def run() -> None:
            try:
                value = work()
            except BaseException as error:
                if not answer.set_running_or_notify_cancel():
                    raise
                answer.set_exception(error)
            else:
                if answer.set_running_or_notify_cancel():
                    answer.set_result(value)
                else:
                    late(value)

        self._start(run)
        wait([answer], seconds)
        # A future can be cancelled only before its result is on the way: this decides, once, who won.
        return expired() if answer.cancel() else answer.result()

    def close(self) -> None:
        """End the threads: those that work, once they are done."""
        with self._lock:
            self._closed = True
            for inbox in self._idle:
                inbox.put(None)

    def _start(self, work: _Work) -> None:
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            inbox = SimpleQueue()
            threading.Thread(target=self._run, args=(inbox,), name="sendgrid-request", daemon=True).start()
        inbox.put(work)

    def _run(self, inbox: "SimpleQueue[_Work | None]") -> None:
        while work := inbox.get():
            work()
            del work  # with the request and all that it holds
            with self._lock:
                if self._closed:
                    return
                self._idle.append(inbox)
