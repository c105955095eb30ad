"""The real delivery code in worlds of seeds 0 to 299, and ``make sim``, which plays new ones."""

import io
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout

import pytest
from simulation.chance import Chance
from simulation.play import Work, faults_of, kind_of, packed, play, unpacked
from simulation.rare import STATES
from simulation.report import Totals, print_failure
from simulation.run import clean, command
from simulation.shrink import Choices, Shrinking
from simulation.story import Story
from simulation.work import Result

RUNS = int(os.environ.get("SIMULATION_RUNS", "300"))
A_TEST, FAST = 10, 1  # worlds in a test, and tests in the fast part


def _chunks() -> list[object]:
    ranges = [range(first, min(first + A_TEST, RUNS)) for first in range(0, RUNS, A_TEST)]
    slow = pytest.mark.slow
    return [
        pytest.param(seeds, id=f"{seeds[0]}-{seeds[-1]}", marks=[slow] if place >= FAST else [])
        for place, seeds in enumerate(ranges)
    ]


@pytest.mark.parametrize("seeds", _chunks())
def test_nothing_goes_wrong_in_the_worlds_of_these_seeds(seeds: range) -> None:
    faults = {seed: found for seed in seeds if (found := play(Chance(seed)).faults)}
    assert not faults, f"see it happen with: make sim SEED={next(iter(faults))}"


# ── the same world again ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", [7, 25])  # 25: an error names a file of this process's own folder
def test_a_seed_is_the_same_world_every_time(seed: int) -> None:
    first, again = play(Chance(seed), tracing=True), play(Chance(seed), tracing=True)
    assert first.trace == again.trace
    assert first.choices == again.choices


@pytest.mark.slow
def test_a_seed_is_the_same_world_byte_for_byte_in_another_process() -> None:
    environment = {**clean(os.environ), "PYTHONHASHSEED": "12345"}
    program = (
        "import sys; from simulation.chance import Chance; from simulation.play import play\n"
        "for seed in 25, 7: print(*play(Chance(seed), tracing=True).trace, sep='\\n')"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program], env=environment, capture_output=True, text=True, timeout=120
    )
    here = [line for seed in (25, 7) for line in play(Chance(seed), tracing=True).trace]
    assert ran.stdout.splitlines() == here, ran.stderr


def test_the_choices_of_a_world_are_the_same_world_packed_or_not() -> None:
    whole = play(Chance(7), tracing=True)
    text = packed(whole.choices)
    assert unpacked(text) == list(whole.choices)
    assert play(Chance(choices=unpacked(text)), tracing=True).trace == whole.trace
    assert not {'"', "\\", "\n"} & set(text)


def test_packed_numbers_come_back_whatever_their_size() -> None:
    numbers = [0, 1, 127, 128, 9_999, 16_384, (1 << 30) - 1]
    assert unpacked(packed(numbers)) == numbers


# ── a failure ───────────────────────────────────────────────────────────────────────────────────────────────


class Dreaded(Story):
    """A story in which it counts as a fault that a reader leaves, once the provider took a mail."""

    def run(self) -> None:
        super().run()
        if self.world.sometimes["reader: leave"] and self.sendgrid.taken:
            self.world.fail(f"reader{len(self.sendgrid.taken)}@example.org left, of [{self.readers}]")


class Broken(Story):
    """A story that breaks half way, with processes still at work."""

    def _time_comes(self) -> None:
        self.world.wait(600)
        raise ZeroDivisionError("the timer broke")


class Restless(Story):
    """A story in which something is polled for ever."""

    def _time_comes(self) -> None:
        while True:
            self.world.pause("again")


def test_what_raises_in_a_world_is_its_fault_and_the_next_world_is_well() -> None:
    faults = play(Chance(7), make_story=Broken).faults
    assert "ZeroDivisionError: the timer broke" in faults[0]
    assert not play(Chance(7)).faults


def test_a_world_that_does_not_come_to_rest_is_at_fault_and_the_next_one_is_well() -> None:
    faults = play(Chance(7), make_story=Restless).faults
    assert "the world does not come to rest: " in faults[0]
    assert "/timer" in faults[0]
    assert not play(Chance(7)).faults


