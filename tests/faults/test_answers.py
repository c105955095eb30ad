"""Every fault of a provider in mid-send, counted at the receiving end: nobody twice, everybody settled."""

import time
from typing import Any

import pytest
from faults.conftest import MakeScene
from faults.nursery import Ended
from faults.scene import StrictScene
from pace import until
from strict_faults import FAULTS, Fault

pytestmark = pytest.mark.slow

READERS = 40
# What the sender may do with an answer, by what it can know: go on by itself, or leave readers unknown.
GOES_ON = ("429", "400_unnamed", "413", "early_413")
STOPS = ("401", "403", "404", "redirect", "sandbox_mode")
UNKNOWN = (
    "500",
    "503_html",
    "hang",
    "reset",
    "accept_then_500",
    "accept_then_hang",
    "accept_then_reset",
    "accept_then_close",
    "accept_then_cut",
    "accept_then_garbage",
)
SLOW = ("accept_then_drip",)
EITHER = ("half", "reset_mid_body")  # how much was on the wire is the system's affair


def test_every_fault_of_the_server_has_its_test() -> None:
    assert {*GOES_ON, *SLOW, *STOPS, *UNKNOWN, *EITHER} == FAULTS.keys()


@pytest.mark.parametrize("fault", GOES_ON)
def test_a_send_goes_on_by_itself_after(make_scene: MakeScene, fault: str) -> None:
    scene = make_scene(READERS, faults=[None, fault, None, fault])
    ended = scene.run("send", patience=0.05)
    # A refusal that names nobody is a reader's own when it comes for one who was asked alone.
    refused = ended.proof["rejected"]
    assert refused in ({0, 1} if fault == "400_unnamed" else {0})
    assert (ended.code, ended.proof["accepted"]) == (0, READERS - refused)
    scene.holds()
    assert len(scene.in_state("accepted")) == READERS - refused


@pytest.mark.parametrize("fault", STOPS)
def test_a_send_stops_and_goes_on_when_asked_after(make_scene: MakeScene, fault: str) -> None:
    scene = make_scene(READERS, faults=[None, fault])
    ended = scene.run("send")
    assert (ended.code, ended.proof["state"], ended.proof["unknown"]) == (3, "paused", 0)
    scene.holds()
    assert scene.run("resume").code == 0
    assert scene.in_state("accepted").keys() == scene.everyone()
    scene.holds()


@pytest.mark.parametrize("fault", [*UNKNOWN, *EITHER])
def test_readers_are_unknown_until_settled_after(make_scene: MakeScene, fault: str) -> None:
    scene = make_scene(READERS, faults=[None, fault], settings={"timeout": 0.5})
    ended = scene.run("send", patience=0.05)
    if fault in UNKNOWN:
        assert (ended.code, ended.proof["unknown"]) == (3, 5)
    scene.holds()
    scene.reconcile_all()


def test_an_account_that_may_search_its_mail_settles_unknowns_without_any_report(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(READERS, faults=[None, "accept_then_hang"], settings={"timeout": 0.5})
    scene.reports.has_search = True
    assert scene.run("send").proof["unknown"] == 5
    assert scene.run("reconcile").proof["unknown"] == 0
    scene.holds()
    assert scene.in_state("accepted").keys() == scene.everyone()


def test_a_429_that_names_its_end_is_waited_for(make_scene: MakeScene) -> None:
    end = int(time.time()) + 2
    busy = Fault(status=429, headers={"X-RateLimit-Reset": str(end)})
    scene = make_scene(READERS, faults=[None, busy])
    assert scene.run("send").code == 0
    assert time.time() >= end - 1  # the header counts whole seconds
    scene.holds()


def test_a_provider_that_takes_its_time_mails_everybody_once(make_scene: MakeScene) -> None:
    dripping = Fault("drip", accept=True, delay=0.01)
    scene = make_scene(READERS, latency=0.2, faults=[None, dripping, dripping])
    assert scene.run("send").code == 0
    scene.holds()


def _answered_late(make_scene: MakeScene, **how: Any) -> tuple[StrictScene, Ended]:
    """Send with the first answer held back until the sender gave it up and went on to the next request."""
    scene = make_scene(READERS, answered=0, settings={"timeout": 2, "threads": 1})
    victim = scene.start("send", **how)
    until(lambda: scene.server.posts == 2)
    scene.server.release()
    ended = victim.ended()
    assert ended.moments["late"] == 1
    return scene, ended


def test_an_answer_that_comes_after_its_deadline_still_settles_its_readers(make_scene: MakeScene) -> None:
    scene, ended = _answered_late(make_scene)
    assert (ended.code, ended.proof["accepted"]) == (0, READERS)
    scene.holds()


def test_an_answer_that_comes_after_the_lease_ran_out_still_settles_its_readers(
    make_scene: MakeScene,
) -> None:
    scene, _ = _answered_late(make_scene, jumps={12: 3600})
    scene.holds()
    scene.reconcile_all()
