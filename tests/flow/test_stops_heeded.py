"""Stops that an editor made and that a send does not heed."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scripted import Answer, House, Killed, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.errors import NewsletterError, SendingStopped

ISSUE = "first"


class Between(House):
    """A house in which somebody acts once between what was foreseen and the start of sending."""

    act = staticmethod(lambda: None)

    @contextmanager
    def provider(self) -> Iterator[Scripted]:
        act, self.act = self.act, lambda: None
        act()
        with super().provider() as post:
            yield post


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Between]:
    made = Between(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def test_cancelled_between_the_last_look_and_the_start_nobody_is_mailed(house: Between) -> None:
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + SECOND)
    house.act = lambda: publish.cancel(house, ISSUE)
    with pytest.raises(NewsletterError):
        publish.resume(house, ISSUE)
    assert (house.post.mailed.total(), publish.status(house, ISSUE).state) == (0, "cancelled")


def test_paused_between_the_last_look_and_the_start_nobody_is_mailed(house: Between) -> None:
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + SECOND)
    house.act = lambda: publish.pause(house, ISSUE)
    with pytest.raises(NewsletterError):
        publish.resume(house, ISSUE)
    assert (house.post.mailed.total(), publish.status(house, ISSUE).state) == (0, "paused")


def test_cancelled_while_an_editor_is_asked_whether_to_go_on_it_stays_cancelled(house: Between) -> None:
    house.post.script = deque([Answer("account")])
    publish.send(house, publish.plan_send(house, ISSUE))
    going_on = publish.plan_send(house, ISSUE)  # shown, and “Send? [y/N]” stands on the screen
    publish.cancel(house, ISSUE)  # from another terminal
    with pytest.raises(NewsletterError):
        publish.send(house, going_on)
    assert (house.post.mailed.total(), publish.status(house, ISSUE).state) == (0, "cancelled")


def test_an_undo_does_not_claim_that_nothing_left_when_half_did(tmp_path: Path) -> None:
    warm_up = {"start": "2001-09-09", "first": 5, "growth": 1.5}
    house = House(tmp_path / "new", Scripted(), batch_size=3, warm_up=warm_up)
    for n in range(20):
        readership.add(house.engine, "readers", f"reader{n}@example.org", now=house.clock.now)
    assert publish.send(house, publish.plan_send(house, ISSUE)).state == "scheduled"  # put off: 5 have it
    assert not publish.undo(house, ISSUE)


def test_a_clock_put_back_behind_its_hour_does_not_keep_an_interrupted_send_from_going_on(
    house: Between,
) -> None:
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + 60 * SECOND)
    house.post.script = deque([Answer("accepted", taken=True), Answer("killed before the wire")])
    with pytest.raises(Killed):
        publish.resume(house, ISSUE)
    house.clock.at -= 3600 * SECOND  # type: ignore[attr-defined]
    assert publish.resume(house, ISSUE).accepted == 10


def test_send_of_a_scheduled_issue_does_not_send_it_before_its_time(house: Between) -> None:
    at = house.clock.now() + 3600 * SECOND
    publish.schedule(house, publish.plan_send(house, ISSUE), at)
    began: list[int] = []
    house.post.meanwhile = lambda: began.append(house.clock.now())
    with pytest.raises(SendingStopped, match="newsletter resume first"):
        publish.send(house, publish.plan_send(house, ISSUE))
    assert not began
