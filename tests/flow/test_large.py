"""A hundred thousand readers: every address once, every request valid, memory flat, the proof exact."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import psutil
import pytest
from conftest import Publication

READERS = 100_000
SERVER = Path(__file__).parent.parent / "strict_sendgrid.py"


@contextmanager
def _server(log: Path, latency: float) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(SERVER), "--latency", str(latency), "--log", str(log)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _start(publication: Publication) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", "send", "first", "--yes", "--json"],
        cwd=publication.root,
        env={**os.environ, "SENDGRID_API_KEY": "SG.test.key"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _accepted(log: Path) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    problems: list[str] = []
    for line in log.read_bytes().splitlines():
        entry = orjson.loads(line)
        problems += entry["problems"]
        counts.update(entry["accepted"])
    return counts, problems


def _subscribe(publication: Publication) -> None:
    path = publication.root / "many.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "name", "status"])
        writer.writerows([f"reader{n}@example.org", f"Reader {n}", "confirmed"] for n in range(READERS))
        writer.writerows([f"pending{n}@example.org", "", "pending"] for n in range(500))
    assert publication.run("subscribers", "import", str(path), "--list", "readers").exit_code == 0


@pytest.mark.slow
def test_a_hundred_thousand_get_it_once_in_flat_memory_even_when_the_sender_is_killed(
    publication: Publication, tmp_path: Path
) -> None:
    _subscribe(publication)
    log = tmp_path / "log"
    with _server(log, 0.05) as url:
        publication.settings(host=url, batch_size=1000, threads=8, timeout=60)
        first = _start(publication)
        while first.poll() is None and (not log.exists() or len(log.read_bytes().splitlines()) < 30):
            time.sleep(0.005)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        second = _start(publication)
        watched, peak = psutil.Process(second.pid), 0
        while second.poll() is None:
            peak = max(peak, _memory(watched))
            time.sleep(0.01)
        assert second.stdout is not None
        proof = orjson.loads(second.stdout.read())
        second.communicate()
        counts, problems = _accepted(log)
    assert problems == []
    assert set(counts.values()) == {1}
    assert proof["candidates"] == READERS + 500
    assert proof["excluded"] == {"unconfirmed": 500}
    assert proof["accepted"] + proof["unknown"] == READERS
    assert proof["pending"] == proof["rejected"] == 0
    assert 0 < peak < 130_000_000, f"{peak / 1e6:.0f} MB"
    listed = publication.run("recipients", "first", "--state", "unknown").stdout
    unknown = set(re.findall(r"^([^,\n]+@[^,\n]+),unknown", listed, re.MULTILINE))
    everyone = {f"reader{n}@example.org" for n in range(READERS)}
    assert everyone - set(counts) <= unknown
    assert len(unknown) == proof["unknown"]
