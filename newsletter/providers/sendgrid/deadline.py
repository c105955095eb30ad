"""A hard total bound on work that cannot be interrupted."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(
    seconds: float, work: Callable[[], T], *, expired: Callable[[], T], late: Callable[[T], None]
) -> T:
    """Return what ``work`` returns, or what ``expired`` returns once ``seconds`` are over.

    HTTP libraries bound each read and write, never their sum, so work runs on a thread of its own and the
    waiting side gives up. What work returns after that goes to ``late``, on that thread; nothing is handed
    over twice. Raises what work raises in time.
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

    Thread(target=run, name="sendgrid-request", daemon=True).start()
    wait([answer], seconds)
    # A future can be cancelled only before its result is on the way: this decides, once, who won.
    return expired() if answer.cancel() else answer.result()
