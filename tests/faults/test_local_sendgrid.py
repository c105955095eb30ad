"""The drill an operator can run: the local SendGrid's own faults in mid-send, counted in its own inbox."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from conftest import Publication
from faults.nursery import Nursery, own_environment
from faults.scene import Scene

from newsletter.sandbox.behaviour.faults import FAULTS
from newsletter.sandbox.file.messages import MessageStore

READERS = 40
GOES_ON = ("429", "429-reset", "slow=0.2")
STOPS = ("redirect",)
UNKNOWN = ("accept-then-time-out", "cut-answer", "5xx", "accept-then-5xx", "garbage")


@dataclass
class LocalScene(Scene):
    """A scene whose receiving end is the local SendGrid, which tells by itself what it took."""

    at: str

    @property
    def url(self) -> str:
        return self.at

    def received(self) -> Counter[str]:
        with MessageStore(self.publication.root / "sandbox.db") as store:
            return Counter(mail.email for mail in store.everything())

    def hear(self) -> None:
        """Hear nothing: nobody listens to its reports here, it is asked instead."""


@contextmanager
def _sandbox(publication: Publication, *faults: str) -> Iterator[str]:
    words = [word for fault in faults for word in ("--fault", fault)]
    with subprocess.Popen(
        [sys.executable, "-m", "newsletter", "sandbox", "--port", "0", *words],
        cwd=publication.root,
        env=own_environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        try:
            line = process.stderr.readline()
            yield next(word for word in line.split() if word.startswith("http"))
        finally:
            process.terminate()


@pytest.fixture
def make_local_scene(
    publication: Publication, nursery: Nursery, database_url: str
) -> Iterator[Callable[..., LocalScene]]:
    """Make a scene on a local SendGrid that is told to fail."""
    with ExitStack() as stack:

        def make(*faults: str) -> LocalScene:
            url = stack.enter_context(_sandbox(publication, *faults))
            made = LocalScene(publication, nursery, database_url, url)
            made.configure(batch_size=5, threads=2, timeout=1)
            made.subscribe(READERS)
            return made

        yield make


def test_every_fault_of_the_local_sendgrid_has_its_test() -> None:
    assert {fault.partition("=")[0] for fault in (*GOES_ON, *STOPS, *UNKNOWN)} == FAULTS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("fault", GOES_ON)
def test_a_send_goes_on_by_itself_after(make_local_scene: Callable[..., LocalScene], fault: str) -> None:
    scene = make_local_scene(f"{fault}:2")
    ended = scene.run("send", patience=0.05)
    assert (ended.code, ended.proof["accepted"]) == (0, READERS)
    scene.holds()
    assert scene.received().keys() == scene.everyone()


@pytest.mark.slow
@pytest.mark.parametrize("fault", STOPS)
def test_a_send_stops_and_goes_on_when_asked_after(
    make_local_scene: Callable[..., LocalScene], fault: str
) -> None:
    scene = make_local_scene(f"{fault}:1")
    ended = scene.run("send")
    assert (ended.code, ended.proof["state"], ended.proof["unknown"]) == (3, "paused", 0)
    scene.holds()
    scene.run("resume")
    scene.reconcile_all()


@pytest.mark.slow
@pytest.mark.parametrize("fault", UNKNOWN)
def test_readers_are_unknown_until_it_is_asked_after(
    make_local_scene: Callable[..., LocalScene], fault: str
) -> None:
    scene = make_local_scene(f"{fault}:2")
    ended = scene.run("send")
    assert (ended.code, ended.proof["unknown"]) == (3, 10)
    scene.holds()
    scene.reconcile_all()


@pytest.mark.slow
def test_a_share_of_all_faults_at_once_mails_everybody_once_in_the_end(
    make_local_scene: Callable[..., LocalScene],
) -> None:
    scene = make_local_scene("accept-then-time-out:5%", "429:10%", "accept-then-5xx:5%", "cut-answer:5%")
    scene.run("send", patience=0.05)
    scene.holds()
    for _ in range(3):
        scene.run("resume", patience=0.05)
        scene.holds()
    scene.reconcile_all()