def test_faults_are_of_one_kind_whatever_numbers_and_lists_they_name() -> None:
    said = "reader{0}@example.org got first 2 times: ['00{0}1', '0002']"
    assert kind_of(said.format(3)) == kind_of(said.format(14)) == "reader#@example.org got first # times:"
    trace = "send: Traceback (most recent call last):\n  File x, line {0}\nValueError: no {0}"
    assert kind_of(trace.format(1)) == kind_of(trace.format(22)) == "send: ValueError: no #"
    assert kind_of(said.format(3)) != kind_of(trace.format(1))


@pytest.mark.slow
def test_a_failure_is_made_smaller_and_printed_with_a_test_that_shows_it() -> None:
    seed = next(seed for seed in range(50) if play(Chance(seed), make_story=Dreaded).faults)
    whole = play(Chance(seed), make_story=Dreaded)
    out = io.StringIO()
    with redirect_stdout(out):
        print_failure(seed, kind_of(whole.faults[0]), seconds=6, make_story=Dreaded)
    printed = out.getvalue()
    assert f"SEED={seed} failed" in printed
    assert whole.faults[0] in printed
    names: dict[str, object] = {"faults_of": lambda text: faults_of(text, make_story=Dreaded)}
    source = printed.partition("tests/simulation/test_found.py:")[2]
    exec(source, names)  # noqa: S102  (what a reader pastes)
    pasted = names[f"test_seed_{seed}"]
    assert callable(pasted)
    with pytest.raises(AssertionError):
        pasted()
    assert len(source) < len(packed(whole.choices))


def _shrunk(choices: Sequence[int], fails: object) -> Choices:
    assert callable(fails)
    return Shrinking(choices, fails, until=time.monotonic() + 5).run()


def test_choices_that_make_no_difference_go() -> None:
    choices = [9, 0, 7, 3, 8, 0, 5, 4, 0, 2] * 20
    assert _shrunk(choices, lambda some: some.count(8) >= 2) == (8, 8)
    assert _shrunk(choices, lambda some: len(some) > 3 and some[3] >= 2) == (0, 0, 0, 2)


def test_choices_are_lowered_as_far_as_the_fault_remains() -> None:
    assert _shrunk([90, 80, 70], lambda some: sum(some[:2]) > 40) in {(41,), (0, 41)}


def test_shrinking_ends_in_time_with_the_best_that_it_found() -> None:
    def slow(choices: Choices) -> bool:
        time.sleep(0.01)
        return 1 in choices

    began = time.monotonic()
    best = Shrinking([*range(1_000)], slow, until=began + 0.1).run()
    assert 1 in best
    assert len(best) < 1_000
    assert time.monotonic() - began < 2


# ── make sim ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_run_says_what_was_played_how_fast_and_how_often() -> None:
    ran = _sim("--runs", "6", "--from", "3", "--workers", "2")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "6 worlds: seeds 3 to 8" in ran.stdout
    assert "6 worlds played, 0 failed" in ran.stdout
    for unit in ("worlds", "issues", "mails taken", "turns", "transactions"):
        assert f" {unit}" in ran.stdout
    assert "Sometimes: " in ran.stdout


@pytest.mark.slow
def test_one_seed_is_printed_with_its_trace() -> None:
    ran = _sim("--seed", "7")
    *trace, last = ran.stdout.splitlines()
    assert tuple(trace) == play(Chance(7), tracing=True).trace
    assert last.startswith("seed 7: ")
    assert ran.returncode == 0


def _sim(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*words), env=clean(os.environ), capture_output=True, text=True, timeout=120)


def test_a_run_of_many_worlds_fails_when_a_state_was_never_reached(
    capsys: pytest.CaptureFixture[str],
) -> None:
    totals = Totals(500, Work(worlds=500))
    totals.sometimes.update({state: 1 for state in STATES if state != "late answer"})
    assert totals.print_never_reached() == ["late answer"]
    assert "NEVER REACHED: late answer" in capsys.readouterr().out
    assert not Totals(10, Work(worlds=10)).print_never_reached()


def test_faults_are_told_once_for_each_kind() -> None:
    totals = Totals(4)
    for seed, reader in ((9, 1), (7, 2), (8, 3)):
        totals.add(Result(seed, (f"reader{reader} was mailed twice",), Counter(), Work(1)))
    totals.add(Result(3, ("reader4 was lost",), Counter(), Work(1)))
    assert totals.first_of_each_kind() == {3: "reader# was lost", 7: "reader# was mailed twice"}
