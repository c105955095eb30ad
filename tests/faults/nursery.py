"""The test's side of victims: start one, kill it, learn how it ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

TESTS = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ended:
    """How a victim ended: ``code`` is its exit code, negative for the signal that killed it."""

    code: int
    proof: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    message: str = ""
    moments: Mapping[str, int] = field(default_factory=dict)

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Nursery:
    """A process whose forked children are the victims."""

    def __init__(self) -> None:
        self._numbers = count()
        # The process is the interpreter's, the path the tests': what runs is the tree under test.
        path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("victim.py"))],
            env={**own_environment(), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def start(self, what: str, root: Path, **how: Any) -> "Victim":
        """Let a victim do something in a publication; ``how`` says what befalls it."""
        result = root / f"victim-{next(self._numbers)}.json"
        pid = self.ask(do="start", what=what, root=str(root), result=str(result), **how)["pid"]
        return Victim(self, pid, result)

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@dataclass(frozen=True)
class Victim:
    """A process that sends for real."""

    nursery: Nursery
    pid: int
    result: Path

    def kill(self) -> Ended:
        """End it without warning."""
        os.kill(self.pid, signal.SIGKILL)
        return self.ended()

    def ended(self) -> Ended:
        """Wait for its end."""
        code = self.nursery.ask(do="wait", pid=self.pid)["code"]
        result = json.loads(self.result.read_bytes()) if self.result.exists() else {}
        wrong = Path(f"{self.result}.err")
        written = wrong.read_text() if wrong.exists() else ""
        assert "Traceback" not in written, written
        return Ended(**{**result, "code": code})


def own_environment() -> dict[str, str]:
    """Return the environment without the settings of the person who runs the tests, and with a key."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEWSLETTER_", "SENDGRID_"))
    }
    return {**kept, "SENDGRID_API_KEY": "SG.test.key"}
