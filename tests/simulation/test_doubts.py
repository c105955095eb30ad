"""Four workers, and a provider whose answers leave it open what is wrong: sending comes to an end."""

import pytest
from simulation.chance import Chance
from simulation.machine import Machine
from simulation.publication import EDITOR, ISSUE, Simulated, settings
from simulation.sendgrid import SendGrid
from simulation.world import World

from newsletter import publish

HOW = {
    "batch_size": 1,
    "threads": 4,
    "rate_per_second": 0,
    "unknown": "hold",
    "approval": False,
    "warm_up": False,
}


class Answering(SendGrid):
    """A provider that answers as a test says, and then takes what comes; it reports nothing."""

    fates: tuple[str, ...] = ()

    def _fate(self) -> str:
        return self.fates[len(self.posts) - 1] if len(self.posts) <= len(self.fates) else "taken"

    def _plan_reports(self, *_: object) -> None:
        """Report nothing."""


@pytest.mark.parametrize("lost", range(2, 6))
def test_who_waits_for_a_turn_gives_it_up_once_readers_are_asked_about_one_by_one(lost: int) -> None:
    for seed in range(12):
        world = World(Chance(seed))
        world.most_turns = 5_000  # a few hundred are usual
        _send(world, (*("line broke, taken",) * lost, "refused, names nobody"))
        assert not world.failures


def _send(world: World, fates: tuple[str, ...]) -> None:
    sendgrid = Answering(world)
    sendgrid.fates = fates
    machine = Machine(world, 12)
    process = machine.start("send", mortal=False)

    def send() -> None:
        wiring = Simulated(machine, sendgrid, process, settings(0, EDITOR, tuple(HOW.items())))
        publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))

    world.spawn(process, "main", send)
    world.run()
