"""Killed at every named point while a provider answers message by message, on both databases."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import postgres
import pytest
from conftest import Publication
from faults.doom import POINTS
from faults.nursery import Nursery
from faults.scene import LATER, Scene
from postbox.kind import POSTBOX
from postbox.webhook import PostboxWebhook
from postbox_server import PostboxServer
from sqlalchemy import URL

from newsletter.delivery.reports import PauseAt
from newsletter.readership.reports import take_reports
from newsletter.registry import register

pytestmark = pytest.mark.slow

READERS = 30  # five requests
SAYS = {
    **{f"reader{n}@example.org": ["later"] for n in range(0, READERS, 4)},
    **{f"reader{n}@example.org": ["refused"] for n in range(1, READERS, 9)},
    "reader2@example.org": ["lost"],
    "reader6@example.org": ["lost, taken"],
    "reader11@example.org": ["later", "lost"],
    "reader21@example.org": ["lost, taken"],
}
REFUSED = {email for email, words in SAYS.items() if words == ["refused"]}
NEVER_TAKEN = {"reader2@example.org", "reader11@example.org"}


@pytest.fixture(scope="module")
def on_postgresql() -> Iterator[URL]:
    """A server."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the kind that the test names."""
    if request.param == "sqlite":
        yield "sqlite:///newsletter.db?timeout=600"
        return
    with postgres.database(request.getfixturevalue("on_postgresql")) as url:
        yield url


@dataclass
class PostboxScene(Scene):
    """A scene whose receiving end is the small server that answers message by message."""

    server: PostboxServer

    @property
    def url(self) -> str:
        return self.server.url

    def configure(self, **settings: Any) -> None:
        own = f'postbox_url = "{self.url}"\n[database]\nurl = "{self.database_url}"\n'
        self.publication.settings(provider="postbox", threads=2, extra=own, **settings)

    def received(self) -> Counter[str]:
        return +self.server.accepted

    def hear(self) -> None:
        """Take in a report on each message that was taken, as the webhook would."""
        taken = self.received()
        reports = [
            {**message, "became": "delivered", "id": "", "reader": str(message["reader"])}
            for messages, answers in zip(self.server.requests, self.server.answers, strict=True)
            for message, answer in zip(messages, answers, strict=True)
            if "taken" in answer["status"] and message["to"] in taken
        ]
        with self.wiring() as wiring:
            now = wiring.clock.now()
            events = PostboxWebhook(()).events(orjson.dumps(reports), now=now / 1_000_000)
            take_reports(wiring.engine, events, now=wiring.clock.now, pause=PauseAt())


@pytest.fixture
def scene(publication: Publication, nursery: Nursery, database_url: str) -> Iterator[PostboxScene]:
    take_back = register(POSTBOX)
    with PostboxServer(SAYS) as server:
        made = PostboxScene(publication, nursery, database_url, server)
        made.configure()
        made.subscribe(READERS)
        yield made
    take_back()


# Before the gate a request is like any other's: those points are test_kill_points'.
AFTER_THE_GATE = POINTS[POINTS.index("gate after commit") :]


@pytest.mark.parametrize(
    ("database_url", "point"),
    [
        *(("sqlite", point) for point in AFTER_THE_GATE),
        *(("postgresql", point) for point in AFTER_THE_GATE[:2]),
    ],
    indirect=["database_url"],
)
def test_killed_at_a_point_and_there_again_nobody_is_twice_or_missed(scene: PostboxScene, point: str) -> None:
    assert scene.run("send", point=point, nth=1 if point.startswith("planning") else 2).killed
    scene.holds()
    if not point.startswith("planning after"):
        assert scene.run("resume", point=point, nth=1).killed
        scene.holds()
    scene.run("resume")
    scene.holds()
    scene.hear()
    scene.holds()
    assert not scene.in_state("unknown").keys() & scene.received().keys()  # each report settles its reader
    scene.run("reconcile", ahead=LATER, word="drop")
    proof = scene.holds()
    assert (proof.candidates, proof.pending, proof.unknown, proof.alarms) == (READERS, 0, 0, {})
    # A report spoke for each reader of a killed sender's request, or the editor's word gave them up.
    assert scene.in_state("accepted") == scene.received()
    assert scene.in_state("rejected").keys() >= REFUSED | NEVER_TAKEN
