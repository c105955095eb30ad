"""What docs/operations.md promises: its drill does what it says, its words are the product's."""

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pace import FOREVER

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PORTS = ("8025", "8000")
LONG_RUNNING = ("newsletter sandbox", "newsletter serve")


# Where the page waits by the clock, as a person does, for what is waited here.
WAITS = {
    "sleep 15;": "until curl -s http://127.0.0.1:8025/ | grep -qE '[7-9]0 messages'; do sleep 0.1; done;",
    # What a command tells people stands on stderr. Until every answer may have come is a matter of the clock,
    # which a person's typing takes longer than: the requests are made that much older.
    "sleep 30\n": "until newsletter status drill 2>&1 | grep -q '389, processed 390'; do sleep 0.5; done\n"
    "python -c \"import sqlite3; ledger = sqlite3.connect('newsletter.db', timeout=60);"
    " ledger.execute('UPDATE attempt SET posted_at = posted_at - 60000000'); ledger.commit()\"\n",
}


def section(title: str) -> str:
    """Return a chapter of the page."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def words(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True)
class Step:
    """Commands, and the lines they promise, in their order."""

    commands: str
    promised: Sequence[str]

    @property
    def runs_on(self) -> bool:
        return self.commands.startswith(LONG_RUNNING)

    def missing_from(self, output: str) -> list[str]:
        """Return what was promised and did not come, from the first that did not."""
        rest = words(output)
        for place, line in enumerate(self.promised):
            _, found, rest = rest.partition(line)
            if not found:
                return list(self.promised[place:])
        return []


def steps(text: str) -> Iterator[Step]:
    for commands, promised in re.findall(r"```sh\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL):
        yield Step(commands.strip(), [words(line) for line in promised.splitlines()])


def free_ports(count: int) -> list[str]:
    with ExitStack() as held:
        taken = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [str(listener.getsockname()[1]) for listener in taken]


class Terminals:
    """A folder and an environment that later commands find as earlier ones left them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = dict(environment)

    def run(self, step: Step) -> str:
        ended = subprocess.run(
            ["bash", "-c", step.commands],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=FOREVER,
        )
        for name, value in re.findall(r"^export (\w+)=(\S+)$", step.commands, re.MULTILINE):
            self.environment[name] = value
        for folder in re.findall(r"^cd (\S+)$", step.commands, re.MULTILINE):
            self.folder /= folder
        return ended.stdout.decode()

    @contextmanager
    def running(self, step: Step) -> Iterator[str]:
        """Run what does not end by itself, and lend what it said until the promised words came."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {step.commands}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        assert process.stdout is not None
        with process:
            try:
                said = ""
                while step.missing_from(said) and (line := process.stdout.readline()):
                    said += line.decode()
                yield said
            finally:
                process.send_signal(signal.SIGINT)


@pytest.mark.slow
def test_the_drill_does_what_the_page_says(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("the drill needs curl")
    text = section("A drill")
    for wait, condition in WAITS.items():
        assert text.count(wait) == 1
        text = text.replace(wait, condition)
    for port, free in zip(PORTS, free_ports(len(PORTS)), strict=True):
        text = text.replace(port, free)
    beside_python = str(Path(sys.executable).parent)
    path = os.pathsep.join([beside_python, os.environ["PATH"]])
    terminals = Terminals(tmp_path, {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"})
    drill = list(steps(text))
    assert len(drill) >= 9
    assert text.count("```sh") == len(drill), "each step promises something"
    with ExitStack() as open_terminals:
        for step in drill:
            if step.runs_on:
                said = open_terminals.enter_context(terminals.running(step))
            else:
                said = terminals.run(step)
            assert step.missing_from(said) == [], f"{step.commands}\n{said}"


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each table row below a heading of the tables."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith(("| what fails", "| alarm |")):
            yield [cell.strip() for cell in line.strip("| ").split(" | ")]


def product_words() -> str:
    """Return every piece of text in the product, one a line."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "newsletter").rglob("*.py")]
    return "\n".join(
        words(node.value)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.slow
def test_what_one_sees_in_the_table_is_what_the_product_says() -> None:
    said = product_words()
    checked = 0
    for row in rows(section("When something fails")):
        seen = row[1] if len(row) == 3 else row[2]
        for quoted in re.findall(r"`([^`]+)`", seen):
            if quoted.startswith("newsletter "):
                continue
            for piece in quoted.split("…"):
                if len(piece.split()) > 1:
                    checked += 1
                    assert piece.strip(" “”()%") in said, f"nothing says “{piece}”"
    assert checked > 30


def test_every_alarm_has_its_row() -> None:
    from newsletter.cli.proofs import ALARMS

    documented = {row[0].strip("`") for row in rows(section("When something fails")) if len(row) == 3}
    assert documented == ALARMS.keys()


def test_the_table_knows_after_how_many_answers_sending_stops_by_itself() -> None:
    from newsletter.delivery.policy import GIVE_UP_AFTER, MOST, PAUSE_AFTER, PROBE_AFTER, SEVERAL

    table = section("When something fails")
    assert (PROBE_AFTER, PAUSE_AFTER, GIVE_UP_AFTER) == (3, 3, 8)
    assert "Three such answers in a row" in table
    assert "after eight rounds" in table
    assert (SEVERAL, MOST) == (5, 15)
    assert "After five in a row" in table
    assert "15 at most" in table
