"""How fast a send goes: the rate after a pause, and what counts as being turned away."""

import threading
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.outcomes import NotAccepted, Outcome
from newsletter.delivery.policy import GIVE_UP_AFTER
from newsletter.wiring import SystemClock

ISSUE = "first"


def wiring_of(tmp_path: Path, readers: int, post: Scripted, **delivery: object) -> Wired:
    wiring = Wired(tmp_path, post, batch_size=2, delivery=delivery)
    for n in range(readers):
        readership.add(wiring.engine, "readers", f"reader{n}@example.org", now=wiring.clock.now)
    return wiring


@pytest.mark.parametrize("idle", [60, 3600, 30 * 86_400])
def test_after_a_pause_of_any_length_the_rate_holds_from_the_first_request_on(
    tmp_path: Path, idle: int
) -> None:
    wiring = wiring_of(tmp_path, 20, Scripted(), rate_per_second=1.0)
    wiring.post.script = deque([Answer("accepted", taken=True)] * 2 + [Answer("account")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    wiring.clock.at += idle * SECOND  # type: ignore[attr-defined]
    posted: list[int] = []
    wiring.post.meanwhile = lambda: posted.append(wiring.clock.now())
    assert publish.resume(wiring, ISSUE).accepted == 20
    wiring.engine.dispose()
    apart = [later - before for before, later in pairwise(posted)]
    assert len(apart) == 7
    assert min(apart) >= 2 * SECOND * 0.9  # two readers a request, one a second


class Busy(Scripted):
    """A provider that turns away so many rounds of requests, each of as many as there are threads."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds
        self.together = threading.Barrier(GIVE_UP_AFTER)
        self.turned_away = 0
        self.lock = threading.Lock()

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        with self.lock:
            self.turned_away += 1
            mine = self.turned_away
        if mine > self.rounds * GIVE_UP_AFTER:
            with self.lock:
                return super().post(request, late)
        self.together.wait(20)  # all are on the wire before any is answered
        return NotAccepted("busy", retry_after=0.01)


@pytest.mark.slow
def test_requests_turned_away_together_count_as_one_round(tmp_path: Path) -> None:
    post = Busy(rounds=2)  # the second begins when all have heard the answers to the first
    wiring = wiring_of(tmp_path, 4 * GIVE_UP_AFTER, post, threads=GIVE_UP_AFTER)
    wiring.clock = SystemClock()
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    wiring.engine.dispose()
    assert (proof.state, proof.accepted) == ("finished", 4 * GIVE_UP_AFTER)
    assert post.turned_away > 2 * GIVE_UP_AFTER
