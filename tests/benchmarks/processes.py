"""Run whole processes and say what each cost: wall time, its own CPU time, its peak memory.

This process stays small on purpose: Linux counts what the parent held at the fork into a child's peak.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).parent / "newsletter"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds, seconds of CPU (user and system), bytes at its peak; and said."""

    wall: float
    cpu: float
    peak: int
    said: str

    @property
    def megabytes(self) -> float:
        """Return the peak in MB."""
        return self.peak / 1_000_000

    @property
    def document(self) -> Any:
        """Return the JSON it printed."""
        return json.loads(self.said)


def environment() -> dict[str, str]:
    """Return an environment without the developer's own settings, and with a key for a server on loopback."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEWSLETTER_", "SENDGRID_"))
    }
    return {**kept, "SENDGRID_API_KEY": "SG.benchmark.key", "NEWSLETTER_SECRET_KEY": "k" * 32}


def run(words: Sequence[str | Path], *, folder: Path) -> Cost:
    """Run a command to its end. Raises RuntimeError with its words when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in words], cwd=folder, env=environment(), stdout=out, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)  # this child's own figures, not all children's
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said, errors_said = (_whole(file) for file in (out, errors))
    if process.returncode:
        raise RuntimeError(
            f"{' '.join(map(str, words))} ended with {process.returncode}: {errors_said.strip()[-400:]}"
        )
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(wall, used.ru_utime + used.ru_stime, peak, said)


def _whole(file: Any) -> str:
    file.seek(0)
    text: str = file.read().decode()
    return text


def newsletter(*words: str | Path, folder: Path) -> Cost:
    """Run the command as its user does."""
    return run([COMMAND, *words], folder=folder)


def inside(script: str, *words: str | Path, folder: Path) -> Cost:
    """Run one of the ``inside_….py`` next to this file, which prints a JSON document."""
    return run([sys.executable, HERE / script, *words], folder=folder)


@contextmanager
def sink(*, latency: float) -> Iterator[tuple[str, list[int]]]:
    """Run a server that accepts all; yield its URL, and a list that holds its count once it has ended."""
    process = subprocess.Popen(
        [sys.executable, HERE.parent / "strict_sendgrid.py", "--latency", str(latency), "--count-only"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    taken: list[int] = []
    try:
        yield process.stdout.readline().strip(), taken
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=30)
        taken.append(json.loads(said)["recipients"])
