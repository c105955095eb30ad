"""What happens without anybody's will: the machine's troubles, reports, times that come."""

from contextlib import suppress
from functools import partial
from typing import Any

from simulation.checker import Move
from simulation.publication import EDITOR, Simulated
from simulation.scene import Scene
from simulation.sendgrid import CHOICES
from simulation.world import SECOND

from newsletter import publish, readership
from newsletter.delivery.events import Event as Report
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.states import MailingState
from newsletter.errors import StoreError
from newsletter.providers.sendgrid.reports.events import event_of
from newsletter.readership.reports import take_reports
from newsletter.store.database import write


class Surroundings(Scene):
    """The machine, the provider's reports, and the timer."""

    # ── the weather ─────────────────────────────────────────────────────────────────────────────────────

    def _weather_changes(self) -> None:
        troubles = ("nothing", "disk", "clock forward", "clock back", "power")
        does = self.chance.pick((*troubles, *["damage"] * 6) if self.how["approval"] else troubles)
        match does:
            case "damage":
                self._damage()
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

    def _damage(self) -> None:
        """Change what is frozen and not being sent, as somebody may who can write to the database."""
        if any(actor.process.mortal for actor in self.world.actors):
            return
        waits = "SELECT id FROM mailing WHERE state IN ('held', 'paused', 'scheduled')"
        with suppress(StoreError), write(self.machine.engine) as connection:  # no room for it, perhaps
            connection.exec_driver_sql(
                f"UPDATE variant SET subject = subject || '!' WHERE mailing_id IN ({waits})"
            )

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
        began, now = self.world.turn, wiring.clock.now()
        events: list[Report] = [
            event_of(report, now=now)._replace(alone=self.sendgrid.by_message) for report in some
        ]
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
            if event.kind in CHOICES:
                self._follow_choice(event, list_id, began)
            elif event.kind in ("bounce", "complaint", "unsubscribe") or event.suppresses:
                self._note(event.email, Move(self.world.turn, True))

    def _follow_choice(self, event: Report, list_id: str, began: int) -> None:
        """Note that a reader left a list at the provider or took that back: the later choice counts."""
        about, choice = (event.email, list_id), (event.at, event.kind == CHOICES[0])
        self.choices[about] = max(choice, self.choices.get(about, choice))
        moves = [move for move in self.moves.get(event.email, ()) if move.list_id == list_id]
        if self.choices[about][1]:
            was_on = not moves[-1].away if moves else True
            self._note(event.email, Move(self.world.turn, True, list_id))
            self.left_there |= {about} if was_on else set()
        elif about in self.left_there:
            if moves[-1].turn >= began:
                self.uncertain.add(event.email)
            self._note(event.email, Move(began, False, list_id))

    def _sync(self, wiring: Simulated) -> None:
        """Read the provider's own lists of those it no longer mails."""
        listed = [suppression.email for suppression in self.sendgrid.suppressed]
        try:
            with wiring.provider() as provider:
                readership.sync(wiring.engine, provider, now=wiring.clock.now)
        except BaseException:
            self.uncertain.update(listed)
            raise
        for email in listed:
            self._note(email, Move(self.world.turn, True))
        self.world.say(f"{len(listed)} synced", rare="synced")

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
