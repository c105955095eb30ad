"""How a world comes to rest: every fault ends, and all is run that anybody would; then it is exported."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from simulation.checker import Export, Mail, Observed, Post, Ruling
from simulation.editors import GUESSED
from simulation.machine import LISTS, address, lists_of
from simulation.publication import COLLEAGUE, EDITOR, ISSUE, NEXT, VERSIONS, WARM_UP, Simulated
from simulation.readers import Readers
from simulation.scene import LIST_IDS, counts_of
from simulation.world import Process

from newsletter import publish
from newsletter.delivery.states import OPEN, Verdict
from newsletter.store.accounts.decisions import Decided

LATER = 6 * 3600  # seconds by which every lease, deadline and lag of reports is over
DAY = 24 * 3600
ROUNDS = 12


class Rest(Readers):
    """The end of a story."""

    def _come_to_rest(self) -> None:
        """Let every fault end, every report come and every command be run that anybody would run."""
        world = self.world
        world.deaths = world.standstills = self.machine.hiccups = 0
        self.sendgrid.refuses_until = self.sendgrid.cuts = 0
        self.machine.full, self.sendgrid.weights = False, {}
        world.say("every fault ends")
        world.spawn(self.machine.start("rest", mortal=False), "rest", self._rest)
        world.run()

    def _rest(self) -> None:
        self._let_rest()
        self._some_come_back()
        for name in LISTS if self.version else ():
            self.world.join(self.start("settling", EDITOR, partial(self._correct_again, name), mortal=False))
        at_once = self.chance.happens(50)  # so that reports on one list's mail come once the other's is sent
        for name in LISTS:
            self.world.join(self.start("settling", EDITOR, partial(self._send_next, name), mortal=False))
            if not at_once or name == LISTS[-1] or self._unsettled():
                self._let_rest()
        self.world.join(self.start("looking", EDITOR, self._export, mortal=False))

    def _some_come_back(self) -> None:
        """Let some come back who left at the provider, which may yet report again that they left."""
        for email in sorted(email for email, _ in self.left_there):
            if self.chance.happens(95):
                back = partial(self._reader, "come back", email)
                self.world.join(self.start("come-back", EDITOR, back, mortal=False))

    def _let_rest(self) -> None:
        """Let time pass, reports come, and run what anybody would until nothing more can come of it."""
        for _ in range(ROUNDS):
            self.world.wait(DAY if self.how["warm_up"] else LATER)
            self._take_due_reports(mortal=False)
            left = self._unsettled()
            if not left:
                break
            for issue in left:
                approving = [(who, self._approve_issue) for who in (COLLEAGUE, EDITOR)]
                for who, does in (
                    (EDITOR, publish.reconcile),
                    *(approving if self.how["approval"] else ()),
                    (EDITOR, publish.resume),
                ):
                    run = partial(self._call, does, issue)
                    self.world.join(self.start("settling", who, run, mortal=False))

    def _send_next(self, name: str, wiring: Simulated) -> None:
        """Send the next issue, which shows who is still on the lists."""
        plan = publish.plan_send(wiring, NEXT, list_name=name)
        self._note_plan(wiring, plan)
        publish.send(wiring, plan)

    def _by_message(self, made: Decided) -> list[Ruling]:
        """Return a decision for each message that it was about, where each is answered by itself."""
        whole = Ruling(made.attempt, made.verdict, made.evidence, made.at)
        if not self.sendgrid.by_message or "." in made.attempt:
            return [whole]
        posted = [post.attempt for post in self.sendgrid.posted]
        reports = self.sendgrid.first_report
        return [
            replace(whole, attempt=attempt)
            for attempt in posted
            if attempt.startswith(f"{made.attempt}.") and reports.get(attempt, made.at) >= made.at
        ]

    def _was_open(self, word: Ruling) -> bool:
        """Say whether an editor's word was all there was: no report had come by then, nor could one ask."""
        first = self.sendgrid.first_report.get(word.attempt)
        found = self.sendgrid.searchable and self.sendgrid.has_taken(word.attempt)
        return word.evidence == GUESSED and not found and (self.put_back or first is None or first > word.at)

    def _was_calm(self) -> bool:
        """Say whether every command lived until it ended, with room on the disk."""
        known = self.world.sometimes
        room = not known["disk full"] and not known["no room for a moment"]
        return room and not any(state.endswith(" killed") for state in known)

    def _lived_on(self, process: Process) -> bool:
        return not process.dead and not self.world.sometimes["disk full"]

    def _correct_again(self, name: str, wiring: Simulated) -> None:
        """Correct the issue once more, for those who got the wrong version since, or as it turns out."""
        plan = publish.plan_correction(wiring, ISSUE, list_name=name)
        self._note_plan(wiring, plan)
        publish.send(wiring, plan)

    def _export(self, wiring: Simulated) -> None:
        """Export all that an editor can."""
        exports: dict[str, Export] = {}
        for issue in publish.mailed_issues(wiring):
            proof = publish.status(wiring, issue)
            assert proof is not None
            if not proof.adds_up or proof.alarms.keys() - {"accepted_twice"}:
                self.world.fail(f"the proof of {issue}: {proof}")
            made = [made for word in publish.decisions(wiring, issue) for made in self._by_message(word)]
            # Of a cancelled mailing nobody is mailed again: a resend gives its readers up.
            given_up = (Verdict.DROP, Verdict.RESEND) if issue in self.cancelled else (Verdict.DROP,)
            exports[issue] = Export(
                proof.state,
                counts_of(proof),
                list(publish.recipients(wiring, issue)),
                frozenset(word.attempt for word in made if self._was_open(word)),
                frozenset(word.attempt for word in made if word.verdict in given_up),
                issue in self.cancelled,
                made,
            )
        taken = [
            Mail(
                mail.issue,
                mail.list_id,
                mail.version,
                mail.attempt,
                mail.email,
                mail.end,
                self.machine.claims[mail.attempt.partition(".")[0]],
                mail.turn,
            )
            for mail in self.sendgrid.taken
        ]
        reported = frozenset(self.sendgrid.first_report)
        refused = frozenset(self.sendgrid.refused)
        listed = {address(n): [LIST_IDS[name] for name in lists_of(n)] for n in range(self.readers)}
        self.observed = Observed(
            taken,
            reported,
            self.sendgrid.report_turns,
            self.sendgrid.first_report,
            {
                reply.attempt: reply.process.writes_by(reply.at)
                for reply in self.sendgrid.replies
                if self._lived_on(reply.process)
            },
            frozenset(reply.attempt for reply in self.sendgrid.replies if reply.late),
            refused,
            frozenset(self.sendgrid.blamed),
            self.moves,
            exports,
            self.sendgrid.turned_back,
            [
                Post(**vars(post), chosen_at=self.machine.chosen_at[post.attempt.partition(".")[0]])
                for post in self.sendgrid.posted
            ],
            self.plans,
            self.stops,
            self.goings_on,
            self.approvals if self.how["approval"] else None,
            self.undone,
            self._was_calm(),
            listed,
            frozenset(self.erased),
            frozenset(self.uncertain),
            NEXT,
            self.put_back,
            bool(self.sendgrid.mute or self.world.sometimes["reports lost"]),
            self.sendgrid.searchable,
            VERSIONS[self.version],
            WARM_UP if self.how["warm_up"] else None,
        )

    def _call(self, does: Callable[[Simulated, str], object], issue: str, wiring: Simulated) -> None:
        does(wiring, issue)

    def _approve_issue(self, wiring: Simulated, issue: str) -> None:
        plan = publish.plan_approval(wiring, issue)
        self._note_approval(plan)
        publish.approve(wiring, plan)

    def _unsettled(self) -> list[str]:
        """Return the issues that wait for something that may yet come."""
        found: list[str] = []

        def look(wiring: Simulated) -> None:
            for issue in publish.mailed_issues(wiring):
                proof = publish.status(wiring, issue)
                assert proof is not None
                if proof.state in OPEN or proof.pending:
                    found.append(issue)

        self.world.join(self.start("looking", EDITOR, look, mortal=False))
        return found
