"""Lost answers decided about too early, on half the evidence, or before late reports: nobody twice."""

from collections.abc import Callable
from typing import Any

import pytest
from faults.conftest import MakeScene
from faults.scene import LATER, StrictScene
from strict_reports import Report

READERS = 40
LOST: dict[str, Any] = {"faults": [None, "accept_then_hang"], "settings": {"timeout": 0.5}}

pytestmark = pytest.mark.slow


def _with_a_lost_answer(make_scene: MakeScene) -> tuple[StrictScene, Callable[[Report], bool]]:
    """Send with one answer lost; return also what tells its reports from the others'."""
    scene = make_scene(READERS, **LOST)
    assert scene.run("send").proof["unknown"] == 5
    lost = scene.told("unknown")
    return scene, lambda report: report["email"] in lost


def test_without_any_report_nothing_is_sent_again_however_late(make_scene: MakeScene) -> None:
    scene, _ = _with_a_lost_answer(make_scene)
    assert scene.run("reconcile", ahead=LATER).proof["unknown"] == 5
    scene.run("resume", ahead=LATER)
    assert scene.holds().unknown == 5
    scene.settle()


def test_soon_after_the_silence_about_one_request_proves_nothing(make_scene: MakeScene) -> None:
    scene, lost = _with_a_lost_answer(make_scene)
    scene.hear(but=lost)
    assert scene.run("reconcile").proof["unknown"] == 5
    scene.run("resume")
    assert scene.holds().unknown == 5
    scene.settle()


def test_a_report_that_comes_after_it_was_decided_to_send_again_still_stops_that(
    make_scene: MakeScene,
) -> None:
    scene, lost = _with_a_lost_answer(make_scene)
    scene.hear(but=lost)
    decided = scene.run("reconcile", ahead=LATER)
    assert (decided.proof["unknown"], decided.proof["pending"]) == (0, 5)
    scene.hear()
    assert scene.proof().pending == 0
    scene.run("resume")
    assert scene.told("accepted").keys() == scene.everyone()
    scene.holds()


def test_what_was_never_taken_is_sent_again_once_however_often_it_is_decided(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, faults=[None, "hang", "hang"], settings={"timeout": 0.5})
    assert scene.run("send").proof["unknown"] == 10
    scene.hear()
    for _ in range(3):
        scene.run("reconcile", ahead=LATER)
    scene.holds()
    assert scene.run("resume").proof["accepted"] == READERS
    scene.run("reconcile", ahead=LATER)
    scene.run("resume")
    scene.settle()


@pytest.mark.parametrize(("policy", "left"), [("hold", {"unknown": 5}), ("drop", {"unknown": 0})])
def test_under_another_policy_nobody_is_mailed_again(
    make_scene: MakeScene, policy: str, left: dict[str, int]
) -> None:
    scene = make_scene(READERS, faults=[None, "hang"], settings={"timeout": 0.5})
    scene.unknown = policy
    scene.configure(batch_size=5, threads=2, timeout=0.5)
    scene.run("send")
    scene.hear()
    decided = scene.run("reconcile", ahead=LATER)
    scene.run("resume")
    assert {"unknown": decided.proof["unknown"]} == left
    assert len(scene.received()) == READERS - 5
    proof = scene.holds()
    assert (proof.accepted, proof.pending) == (READERS - 5, 0)
