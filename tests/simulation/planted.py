"""Planted faults: mistakes in the real code, kept as patches, each of which the simulation must find.

``python -P -m simulation.planted`` puts each into a copy of the code, runs worlds on it in a process of its
own until one fails, and says by which seed and after how many. Names given are the only ones tried.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from simulation.run import clean

TREE = Path(__file__).parents[2]
PATCHES = Path(__file__).parent / "planted"
SEEDS = 1_000  # within which each must be found
STARTS = 1  # from how many places in the row of seeds they are looked for
MOST_WORDS = 300  # characters of what went wrong
APART = 100_000  # seeds between two such places
STUCK = 60.0  # seconds of the processor that no world on the true code comes near
_FILE = re.compile(r"^--- a/(.+)\n\+\+\+ b/.+\n", re.MULTILINE)
_HUNK = re.compile(r"^@@ .+\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: what it does and costs, in a sentence, and the lines it changes."""

    name: str
    words: str
    patch: str

    @property
    def changes(self) -> Iterator[tuple[str, str, str]]:
        """Yield a file, lines as they are there, and lines as they would be."""
        _, *files = _FILE.split(self.patch)
        for file, hunks in zip(files[::2], files[1::2], strict=True):
            for hunk in _HUNK.split(hunks)[1:]:
                lines = hunk.splitlines(keepends=True)
                before = "".join(line[1:] for line in lines if line[0] in " -")
                yield file, before, "".join(line[1:] for line in lines if line[0] in " +")

    def changed(self, tree: Path) -> dict[str, str]:
        """Return files as they would be with it. Raises ValueError where it does not fit the code there."""
        texts: dict[str, str] = {}
        for file, before, after in self.changes:
            text = texts.get(file) or (tree / file).read_text()
            if text.count(before) != 1:
                raise ValueError(f"{self.name} no longer fits {file}: write it anew")
            texts[file] = text.replace(before, after)
        return texts


def every_fault() -> list[Fault]:
    """Return all that is planted."""
    faults = []
    for path in sorted(PATCHES.glob("*.patch")):
        text = path.read_text()
        start = _FILE.search(text)
        assert start is not None, f"{path.name} changes nothing"
        faults.append(Fault(path.stem, " ".join(text[: start.start()].split()), text[start.start() :]))
    return faults


@dataclass(frozen=True, slots=True)
class Search:
    """A row of worlds that ended at the first failure, if there was one. ``tried`` counts them all."""

    tried: int
    seed: int | None
    why: str = ""


@contextmanager
def code_with(fault: Fault) -> Iterator[Path]:
    """Make a copy of the code with a fault in it."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        no_caches = shutil.ignore_patterns("__pycache__")
        shutil.copytree(TREE / "newsletter", tree / "newsletter", ignore=no_caches)
        (tree / "templates").symlink_to(TREE / "templates")
        for file, text in fault.changed(TREE).items():
            (tree / file).write_text(text)
        yield tree


def look_for(fault: Fault, starts: Sequence[int], seeds: int) -> Iterator[Search]:
    """Run worlds on code with a fault, in a process of its own, from each start until one fails."""
    with code_with(fault) as tree:
        # The copy comes first, and ``-P`` keeps out the folder that this is run in.
        paths = os.pathsep.join((str(tree), str(TREE / "tests")))
        environment = {**clean(os.environ), "PYTHONPATH": paths}
        here = sys.executable, "-P", "-m", "simulation.planted"
        command = [*here, "--search", str(seeds), *map(str, starts)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                tried, seed, why = line.rstrip("\n").split("\t")
                yield Search(int(tried), int(seed) if seed else None, why)
        if process.returncode:
            raise RuntimeError(f"{fault.name}: the search broke off")


def search(start: int, seeds: int) -> Search:
    """Run worlds on the code as it is imported here until one fails."""
    for seed in range(start, start + seeds):
        if faults := faults_of(seed):
            return Search(seed - start + 1, seed, faults[0])
    return Search(seeds, None)


def faults_of(seed: int) -> Sequence[str]:
    """Return what went wrong in one world; one that stands still is at fault as well."""
    from simulation.chance import Chance
    from simulation.play import play

    signal.signal(signal.SIGVTALRM, _stuck)
    signal.setitimer(signal.ITIMER_VIRTUAL, STUCK)
    try:
        return play(Chance(seed)).faults
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _stuck(*_: object) -> None:
    raise TimeoutError("the world stands still")


def _search_here(seeds: int, starts: Sequence[int]) -> None:
    from simulation.play import look_seldom_for_garbage

    look_seldom_for_garbage()
    for start in starts:
        found = search(start, seeds)
        why = " ".join(found.why.split())[-MOST_WORDS:]
        print(found.tried, "" if found.seed is None else found.seed, why, sep="\t", flush=True)


def _report(faults: Sequence[Fault], starts: Sequence[int], seeds: int) -> bool:
    """Print how many worlds each fault took from each start; return whether all were found from all."""
    middle: list[float] = []
    missed = 0
    for fault in faults:
        searches = list(look_for(fault, starts, seeds))
        found = [result for result in searches if result.seed is not None]
        missed += len(searches) - len(found)
        middle.append(median(result.tried for result in searches))
        took = " ".join(str(result.tried) if result.seed is not None else "none" for result in searches)
        first = f"{found[0].seed}: {found[0].why}" if found else f"NOT FOUND in {seeds:,} worlds"
        print(f"{fault.name:42} {took:{5 * len(starts)}} {first}", flush=True)
    print(
        f"{len(faults)} faults; the middle one takes {median(middle):g} worlds; {missed} searches found none"
    )
    return not missed


def main() -> int:
    """Look for planted faults."""
    parser = argparse.ArgumentParser(prog="simulation.planted", description=__doc__)
    parser.add_argument("names", nargs="*", help="of faults; all of them, if none is named")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="worlds to try for each from each start")
    parser.add_argument("--starts", type=int, default=STARTS, help="places to start from")
    parser.add_argument("--search", type=int, metavar="SEEDS", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.search:
        _search_here(chosen.search, [int(start) for start in chosen.names])
        return 0
    known = {fault.name: fault for fault in every_fault()}
    if unknown := set(chosen.names) - known.keys():
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    faults = [known[name] for name in chosen.names or known]
    return not _report(faults, [place * APART for place in range(chosen.starts)], chosen.seeds)


if __name__ == "__main__":
    sys.exit(main())
