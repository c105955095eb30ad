"""What editors do: send, go on, stop, correct, approve, and say what became of unanswered requests."""

from collections import Counter

from simulation.checker import Stop
from simulation.publication import EDITOR, ISSUE, VERSIONS, Simulated
from simulation.scene import SENDING, Scene, counts_of
from simulation.world import SECOND

from newsletter import publish
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.states import Verdict

GUESSED = "I guess"
QUIET = 2_000  # seconds after which the absence of reports may prove something


class Editors(Scene):
    """Two people who work at once."""

    def _editor_does(self, who: str) -> None:
        later = "resume", "send", "resume", "reconcile", "correct", "only missing"
        later += ("correct",) * 3 if self.put_back else ()
        does = self.chance.pick(later if self.begun else ("send", "send", "send", "send", "schedule"))
        actor = self.start(does, who, getattr(self, "_" + does.replace(" ", "_")))
        if self.chance.happens(8):
            self.world.wait(self._pause())
            if not actor.done:
                self.world.interrupt(actor)
        if not self.chance.happens(25):
            self.world.join(actor)

    def _colleague_does(self, who: str) -> None:
        if self.guessing and self.chance.happens(60):
            self._guess_and_go_on(who)
            return
        does = self.chance.pick(
            ("status", "pause issue", "approve", "reconcile", "resume", "undo", "cancel", "guess")
        )
        self.world.join(self.start(does, who, getattr(self, "_" + does.replace(" ", "_"))))

    def _guess_and_go_on(self, who: str) -> None:
        """Say what became of unanswered requests, mostly once it is not too early, and go on."""
        self.world.wait(self.chance.pick((QUIET, 2 * QUIET, QUIET, 5)))
        goes_on = self.chance.pick(("resume", "resume", "only missing", "send"))
        self.world.join(self.start("guess", who, self._guess))
        self.world.join(self.start(goes_on, who, getattr(self, "_" + goes_on.replace(" ", "_"))))

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
        self._note_plan(wiring, plan)
        self.world.pause("the editor reads the plan")
        publish.send(wiring, plan)

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
        if not self.guessing and not self.chance.happens(25):
            return
        words = Verdict.RESEND, Verdict.DROP, Verdict.ACCEPTED
        often = {"resend": 2 * words[:1], "later": 2 * words[1:2]}.get(self.sendgrid.contradicts, ())
        word = self.chance.pick((*words, *often))
        publish.reconcile(wiring, self._some_issue(wiring), word=Decision(word, GUESSED))
        self.world.say(f"an editor guessed: {word}", rare="an editor's word")

    def _correct(self, wiring: Simulated) -> None:
        if self.version < len(VERSIONS) - 1 and not self.chance.happens(30):
            self.version += 1
        own = Simulated(self.machine, self.sendgrid, wiring.process, self._settings_of(EDITOR))
        self._carry_out(own, publish.plan_correction(own, ISSUE, list_name=self._list()))
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
        issue = self._some_issue(wiring)
        publish.pause(wiring, issue)
        self._note_stop(issue, for_good=False)
        self.world.say("paused", rare="paused")

    def _note_stop(self, issue: str, *, for_good: bool) -> None:
        """Note that nothing more may leave, unless another command goes on with it that is on its way."""
        commands = [actor.process for actor in self.world.actors if actor.process.mortal]
        sending = [process for process in commands if process.name.startswith(SENDING)]
        others = [process for process in sending if process is not self.machine.sender]
        if not others:
            self.stops.append(Stop(self.world.turn, issue, for_good))

    def _undo(self, wiring: Simulated) -> None:
        issue = self._some_issue(wiring)
        self.cancelled.add(issue)
        publish.undo(wiring, issue)

    def _cancel(self, wiring: Simulated) -> None:
        if self.chance.happens(60):
            issue = self._some_issue(wiring)
            self.cancelled.add(issue)
            publish.cancel(wiring, issue)
            self._note_stop(issue, for_good=True)
            self.world.say("cancelled", rare="cancelled")

    def _approve(self, wiring: Simulated) -> None:
        plan = publish.plan_approval(wiring, self._some_issue(wiring))
        self.approvals.append(self.world.turn)
        publish.approve(wiring, plan)
        self.world.say("approved", rare="approved")
