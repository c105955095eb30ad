"""The publication of a simulated world: its letter in three versions, its people, a process's wiring."""

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any, TypeVar, cast

from conftest import BRIEF
from simulation.machine import Machine, disk
from simulation.sendgrid import TIMEOUT, Port, SendGrid
from simulation.world import SECOND, Process, World

from newsletter.config import Settings
from newsletter.delivery.manifest import new_key, public_of
from newsletter.files.templates import bundled_templates, template_loader
from newsletter.sending.pump import RunWorkers
from newsletter.sending.shared import Shared
from newsletter.sending.worker import Worker
from newsletter.variables import merged
from newsletter.wiring import Wiring

T = TypeVar("T")

ISSUE, NEXT = "first", "second"
NEXT_SUBJECT = "The metre is next"
VERSIONS = ("The kilogram is gone", "The kilogram is really gone", "The kilogram is gone for good")
KEY = b"k" * 48
WARM_UP = date(2025, 6, 15), 4, 2.0  # the first day, how many on it, and how many times as many each day
EDITOR, COLLEAGUE = "ana", "bo"
_PRIVATE = {name: new_key(name.encode().ljust(32, b".")) for name in (EDITOR, COLLEAGUE)}


@cache
def root(version: int) -> Path:
    """Return the publication's folder as it is once the letter was edited so often."""
    folder = disk() / f"version-{version}"
    (folder / "issues").mkdir(parents=True)
    text = BRIEF.replace(VERSIONS[0], VERSIONS[version])
    if version:
        text = text.replace("number: 7\n", f"number: 7\ncorrection: It was {version} kilograms.\n")
    (folder / "issues" / f"{ISSUE}.md").write_text(text)
    (folder / "issues" / f"{NEXT}.md").write_text(BRIEF.replace(VERSIONS[0], NEXT_SUBJECT))
    return folder


@cache
def settings(version: int, person: str, how: tuple[tuple[str, object], ...]) -> Settings:
    """Return the settings in force for a person; ``how`` are those that differ from world to world."""
    wanted = dict(how)
    approval: dict[str, object] = {
        "required": wanted.pop("approval"),
        "approvers": {name: public_of(key) for name, key in _PRIVATE.items()},
    }
    warm_up = (
        {"start": WARM_UP[0], "first": WARM_UP[1], "growth": WARM_UP[2]} if wanted.pop("warm_up") else {}
    )
    delivery = {"provider": "sandbox", "timeout_seconds": TIMEOUT, **wanted}
    values = {"publication": {"name": "Dig In", "from_email": "news@example.org"}}
    secrets = {**merged({}, os.environ, {}), "approval_key": _PRIVATE[person]}
    return Settings(
        root=root(version), **values, **secrets, delivery=delivery, approval=approval, warm_up=warm_up
    )  # type: ignore[arg-type]


@cache
def _templates() -> Callable[[str], str | None]:
    """Return one loader for all worlds, whose templates are compiled once."""
    return template_loader([bundled_templates()])


_kept: dict[Hashable, Any] = {}  # the letters of all worlds, read, rendered and checked once


class Clock:
    """A machine's clock, as a process sees it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> int:
        return self._world.now()

    def wait(self, seconds: float, stop: Event) -> None:
        if not stop.is_set():
            self._world.nap(seconds, stop)


class Simulated(Wiring):
    """What a process of a simulated world is wired to: the real publication, the world's effects."""

    def __init__(self, machine: Machine, sendgrid: SendGrid, process: Process, settings: Settings) -> None:
        super().__init__(settings)
        self._machine = machine
        self._world = machine.world
        self._sendgrid = sendgrid
        self.process = process
        self.clock = Clock(machine.world)  # type: ignore[assignment]
        self.engine = machine.engine
        self.secret_key = KEY
        self.templates = _templates()

    def kept(self, parts: Hashable, make: Callable[[], T]) -> T:
        """Return the letter of all worlds: the settings it is made with are the same in all of them."""
        if parts not in _kept:
            _kept[parts] = make()
        return cast("T", _kept[parts])

    @property
    def has_database(self) -> bool:
        return True

    def new_id(self) -> str:
        return self._machine.new_id()

    @contextmanager
    def provider(self) -> Iterator[Port]:
        yield Port(self._sendgrid, self.process)

    def sender_lock(self) -> AbstractContextManager[None]:
        return self._machine.sender_lock(self.process)

    def sender_alive(self) -> bool:
        return self._machine.sender is not None

    @property
    def cut_at_once(self) -> int:
        return self._machine.cut_at_once

    @property
    def run_workers(self) -> RunWorkers:
        return self._run_workers

    def _run_workers(self, workers: Sequence[Worker], shared: Shared) -> None:
        actors = [self._world.spawn(self.process, worker.name, worker.run) for worker in workers]
        try:
            self._world.join(*actors)
        except BaseException:
            shared.stopping.set()
            self._world.join(*actors)
            raise


__all__ = ["ISSUE", "SECOND", "Simulated", "settings"]
