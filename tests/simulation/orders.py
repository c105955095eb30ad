"""Every order of the steps of two senders with two batches, and every point at which a process may die.

The real code sends a mailing of four readers in two batches. Whenever two workers could go on, both are
tried, and so is each answer to the first request: that is one list of choices, and the next list is the same
with its last choice raised, as a stateless model checker goes through all of them.

What is left out, and why nothing is missed by it:

- A step ends where a transaction begins that writes, or where the sender's lock is asked for. What is read
  between two of these is read at the first: a worker only asks whether others have something in hand, and
  waits if they have. (With each read a step of its own there are 1,158 orders of two workers in place of 258,
  and deaths in them leave the same 80 states.) Whether a mail is taken before or after the transaction of
  another worker makes no difference to either, so a request is no step of its own.
- A process may die anywhere: before each transaction, before the provider takes a request, before its answer
  comes. What it leaves is the database and what the provider took; where two orders leave the same, clocks
  aside, recovery is tried once.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from simulation.chance import Chance
from simulation.machine import LISTS, Machine, the_disk
from simulation.publication import EDITOR, ISSUE, Simulated, settings
from simulation.sendgrid import SendGrid, Taken
from simulation.world import SECOND, Actor, Unresting, World

from newsletter import publish
from newsletter.delivery.states import BatchState
from newsletter.errors import NewsletterError
from newsletter.sending.pump import RunWorkers

READERS, A_BATCH = 4, 2
TURN = "write_turn"  # the lock by which a process's threads write in turn
ANSWERS = "taken", "silent, taken", "silent, not taken"

# Of a database, what recovery can depend on, clocks aside.
_LEFT = (
    "SELECT id, state, note FROM mailing ORDER BY id",
    "SELECT id, state, attempt, owner, tries, n, hex(reader_ids) FROM batch ORDER BY id",
    "SELECT id, batch_id, outcome, hex(reader_ids) FROM attempt ORDER BY id",
    "SELECT * FROM unmailed ORDER BY 1, 2",
)


class EveryChoice:
    """All lists of choices, one after another: a choice beyond the list is the first of its kind."""

    def __init__(self) -> None:
        self._choices: list[int] = []
        self._bounds: list[int] = []
        self._at = 0
        self._repeated = 0

    def lists(self) -> Iterator[int]:
        """Yield the number of each list; between two of them ``below`` draws its choices."""
        number = 0
        while True:
            number += 1
            self._at = 0
            yield number
            while self._choices and self._choices[-1] + 1 >= self._bounds[-1]:
                self._choices.pop()
                self._bounds.pop()
            if not self._choices:
                return
            self._choices[-1] += 1
            self._repeated = len(self._choices)

    @property
    def is_new(self) -> bool:
        """Say whether the choices so far were never made before, in this order."""
        return self._at >= self._repeated

    def below(self, bound: int) -> int:
        """Return the next choice of the list."""
        if self._at == len(self._choices):
            self._choices.append(0)
            self._bounds.append(bound)
        self._at += 1
        return self._choices[self._at - 1]


class Ordered(World):
    """A world in which the order of steps is not drawn but one of all that there are."""

    most_turns = 1_000  # twenty are usual; an answer that never comes is waited for in a few dozen more

    def __init__(self, every: EveryChoice | None = None) -> None:
        super().__init__(Chance())
        self._every = every
        self.equal = False  # the actors that there are to choose from
        self.look: Callable[[], None] = lambda: None

    def _next(self, ready: list[Actor], last: Actor | None) -> Actor:
        if self._every is None or len(ready) == 1:
            return ready[0]
        if self.equal and not any(actor.turns for actor in ready):
            return ready[0]  # which of two equal workers begins makes no difference
        return ready[self._every.below(len(ready))]

    def pause(self, point: str) -> None:
        """Let others run before a transaction and before the lock; the process may die elsewhere too."""
        self.look()
        if point in ("transaction", "sender's lock"):
            super().pause(point)


class Answering(SendGrid):
    """A provider that takes what comes, but for the first request: that meets each fate in turn."""

    every: EveryChoice | None = None

    def _fate(self) -> str:
        if self.every is None or len(self.posts) > 1:
            return "taken"
        return ANSWERS[self.every.below(len(ANSWERS))]

    def _plan_reports(self, *_: object) -> None:
        """Report nothing: what is unknown stays so."""

    def _answer_late(self, *_: object) -> None:
        """Never answer after the deadline."""


class Sender(Simulated):
    """The wiring of a process that sends, perhaps one that takes no lock."""

    locked = True
    works = True

    def sender_lock(self) -> AbstractContextManager[None]:
        return super().sender_lock() if self.locked else nullcontext()

    @property
    def run_workers(self) -> RunWorkers:
        return self._run_workers if self.works else lambda _workers, _shared: None


@dataclass(frozen=True)
class Left:
    """What is there once a process has died: the database, what the provider knows, and the ids in use."""

    content: bytes
    taken: Sequence[Taken]
    posts: Mapping[str, int]
    answered: frozenset[str]
    on_the_wire: frozenset[str]  # attempts of which the ledger has no answer yet
    claims: Mapping[str, int]
    time: int


@dataclass
class Found:
    """What was found over all orders. ``left`` is what deaths leave, by what matters in it."""

    orders: int = 0
    deaths: int = 0
    left: dict[object, Left] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Tell how much was tried."""
        return (
            f"{self.orders:,} orders, {self.deaths:,} places to die in them that leave {len(self.left):,}"
            f" different states; {sum(self.faults.values()):,} bad; ends: {dict(self.ends)}"
        )


