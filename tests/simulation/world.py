"""A world of one thread: actors that take turns at every transaction, wait and request; time that is counted.

An actor is a greenlet: real code runs in it, unchanged, until it comes to a point where another actor may run
or its process may die. The world then draws who goes on. A process that dies takes all its actors along: each
ends at the point where it stood, and what it had not committed is gone.
"""

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from greenlet import GreenletExit, getcurrent, greenlet
from simulation.chance import Chance

SECOND = 1_000_000
AT_ONCE = 5 * SECOND  # within which an answer is written down
MOST_TURNS = 60_000  # a world that takes more does not come to rest
FOREVER = 1 << 62
FEW_TURNS, MOST_NAPS = 4, 5  # a batch that is sent takes more turns than that
BEGINNING = 1_750_000_000 * SECOND


LATE = "late"  # what an actor is called that waits for an answer after its deadline


class Crash(BaseException):
    """The process is dead: nothing of it may go on."""


class Unresting(AssertionError):
    """A world went on and on."""


@dataclass(eq=False)
class Process:
    """What dies together. ``on_death`` is called once it is dead or has ended."""

    name: str
    dead: bool = False
    actors: "list[Actor]" = field(default_factory=list)
    on_death: list[Callable[[], None]] = field(default_factory=list)
    mortal: bool = True
    stood: list[tuple[int, int]] = field(
        default_factory=list
    )  # from when to when all or some of it stood still

    def writes_by(self, at: int) -> int:
        """Return by when what it learned ``at`` a time is written down: at once, unless it stands still."""
        for begin, end in self.stood:
            if begin <= at + AT_ONCE:
                at = max(at, end)
        return at + AT_ONCE

    def end(self) -> None:
        """Let go of what the operating system would take back."""
        while self.on_death:
            self.on_death.pop()()


@dataclass(eq=False)
class Actor:
    """One line of execution of a process."""

    process: Process
    name: str
    greenlet: greenlet
    wake: int = 0
    asleep: int = 0  # it stands still until then, whatever it waits for
    stop: Event | None = None
    joining: "set[Actor]" = field(default_factory=set)
    interrupted: bool = False
    turns: int = 0
    woke: int = 0  # in which of its turns
    naps: int = 0  # waits in a row with next to nothing between them
    done: bool = False

    @property
    def ready_at(self) -> int:
        """Return when it can go on, if nobody gives it a sign before."""
        stopped = self.stop is not None and self.stop.is_set()
        return self.asleep if stopped else max(self.asleep, self.wake)


