"""Imports that are stopped or killed leave all or nothing; large ones take no more memory than small ones."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from readership.conftest import Store

# Tells each step on stdout and waits on stdin before it goes on, so that a test stops it where it means to.
CHILD = """
import resource, sys
from pathlib import Path
from newsletter.cli.stopping import ended_by_signals
from newsletter.errors import NewsletterError
from newsletter.readership import import_subscribers
from newsletter.store.database import open_database

database, file, waits = sys.argv[1:]

def tell(step, done, of):
    if waits == "yes":
        print(step, flush=True)
        sys.stdin.readline()

try:
    with ended_by_signals():
        import_subscribers(open_database(database), "readers", Path(file), now=lambda: 1, progress=tell)
except NewsletterError as error:
    print("refused:", error, flush=True)
    sys.exit(error.exit_code)
# Not getrusage: a child starts with its parent's peak.
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
print("peak", *(line.split()[1] for line in lines if line.startswith("VmHWM")), flush=True)
"""


def start(store: "Store", file: Path, *, waits: bool) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", CHILD, f"sqlite:///{store.folder}/newsletter.db", str(file)]
    return subprocess.Popen(
        [*words, "yes" if waits else "no"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run_until(child: "subprocess.Popen[str]", step: str) -> None:
    """Let the child go on until it stands at ``step``."""
    assert child.stdin is not None
    assert child.stdout is not None
    while (line := child.stdout.readline().strip()) != step:
        assert line, "the child ended early"
        child.stdin.write("\n")
        child.stdin.flush()


def readers(path: Path, count: int) -> Path:
    with path.open("w") as file:
        file.write("email,name,city\nbad,,\n")
        file.writelines(f"reader{n * 7919 % 1_000_003}@example.com,Reader {n},Oslo\n" for n in range(count))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("step", ["Reading", "Storing"])
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_import_leaves_nothing_and_the_next_brings_all(
    store: "Store", step: str, sign: signal.Signals
) -> None:
    file = readers(store.folder / "readers.csv", 30_000)
    before = store.dump()
    with start(store, file, waits=True) as child:
        run_until(child, step)
        child.send_signal(sign)
        out, _ = child.communicate()
    if sign != signal.SIGKILL:
        assert child.returncode == 1
        assert "nothing was imported" in out
        assert not list(store.folder.glob(".*.part"))
    else:
        assert child.returncode == -sign
    assert store.dump() == before
    assert not (store.folder / "readers.refused.csv").exists()
    with start(store, file, waits=False) as child:
        child.communicate()
    assert child.returncode == 0
    assert len(store.on_list()) == 30_000
    assert not list(store.folder.glob(".*.part"))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_an_import_of_ten_times_the_readers_takes_about_the_same_memory(store: "Store") -> None:
    peaks = []
    for count in (20_000, 200_000):
        with start(store, readers(store.folder / f"{count}.csv", count), waits=False) as child:
            out, _ = child.communicate()
        assert child.returncode == 0
        peaks.append(int(out.split()[1]) / 1024)
    small, large = peaks
    assert large < small + 30, f"{small:.0f} MB, then {large:.0f} MB"
    assert large < 130
