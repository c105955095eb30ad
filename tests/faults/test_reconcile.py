"""Lost answers decided about too early, on half the evidence, or before late reports: nobody twice."""

from collections.abc import Callable, Collection
from typing import Any

import pytest
from faults.conftest import MakeScene
from faults.scene import LATER, StrictScene
from faults.site import site
from strict_reports import Report

REQUESTS, BATCH = 10, 5
READERS = REQUESTS * BATCH
MINUTES_LATER = 45 * 60  # seconds: longer than webhook_lag_minutes
ONE_BY_ONE: dict[str, Any] = {"timeout": 0.5, "threads": 1}
LOST = "accept_then_hang"  # taken, and never answered

pytestmark = pytest.mark.slow


def _lose(make_scene: MakeScene, place: int, fault: str = LOST) -> StrictScene:
    """Send ten requests one by one; the answer to the one at ``place`` is lost."""
    scene = make_scene(READERS, faults=[None] * place + [fault], settings=ONE_BY_ONE)
    assert scene.run("send").proof["unknown"] == BATCH
    return scene


def _with_a_lost_answer(make_scene: MakeScene) -> tuple[StrictScene, Callable[[Report], bool]]:
    """Send with one answer lost; return also what tells its reports from the others'."""
    scene = _lose(make_scene, 4)
    lost = scene.in_state("unknown")
    return scene, lambda report: report["email"] in lost


def _reported(scene: StrictScene, places: Collection[int]) -> Callable[[Report], bool]:
    """Return what tells the reports that did not come from those of the requests at these places."""
    attempts = list(dict.fromkeys(report["nl_attempt"] for report in scene.reports.events))
    assert len(attempts) == REQUESTS
    return lambda report: attempts.index(report["nl_attempt"]) not in places


PARTIAL = {
    "one": range(5, 6),
    "the first three": range(3),
    "three in the middle": range(4, 7),
    "the last three": range(7, 10),
    "all but the first": range(1, 10),
    "all but the last": range(9),
}


@pytest.mark.parametrize("lost", [0, 4, 9])
@pytest.mark.parametrize("reported", PARTIAL.values(), ids=PARTIAL)
def test_with_the_webhook_down_before_and_after_nobody_is_mailed_twice(
    make_scene: MakeScene, reported: range, lost: int
) -> None:
    scene = _lose(make_scene, lost)
    scene.hear(but=_reported(scene, reported))
    scene.run("reconcile", ahead=MINUTES_LATER)
    scene.run("resume", ahead=MINUTES_LATER)
    proof = scene.holds()
    assert proof.unknown == (0 if lost in reported else BATCH)
    scene.hear()
    assert scene.holds().accepted == READERS


def test_a_site_that_went_down_after_the_third_request_makes_nobody_be_mailed_twice_45_minutes_later(
    make_scene: MakeScene,
) -> None:
    scene = _lose(make_scene, 5)
    with site(scene) as (_, webhook):
        scene.reports.webhook = webhook
        for body in scene.reports.bodies(but=_reported(scene, range(3))):
            assert 200 <= scene.reports.post(body, scene.reports.signed(body)) < 300
    scene.run("reconcile", ahead=MINUTES_LATER)
    scene.run("resume", ahead=MINUTES_LATER)
    assert scene.holds().unknown == BATCH
    with site(scene) as (_, webhook):
        scene.reports.post_to(webhook)
    assert scene.holds().accepted == READERS


