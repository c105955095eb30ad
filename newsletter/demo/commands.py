"""The demo's commands: each a process of its own, as a person would type it, watched and perhaps killed."""

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

LOOK_SECONDS = 0.01
KILLED = -signal.SIGKILL
WORK_LEFT = 3  # the exit code of a command that stopped with work left or unknowns

# A command finds the package where this process found it, and nothing in the folder it runs in.
_BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from newsletter.cli import main; main()"
_PACKAGE_HOME = str(Path(__file__).resolve().parents[2])

Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, the document it printed, and its messages for a person."""

    pid: int
    code: int
    document: Mapping[str, Any]
    messages: str


def run_command(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    look: Callable[[Process], None],
) -> Ended:
    """Run ``newsletter`` with ``words`` in ``folder`` until it has ended, and its local SendGrid too.

    ``look`` is called with the process every hundredth of a second while it runs. Ctrl-C is passed on
    once, so that what is on the wire is finished.
    """
    process = subprocess.Popen(  # noqa: S603  (our own program, and no shell)
        [sys.executable, "-P", "-c", _BOOT, _PACKAGE_HOME, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # a terminal's Ctrl-C would reach it twice, which means impatience
    )
    try:
        while process.poll() is None:
            look(process)
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
        # The local SendGrid that a sender started holds the same error stream, which ends when both have
        # ended: nothing is on its way when this returns, even if the sender was killed.
        out, messages = process.communicate()
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.communicate()
        raise
    document = orjson.loads(out) if out.strip() else {}
    return Ended(process.pid, process.returncode, document, messages.decode(errors="replace"))
