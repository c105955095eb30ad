"""A clock that jumps in the middle of a send: nobody twice, nobody left waiting for a day to come again."""

import pytest
from faults.conftest import MakeScene

pytestmark = pytest.mark.slow

READERS = 60
DAY = 86_400


@pytest.mark.parametrize("by", [DAY, -DAY, 400 * DAY, -400 * DAY])
@pytest.mark.parametrize("look", [3, 14, 25])
def test_a_jump_in_mid_send_mails_everybody_once(make_scene: MakeScene, by: int, look: int) -> None:
    scene = make_scene(READERS, latency=0.01)
    ended = scene.run("send", jumps={look: by})
    assert (ended.code, ended.proof["accepted"]) == (0, READERS)
    scene.holds()


def test_back_and_forth_with_kills_in_between_those_missing_are_named(make_scene: MakeScene) -> None:
    scene = make_scene(READERS)
    for ahead, point in ((0, "gate after commit"), (DAY, "answered"), (-DAY, "claim after commit")):
        assert scene.run("send", ahead=ahead, point=point, nth=2).killed
        scene.holds()
    scene.run("resume", ahead=-3 * DAY)
    scene.hear()
    scene.holds()
    # Reports of other days are no evidence about a request of this one: an editor's word is needed.
    scene.run("reconcile", ahead=2 * DAY)
    scene.holds()
    assert scene.everyone() - scene.server.accepted.keys() == scene.in_state("unknown", "pending").keys()
    scene.run("reconcile", ahead=2 * DAY, word="resend")
    assert scene.run("resume").proof["accepted"] == READERS
    scene.holds()


def test_a_wait_that_a_clock_set_back_would_make_endless_is_cut_short(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, faults=[None, "429", None, "429"])
    assert scene.run("send", ahead=DAY, point="answer after commit", nth=1).killed
    scene.holds()
    ended = scene.run("resume")
    assert (ended.proof["state"], ended.proof["pending"]) == ("finished", 0)
    scene.holds()
