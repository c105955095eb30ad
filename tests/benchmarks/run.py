"""`make bench`: measure, print, and keep the figures in bench/results/. docs/benchmarks.md explains each.

python tests/benchmarks/run.py [--quick] [--only NAME]…

A missed aim is said and fails nothing; what could not be measured at all does, with exit code 1.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from besieged import reader_besieged
from figures import FULL, QUICK, Figure, Scale, circumstances, keep, show
from importing import import_rate
from material import ROOT
from rendering import cold_render, warm_render
from reporting import events_taken
from saving import preview_follows
from scaling import at_scale
from sending import send_memory, send_speed
from starting import help_start

BENCHMARKS: dict[str, Callable[[Scale, Path], list[Figure]]] = {
    "warm": warm_render,
    "cold": cold_render,
    "help": help_start,
    "preview": preview_follows,
    "send": send_speed,
    "memory": send_memory,
    "million": at_scale,
    "events": events_taken,
    "import": import_rate,
    "besieged": reader_besieged,
}


def main() -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure newsletter.")
    parser.add_argument("--quick", action="store_true", help="a scaled-down pass, about a minute")
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument(
        "--results", type=Path, default=ROOT / "bench" / "results", help="where the JSON goes"
    )
    asked = parser.parse_args()
    scale = QUICK if asked.quick else FULL
    before = circumstances()
    figures, failed = _measure(asked.only or list(BENCHMARKS), scale)
    path = keep(asked.results, figures, failed, before, scale)
    show(figures)
    for name, why in failed.items():
        print(f"{name} could not be measured: {why}", file=sys.stderr)
    print(f"load {before['load']} at {before['at']}; kept in {path}", file=sys.stderr)
    return 1 if failed else 0


def _measure(names: list[str], scale: Scale) -> tuple[list[Figure], dict[str, str]]:
    figures: list[Figure] = []
    failed: dict[str, str] = {}
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
            try:
                figures += BENCHMARKS[name](scale, Path(folder))
            except RuntimeError as error:  # a part that failed must not cost the others theirs
                failed[name] = str(error)
    return figures, failed


if __name__ == "__main__":
    sys.exit(main())
