"""Starting: what ``newsletter --help`` takes against the import of Typer alone."""

import sys
from pathlib import Path
from statistics import median

from figures import Figure, Scale
from processes import newsletter, run


def help_start(scale: Scale, folder: Path) -> list[Figure]:
    """Time both in turn, so that a busy moment meets both."""
    ours, typers = [], []
    for _ in range(scale.starts + 1):
        typers.append(run([sys.executable, "-c", "import typer"], folder=folder))
        ours.append(newsletter("--help", folder=folder))
    ratios = [our.wall / its.wall for our, its in zip(ours[1:], typers[1:], strict=True)]
    details = {
        "help, ms": 1000 * median(cost.wall for cost in ours[1:]),
        "import typer, ms": 1000 * median(cost.wall for cost in typers[1:]),
        "of CPU": sum(cost.cpu for cost in ours) / sum(cost.cpu for cost in typers),
    }
    return [Figure("--help", median(ratios), "× import typer", aim=1.6, runs=ratios, details=details)]
