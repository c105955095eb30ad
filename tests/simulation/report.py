"""What a run of many worlds says: how far it is, what went wrong, how fast it was, what never happened."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from textwrap import fill

from simulation.chance import Chance
from simulation.play import MakeStory, Played, Work, kind_of, packed, play
from simulation.rare import must_be_reached
from simulation.shrink import Choices, Shrinking
from simulation.story import Story
from simulation.work import Result

LINE_SECONDS = 10  # between two lines of progress where there is no terminal
MOST_LISTED = 20


@dataclass
class Totals:
    """What was found so far."""

    wanted: int
    work: Work = field(default_factory=Work)
    sometimes: Counter[str] = field(default_factory=Counter)
    failures: dict[int, Sequence[str]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Take in what became of one more world."""
        self.work += result.work
        self.sometimes += result.sometimes
        if result.faults:
            self.failures[result.seed] = result.faults

    @property
    def failed(self) -> bool:
        """Say whether any world failed."""
        return bool(self.failures)

    def first_of_each_kind(self) -> dict[int, str]:
        """Return seeds that failed, one for each kind of fault."""
        by_kind: dict[str, int] = {}
        for seed, faults in sorted(self.failures.items()):
            by_kind.setdefault(kind_of(faults[0]), seed)
        return {seed: kind for kind, seed in by_kind.items()}

    @contextmanager
    def progress(self) -> Iterator[Callable[[], None]]:
        """Show how far it is: a bar on a terminal, else a line now and then."""
        if sys.stdout.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                MofNCompleteColumn(),
                BarColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.description}"),
            )
            with Progress(*columns) as bar:
                task = bar.add_task("", total=self.wanted)
                yield lambda: bar.update(
                    task, completed=self.work.worlds, description=f"{len(self.failures)} failed"
                )
            return
        shown = time.monotonic()

        def line() -> None:
            nonlocal shown
            if time.monotonic() - shown >= LINE_SECONDS:
                shown = time.monotonic()
                print(f"{self.work.worlds:,} worlds, {len(self.failures)} failed", flush=True)

        yield line

    def print(self) -> None:
        """Print what was done, how fast, and how often rare states were reached."""
        work = self.work
        print(f"{work.worlds:,} worlds played, {len(self.failures)} failed")
        for seed, faults in sorted(self.failures.items())[:MOST_LISTED]:
            print(f"  SEED={seed}  {faults[0].strip().splitlines()[-1][:160]}")
        if work.seconds:
            minutes = work.seconds / 60
            print(
                f"A CPU-minute: {work.worlds / minutes:,.0f} worlds, {work.issues / minutes:,.0f} issues."
                f" A CPU-second: {work.mails / work.seconds:,.0f} mails taken,"
                f" {work.turns / work.seconds:,.0f} turns,"
                f" {work.transactions / work.seconds:,.0f} transactions."
            )
        often = ", ".join(f"{state} {times:,}" for state, times in sorted(self.sometimes.items()))
        print(fill(f"Sometimes: {often}.", 110, subsequent_indent="  "))

    def print_never_reached(self) -> Sequence[str]:
        """Return and print the states that so many worlds must reach, and none did."""
        never = [state for state in must_be_reached(self.work.worlds) if not self.sometimes[state]]
        for state in never:
            print(f"NEVER REACHED: {state}")
        return never


# ── a failure ───────────────────────────────────────────────────────────────────────────────────────────────


def print_failure(seed: int, kind: str, *, seconds: float, make_story: MakeStory = Story) -> None:
    """Print a failed world: its faults, the shortest trace that was found, and a test to paste."""
    whole = play(Chance(seed), make_story=make_story)
    print(f"\nSEED={seed} failed:")
    print(
        *(f"  {line}" for fault in whole.faults for line in fault.strip().splitlines()), sep="\n", flush=True
    )
    if not whole.faults:
        print("  not here: it fails in some other way than by its choices")
        return
    smaller = shrunk(whole, kind, seconds=seconds, make_story=make_story)
    mattered = sum(map(bool, smaller.choices)), sum(map(bool, whole.choices))
    print("The shortest found, in which {:,} choices are not 0, in place of {:,}:".format(*mattered))
    print(*(f"  {line}" for line in smaller.trace), sep="\n")
    print("A test to paste into tests/simulation/test_found.py:\n")
    print(test_of(f"seed_{seed}", smaller.choices), flush=True)


def shrunk(whole: Played, kind: str, *, seconds: float, make_story: MakeStory = Story) -> Played:
    """Return a smaller world with a fault of the same kind, as far as one is found in so many seconds."""

    def still_fails(choices: Choices) -> bool:
        faults = play(Chance(choices=choices), make_story=make_story).faults
        return bool(faults) and kind_of(faults[0]) == kind

    shrinking = Shrinking(whole.choices, still_fails, until=time.monotonic() + seconds)
    return play(Chance(choices=shrinking.run()), tracing=True, make_story=make_story)


def test_of(name: str, choices: Sequence[int]) -> str:
    """Return a test that plays a world by its choices."""
    end = len(choices)
    while end and not choices[end - 1]:
        end -= 1
    text = packed(choices[:end])
    lines = "\n".join(f'        "{text[at : at + 90]}"' for at in range(0, len(text), 90))
    return f"def test_{name}() -> None:\n    assert not faults_of(\n{lines}\n    )\n"
