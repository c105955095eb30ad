"""What a story is told with: its world, machine and people, what was seen so far, and how commands run."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from simulation.chance import Chance
from simulation.checker import Approval, Move, Plan, Stop, Undone
from simulation.machine import LISTS, Machine, address, had_left, lists_of
from simulation.publication import ISSUE, Simulated, settings
from simulation.sendgrid import SendGrid
from simulation.world import Actor, Crash, World

from newsletter import publish
from newsletter.delivery.proof import Proof
from newsletter.delivery.states import Verdict
from newsletter.errors import NewsletterError, StoreError
from newsletter.publish.approval import Approvable

SENDING = ("send", "resume", "correct", "only missing", "schedule", "timer", "settling")
LIST_IDS = {name: f"<{name}.example.org>" for name in LISTS}


@dataclass
class Scene:
    """One world from its beginning to its end, and what an observer outside saw of it."""

    chance: Chance
    tracing: bool = False
    moves: dict[str, list[Move]] = field(default_factory=dict)  # of each address
    plans: list[Plan] = field(default_factory=list)  # every one that somebody carried out
    stops: list[Stop] = field(default_factory=list)
    goings_on: list[int] = field(default_factory=list)  # turns in which a command that sends began
    approvals: list[Approval] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    counted: set[object] = field(default_factory=set)  # of which mail what was reported before
    uncertain: set[str] = field(default_factory=set)  # who may have come or gone: the command was killed
    cancelled: set[str] = field(default_factory=set)  # issues that somebody tried to cancel
    version: int = 0
    haste: int = 35  # percent of waits that end once something is planned or sent
    attentive: list[Actor] = field(default_factory=list)  # who waits so
    plot: list[str] = field(default_factory=list)  # what the colleague does first, one after the other
    habits: dict[Sequence[str], Sequence[str]] = field(default_factory=dict)

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
        self.guessing = False  # an editor says, of what nobody answered, what became of it
        self.word: Verdict | None = None  # which is mostly this
        self.newest = address(self.readers - 1)  # whose id is the highest
        self.left_there: set[tuple[str, str]] = set()  # who left which list at the provider
        self.choices: dict[tuple[str, str], tuple[int, bool]] = {}  # the last: when, and to leave?
        for number in filter(had_left, range(self.readers)):
            self._note(address(number), *(Move(0, True, LIST_IDS[name]) for name in lists_of(number)))

    def _settings(self) -> dict[str, object]:
        chance = self.chance
        return {
            "batch_size": chance.pick((1, 2, 2, 3, 5)),
            "threads": chance.pick((2, 3, 4, 1)),
            "rate_per_second": chance.pick((0, 0, 0, 2)),
            "unknown": chance.pick(("hold", "resend", "drop")),
            "pause_after": chance.pick((200, 200, 4)),
            "approval": chance.happens(12),
            "warm_up": chance.happens(10),
        }

    def _pause(self) -> float:
        """Return how many seconds pass until somebody does something: moments, mostly."""
        return self.chance.pick((0.01, 0.2, 1, 5, 30, 90, 600, 3_600))

    def _let_pass(self, actor: Actor, *, hurried: bool) -> None:
        """Let time pass until somebody does something: perhaps until something is planned, or being sent."""
        if self.chance.happens(self.haste if hurried else 15):
            self.sendgrid.watch(1 + self.chance.below(4), partial(self.world.wake, actor))
            self.attentive.append(actor)
            self.world.wait(900)
        else:
            self.world.wait(self._pause())

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

    # ── what several do ─────────────────────────────────────────────────────────────────────────────────

    def _note_plan(self, wiring: Simulated, plan: publish.SendPlan, due_at: int = 0) -> Plan:
        self.begun = True
        made = Plan(
            self.world.turn,
            plan.issue,
            LIST_IDS[plan.list_name],
            due_at,
            plan.message.subject,
            wiring.process.name,
            plan.kind,
            plan.state,
            plan.readers,
        )
        self.plans.append(made)
        if self.attentive and self.chance.happens(50):
            for actor in self.attentive:
                self.world.wake(actor)
            self.attentive.clear()
        return made

    def _list(self) -> str:
        return self.chance.pick((LISTS[0], LISTS[0], LISTS[0], LISTS[1] if self.begun else LISTS[0]))

    def _as_sent(self) -> bool:
        return bool(self.version) and self.chance.happens(70)

    def _some_issue(self, wiring: Simulated) -> str:
        known = publish.mailed_issues(wiring)
        return self.chance.pick(known[::-1]) if known else ISSUE

    def _note(self, reader: str, *moves: Move) -> None:
        self.left_there -= {(reader, move.list_id) for move in moves}
        self.moves.setdefault(reader, []).extend(moves)

    def _note_approval(self, plan: Approvable) -> None:
        self.approvals.append(Approval(self.world.turn, plan.manifest.issue, plan.message.subject))


def counts_of(proof: Proof) -> dict[str, int]:
    """Return how many recipients a proof counts in each state."""
    return {
        "accepted": proof.accepted,
        "rejected": proof.rejected,
        "excluded": sum(proof.excluded.values()),
        "unknown": proof.unknown,
        "pending": proof.pending,
    }
