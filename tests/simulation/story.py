"""A story: what editors, readers and the provider do to one issue in one world, and how it comes to rest."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from simulation.chance import Chance
from simulation.checker import Export, Mail, Move, Observed, Plan, Post, Stop, faults
from simulation.machine import LISTS, Machine, address, lists_of
from simulation.publication import COLLEAGUE, EDITOR, ISSUE, NEXT, VERSIONS, WARM_UP, Simulated, settings
from simulation.sendgrid import ENDS, FATES, SendGrid
from simulation.world import SECOND, Actor, Crash, Process, World

from newsletter import publish, readership
from newsletter.delivery.events import Event as Report
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.states import OPEN, MailingState, Verdict
from newsletter.errors import NewsletterError, StoreError
from newsletter.providers.sendgrid.reports.events import event_of
from newsletter.readership.reports import take_reports
from newsletter.store.accounts.decisions import Decided

LATER = 6 * 3600  # seconds by which every lease, deadline and lag of reports is over
DAY = 24 * 3600
LOOKED, GUESSED = "I looked", "I guess"
ROUNDS = 12
SENDING = ("send", "resume", "correct", "only missing", "schedule", "timer", "settling")
LIST_IDS = {name: f"<{name}.example.org>" for name in LISTS}
READERS_DO = (
    "leave",
    "leave",
    "join",
    "ask to join",
    "come back",
    "suppress",
    "unsuppress",
    "weather",
    "weather",
    "erase",
)
BACK = "join", "come back", "unsuppress"  # what a reader does to be mailed again


@dataclass
class Story:
    """One world from its beginning to its end, and what an observer outside saw of it."""

    chance: Chance
    tracing: bool = False
    moves: dict[str, list[Move]] = field(default_factory=dict)  # of each address
    plans: list[Plan] = field(default_factory=list)  # every one that somebody carried out
    stops: list[Stop] = field(default_factory=list)
    goings_on: list[int] = field(default_factory=list)  # turns in which a command that sends began
    approvals: list[int] = field(default_factory=list)  # turns in which somebody approved
    erased: set[str] = field(default_factory=set)
    counted: set[object] = field(default_factory=set)  # of which mail what was reported before
    uncertain: set[str] = field(default_factory=set)  # who may have come or gone: the command was killed
    cancelled: set[str] = field(default_factory=set)  # issues that somebody tried to cancel
    version: int = 0

    def __post_init__(self) -> None:
        chance = self.chance
        self.world = World(chance, tracing=self.tracing)
        self.readers = 30 - chance.below(chance.pick((12, 30)))
        self.machine = Machine(self.world, self.readers)
        self.sendgrid = SendGrid(self.world)
        self.how = self._settings()
        self.machine.cut_at_once = chance.pick((50_000, 7, 3, 12))
        self.people: list[Actor] = []
        self.begun = False
        self.put_back = False

    def _settings(self) -> dict[str, object]:
        chance = self.chance
        return {
            "batch_size": chance.pick((1, 2, 2, 3, 5)),
            "threads": chance.pick((2, 3, 4, 1)),
            "rate_per_second": chance.pick((0, 0, 0, 2)),
            "unknown": chance.pick(("hold", "resend", "drop")),
            "pause_after": chance.pick((200, 200, 4)),
            "approval": chance.happens(10),
            "warm_up": chance.happens(8),
        }

    # ── from beginning to end ───────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Let everything happen, then let every fault end and everything come to rest."""
        self._set_the_weather()
        world = self.world
        self.people = [
            self._person("editor", EDITOR, self._editor_does),
            self._person("colleague", COLLEAGUE, self._colleague_does),
            self._person("readers", EDITOR, self._readers_do),
        ]
        world.spawn(self.machine.start("webhook", mortal=False), "reports", self._reports_come)
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
        self.weather = chance.pick((0, 0, 1, 3))
        if chance.happens(30):
            begin = self.world.time + chance.below(3_600) * SECOND
            self.sendgrid.dark = begin, begin + (1 + chance.below(3 * 3_600)) * SECOND

    def _person(self, name: str, who: str, act: Callable[[str], None]) -> Actor:
        def live() -> None:
            for turn in range(1 + self.chance.below(7)):
                if turn or act != self._editor_does:
                    self.world.wait(self._pause())
                act(who)

        return self.world.spawn(self.machine.start(name, mortal=False), name, live)

    def _pause(self) -> float:
        """Return how many seconds pass until somebody does something: moments, mostly."""
        return self.chance.pick((0.01, 0.2, 1, 5, 30, 90, 600, 3_600))

    @property
    def _busy(self) -> bool:
        return any(not person.done for person in self.people)

    # ── processes ───────────────────────────────────────────────────────────────────────────────────────

    def start(
        self, name: str, who: str, work: Callable[[Simulated], object], *, mortal: bool = True
    ) -> Actor:
        """Start a command in a process of its own; what it refuses to do is no failure."""
        process = self.machine.start(name, mortal=mortal)

        def live() -> None:
            wiring = Simulated(self.machine, self.sendgrid, process, self._settings_of(who))
            self._try(name, partial(work, wiring))

        self.world.say(f"{who} starts {process.name}")
        if name in SENDING:
            self.goings_on.append(self.world.turn)
        return self.world.spawn(process, "main", live)

    def _settings_of(self, who: str) -> Any:
        return settings(self.version, who, tuple(self.how.items()))

    def _try(self, name: str, work: Callable[[], object]) -> bool:
        try:
            work()
        except StoreError as error:
            if self.machine.full or "no room left" in str(error):
                self.world.say(f"{name} stopped: the disk is full", rare="stopped by a full disk")
            else:
                self.world.fail(f"{name}: {error}")
        except NewsletterError as error:
            if "no room left" not in str(error) and isinstance(error.__cause__, StoreError):
                self.world.fail(f"{name}: {error}")
            self.world.say(f"{name} refused: {str(error).splitlines()[0]}")
        except KeyboardInterrupt:
            self.world.say(f"{name} interrupted")
        except Crash:
            raise
        except Exception:  # noqa: BLE001  (whatever it is, the real code must not let it out)
            self.world.fail(f"{name}: {traceback.format_exc()}")
        else:
            self.world.say(f"{name} done")
            return True
        return False

    # ── editors ─────────────────────────────────────────────────────────────────────────────────────────

    def _editor_does(self, who: str) -> None:
        later = "resume", "send", "resume", "reconcile", "correct", "only missing"
        does = self.chance.pick(later if self.begun else ("send", "send", "send", "send", "schedule"))
        actor = self.start(does, who, getattr(self, "_" + does.replace(" ", "_")))
        if self.chance.happens(8):
            self.world.wait(self._pause())
            if not actor.done:
                self.world.interrupt(actor)
        if not self.chance.happens(25):
            self.world.join(actor)

    def _colleague_does(self, who: str) -> None:
        does = self.chance.pick(
            ("status", "pause issue", "approve", "reconcile", "resume", "undo", "cancel", "guess")
        )
        self.world.join(self.start(does, who, getattr(self, "_" + does.replace(" ", "_"))))

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

    def _note_plan(self, wiring: Simulated, plan: publish.SendPlan, due_at: int = 0) -> None:
        self.begun = True
        self.plans.append(Plan(self.world.turn, plan.issue, LIST_IDS[plan.list_name], due_at))

    def _list(self) -> str:
        return self.chance.pick((LISTS[0], LISTS[0], LISTS[0], LISTS[1])) if self.begun else LISTS[0]

    def _as_sent(self) -> bool:
        return bool(self.version) and self.chance.happens(70)

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
        if not self.chance.happens(25):
            return
        word = self.chance.pick((Verdict.RESEND, Verdict.DROP, Verdict.ACCEPTED))
        publish.reconcile(wiring, self._some_issue(wiring), word=Decision(word, GUESSED))
        self.world.say(f"an editor guessed: {word}", rare="an editor's word")

    def _some_issue(self, wiring: Simulated) -> str:
        known = publish.mailed_issues(wiring)
        return self.chance.pick(known[::-1]) if known else ISSUE

    def _correct(self, wiring: Simulated) -> None:
        if self.version < len(VERSIONS) - 1 and not self.chance.happens(30):
            self.version += 1
        own = Simulated(self.machine, self.sendgrid, wiring.process, self._settings_of(EDITOR))
        self._carry_out(own, publish.plan_correction(own, ISSUE, list_name=self._list()))
        self.world.say("corrected", rare="corrected")

    def _status(self, wiring: Simulated) -> None:
        for issue in publish.mailed_issues(wiring):
            proof = publish.status(wiring, issue)
            if proof is not None and not proof.adds_up:
                self.world.fail(f"the proof of {issue} does not add up: {proof}")

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

    # ── readers ─────────────────────────────────────────────────────────────────────────────────────────

    def _readers_do(self, who: str) -> None:
        for _ in range(1 + self.chance.below(3)):
            does = self.chance.pick(READERS_DO)
            if does == "weather":
                self._weather_changes()
            else:
                reader = address(self.chance.below(self.readers + 6))
                self.world.join(self.start(does.replace(" ", "-"), who, partial(self._reader, does, reader)))

    def _reader(self, does: str, reader: str, wiring: Simulated) -> None:
        began, name = self.world.turn, self._list()
        if does == "erase":
            self.erased.add(reader)
        if does == "ask to join":
            self.uncertain.add(reader)  # on one list they may have been before, on the other not
        try:
            self._change(does, reader, name, wiring)
        except Crash:
            self._is_back(does, reader, name, began)  # perhaps
            self.uncertain.add(reader)
            raise
        if does in BACK:
            self._is_back(does, reader, name, began)
        elif does == "ask to join" and reader not in self.moves and not self._was_listed(reader, name):
            self._note(reader, Move(began, True, LIST_IDS[name]))  # until they confirm
        if does in ("leave", "erase"):
            self._note(reader, *(Move(self.world.turn, True, list_id) for list_id in LIST_IDS.values()))
        if does in ("suppress", "erase"):
            self._note(reader, Move(self.world.turn, True))
        self.world.say(f"{reader}: {does}", rare=f"reader: {does}")

    def _was_listed(self, reader: str, name: str) -> bool:
        return any(reader == address(number) and name in lists_of(number) for number in range(self.readers))

    def _is_back(self, does: str, reader: str, name: str, turn: int) -> None:
        if does in BACK:
            self._note(reader, Move(turn, False))
        if does in BACK[:2]:
            self._note(reader, Move(turn, False, LIST_IDS[name]))

    def _change(self, does: str, reader: str, name: str, wiring: Simulated) -> None:
        engine, now = wiring.engine, wiring.clock.now
        match does:
            case "leave":
                readership.remove(engine, reader, now=now)
            case "suppress":
                readership.suppress(engine, [reader], now=now)
            case "unsuppress":
                readership.unsuppress(engine, reader, now=now)
            case "erase":
                readership.erase(
                    engine,
                    reader,
                    now=now,
                    key_if_new=b"e" * 32,
                    folder=self.machine.folder / "none",
                    sandbox=self.machine.folder / "none.db",
                )
            case _:
                joining = readership.Joining(again=does == "come back", pending=does == "ask to join")
                readership.add(engine, name, reader, now=now, joining=joining)

    def _note(self, reader: str, *moves: Move) -> None:
        self.moves.setdefault(reader, []).extend(moves)

    # ── the weather ─────────────────────────────────────────────────────────────────────────────────────

    def _weather_changes(self) -> None:
        does = self.chance.pick(("nothing", "disk", "clock forward", "clock back", "power"))
        match does:
            case "disk":
                self._fill_the_disk()
            case "power":
                self._lose_power()
            case "clock forward":
                self.world.clock_error += self.chance.pick((40, 4_000)) * SECOND
            case "clock back":
                self.put_back = True
                self.world.clock_error -= self.chance.pick((40, 4_000)) * SECOND
        self.world.say(f"weather: {does}", rare=f"weather: {does}")

    def _fill_the_disk(self) -> None:
        """Leave no room on the disk for a while."""
        self.machine.full = True
        self.world.wait(self.chance.pick((1, 5, 20, 300)))
        self.machine.full = False

    def _lose_power(self) -> None:
        """End every command at once, and with them what was not on the disk yet."""
        mortal = [actor.process for actor in self.world.actors if actor.process.mortal]
        for process in dict.fromkeys(mortal):
            self.world.kill(process)
        lost = self.machine.lose_power()
        self.world.say(f"power failure, {lost:,} bytes lost", rare="power failure")

    # ── what comes by itself ────────────────────────────────────────────────────────────────────────────

    def _reports_come(self) -> None:
        while self._busy:
            self.world.wait(self.chance.pick((120, 2, 20, 900)))
            self._take_due_reports(mortal=True)

    def _take_due_reports(self, *, mortal: bool) -> None:
        posted = self.sendgrid.due_reports()
        while posted:
            size = 1 + self.chance.below(40)
            some, posted = posted[:size], posted[size:]
            for _ in range(5):
                taken: list[bool] = []
                self.world.join(self.start("hook", EDITOR, partial(self._take, some, taken), mortal=mortal))
                if taken and not self.chance.happens(5):  # else it comes again, though it was taken
                    break
            else:
                self.world.say("a post of reports is lost", rare="reports lost")

    def _take(self, some: list[dict[str, Any]], taken: list[bool], wiring: Simulated) -> None:
        now = wiring.clock.now()
        events: list[Report] = [event_of(report, now=now) for report in some]
        said = wiring.settings.delivery
        take_reports(
            wiring.engine,
            events,
            now=wiring.clock.now,
            pause=PauseAt(said.pause_at_bounces, said.pause_at_complaints, said.pause_after),
            rest=self.world.wait,
        )
        taken.append(True)
        for report, event in zip(some, events, strict=True):
            list_id = self.sendgrid.was_reported(report)
            known = event.attempt, event.reader, event.kind
            if known in self.counted:
                continue  # reported again, which changes nothing: they may be back since
            self.counted.add(known)
            if event.kind == "group_unsubscribe":
                self._note(event.email, Move(self.world.turn, True, list_id))
            elif event.kind in ("bounce", "complaint", "unsubscribe") or event.suppresses:
                self._note(event.email, Move(self.world.turn, True))

    def _time_comes(self) -> None:
        while self._busy:
            self.world.wait(240)
            due: list[str] = []
            look = partial(self._look_for_due, due)
            self.world.join(self.start("due", EDITOR, look, mortal=False))
            for issue in due:
                resume = partial(self._resume_due, issue)
                self.world.join(self.start("timer", EDITOR, resume))

    def _look_for_due(self, found: list[str], wiring: Simulated) -> None:
        found.extend(publish.due(wiring))
        if not any(plan.due_at for plan in self.plans):
            return
        now = wiring.clock.now()
        for issue in publish.mailed_issues(wiring):
            proof = publish.status(wiring, issue)
            due = proof and proof.state == MailingState.SCHEDULED and (proof.send_at or now) + SECOND < now
            if due and issue not in found and proof == publish.status(wiring, issue):
                self.world.fail(f"{issue} is due, and the timer does not know it")

    def _resume_due(self, issue: str, wiring: Simulated) -> None:
        publish.resume(wiring, issue)

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────

    def _come_to_rest(self) -> None:
        """Let every fault end, every report come and every command be run that anybody would run."""
        world = self.world
        world.deaths, self.machine.full, self.sendgrid.weights = 0, False, {}
        world.say("every fault ends")
        world.spawn(self.machine.start("rest", mortal=False), "rest", self._rest)
        world.run()

    def _rest(self) -> None:
        self._let_rest()
        for name in LISTS if self.version else ():
            self.world.join(self.start("settling", EDITOR, partial(self._correct_again, name), mortal=False))
        for name in LISTS:
            self.world.join(self.start("settling", EDITOR, partial(self._send_next, name), mortal=False))
            self._let_rest()
        self.world.join(self.start("looking", EDITOR, self._export, mortal=False))

    def _let_rest(self) -> None:
        """Let time pass, reports come, and run what anybody would until nothing more can come of it."""
        for _ in range(ROUNDS):
            self.world.wait(DAY if self.how["warm_up"] else LATER)
            self._take_due_reports(mortal=False)
            left = self._unsettled()
            if not left:
                break
            for issue in left:
                for who, does in (
                    (EDITOR, publish.reconcile),
                    (COLLEAGUE, self._approve_issue),
                    (EDITOR, publish.resume),
                ):
                    run = partial(self._call, does, issue)
                    self.world.join(self.start("settling", who, run, mortal=False))

    def _send_next(self, name: str, wiring: Simulated) -> None:
        """Send the next issue, which shows who is still on the lists."""
        plan = publish.plan_send(wiring, NEXT, list_name=name)
        self._note_plan(wiring, plan)
        publish.send(wiring, plan)

    def _was_open(self, word: Decided) -> bool:
        """Say whether an editor's word was all there was: no report had come by then."""
        first = self.sendgrid.first_report.get(word.attempt)
        return word.evidence == GUESSED and (self.put_back or first is None or first > word.at)

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
            made = publish.decisions(wiring, issue)
            # Of a cancelled mailing nobody is mailed again: a resend gives its readers up.
            given_up = (Verdict.DROP, Verdict.RESEND) if issue in self.cancelled else (Verdict.DROP,)
            exports[issue] = Export(
                proof.state,
                {
                    "accepted": proof.accepted,
                    "rejected": proof.rejected,
                    "excluded": sum(proof.excluded.values()),
                    "unknown": proof.unknown,
                    "pending": proof.pending,
                },
                list(publish.recipients(wiring, issue)),
                frozenset(word.attempt for word in made if self._was_open(word)),
                frozenset(word.attempt for word in made if word.verdict in given_up),
                issue in self.cancelled,
            )
        taken = [
            Mail(
                mail.issue,
                mail.list_id,
                mail.version,
                mail.attempt,
                mail.email,
                mail.end,
                self.machine.claims[mail.attempt],
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
            frozenset(attempt for attempt, process in self.sendgrid.replies if self._lived_on(process)),
            refused,
            self.moves,
            exports,
            self.sendgrid.turned_back,
            [Post(*post) for post in self.sendgrid.posted],
            self.plans,
            self.stops,
            self.goings_on,
            self.approvals if self.how["approval"] else None,
            listed,
            frozenset(self.erased),
            frozenset(self.uncertain),
            NEXT,
            self.put_back,
            VERSIONS[self.version],
            WARM_UP if self.how["warm_up"] else None,
        )

    def _call(self, does: Callable[[Simulated, str], object], issue: str, wiring: Simulated) -> None:
        does(wiring, issue)

    def _approve_issue(self, wiring: Simulated, issue: str) -> None:
        plan = publish.plan_approval(wiring, issue)
        self.approvals.append(self.world.turn)
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
