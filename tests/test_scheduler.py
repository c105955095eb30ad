"""The scheduler of `serve`: what is due is sent, and what cannot be sent is said once, not every minute."""

import sys
from functools import cached_property
from pathlib import Path
from subprocess import Popen
from threading import Event

import pytest
from restores import HOUR, Opened, Place
from scripted import Ticking

from newsletter import publish
from newsletter.scheduler import LOOK_SECONDS, run_due_issues
from newsletter.wiring import Wiring


class Hurried(Ticking):
    """A clock by which each pause between two looks takes an hour, and after so many all is to stop."""

    def __init__(self, at: int, looks: int) -> None:
        self.at, self.left = at, looks

    def wait(self, seconds: float, stop: Event) -> None:
        if seconds < LOOK_SECONDS:  # for a sender to end
            super().wait(seconds, stop)
            return
        self.at += HOUR
        self.left -= 1
        if not self.left:
            stop.set()


class Serving(Opened):
    """A publication whose senders say at once how they ended."""

    exit_code = 0

    @cached_property
    def started(self) -> list[str]:
        return []

    def start_resume(self, issue: str) -> "Popen[bytes]":
        self.started.append(issue)
        return Popen([sys.executable, "-Sc", f"raise SystemExit({self.exit_code})"])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Four readers."""
    place = Place(tmp_path / "publication")
    place.join(*"abcd")
    return place


def serve(place: Place, *, looks: int, exit_code: int = 0) -> tuple[list[str], list[str]]:
    """Look so often for what is due, an hour apart; return what was said, and what was started."""
    clock = Hurried(place.clock.at, looks)
    serving = Serving(place.root, place.mailbox, clock)
    serving.exit_code = exit_code
    said: list[str] = []
    run_due_issues(serving, Event(), said.append)
    serving.close()
    place.clock.at = clock.at
    return said, serving.started


def schedule(place: Place, wiring: Wiring, issue: str) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, issue), place.clock.at + 5 * HOUR)


@pytest.mark.slow
def test_what_is_due_is_sent_and_tried_again_when_it_was_not_complete(place: Place) -> None:
    with place.opened() as wiring:
        schedule(place, wiring, "first")
    assert serve(place, looks=2) == ([], []), "its time has not come"
    place.clock.at += 5 * HOUR
    said, started = serve(place, looks=2, exit_code=3)
    assert started == ["first", "first"]
    assert said[:2] == [
        "“first” is due.",
        "“first” was not sent completely. See: newsletter status first",
    ]
    assert serve(place, looks=1)[0] == ["“first” is due.", "“first” is sent."]


@pytest.mark.slow
def test_a_copy_refuses_what_is_due_once_a_day_and_starts_no_sender(place: Place) -> None:
    with place.opened() as wiring:
        schedule(place, wiring, "first")
    backup = place.database()
    place.send("second")
    place.put_back_database(backup)
    place.clock.at += 5 * HOUR
    said, started = serve(place, looks=20)
    assert started == []
    assert len(said) == 1
    assert said[0].startswith("“first” is due. Nothing was sent. This database is older than what was sent")
    assert "newsletter reconcile second" in said[0]
    assert len(serve(place, looks=30)[0]) == 2, "and again the next day"
    place.reconcile("second")
    assert serve(place, looks=1) == (["“first” is due.", "“first” is sent."], ["first"])
