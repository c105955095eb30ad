"""docs/quickstart.md is typed, line by line, in a new home: what it shows is what one sees.

After a change of words, write the page anew and look at the difference:
``REWRITE_QUICKSTART=1 pytest tests/test_quickstart.py``.
"""

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "quickstart.md"
DATE = "2026-03-10"  # of the page; a new brief bears the day it is made
MOST_COMMANDS = 12  # from nothing to one's own issue in the inbox
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUESTION = re.compile(rb"\? [\[(][yY]/[nN][\])]:? ?$")
MESSAGE_ID = re.compile(r"(?<![\w-])[\w-]{22}(?![\w-])")
# What a terminal shows as a bar.
PROGRESS = re.compile(r"^\w+: (?:[\d.,]+ of [\d.,]+|all [\d,]+)(?: \w+)?\n", re.MULTILINE)


@dataclass
class Shell:
    """A person's terminal: a home, the folder they are in, and ``newsletter`` on the path."""

    home: Path
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.home
        program = self.home / "bin" / "newsletter"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m newsletter "$@"\n')
        program.chmod(0o755)
        self.today = datetime.now(UTC).date().isoformat()

    def write(self, target: str, text: str) -> None:
        (self.folder / self._of_today(target)).write_text(self._of_today(text), encoding="utf-8")

    def type(self, command: str) -> str:
        """Run a command as typed, say yes where it asks, and return what it shows."""
        command = self._of_today(command)
        if command == "newsletter sandbox":
            return self._look_into_the_inbox()
        master, slave = pty.openpty()
        after = self.home / "after"
        process = self._start(f"{command}\ncode=$?; pwd > {shlex.quote(str(after))}; exit $code", stdin=slave)
        os.close(slave)
        with process:
            shown = self._shown_by(process, master)
        os.close(master)
        assert process.returncode == 0, shown.decode()
        self.folder = Path(after.read_text().rstrip("\n"))
        return self._as_on_the_page(shown.decode())

    def _start(self, script: str, stdin: int) -> "subprocess.Popen[bytes]":
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
        environment = {**kept, "HOME": str(self.home), "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        return subprocess.Popen(
            ["bash", "-c", script],
            cwd=self.folder,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _shown_by(self, process: "subprocess.Popen[bytes]", keyboard: int) -> bytes:
        assert process.stdout
        shown = b""
        while chunk := os.read(process.stdout.fileno(), 65536):
            shown += chunk
            if QUESTION.search(shown):
                os.write(keyboard, b"y\n")
                shown += b"y\n"
        return shown

    def _look_into_the_inbox(self) -> str:
        with self._start("exec newsletter sandbox --port 0", stdin=subprocess.DEVNULL) as process:
            assert process.stdout
            line = process.stdout.readline().decode()
            found = re.search(r"http://\S+", line)
            try:
                assert found, line
                inbox = httpx.get(found[0]).text
            finally:
                process.send_signal(signal.SIGINT)
            rest = process.stdout.read().decode()
        assert "The bridge reopens" in inbox
        assert "ana@example.org" in inbox
        assert "left@example.org" not in inbox
        return self._as_on_the_page(re.sub(r":\d+", ":8025", line) + rest)

    def _of_today(self, text: str) -> str:
        return text.replace(DATE, self.today)

    def _as_on_the_page(self, text: str) -> str:
        text = PROGRESS.sub("", re.sub(r"(\[y/N\]:?)y\n ?", r"\1 y\n", text))
        text = text.replace(self.today, DATE).replace(str(self.home), "/home/you")
        return MESSAGE_ID.sub("hD816nq3P97poZEzRlVsWQ", re.sub(r"(?<=T)\d\d:\d\d:\d\d", "07:00:00", text))


def _commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with what the page shows below it."""
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = piece.partition("\n")
        yield command, shown


def _but_for_figures(text: str) -> str:
    return re.sub(r" +", " ", re.sub(r"\d+", "0", MESSAGE_ID.sub("ID", text)))


@pytest.mark.slow
def test_what_the_quickstart_shows_is_what_one_sees(tmp_path: Path) -> None:
    shell, page, written = Shell(tmp_path), PAGE.read_text(encoding="utf-8"), ""
    end = 0
    for block in BLOCK.finditer(page):
        kind, target, text = block.groups()
        written += page[end : block.start()]
        end = block.end()
        if target:
            shell.write(target, text)
        if kind != "console":
            written += block[0]
            continue
        typed = [(command, shown, shell.type(command)) for command, shown in _commands(text)]
        written += "```console\n" + "".join(f"$ {command}\n{seen}" for command, _, seen in typed) + "```"
        for command, shown, seen in typed:
            if os.environ.get("REWRITE_QUICKSTART") != "1":
                assert _but_for_figures(seen) == _but_for_figures(shown), command
    if os.environ.get("REWRITE_QUICKSTART") == "1":
        PAGE.write_text(written + page[end:], encoding="utf-8")


def test_the_first_issue_is_in_the_inbox_after_a_dozen_commands() -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = [block for block in BLOCK.finditer(page) if block[1] in ("sh", "console")]
    typed = [
        line.removeprefix("$ ")
        for block in blocks
        for line in block[3].splitlines()
        if block[1] == "sh" or line.startswith("$ ")
    ]
    assert typed.index("newsletter sandbox") + 1 <= MOST_COMMANDS
    assert typed[:3] == ["make demo", ".venv/bin/newsletter sandbox", "source .venv/bin/activate"]