class World:
    """Everything that happens, in one order."""

    most_turns = MOST_TURNS

    def __init__(self, chance: Chance, *, tracing: bool = False) -> None:
        self.chance = chance
        self.time = BEGINNING  # never goes back
        self.clock_error = 0  # what the machine's clock shows beyond it
        self.turn = 0
        self.actors: list[Actor] = []
        self.sometimes: Counter[str] = Counter()
        self.trace: list[str] | None = [] if tracing else None
        self.deaths = 0.0  # percent of turns in which the process that would go on dies
        self.standstills = 0.0  # percent of turns in which it stands still instead, or one actor of it
        self._hub = getcurrent()
        self._current: Actor | None = None
        self.failures: list[str] = []

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────

    def now(self) -> int:
        """Return what a clock shows, later at each look."""
        self.time += 50
        return self.time + self.clock_error

    def say(self, what: str, *, rare: str = "") -> None:
        """Note what happened; ``rare`` names a state that some worlds must reach."""
        if rare:
            self.sometimes[rare] += 1
        if self.trace is not None:
            seconds = (self.time - BEGINNING) / SECOND
            self.trace.append(f"{self.turn:5} {seconds:12.3f}  {self._who()}{what}")

    def _who(self) -> str:
        actor = self._current
        return "" if actor is None else f"{actor.process.name}/{actor.name}: "

    def fail(self, why: str) -> None:
        """Note that something happened that must not."""
        self.failures.append(why)
        self.say(f"FAILURE: {why}")

    # ── actors ──────────────────────────────────────────────────────────────────────────────────────────

    def spawn(self, process: Process, name: str, work: Callable[[], object]) -> Actor:
        """Let a process do something side by side with all else."""

        def live() -> None:
            try:
                work()
            except Crash:
                pass
            except GreenletExit:
                raise
            except KeyboardInterrupt:
                pass
            except BaseException:  # noqa: BLE001  (nobody else would see it)
                self.fail(traceback.format_exc())

        actor = Actor(process, name, greenlet(live, self._hub))
        process.actors.append(actor)
        self.actors.append(actor)
        return actor

    def kill(self, process: Process) -> None:
        """End a process without warning."""
        process.dead = True
        self.say(f"KILL {process.name}", rare=f"{process.name.partition('-')[0]} killed")
        for actor in list(process.actors):
            if actor is not self._current and not actor.done:
                self._end(actor)

    def _end(self, actor: Actor) -> None:
        if actor.greenlet:  # has begun, so it stands somewhere
            before, self._current = self._current, actor
            actor.greenlet.parent = getcurrent()  # where it goes on once the actor has ended
            actor.greenlet.throw(Crash)
            self._current = before
        self._bury(actor)

    def _bury(self, actor: Actor) -> None:
        if actor.done:
            return
        actor.done = True
        if actor in self.actors:
            self.actors.remove(actor)
        actor.process.actors.remove(actor)
        for other in self.actors:
            if actor in other.joining:
                other.joining.discard(actor)
                other.wake = 0
        if not actor.process.actors:
            actor.process.end()

    def pause(self, point: str) -> None:
        """Let others run, if they may; raises Crash where the process is dead."""
        actor = self._current
        if actor is None:
            return  # the world itself looks at something
        if actor.process.dead:
            raise Crash
        self._hub.switch()
        self._look_up(actor)

    def wait(self, seconds: float, stop: Event | None = None) -> None:
        """Let time pass for the current actor."""
        actor = self._current
        if actor is None:
            self.time += int(seconds * SECOND)
            return
        if actor.process.dead:
            raise Crash
        actor.wake, actor.stop = self.time + int(seconds * SECOND), stop
        self._hub.switch()
        actor.wake, actor.stop = 0, None
        self._look_up(actor)

    def nap(self, seconds: float, stop: Event) -> None:
        """Let time pass for an actor that looks again and again until something is there.

        The longer it has found nothing, the later a busy machine wakes it: half a minute's looks at a request
        that hangs are all the same.
        """
        actor = self._current
        if actor is None:
            return self.wait(seconds, stop)
        idle = actor.turns - actor.woke < FEW_TURNS
        actor.naps = min(actor.naps + 1, MOST_NAPS) if idle else 0
        self.wait(seconds * (1 << actor.naps), stop)
        actor.woke = actor.turns
        return None

    def _look_up(self, actor: Actor) -> None:
        if actor.process.dead:
            raise Crash
        if actor.interrupted:
            actor.interrupted = False
            raise KeyboardInterrupt

    def join(self, *actors: Actor) -> None:
        """Wait until some actors have ended."""
        me = self._current
        assert me is not None
        me.joining = {actor for actor in actors if not actor.done}
        while me.joining:
            if me.process.dead:
                raise Crash
            me.wake = FOREVER
            self._hub.switch()
            me.wake = 0
            self._look_up(me)

    def wake(self, actor: Actor) -> None:
        """Let an actor that waits wait no longer."""
        actor.wake = 0

    def interrupt(self, actor: Actor) -> None:
        """Press Ctrl-C."""
        self.say(f"Ctrl-C to {actor.process.name}", rare="Ctrl-C")
        actor.interrupted, actor.wake = True, 0

    # ── turns ───────────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Let actors take turns until none is left."""
        last: Actor | None = None
        while self.actors:
            self.turn += 1
            if self.turn > self.most_turns:
                where = ", ".join(f"{actor.process.name}/{actor.name}" for actor in self.actors)
                raise Unresting(f"the world does not come to rest: {where}")
            time = self.time
            ready = [
                actor
                for actor in self.actors
                if actor.asleep <= time
                and (actor.wake <= time or (actor.stop is not None and actor.stop.is_set()))
            ]
            if not ready:
                self.time = min(actor.ready_at for actor in self.actors)
                continue
            last = self._next(ready, last)
            self._let_run(last)

    def _next(self, ready: list[Actor], last: Actor | None) -> Actor:
        if len(ready) == 1:
            return ready[0]
        drawn = self.chance.below(100)
        if drawn < 60:
            return last if last in ready else ready[0]
        return ready[drawn % len(ready)]

    def _let_run(self, actor: Actor) -> None:
        process = actor.process
        if process.mortal and (self.deaths or self.standstills) and self._is_stopped(actor):
            return
        self._current = actor
        actor.turns += 1
        actor.greenlet.switch()
        self._current = None
        if actor.greenlet.dead and not actor.done:
            self._bury(actor)

    def hold_up_some(self, percent: float) -> None:
        """Let some actors of the current process stand still for a moment, with a batch in hand perhaps."""
        current = self._current
        for actor in current.process.actors if current else ():
            if actor is not current and self.chance.happens(percent):
                self._let_stand(actor, self.chance.pick((1, 20)))

    def _let_stand(self, actor: Actor, seconds: int) -> None:
        actor.asleep = self.time + seconds * SECOND
        begin = self.time + self.clock_error
        actor.process.stood.append((begin, begin + seconds * SECOND))

    def _is_stopped(self, actor: Actor) -> bool:
        """Draw whether the process that would go on dies or stands still: a laptop shut, a slow disk."""
        left = 10_000 - self.chance.below(10_000)  # from 1; 10,000 is the dullest
        if left <= self.deaths * 100:
            self.kill(actor.process)
            return True
        if left > (self.deaths + self.standstills) * 100:
            return False
        seconds = self.chance.pick((5, 40, 80, 200, 4_000))
        whole = actor.name != LATE and self.chance.happens(60)
        # Who waits for a late answer writes it down at once, or it would be no answer that came.
        still = [other for other in (actor.process.actors if whole else [actor]) if other.name != LATE]
        for other in still:
            self._let_stand(other, seconds)
        self.say(f"{actor.process.name} stands still for {seconds} s", rare="stood still")
        return True