class Scene:
    """A machine with the mailing begun, or as a death left it, and the processes that send from it."""

    def __init__(self, every: EveryChoice | None = None, left: Left | None = None) -> None:
        self.world = Ordered(every)
        self.machine = Machine(self.world, READERS, left.content if left else begun())
        self.sendgrid = Answering(self.world)
        self.sendgrid.every = every
        self.faults: list[str] = []
        self.unanswered: frozenset[str] = frozenset()
        if left:
            self.unanswered = left.on_the_wire
            self.world.time = left.time + SECOND
            self.machine.claims = dict(left.claims)
            self.sendgrid.taken, self.sendgrid.posts = [*left.taken], dict(left.posts)
            self.sendgrid.answered = set(left.answered)

    def start(self, *, threads: int, locked: bool = True) -> None:
        """Start a process that goes on with the issue."""
        process = self.machine.start("sender")

        def resume() -> None:
            wiring = Sender(self.machine, self.sendgrid, process, settings_of(threads))
            wiring.locked = locked
            try:
                publish.resume(wiring, ISSUE)
            except NewsletterError as error:
                self.world.say(f"refused: {error}")
                self.refused = str(error)

        self.world.spawn(process, "main", resume)

    def run(self) -> None:
        """Let all processes run to their ends, and judge what came of it."""
        with _steps_before_transactions(self.world):
            try:
                self.world.run()
            except Unresting as error:
                self.faults.append(str(error))
                for process in {actor.process: None for actor in self.world.actors}:
                    self.world.kill(process)
        self.faults += [*self.world.failures, *self._wrong()]

    def _wrong(self) -> Iterator[str]:
        wiring = Simulated(self.machine, self.sendgrid, self.machine.start("looking"), settings_of(1))
        proof = publish.status(wiring, ISSUE)
        assert proof is not None
        self.end = f"{proof.state}: {proof.accepted} accepted, {proof.unknown} unknown"
        times = Counter(mail.email for mail in self.sendgrid.taken)
        confirmed = self.sendgrid.answered - self.unanswered
        known = {mail.email for mail in self.sendgrid.taken if mail.attempt in confirmed}
        if several := [email for email, n in times.items() if n > 1]:
            yield f"mailed twice: {several}"
        if proof.accepted + proof.unknown != READERS or proof.alarms or not proof.adds_up:
            yield f"not in a final state: {proof}"
        if proof.state != "finished":
            yield f"the mailing is {proof.state}"
        states = {row["email"]: row["state"] for row in publish.recipients(wiring, ISSUE) if row["email"]}
        for email in sorted(states):
            if states[email] == "accepted" and email not in times:
                yield f"{email} counts as accepted, and was never taken"
            if states[email] == "unknown" and email in known:
                yield f"{email} counts as unknown, though the provider said so"
        if times.keys() - states.keys():
            yield f"mailed and lost: {times.keys() - states.keys()}"


