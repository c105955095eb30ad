"""Play one world to its end: what went wrong in it, what it did, and the choices it was made of.

The choices of a world, packed as a short text, are the world: a test that holds one plays the same world
again, whatever becomes of the way in which seeds are drawn.
"""

import base64
import gc
import re
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from simulation.chance import Chance
from simulation.machine import disk
from simulation.story import Story

MakeStory = Callable[[Chance, bool], Story]


@dataclass(frozen=True, slots=True)
class Work:
    """What worlds did, and how many seconds of the processor they took."""

    worlds: int = 0
    issues: int = 0  # mailed, and at rest in the end; a correction is an issue of its own
    mails: int = 0  # that the provider took
    turns: int = 0
    transactions: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        """Return both together."""
        return Work(*(mine + its for mine, its in zip(self.counts, other.counts, strict=True)))

    @property
    def counts(self) -> tuple[float, ...]:
        """Return the numbers in their order."""
        return self.worlds, self.issues, self.mails, self.turns, self.transactions, self.seconds


@dataclass(frozen=True, slots=True)
class Played:
    """A world at its end. ``choices`` make it again; ``trace`` is empty unless it was asked for."""

    faults: tuple[str, ...]
    choices: tuple[int, ...]
    trace: tuple[str, ...] = ()
    sometimes: Counter[str] = field(default_factory=Counter)
    work: Work = Work()


def play(chance: Chance, *, tracing: bool = False, make_story: MakeStory = Story) -> Played:
    """Play a world until it is at rest. A world that raises, or does not come to rest, is at fault."""
    began = time.process_time()
    story = make_story(chance, tracing)
    world = story.world
    try:
        story.run()
    except Exception:  # noqa: BLE001  (whatever it is, it is what was looked for)
        world.fail(traceback.format_exc())
    finally:
        for process in {actor.process: None for actor in world.actors}:
            process.on_death.clear()
            world.kill(process)
    seconds = time.process_time() - began
    issues = len(story.observed.exports) if hasattr(story, "observed") else 0
    work = Work(1, issues, len(story.sendgrid.taken), world.turn, story.machine.transactions, seconds)
    return Played(
        _placeless(world.failures),
        tuple(chance.drawn),
        _placeless(world.trace or ()),
        world.sometimes,
        work,
    )


def _placeless(lines: Iterable[str]) -> tuple[str, ...]:
    """Return lines without the name of this process's own folder, which is another every time."""
    folder = str(disk())
    return tuple(line.replace(folder, "disk") for line in lines)


def faults_of(packed: str, *, make_story: MakeStory = Story) -> Sequence[str]:
    """Return what is wrong with the world of some packed choices."""
    return play(Chance(choices=unpacked(packed)), make_story=make_story).faults


# ── choices as a text ───────────────────────────────────────────────────────────────────────────────────────


def packed(choices: Iterable[int]) -> str:
    """Return choices as a short text without a quote or a backslash in it."""
    return base64.b85encode(zlib.compress(b"".join(map(_digits, choices)), 9)).decode()


def _digits(number: int) -> bytes:
    """Return a number by seven bits a byte, the lowest first; in all but the last the high bit is set."""
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def unpacked(text: str) -> list[int]:
    """Return the choices that were packed; blanks and line ends in the text count for nothing."""
    choices: list[int] = []
    number = place = 0
    for digit in zlib.decompress(base64.b85decode("".join(text.split()))):
        number |= (digit & 127) << place
        place += 7
        if digit < 128:
            choices.append(number)
            number = place = 0
    return choices


# ── faults ──────────────────────────────────────────────────────────────────────────────────────────────────

_LISTS = re.compile(r"[\[{(].*", re.DOTALL)
_NUMBERS = re.compile(r"\b[0-9a-f]{4,}\b|\d+")


def kind_of(fault: str) -> str:
    """Return a fault without what differs from one world to another: addresses, numbers, lists.

    Of a traceback it is the last line, which names the error.
    """
    first, last = fault.strip().splitlines()[0], fault.strip().splitlines()[-1]
    said = f"{first.partition(': Traceback')[0]}: {last}" if "Traceback (most recent" in fault else first
    said = said.replace("first.correction-1", "first").replace("first.correction-2", "first")
    return _NUMBERS.sub("#", _LISTS.sub("", said)).strip()


def look_seldom_for_garbage() -> None:
    """Keep Python from walking again and again what stays for good: the code itself, and what it compiled."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
