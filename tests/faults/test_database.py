"""A database that is locked, or a disk that is full, in the middle of a send: what was answered is kept."""

import pytest
from faults.conftest import MakeScene
from faults.locks import locked
from pace import FOREVER, until

pytestmark = pytest.mark.slow

READERS = 60
SHORT = "sqlite:///newsletter.db?timeout=0.2"


@pytest.fixture
def database_url() -> str:
    return SHORT


def test_locked_for_longer_than_anyone_waits_the_send_stops_and_says_how_to_go_on(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(READERS, answered=2, settings={"threads": 1, "timeout": FOREVER})
    victim = scene.start("send", patience=0.02)
    until(lambda: scene.server.posts == 3)
    with locked(scene):
        scene.server.release()
        ended = victim.ended()
    assert (ended.code, ended.error) == (3, "SendingStopped")
    assert "locked" in ended.message
    assert "newsletter resume first" in ended.message
    scene.holds()
    scene.run("resume")
    scene.holds()
    scene.reconcile_all()


def test_an_answer_that_finds_the_database_locked_is_written_when_it_is_free(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, answered=2, settings={"threads": 1, "timeout": FOREVER})
    victim = scene.start("send")
    until(lambda: scene.server.posts == 3)
    with locked(scene):
        scene.server.release()
        with pytest.raises(AssertionError, match="never"):
            until(lambda: scene.server.posts > 3, seconds=0.9)  # past the answer, and the time-out for a lock
    ended = victim.ended()
    assert (ended.code, ended.proof["accepted"]) == (0, READERS)
    scene.holds()


def test_locked_for_a_while_the_send_waits_and_goes_on(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, answered=2)
    scene.database_url = "sqlite:///newsletter.db?timeout=600"
    scene.configure(batch_size=5, threads=2, timeout=FOREVER)
    victim = scene.start("send")
    until(lambda: scene.server.posts == 4)
    with locked(scene):
        scene.server.release()
        seen = scene.server.posts
        with pytest.raises(AssertionError, match="never"):
            until(lambda: scene.server.posts > seen + 2, seconds=1)
    assert victim.ended().code == 0
    scene.holds()
    assert scene.in_state("accepted").keys() == scene.everyone()


@pytest.mark.parametrize("spare", [1, 3, 6])
def test_a_full_disk_stops_the_send_and_room_lets_it_go_on(make_scene: MakeScene, spare: int) -> None:
    scene = make_scene(500, settings={"batch_size": 2, "threads": 1})
    scene.run("send", point="claim after commit", nth=3)
    ended = scene.run("resume", spare_pages=spare, patience=0.02)
    assert (ended.code, ended.error) == (3, "SendingStopped")
    assert "no room left" in ended.message
    scene.holds()
    scene.run("resume")
    scene.holds()
    scene.reconcile_all()


def test_a_file_that_may_not_grow_stops_the_send_and_room_lets_it_go_on(make_scene: MakeScene) -> None:
    scene = make_scene(500, settings={"batch_size": 2})
    scene.run("send", point="claim after commit", nth=3)
    ended = scene.run("resume", file_size=200_000, patience=0.02)
    assert ended.code in (1, 3)
    assert "a limit on the size of files (ulimit -f)" in ended.message
    scene.holds()
    scene.run("resume")
    scene.holds()
    scene.reconcile_all()
