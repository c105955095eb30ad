"""Other processes meddle with a send that is on its way: each takes effect before the next request leaves."""

from typing import Any

import pytest
from faults.conftest import MakeScene
from pace import FOREVER, until

pytestmark = pytest.mark.slow

READERS = 100
THREADS = 4
# A few requests are answered; those of every thread after them wait until the test lets them go on.
HELD: dict[str, Any] = {"answered": 4, "settings": {"threads": THREADS, "timeout": FOREVER}}
ALL_HELD = 4 + THREADS
LAST = [f"reader{n}@example.org" for n in range(READERS - 20, READERS)]


@pytest.mark.parametrize("stop", ["pause", "cancel"])
def test_after_a_stop_returned_only_what_is_on_the_wire_goes_out(make_scene: MakeScene, stop: str) -> None:
    scene = make_scene(READERS, **HELD)
    victim = scene.start("send")
    until(lambda: scene.server.posts == ALL_HELD)
    assert scene.run(stop).code in (0, 3)
    seen = scene.server.posts
    scene.server.release()
    ended = victim.ended()
    assert scene.server.posts - seen <= THREADS
    assert len(scene.server.accepted) < READERS
    assert ended.proof["state"] == {"pause": "paused", "cancel": "cancelled"}[stop]
    assert ended.proof["accepted"] == len(scene.server.accepted)
    scene.holds()
    if stop == "pause":
        assert scene.run("resume").code == 0
        assert scene.in_state("accepted").keys() == scene.everyone()
    else:
        assert ended.proof["excluded"]["cancelled"] == READERS - len(scene.server.accepted)
    scene.holds()


def test_paused_and_resumed_again_and_again_everybody_gets_it_once(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, latency=0.02, settings={"threads": THREADS})
    victim = scene.start("send")
    for goal in (10, 30, 50, 70):
        until(lambda goal=goal: len(scene.server.accepted) >= goal)  # type: ignore[misc]
        scene.run("pause")
        victim.ended()
        scene.holds()
        victim = scene.start("resume")
    assert victim.ended().code == 0
    assert scene.in_state("accepted").keys() == scene.everyone()
    scene.holds()


def test_cancelled_in_its_undo_window_nobody_is_mailed(make_scene: MakeScene) -> None:
    scene = make_scene(READERS)
    assert scene.run("schedule", undo_window=600).proof["state"] == "scheduled"
    waiting = scene.start("resume")
    assert scene.run("cancel").proof["state"] == "cancelled"
    ended = waiting.ended()
    assert ended.proof["excluded"] == {"cancelled": READERS}
    scene.run("resume", ahead=1200)
    assert scene.server.posts == 0
    scene.holds()


def test_a_scheduled_send_killed_while_it_waits_goes_on_in_time_and_mails_everybody_once(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(READERS)
    scene.run("schedule", undo_window=600)
    assert scene.start("resume").kill().killed
    assert scene.server.posts == 0
    assert scene.run("resume", ahead=601).code == 0
    assert scene.in_state("accepted").keys() == scene.everyone()
    scene.holds()


@pytest.mark.parametrize(("how", "reason"), [("suppress", "complaint"), ("leave", "unsubscribed")])
def test_a_reader_who_goes_before_their_batch_is_claimed_is_not_mailed(
    make_scene: MakeScene, how: str, reason: str
) -> None:
    scene = make_scene(READERS, **HELD)
    victim = scene.start("send")
    until(lambda: scene.server.posts == ALL_HELD)
    scene.run(how, addresses=LAST)
    scene.server.release()
    ended = victim.ended()
    assert (ended.code, ended.proof["excluded"]) == (0, {reason: 20})
    assert scene.everyone() - scene.server.accepted.keys() == set(LAST)
    scene.holds()


def test_who_goes_while_a_killed_send_lies_still_is_not_mailed_by_the_one_that_goes_on(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(READERS)
    assert scene.run("send", point="claim after commit", nth=4).killed
    before = set(scene.server.accepted)
    gone = sorted(scene.everyone() - before)[:30]
    scene.run("suppress", addresses=gone)
    ended = scene.run("resume")
    unknown = scene.in_state("unknown").keys()
    assert not set(scene.server.accepted) - before & set(gone) - unknown
    assert ended.proof["excluded"]["complaint"] == len(set(gone) - unknown)
    scene.holds()


@pytest.mark.parametrize("what", ["send", "resume", "reconcile"])
def test_of_two_at_work_on_an_issue_the_second_is_refused_and_nobody_is_mailed_twice(
    make_scene: MakeScene, what: str
) -> None:
    scene = make_scene(READERS, **HELD)
    first = scene.start("send")
    until(lambda: scene.server.posts)
    second = scene.run(what)
    scene.server.release()
    assert (second.code, second.error) == (1, "AlreadySending")
    assert first.ended().code == 0
    assert scene.in_state("accepted").keys() == scene.everyone()
    scene.holds()


def test_two_senders_started_together_mail_everybody_once(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, latency=0.02)
    both = [scene.start("send"), scene.start("send")]
    codes = sorted(sender.ended().code for sender in both)
    assert codes in ([0, 1], [0, 0])  # the other was refused, or came when all was done
    assert scene.in_state("accepted").keys() == scene.everyone()
    scene.holds()


def test_a_killed_sender_holds_nobody_up(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, **HELD)
    victim = scene.start("send")
    until(lambda: scene.server.posts == ALL_HELD)
    assert victim.kill().killed
    scene.server.release()
    assert scene.run("resume").proof["pending"] == 0
    scene.holds()
    scene.reconcile_all()
