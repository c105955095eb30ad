"""A story: what editors, readers and the provider do to one issue in one world, and how it comes to rest."""

from collections.abc import Callable
from functools import partial

from simulation.checker import faults
from simulation.editors import EDITOR_DOES, GOES_ON, GUESSING, STOPPING, Editors
from simulation.machine import LISTS, address
from simulation.publication import COLLEAGUE, EDITOR, ISSUE, Simulated
from simulation.rest import Rest
from simulation.sendgrid import ENDS, FATES
from simulation.world import SECOND, Actor

from newsletter import publish
from newsletter.delivery.states import Verdict

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
        self.sendgrid.ends = {end: weight for end, weight in ENDS.items() if chance.happens(40)}
        self.sendgrid.searchable = not chance.happens(30)
        self.sendgrid.mute = chance.happens(20)
        self.world.deaths = chance.pick((0, 0.3, 1.0))
        self.world.standstills = chance.pick((0, 0, 0.5, 2.0))
        self.machine.hiccups = chance.pick((0, 0, 0, 0, 0, 0, 0, 1.5))
        if chance.happens(8):
            self.sendgrid.refuses_until = self.world.time + chance.pick((10, 60, 600, 4_000)) * SECOND
        if chance.happens(35):
            begin = self.world.time + chance.below(3_600) * SECOND
            self.sendgrid.dark = begin, begin + (1 + chance.below(3 * 3_600)) * SECOND
        match chance.below(10):
            case 7 | 8 | 9:
                self._contradict_guesses()
            case 5 | 6:
                self._let_a_colleague_stop()
            case 3 | 4 if self.how["approval"]:
                self.plot = ["approve"] * 3
            case 1:
                self.sendgrid.by_message, self.sendgrid.searchable = True, False

    def _let_a_colleague_stop(self) -> None:
        """Let one act while something is planned or sent, and another go on with it."""
        self.haste = 90
        self.plot = list(self.chance.pick(STOPPING))
        self.habits[EDITOR_DOES] = GOES_ON

    def _contradict_guesses(self) -> None:
        """Let nothing be reported for hours, answers be lost, and an editor say what became of them."""
        chance, sendgrid = self.chance, self.sendgrid
        self.guessing = True
        sendgrid.contradicts = chance.pick(("resend", "decision", "later"))
        sendgrid.mute, sendgrid.searchable = False, chance.happens(20)
        sendgrid.cuts = chance.pick((0, 0, 0, 60))
        sendgrid.dark = self.world.time, self.world.time + (1 + chance.below(5)) * 3_600 * SECOND
        weights = dict(sendgrid.weights)
        while sum(weights.values()) > 25:
            weights.pop(next(iter(weights)))
        # With many, only one request at a time may go out.
        silent = chance.pick((25, 10, 45))
        sendgrid.weights = {**weights, chance.pick(TAKEN_IN_SILENCE): silent, "silent, not taken": 10}
        if chance.happens(30):
            sendgrid.weights["refused, names nobody"] = 20
        if chance.happens(70):
            self.word, plot = chance.pick(GUESSING)
            self.plot = list(plot)
        if self.word:
            self._let_the_word_count()

    def _let_the_word_count(self) -> None:
        """Let no late answer come before an editor's word, and what is mailed again be cut up or reported."""
        chance, sendgrid, resent = self.chance, self.sendgrid, self.word == Verdict.RESEND
        self.how["batch_size"] = chance.pick((3, 2, 5))
        sendgrid.contradicts = chance.pick(("resend", sendgrid.contradicts))
        sendgrid.cuts = 60 if resent else 0
        silent = chance.pick(("line broke, taken", "5xx, taken"))
        sendgrid.weights = {
            silent: 30,
            "line broke, not taken": 10,
            "one refused by place": 15 if resent else 3,
        }

    def _send_to_newcomer(self, wiring: Simulated) -> None:
        """Add a reader, and mail them what others got."""
        self._reader("join", address(self.readers + self.chance.below(6)), wiring)
        self._carry_out(wiring, publish.plan_send(wiring, ISSUE, list_name=LISTS[0], as_sent=True))

    def _person(self, name: str, who: str, act: Callable[[str], None]) -> Actor:
        def live() -> None:
            turns = max(1 + self.chance.below(7), len(self.plot) if who == COLLEAGUE else 0)
            for turn in range(turns):
                if turn or act != self._editor_does:
                    self._let_pass(person, hurried=who != EDITOR or name == "readers")
                act(who)

        person = self.world.spawn(self.machine.start(name, mortal=False), name, live)
        return person
