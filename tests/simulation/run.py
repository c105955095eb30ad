"""``make sim``: play worlds of new seeds on all processors, or one seed with its whole trace.

    make sim                     500 new seeds
    make sim RUNS=2000           so many
    make sim RUNS=2000 FROM=1    and the same ones again
    make sim SEED=7              one seed, byte for byte as ever, with its trace

A failure is made smaller and printed with a test to paste. The exit code is 0 when nothing failed and every
state was reached that so many worlds must reach; 1 otherwise; 130 after Ctrl-C.
"""

import argparse
import os
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]
HASH_SEED = "0"  # the order of a set of texts is chance as well
FEW, MANY = 500, 1 << 31
MOST_SHRUNK = 3  # failures of different kinds


def main(words: Sequence[str]) -> int:
    """Do what was asked on the command line and return the exit code."""
    asked = _asked(words)
    if asked.work:
        from simulation.work import work

        return work(range(*asked.work))
    if asked.seed is not None:
        return _replay(asked.seed)
    first = random.SystemRandom().randrange(MANY) if asked.first is None else asked.first
    return _runs(range(first, first + asked.runs), workers=asked.workers, seconds=asked.seconds)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make sim", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one alone and print its trace")
    parser.add_argument("--runs", type=int, default=FEW, help="how many seeds")
    parser.add_argument("--from", dest="first", type=int, help="the first of them; without it, any")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many processes")
    parser.add_argument("--seconds", type=float, default=60, help="how long a failure is made smaller")
    parser.add_argument("--work", type=int, nargs=3, help=argparse.SUPPRESS)  # a range of seeds
    return parser.parse_args(words)


def _replay(seed: int) -> int:
    from simulation.chance import Chance
    from simulation.play import play

    played = play(Chance(seed), tracing=True)
    done = played.work
    print(*played.trace, sep="\n")
    print(f"seed {seed}: {done.turns} turns, {done.transactions} transactions, {done.mails} mails taken")
    for fault in played.faults:
        print(f"FAULT {fault}")
    return int(bool(played.faults))


def _runs(seeds: range, *, workers: int, seconds: float) -> int:
    from simulation.report import Totals, print_failure
    from simulation.work import Interrupted, played_by

    print(f"{len(seeds):,} worlds: seeds {seeds[0]} to {seeds[-1]} (again with FROM={seeds[0]})", flush=True)
    totals = Totals(len(seeds))
    stopped = False
    try:
        with totals.progress() as show:
            for played in played_by(seeds, workers):
                totals.add(played)
                if played.faults:  # a long run need not end before somebody looks
                    print(f"SEED={played.seed} failed: {played.faults[0]}", flush=True)
                show()
    except Interrupted:
        stopped = True
    kinds: dict[str, int] = {}
    for seed, fault in totals.first_of_each_kind().items():
        if not stopped and len(kinds) < MOST_SHRUNK:
            print_failure(seed, fault, seconds=seconds)
        kinds[fault] = seed
    totals.print()
    if stopped:
        return 130
    return int(totals.failed or bool(totals.print_never_reached()))


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which worlds are the same everywhere: no settings, one order of sets."""
    own = {
        name: text for name, text in environment.items() if not name.startswith(("NEWSLETTER_", "SENDGRID_"))
    }
    paths = [str(TESTS), str(TESTS.parent), *own.get("PYTHONPATH", "").split(os.pathsep)]
    own["PYTHONPATH"] = os.pathsep.join(path for path in dict.fromkeys(paths) if path)
    return {**own, "PYTHONHASHSEED": HASH_SEED}


def command(*words: str) -> list[str]:
    """Return the command that runs this module. Its own folder is not searched: it has a ``sendgrid.py``."""
    return [sys.executable, "-P", "-m", "simulation.run", *words]


def _again_if_unclean(words: Sequence[str]) -> None:
    environment = dict(os.environ)
    if environment != clean(environment) or not sys.flags.safe_path:
        os.execve(sys.executable, command(*words), clean(environment))  # noqa: S606


if __name__ == "__main__":
    _again_if_unclean(sys.argv[1:])
    sys.exit(main(sys.argv[1:]))
