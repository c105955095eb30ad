"""A story: what editors, readers and the provider do to one issue in one world, and how it comes to rest."""

from collections.abc import Callable
from functools import partial

from simulation.checker import faults
from simulation.editors import Editors
from simulation.publication import COLLEAGUE, EDITOR
from simulation.rest import Rest
from simulation.sendgrid import ENDS, FATES
from simulation.world import SECOND, Actor

TAKEN_IN_SILENCE = "line broke, taken", "silent, taken", "5xx, taken"


class Story(Editors, Rest):
    """One world from its beginning to its end."""

    def run(self) -> None:
        """Let everything happen, then let every fault end and everything come to rest."""
        self._set_the_weather()
        world = self.world
        self.people = [
            self._person("editor", EDITOR, self._editor_does),
            self._person("colleague", COLLEAGUE, self._colleague_does),
            self._person("readers", EDITOR, self._readers_do),
        ]
        reports = world.spawn(self.machine.start("webhook", mortal=False), "reports", self._reports_come)
        self.sendgrid.hurry = partial(setattr, reports, "wake", 0)
        world.spawn(self.machine.start("timer", mortal=False), "timer", self._time_comes)
        world.run()
        self._come_to_rest()
        for fault in faults(self.observed):
            world.fail(fault)

    def _set_the_weather(self) -> None:
        """Draw which faults this world has at all: worlds with few kinds of faults go further in each."""
        chance = self.chance
        self.sendgrid.weights = {
            fate: weight * (1 + chance.below(3)) for fate, weight in FATES.items() if chance.happens(35)
        }
        while sum(self.sendgrid.weights.values()) > 80:
            self.sendgrid.weights.pop(next(iter(self.sendgrid.weights)))
        self.sendgrid.ends = {end: weight for end, weight in ENDS.items() if chance.happens(40)}
        self.sendgrid.searchable = not chance.happens(30)
        self.sendgrid.mute = chance.happens(20)
        self.world.deaths = chance.pick((0, 0.3, 1.0))
        if chance.happens(30):
            begin = self.world.time + chance.below(3_600) * SECOND
            self.sendgrid.dark = begin, begin + (1 + chance.below(3 * 3_600)) * SECOND
        self.guessing = chance.happens(20)
        if self.guessing:
            self._contradict_guesses()
        elif chance.happens(8):
            self.sendgrid.by_message, self.sendgrid.searchable = True, False

    def _contradict_guesses(self) -> None:
        """Let nothing be reported for hours, answers be lost, and an editor say what became of them."""
        chance, sendgrid = self.chance, self.sendgrid
        sendgrid.contradicts = chance.pick(("resend", "decision", "later"))
        sendgrid.mute, sendgrid.searchable = False, chance.happens(20)
        sendgrid.dark = self.world.time, self.world.time + (1 + chance.below(5)) * 3_600 * SECOND
        weights = dict(sendgrid.weights)
        while sum(weights.values()) > 50:
            weights.pop(next(iter(weights)))
        sendgrid.weights = {
            **weights,
            chance.pick(TAKEN_IN_SILENCE): chance.pick((25, 10)),
            "silent, not taken": 10,
        }

    def _person(self, name: str, who: str, act: Callable[[str], None]) -> Actor:
        def live() -> None:
            for turn in range(1 + self.chance.below(7)):
                if turn or act != self._editor_does:
                    self.world.wait(self._pause())
                act(who)

        return self.world.spawn(self.machine.start(name, mortal=False), name, live)