def explore(begin: Callable[[Scene], None], *, deaths: bool = True, until_bad: bool = False) -> Found:
    """Go through every order of what ``begin`` starts, then through recovery from each death in them.

    ``until_bad`` ends with the first order in which something goes wrong.
    """
    found, every = Found(), EveryChoice()
    for number in every.lists():
        if until_bad and found.faults:
            break
        scene = Scene(every)
        begin(scene)
        if deaths:
            scene.world.look = lambda scene=scene: _note_death(found, scene, every)  # type: ignore[misc]
        scene.run()
        found.orders = number
        found.ends[scene.end] += 1
        found.faults.update(scene.faults)
    for left in found.left.values():
        after = Scene(left=left)
        after.start(threads=2)
        after.run()
        found.faults.update(f"after a death: {fault}" for fault in after.faults)
        found.ends[f"after a death, {after.end}"] += 1
    return found


def _note_death(found: Found, scene: Scene, every: EveryChoice) -> None:
    """Keep what would be left if the process that acts died here."""
    found.deaths += 1
    if not every.is_new:
        return
    sendgrid = scene.sendgrid
    with sqlite3.connect(the_disk().path) as connection:
        rows = tuple(tuple(connection.execute(query)) for query in _LEFT)
        key = rows, tuple(mail.email for mail in sendgrid.taken), tuple(sorted(sendgrid.answered))
        if key not in found.left:
            found.left[key] = Left(
                connection.serialize(),
                tuple(sendgrid.taken),
                dict(sendgrid.posts),
                frozenset(sendgrid.answered),
                frozenset(row[2] for row in rows[1] if row[1] == BatchState.POSTING),
                dict(scene.machine.claims),
                scene.world.time,
            )
    connection.close()


def settings_of(threads: int) -> Any:
    """Return the settings of a process that sends with so many workers."""
    how = {
        "batch_size": A_BATCH,
        "threads": threads,
        "rate_per_second": 0,
        "unknown": "hold",
        "approval": False,
        "warm_up": False,
    }
    return settings(0, EDITOR, tuple(how.items()))


@cache
def begun() -> bytes:
    """Return a database in which a mailing is cut into two batches, of which none was claimed."""
    world = Ordered()
    machine = Machine(world, READERS)
    wiring = Sender(machine, Answering(world), machine.start("sender"), settings_of(1))
    wiring.works = False
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name=LISTS[0]))
    with sqlite3.connect(the_disk().path) as connection:
        content = connection.serialize()
    connection.close()
    return content


class Turn:
    """Whose turn it is to write, as the database asks before each transaction that writes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def acquire(self, timeout: float) -> bool:
        self._world.pause("transaction")
        return True

    def release(self) -> None:
        """Nobody waits: a transaction that writes is one step."""


@contextmanager
def _steps_before_transactions(world: World) -> Iterator[None]:
    """Let others run before each transaction that writes."""
    drive = the_disk()
    drive.before = lambda: None
    usual = drive.engine.get_execution_options()[TURN]
    drive.engine.update_execution_options(**{TURN: Turn(world)})
    try:
        yield
    finally:
        drive.engine.update_execution_options(**{TURN: usual})
