"""What editors do: send, go on, stop, correct, approve, and say what became of unanswered requests."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from simulation.checker import Stop, Undone
from simulation.publication import COLLEAGUE, EDITOR, ISSUE, VERSIONS, Simulated
from simulation.scene import SENDING, Scene, counts_of
from simulation.world import SECOND, Actor

from newsletter import publish
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.states import OPEN, Verdict
from newsletter.errors import AlreadySending, DeliveryError

GUESSED = "I guess"
WORDS = Verdict.RESEND, Verdict.DROP, Verdict.RESEND, Verdict.DROP, Verdict.ACCEPTED
FIRST = "send", "send", "send", "send", "schedule"  # what an editor begins with
EDITOR_DOES = "resume", "send", "resume", "reconcile", "correct", "only missing"
COLLEAGUE_DOES = (
    "status",
    "pause issue",
    "approve",
    "reconcile",
    "resume",
    "undo",
    "cancel",
    "guess",
    "send",
    "only missing",
)
MOST_HABITS = 4
GOES_ON = "resume", "send", "resume"  # what an editor does while a colleague stops it
QUIET = 2_000  # seconds after which a request without an answer or a report is for an editor to decide
# What leads, step by step, to where chance alone hardly comes.
# Each with the word that its guesses mostly are, if it needs one.
GUESSING: Sequence[tuple[Verdict | None, Sequence[str]]] = (
    *[(Verdict.RESEND, ("guess", "resume"))] * 2,
    *[(Verdict.DROP, ("guess", "only missing"))] * 2,
    (Verdict.DROP, ("guess", "only missing", "guess", "resume")),
    (None, ("guess", "cancel", "resume")),
    (None, ("guess", "resume", "guess", "only missing")),
    (None, ("guess", "cancel", "only missing", "guess", "only missing")),
    (None, ("guess", "send", "resume")),
    *[(Verdict.RESEND, ("send to newcomer", "guess", "resume"))] * 3,
    *[(Verdict.RESEND, ("send to newcomer", "guess", "cancel", "send to newcomer"))] * 2,
)
PATIENT = "guess", "send to newcomer"
STOPPING = (
    ("pause issue", "pause issue", "pause issue", "pause issue"),
    ("pause issue", "pause issue", "cancel", "only missing", "cancel"),
    ("cancel", "only missing", "cancel"),
    ("pause issue", "undo", "pause issue", "undo"),
    ("send", "pause issue", "send", "pause issue"),
    ("approve", "pause issue", "approve", "pause issue"),
    ("reconcile", "resume", "reconcile", "resume"),
    ("resume", "send", "resume", "send"),
)


class Editors(Scene):
    """Two people who work at once."""

    def _editor_does(self, who: str) -> None:
        later = *self._habit(EDITOR_DOES), *(("correct",) * 3 if self.put_back else ())
        does = self.chance.pick(later if self.begun else FIRST)
        actor = self.start(does, who, getattr(self, "_" + does.replace(" ", "_")))
        if self.chance.happens(8):
            self.world.wait(self._pause())
            if not actor.done:
                self.world.interrupt(actor)
        if not self.chance.happens(25):
            self.world.join(actor)

    def _colleague_does(self, who: str) -> None:
        if self.guessing and not self.plot and self.chance.happens(60):
            self._guess_and_go_on(who)
            return
        does = self.plot.pop(0) if self.plot else self.chance.pick(self._habit(COLLEAGUE_DOES))
        if does in PATIENT:
            self._wait_until_nobody_asks(self.people[1])
        self.world.join(self.start(does, who, getattr(self, "_" + does.replace(" ", "_"))))

    def _guess_and_go_on(self, who: str) -> None:
        """Say what became of unanswered requests, mostly once it is not too early, and go on."""
        self.world.wait(self.chance.pick((QUIET, 2 * QUIET, QUIET, 5)))
        goes_on = self.chance.pick(("resume", "resume", "only missing", "send"))
        self.world.join(self.start("guess", who, self._guess))
        self.world.join(self.start(goes_on, who, getattr(self, "_" + goes_on.replace(" ", "_"))))

    def _habit(self, all_of_it: Sequence[str]) -> Sequence[str]:
        """Return what somebody does in this world at all: who does few things goes further in each."""
        if all_of_it not in self.habits:
            self.habits[all_of_it] = [self.chance.pick(all_of_it) for _ in range(MOST_HABITS)]
        return self.habits[all_of_it]

    def _send(self, wiring: Simulated) -> None:
        self._carry_out(
            wiring, publish.plan_send(wiring, ISSUE, list_name=self._list(), as_sent=self._as_sent())
        )

    def _only_missing(self, wiring: Simulated) -> None:
        plan = publish.plan_send(
            wiring, ISSUE, list_name=self._list(), only_missing=True, as_sent=self._as_sent()
        )
        self._carry_out(wiring, plan)

    def _carry_out(self, wiring: Simulated, plan: publish.SendPlan) -> None:
        made = self._note_plan(wiring, plan)
        self.world.wait(self.chance.pick((0, 0, 0.002, 0.01, 2, 40)))  # the editor reads the plan
        if self.guessing and made.kind in ("newcomers", "missing") and self.chance.happens(30):
            self.world.join(self.start("guess", COLLEAGUE, self._guess))  # and somebody decides meanwhile
        try:
            publish.send(wiring, plan)
        except AlreadySending:
            self.plans.remove(made)  # nothing came of it
            raise
        self.plans[self.plans.index(made)] = replace(made, done=self.world.turn)

    def _schedule(self, wiring: Simulated) -> None:
        plan = publish.plan_send(wiring, ISSUE, list_name=self._list(), as_sent=self._as_sent())
        due_at = wiring.clock.now() + self.chance.pick((5, 60, 600)) * SECOND
        self._note_plan(wiring, plan, due_at)
        publish.schedule(wiring, plan, due_at)
        self.world.say("scheduled", rare="scheduled")

    def _resume(self, wiring: Simulated) -> None:
        publish.resume(wiring, self._some_issue(wiring))

    def _reconcile(self, wiring: Simulated) -> None:
        publish.reconcile(wiring, self._some_issue(wiring))

    def _guess(self, wiring: Simulated) -> None:
        """Say what became of the unanswered without a look: an editor may, and it goes on file."""
        if not self.guessing and not self.chance.happens(50):
            return
        often = {"resend": 2 * WORDS[:1], "later": 2 * WORDS[1:2]}.get(self.sendgrid.contradicts, ())
        word = self.word if self.word and not self.chance.happens(20) else self.chance.pick((*WORDS, *often))
        publish.reconcile(wiring, self._some_issue(wiring), word=Decision(word, GUESSED))
        self.world.say(f"an editor guessed: {word}", rare="an editor's word")
        if self.guessing and self.chance.happens(60):
            self.sendgrid.watch(1 + self.chance.below(4), partial(self.sendgrid.end_the_dark, 100))

    def _wait_until_nobody_asks(self, actor: Actor) -> None:
        """Wait until an editor's word counts about all that was sent by now."""
        latest = self.sendgrid.posted[-1].turn if self.sendgrid.posted else -1
        if self.chance.happens(20):
            return
        while True:
            self.world.wait(QUIET)
            again = self.sendgrid.posted[-1].turn if self.sendgrid.posted else -1
            if again == latest:
                break
            latest = again
        if self.chance.happens(30):  # while somebody looks at a plan, perhaps
            self.attentive.append(actor)
            self.world.wait(900)

    def _correct(self, wiring: Simulated) -> None:
        if self.version < len(VERSIONS) - 1 and not self.chance.happens(30):
            self.version += 1
        own = Simulated(self.machine, self.sendgrid, wiring.process, self._settings_of(EDITOR))
        before = publish.status(own, ISSUE)
        plan = publish.plan_correction(own, ISSUE, list_name=self._list())
        if before and before.state in OPEN and publish.status(own, ISSUE).state in OPEN:
            self.world.fail(f"{ISSUE} is corrected while it is {before.state}")
        self._carry_out(own, plan)
        self.world.say("corrected", rare="corrected")

    def _status(self, wiring: Simulated) -> None:
        for issue in publish.mailed_issues(wiring):
            proof = publish.status(wiring, issue)
            if proof is None:
                continue
            if not proof.adds_up:
                self.world.fail(f"the proof of {issue} does not add up: {proof}")
            states = Counter(row["state"] for row in publish.recipients(wiring, issue))
            if states != +Counter(counts_of(proof)) and proof == publish.status(wiring, issue):
                self.world.fail(f"the proof of {issue} is {proof}, the recipients are {dict(states)}")

    def _pause_issue(self, wiring: Simulated) -> None:
        issue, began = self._some_issue(wiring), self.world.turn
        publish.pause(wiring, issue)
        self._note_stop(issue, began, for_good=False)
        self.world.say("paused", rare="paused")

    def _note_stop(self, issue: str, began: int, *, for_good: bool) -> None:
        """Note that nothing more may leave, but by the commands on their way that may go on with it."""
        commands = [actor.process for actor in self.world.actors if actor.process.mortal]
        sending = {process.name for process in commands if process.name.startswith(SENDING)}
        sender = self.machine.sender.name if self.machine.sender else ""
        self.stops.append(Stop(self.world.turn, began, issue, for_good, frozenset(sending), sender))

    def _undo(self, wiring: Simulated) -> None:
        issue = self._some_issue(wiring)
        self.cancelled.add(issue)
        if publish.undo(wiring, issue):
            self.undone.append(Undone(self.world.turn, issue))
            self.world.say("undone", rare="undone")

    def _cancel(self, wiring: Simulated) -> None:
        if self.chance.happens(60):
            issue, began = self._some_issue(wiring), self.world.turn
            self.cancelled.add(issue)
            alone = self._works_alone(wiring)
            try:
                publish.cancel(wiring, issue)
            except DeliveryError:
                proof = publish.status(wiring, issue)
                if proof and proof.pending and alone and self._works_alone(wiring):
                    self.world.fail(f"{issue} cannot be cancelled, and {proof.pending} readers wait")
                raise
            self._note_stop(issue, began, for_good=True)
            self.world.say("cancelled", rare="cancelled")

    def _works_alone(self, wiring: Simulated) -> bool:
        """Say whether no other command is on its way that could change anything."""
        return not any(
            actor.process.mortal and actor.process is not wiring.process for actor in self.world.actors
        )

    def _approve(self, wiring: Simulated) -> None:
        plan = publish.plan_approval(wiring, self._some_issue(wiring))
        self.world.wait(self._pause() if self.chance.happens(30) else 0)  # what is signed is read before
        self._note_approval(plan)
        publish.approve(wiring, plan)
        self.world.say("approved", rare="approved")