def test_with_two_hundred_requests_and_reports_of_a_part_nobody_is_mailed_twice(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(
        1_000, shares={LOST: 0.1}, seed=11, settings={"timeout": 0.4, "threads": 8}, reports={"shuffle": True}
    )
    while scene.run("send", patience=0.05).proof["pending"]:
        pass
    attempts = sorted({report["nl_attempt"] for report in scene.reports.events})
    accepted = scene.in_state("accepted")
    silent = next(report["nl_attempt"] for report in scene.reports.events if report["email"] in accepted)
    for part in (20, 5, 2):
        reported = {attempt for attempt in attempts[::part] if attempt != silent}
        scene.hear(but=lambda report, reported=reported: report["nl_attempt"] not in reported)  # type: ignore[misc]
        scene.run("reconcile", ahead=MINUTES_LATER)
        scene.run("resume", ahead=MINUTES_LATER, patience=0.05)
        scene.holds()
    scene.hear()
    assert scene.holds().accepted == 1_000


def test_with_all_others_reported_the_one_that_is_absent_is_sent_again(make_scene: MakeScene) -> None:
    scene = _lose(make_scene, 4, "hang")
    scene.hear()
    assert scene.run("reconcile", ahead=MINUTES_LATER).proof["pending"] == BATCH
    assert scene.run("resume").proof["accepted"] == READERS
    assert scene.nobody_twice().keys() == scene.everyone()


def test_an_account_that_may_search_and_finds_all_others_sends_again_the_one_it_does_not_find(
    make_scene: MakeScene,
) -> None:
    scene = _lose(make_scene, 4, "hang")
    scene.reports.has_search = True
    assert scene.run("reconcile", ahead=MINUTES_LATER).proof["pending"] == BATCH
    assert scene.run("resume").proof["accepted"] == READERS
    assert scene.nobody_twice().keys() == scene.everyone()


@pytest.mark.parametrize("lost", [0, 1, 2, 7, 8, 9])
def test_of_the_first_and_last_three_requests_silence_proves_nothing(
    make_scene: MakeScene, lost: int
) -> None:
    scene = _lose(make_scene, lost, "hang")
    scene.hear()
    assert scene.run("reconcile", ahead=MINUTES_LATER).proof["unknown"] == BATCH
    scene.reconcile_all()


def test_without_any_report_nothing_is_sent_again_however_late(make_scene: MakeScene) -> None:
    scene, _ = _with_a_lost_answer(make_scene)
    assert scene.run("reconcile", ahead=LATER).proof["unknown"] == 5
    scene.run("resume", ahead=LATER)
    assert scene.holds().unknown == 5
    scene.reconcile_all()


def test_soon_after_the_silence_about_one_request_proves_nothing(make_scene: MakeScene) -> None:
    scene, lost = _with_a_lost_answer(make_scene)
    scene.hear(but=lost)
    assert scene.run("reconcile").proof["unknown"] == 5
    scene.run("resume")
    assert scene.holds().unknown == 5
    scene.reconcile_all()


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
    assert scene.in_state("accepted").keys() == scene.everyone()
    scene.holds()


def test_what_was_never_taken_is_sent_again_once_however_often_it_is_decided(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, faults=[*[None] * 4, "hang", "hang"], settings=ONE_BY_ONE)
    assert scene.run("send").proof["unknown"] == 10
    scene.hear()
    for _ in range(3):
        scene.run("reconcile", ahead=LATER)
    scene.holds()
    assert scene.run("resume").proof["accepted"] == READERS
    scene.run("reconcile", ahead=LATER)
    scene.run("resume")
    scene.reconcile_all()


@pytest.mark.parametrize(("policy", "left"), [("hold", {"unknown": 5}), ("drop", {"unknown": 0})])
def test_under_another_policy_nobody_is_mailed_again(
    make_scene: MakeScene, policy: str, left: dict[str, int]
) -> None:
    scene = make_scene(READERS, faults=[*[None] * 4, "hang"], settings=ONE_BY_ONE)
    scene.unknown = policy
    scene.configure(batch_size=BATCH, **ONE_BY_ONE)
    scene.run("send")
    scene.hear()
    decided = scene.run("reconcile", ahead=LATER)
    scene.run("resume")
    assert {"unknown": decided.proof["unknown"]} == left
    assert len(scene.received()) == READERS - 5
    proof = scene.holds()
    assert (proof.accepted, proof.pending) == (READERS - 5, 0)
