"""Reports that come in while a send goes on, through a real site: lost answers settle by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from faults.conftest import MakeScene
from faults.locks import locked
from faults.scene import StrictScene
from faults.site import site
from pace import until

READERS = 200
LOST: dict[str, float] = {"accept_then_hang": 0.1, "accept_then_reset": 0.1, "accept_then_500": 0.1}

pytestmark = pytest.mark.slow


@contextmanager
def _reporting(scene: StrictScene, webhook: str) -> Iterator[None]:
    scene.reports.webhook = webhook
    scene.reports.start()
    try:
        yield
    finally:
        scene.reports.stop()


def _reports_prove_what_was_taken(scene: StrictScene) -> None:
    """See that reports settle whatever was taken; the rest, if any, is decided about."""
    until(lambda: scene.reports.all_taken)
    assert not scene.in_state("unknown").keys() & scene.received().keys()
    scene.decide()
    scene.run("resume", patience=0.05)
    until(lambda: scene.reports.all_taken)
    scene.run("resume", patience=0.05)
    proof = scene.holds()
    assert (proof.accepted, proof.unknown, proof.state) == (READERS, 0, "finished")
    assert scene.received().keys() == scene.everyone()


@pytest.mark.parametrize("reports", [{}, {"times": 3, "shuffle": True, "at_once": 7}])
def test_lost_answers_settle_while_the_send_goes_on(
    make_scene: MakeScene, reports: dict[str, object]
) -> None:
    scene = make_scene(READERS, shares=LOST, seed=4, reports=reports, settings={"timeout": 0.5})
    with site(scene) as (_, webhook), _reporting(scene, webhook):
        scene.run("send", patience=0.05)
        _reports_prove_what_was_taken(scene)


def test_with_the_sender_killed_again_and_again_reports_alone_settle_what_was_taken(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(READERS, latency=0.02, settings={"threads": 4})
    points = ("answered", "gate after commit", "answered", "rendered")
    with site(scene) as (_, webhook), _reporting(scene, webhook):
        for point in points:
            assert scene.run("send", point=point, nth=3).killed
            scene.nobody_twice()
        _reports_prove_what_was_taken(scene)


def test_a_site_killed_and_started_again_misses_no_report(make_scene: MakeScene) -> None:
    scene = make_scene(READERS, shares=LOST, seed=5, latency=0.02, settings={"timeout": 0.5})
    with site(scene) as (process, webhook), _reporting(scene, webhook):
        victim = scene.start("send", patience=0.05)
        until(lambda: len(scene.reports.posts) >= 3)
        process.kill()
        victim.ended()
        assert not scene.reports.all_taken
        with site(scene, int(webhook.split(":")[2].split("/")[0])):
            _reports_prove_what_was_taken(scene)


def test_a_locked_database_makes_the_provider_report_again(make_scene: MakeScene) -> None:
    scene = make_scene(READERS)
    assert scene.run("send").code == 0
    scene.database_url = "sqlite:///newsletter.db?timeout=0.1"  # the site's: it is the one that gives up
    scene.configure()
    with site(scene) as (_, webhook):
        scene.reports.webhook = webhook
        body = scene.reports.bodies()[0]
        with locked(scene):
            assert scene.reports.post(body, scene.reports.signed(body)) == 503
        until(lambda: 200 <= scene.reports.post(body, scene.reports.signed(body)) < 300)
    scene.holds()
