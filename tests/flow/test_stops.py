"""Stops that an editor made just as a send began, and that it follows."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scripted import Answer, Killed, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.errors import NewsletterError, SendingStopped

ISSUE = "first"


class Between(Wired):
    """A publication in which somebody acts once between the plan and the start of sending."""

    act = staticmethod(lambda: None)

    @contextmanager
    def provider(self) -> Iterator[Scripted]:
        act, self.act = self.act, lambda: None
        act()
        with super().provider() as post:
            yield post


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Between]:
    made = Between(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def test_cancelled_between_the_last_look_and_the_start_nobody_is_mailed(wiring: Between) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + SECOND)
    wiring.act = lambda: publish.cancel(wiring, ISSUE)
    with pytest.raises(NewsletterError):
        publish.resume(wiring, ISSUE)
    assert (wiring.post.mailed.total(), publish.status(wiring, ISSUE).state) == (0, "cancelled")


def test_paused_between_the_last_look_and_the_start_nobody_is_mailed(wiring: Between) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + SECOND)
    wiring.act = lambda: publish.pause(wiring, ISSUE)
    with pytest.raises(NewsletterError):
        publish.resume(wiring, ISSUE)
    assert (wiring.post.mailed.total(), publish.status(wiring, ISSUE).state) == (0, "paused")


def test_cancelled_while_an_editor_is_asked_whether_to_go_on_it_stays_cancelled(wiring: Between) -> None:
    wiring.post.script = deque([Answer("account")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    going_on = publish.plan_send(wiring, ISSUE)  # shown, and “Send? [y/N]” stands on the screen
    publish.cancel(wiring, ISSUE)  # from another terminal
    with pytest.raises(NewsletterError):
        publish.send(wiring, going_on)
    assert (wiring.post.mailed.total(), publish.status(wiring, ISSUE).state) == (0, "cancelled")


def test_an_undo_does_not_claim_that_nothing_left_when_half_did(tmp_path: Path) -> None:
    warm_up = {"start": "2001-09-09", "first": 5, "growth": 1.5}
    wiring = Wired(tmp_path / "new", Scripted(), batch_size=3, warm_up=warm_up)
    for n in range(20):
        readership.add(wiring.engine, "readers", f"reader{n}@example.org", now=wiring.clock.now)
    assert publish.send(wiring, publish.plan_send(wiring, ISSUE)).state == "scheduled"  # put off: 5 have it
    assert not publish.undo(wiring, ISSUE)


def test_a_clock_put_back_behind_its_hour_does_not_keep_an_interrupted_send_from_going_on(
    wiring: Between,
) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + 60 * SECOND)
    wiring.post.script = deque([Answer("accepted", taken=True), Answer("killed before the wire")])
    with pytest.raises(Killed):
        publish.resume(wiring, ISSUE)
    wiring.clock.at -= 3600 * SECOND  # type: ignore[attr-defined]
    assert publish.resume(wiring, ISSUE).accepted == 10


def test_send_of_a_scheduled_issue_does_not_send_it_before_its_time(wiring: Between) -> None:
    at = wiring.clock.now() + 3600 * SECOND
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), at)
    began: list[int] = []
    wiring.post.meanwhile = lambda: began.append(wiring.clock.now())
    with pytest.raises(SendingStopped, match="newsletter resume first"):
        publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert not began


def test_send_of_a_scheduled_issue_that_was_paused_does_not_send_it_before_its_time(wiring: Between) -> None:
    at = wiring.clock.now() + 3600 * SECOND
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), at)
    publish.pause(wiring, ISSUE)
    with pytest.raises(SendingStopped, match="newsletter resume first"):
        publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert not wiring.post.mailed
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert wiring.clock.now() >= at
