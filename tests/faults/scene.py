"""A publication, a strict server at the receiving end, and what must hold between them after every step."""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from conftest import Publication
from faults.nursery import Ended, Nursery, Victim
from posts import read_reports
from strict_reports import Report, Reports
from strict_sendgrid import StrictSendGrid

from newsletter import publish
from newsletter.config import load_settings
from newsletter.delivery.proof import Proof
from newsletter.delivery.reports import PauseAt
from newsletter.readership.reports import take_reports
from newsletter.wiring import Wiring

ISSUE = "first"
LATER = 6 * 3600  # seconds by which every lease, deadline and webhook lag is over


@dataclass
class Scene(ABC):
    """What a test of faults stands on. ``readers`` are confirmed: the issue must reach them."""

    publication: Publication
    nursery: Nursery
    database_url: str
    unknown: str = field(default="resend", init=False)  # the policy
    readers: int = field(default=0, init=False)
    steps: list[str] = field(default_factory=list, init=False)

    @property
    @abstractmethod
    def url(self) -> str:
        """Return where the provider answers."""

    @abstractmethod
    def received(self) -> Counter[str]:
        """Count each address at the receiving end."""

    @abstractmethod
    def hear(self) -> None:
        """Take in everything the receiving end reports, as the webhook would."""

    def configure(self, **settings: Any) -> None:
        """Write newsletter.toml, on this scene's server and database."""
        known = f'unknown = "{self.unknown}"\nwebhook_keys = {self.webhook_keys()}\n'
        database = f'[database]\nurl = "{self.database_url}"\n'
        self.publication.settings(host=self.url, extra=known + database, **settings)

    def webhook_keys(self) -> list[str]:
        """Return the keys that its reports are signed with."""
        return []

    def subscribe(self, readers: int, **statuses: int) -> None:
        self.publication.subscribe(readers, **statuses)
        self.readers = readers

    def start(self, what: str, **how: Any) -> Victim:
        self.steps.append(f"{what} {how}")
        return self.nursery.start(what, self.publication.root, **how)

    def run(self, what: str, **how: Any) -> Ended:
        return self.start(what, **how).ended()

    @contextmanager
    def wiring(self) -> Iterator[Wiring]:
        """Open the publication as a process of its own would."""
        wiring = Wiring(load_settings(self.publication.root / "newsletter.toml"))
        try:
            yield wiring
        finally:
            wiring.engine.dispose()

    def proof(self) -> Proof:
        with self.wiring() as wiring:
            proof = publish.status(wiring, ISSUE)
        assert proof is not None, self.steps
        return proof

    def in_state(self, *states: str) -> Counter[str]:
        """Count each address that the ledger says is in one of these states."""
        with self.wiring() as wiring:
            return Counter(
                recipient["email"]
                for recipient in publish.recipients(wiring, ISSUE)
                if recipient["state"] in states
            )

    def nobody_twice(self) -> Counter[str]:
        """See that the receiving end has everybody at most once, and return who has it."""
        received = self.received()
        twice = [address for address, times in received.items() if times > 1]
        assert not twice, (len(twice), twice[:5], self.steps)
        return received

    def holds(self) -> Proof:
        """See that nobody has it twice, the proof adds up, and the ledger knows of all who may have it."""
        received = self.nobody_twice()
        proof = self.proof()
        assert proof.adds_up, (proof, self.steps)
        accepted, unknown = self.in_state("accepted"), self.in_state("unknown")
        assert accepted.keys() <= received.keys(), self.steps
        assert received.keys() <= accepted.keys() | unknown.keys(), self.steps
        assert not accepted.keys() & unknown.keys(), self.steps
        assert (proof.accepted, proof.unknown) == (accepted.total(), unknown.total()), self.steps
        return proof

    def reconcile_all(self) -> Proof:
        """Hear, reconcile, go on, until nothing is left; nobody may be twice or missing after it."""
        for _ in range(3):
            self.hear()
            self.holds()
            self.decide()
            self.run("resume")
            proof = self.holds()
            if proof.complete and proof.state == "finished":
                break
        assert self.received().keys() == self.everyone(), (proof, self.steps)
        assert (proof.accepted, proof.state) == (self.readers, "finished"), (proof, self.steps)
        return proof

    def decide(self) -> None:
        """Decide on evidence; then say of the rest what the receiving end shows: it has none of it.

        Absence proves nothing about a mailing's first and last requests, so that some are always left.
        """
        self.run("reconcile", ahead=LATER)
        self.holds()
        assert not self.in_state("unknown").keys() & self.received().keys(), self.steps
        self.run("reconcile", ahead=LATER, word="resend")
        self.holds()

    def everyone(self) -> set[str]:
        return {f"reader{n}@example.org" for n in range(self.readers)}


@dataclass
class StrictScene(Scene):
    """A scene whose receiving end is the strict server."""

    server: StrictSendGrid
    reports: Reports

    @property
    def url(self) -> str:
        return self.server.url

    def webhook_keys(self) -> list[str]:
        return [self.reports.public_key]

    def received(self) -> Counter[str]:
        assert not self.server.problems, self.server.problems[:5]
        return Counter(self.server.accepted)

    def hear(self, *, but: Callable[[Report], bool] = lambda _: False) -> None:
        with self.wiring() as wiring:
            said = wiring.settings.delivery
            for body in self.reports.bodies(but=but):
                events = read_reports(
                    body, self.reports.signed(body), [self.reports.public_key], now=time.time()
                )
                take_reports(
                    wiring.engine,
                    events,
                    now=wiring.clock.now,
                    pause=PauseAt(said.pause_at_bounces, said.pause_at_complaints, said.pause_after),
                )
