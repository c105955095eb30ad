"""Killed at every named point: nobody twice after any step, nobody missed once what came back is settled."""

import threading

import pytest
from faults.conftest import MakeScene
from faults.doom import POINTS
from faults.scene import LATER
from pace import FOREVER, until

READERS = 60


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_and_there_again_nobody_is_twice_or_missed(
    make_scene: MakeScene, point: str
) -> None:
    scene = make_scene(READERS)
    nth = 1 if point.startswith("planning") else 2
    assert scene.run("send", point=point, nth=nth).killed
    scene.holds()
    if not point.startswith("planning after"):
        assert scene.run("resume", point=point, nth=1).killed
        scene.holds()
    scene.run("resume")
    scene.holds()
    scene.reconcile_all()


@pytest.mark.slow
def test_killed_with_a_request_half_written_nobody_is_twice_or_missed(make_scene: MakeScene) -> None:
    # Requests of three pieces and more, four of them: the second half written is never the last of a run.
    scene = make_scene(1_200, settings={"batch_size": 300})
    for what in ("send", "resume"):
        assert scene.run(what, point="body half written", nth=2).killed
        scene.holds()
    scene.run("resume")
    scene.holds()
    scene.reconcile_all()


@pytest.mark.slow
def test_killed_while_the_server_has_half_a_request_nobody_is_twice_or_missed(make_scene: MakeScene) -> None:
    half = threading.Event()
    scene = make_scene(
        # Many batches: without others that were taken, nothing would testify that the lost ones were not.
        600,
        faults=[None, "half", None, "half"],
        on_half=half.set,
        settings={"batch_size": 50, "timeout": FOREVER},
    )
    for what in ("send", "resume"):
        victim = scene.start(what)
        assert half.wait(FOREVER)
        half.clear()
        assert victim.kill().killed
        scene.holds()
    scene.run("resume")
    scene.holds()
    scene.reconcile_all()


@pytest.mark.slow
@pytest.mark.parametrize("posts", [1, 5])
def test_killed_while_the_answer_is_awaited_nobody_is_twice_or_missed(
    make_scene: MakeScene, posts: int
) -> None:
    faults = [None] * (posts - 1) + ["accept_then_hang"] * 2
    scene = make_scene(READERS, faults=faults, settings={"threads": 1, "timeout": FOREVER})
    for what in ("send", "resume"):
        before = len(scene.server.accepted)
        victim = scene.start(what)
        until(lambda more=before + 5 * posts: len(scene.server.accepted) >= more)  # type: ignore[misc]
        posts = 1
        assert victim.kill().killed
        assert scene.holds().unknown
    scene.run("resume")
    scene.holds()
    scene.reconcile_all()


@pytest.mark.slow
def test_killed_when_all_is_done_but_for_saying_so_it_is_said_later(make_scene: MakeScene) -> None:
    scene = make_scene(READERS)
    assert scene.run("send", point="finish before commit").killed
    assert scene.holds().accepted == READERS
    assert scene.run("resume", point="finish before commit").killed
    assert scene.run("resume", point="finish after commit").killed
    assert scene.holds().state == "finished"
    assert scene.run("resume").code == 0
    assert scene.server.posts == READERS / 5
    scene.reconcile_all()


@pytest.mark.slow
def test_killed_between_and_within_the_stretches_of_a_large_plan_nobody_is_missed(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(READERS, settings={"batch_size": 1000})
    scene.subscribe(READERS, pending=120_000)  # three stretches to cut, few to mail
    assert scene.run("send", point="planning after commit", nth=1).killed
    assert scene.proof().candidates == READERS + 120_000
    assert scene.run("resume", point="planning before commit", nth=1).killed
    assert scene.run("resume", point="planning after commit", nth=1).killed
    assert scene.run("resume", point="claim after commit", nth=1).killed
    assert scene.proof().adds_up
    assert scene.run("resume").proof["excluded"] == {"unconfirmed": 120_000}
    scene.reconcile_all()


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_killed_while_reconciling_what_was_decided_stays_and_the_rest_is_decided_again(
    make_scene: MakeScene, times: int
) -> None:
    scene = make_scene(READERS, settings={"threads": 4})
    for _ in range(2):
        scene.run("send", point="gate after commit", nth=4)
    assert scene.run("resume", point="answered", nth=2).killed
    scene.hear()
    for _ in range(times):
        scene.run("reconcile", ahead=LATER, point="decision before commit", nth=2)
        scene.holds()
        scene.run("reconcile", ahead=LATER, point="decision after commit", nth=1)
        scene.holds()
    scene.reconcile_all()
