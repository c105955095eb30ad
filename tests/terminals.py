"""A command run on a real terminal of a given size, as a person would: what they see, and what they type."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pace import stretched

CTRL_C = "\x03"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True)
class Seen:
    """What stood on a terminal at the end, and how the command ended."""

    raw: str
    exit_code: int

    @property
    def text(self) -> str:
        """What stood there, without colours and movements of the cursor."""
        return ESCAPES.sub("", self.raw).replace("\r\n", "\n")


class Terminal:
    """A terminal of so many columns, in a folder, on which one command runs."""

    def __init__(self, folder: Path, *, columns: int = 80, environment: Mapping[str, str] = {}) -> None:
        self._folder = folder
        self._environment = {"TERM": "xterm", "SENDGRID_API_KEY": "SG.test.key", **environment}
        self._outside, self._inside = pty.openpty()
        fcntl.ioctl(self._inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self._seen = ""

    def type(self, text: str) -> None:
        """Type, whether or not anybody asks."""
        os.write(self._outside, text.encode())

    def run(self, *words: str, answers: Sequence[tuple[str, str]] = ()) -> Seen:
        """Run our command; each answer is typed once the text before it is seen."""
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", *words],
            stdin=self._inside, stdout=self._inside, stderr=self._inside, cwd=self._folder,
            env={**os.environ, **self._environment}, start_new_session=True,
        )  # fmt: skip
        os.close(self._inside)
        try:
            for asked, answer in answers:
                self._read_until(asked)
                if answer == CTRL_C:  # this is not the terminal that controls the command
                    process.send_signal(signal.SIGINT)
                else:
                    self.type(answer)
            self._read_until(None)
        finally:
            process.wait(stretched(60))
            os.close(self._outside)
        return Seen(self._seen, process.returncode)

    def _read_until(self, text: str | None) -> None:
        start, deadline = len(self._seen), time.monotonic() + stretched(60)
        while text is None or text not in self._seen[start:]:
            ready, _, _ = select.select([self._outside], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"never saw {text!r} in: {self._seen}"
            try:
                piece = os.read(self._outside, 65536)
            except OSError:  # the command ended, and with it the terminal
                piece = b""
            if not piece:
                assert text is None, f"never saw {text!r} in: {self._seen}"
                return
            self._seen += piece.decode(errors="replace")
