"""Worlds on several processors: processes that play seeds and say, a line each, what became of them."""

import faulthandler
import os
import queue
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from simulation.chance import Chance
from simulation.play import Work, look_seldom_for_garbage, play

STUCK_AFTER = 120  # seconds: a world takes a fifth of one
PATIENCE = 10  # seconds for processes to end that were told to


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a seed's world."""

    seed: int
    faults: tuple[str, ...]
    sometimes: Counter[str]
    work: Work


class Interrupted(Exception):
    """Ctrl-C was pressed; what had been played by then was told."""


def work(seeds: range) -> int:
    """Play seeds one after another, in a process started for that; end after the current one if told to."""
    stopping = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one says when it is over
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    look_seldom_for_garbage()
    for seed in seeds:
        faulthandler.dump_traceback_later(STUCK_AFTER, exit=True)
        played = play(Chance(seed))
        faulthandler.cancel_dump_traceback_later()
        line = {
            "seed": seed,
            "faults": played.faults,
            "sometimes": dict(played.sometimes),
            "work": played.work.counts,
        }
        os.write(1, orjson.dumps(line) + b"\n")
        if stopping.is_set():
            break
    return 0


def played_by(seeds: range, workers: int) -> Iterator[Result]:
    """Yield what became of the seeds, as it is known. Raises Interrupted after Ctrl-C.

    A process that ends before its seeds do is a failure of the seed that it was at.
    """
    results: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
    shares = [seeds[place::workers] for place in range(min(workers, len(seeds)))]
    processes = [_start(share) for share in shares]
    for share, process in zip(shares, processes, strict=True):
        threading.Thread(target=_listen, args=(share, process, results), daemon=True).start()
    open_ends = len(processes)
    try:
        while open_ends:
            result = results.get()
            if result is None:
                open_ends -= 1
            else:
                yield result
    except KeyboardInterrupt:
        raise Interrupted from None
    finally:
        _end(processes)


def _start(share: range) -> "subprocess.Popen[bytes]":
    from simulation.run import clean, command

    words = "--work", str(share.start), str(share.stop), str(share.step)
    return subprocess.Popen(command(*words), stdout=subprocess.PIPE, env=clean(os.environ))


def _listen(
    share: range, process: "subprocess.Popen[bytes]", results: "queue.SimpleQueue[Result | None]"
) -> None:
    done = 0
    for line in process.stdout or ():
        said = orjson.loads(line)
        done += 1
        faults, work = tuple(said["faults"]), Work(*said["work"])
        results.put(Result(said["seed"], faults, Counter(said["sometimes"]), work))
    code = process.wait()
    if code and done < len(share):
        why = f"the process that played it ended with {code}"
        results.put(Result(share[done], (why,), Counter(), Work()))
    results.put(None)


def _end(processes: "list[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
