"""A process that forks victims: each child sends for real, and perhaps does not live to tell.

It reads a JSON command a line and answers with a JSON line. Forking spares each victim the second that
importing takes. ``{"do": "start", …}`` → ``{"pid": …}``; ``{"do": "wait", "pid": …}`` → how it ended.
"""

import json
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from faults.doom import Doomed, Moments
from pace import FOREVER
from postbox.kind import POSTBOX

from newsletter import publish, readership

# Imported for the children's sake: what a send would import late.
from newsletter.config import load_settings
from newsletter.delivery.clock import SECOND
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision
from newsletter.errors import NewsletterError
from newsletter.providers import sendgrid
from newsletter.registry import register
from newsletter.sending import pump
from newsletter.store import database

How = Mapping[str, Any]  # what a victim does, and what befalls it

WARM = (sendgrid, pump, database)
ISSUE = "first"
BROKEN = 70  # an exit code of no command: an error that nobody expected
PATIENCE = int(FOREVER)  # seconds until a victim that hangs is ended: by SIGALRM, so that it shows


def main() -> None:
    """Serve until stdin ends."""
    register(POSTBOX)  # the small provider that answers message by message
    os.environ["POSTBOX_TOKEN"] = "right"
    for line in sys.stdin:
        command = json.loads(line)
        answer = {"pid": _fork(command)} if command["do"] == "start" else _wait(command["pid"])
        print(json.dumps(answer), flush=True)


def _wait(pid: int) -> dict[str, int]:
    _, status = os.waitpid(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status)}


def _fork(command: How) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    try:
        code = _live(command)
    except BaseException:  # noqa: BLE001  (a child must never go on as its parent)
        traceback.print_exc()
    finally:
        os._exit(code)


def _live(command: How) -> int:
    out = os.open(f"{command['result']}.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    signal.alarm(PATIENCE)
    os.chdir(command["root"])
    if command.get("file_size"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (command["file_size"], command["file_size"]))
    if command.get("timer") is not None:
        killer = threading.Timer(command["timer"], os.kill, (os.getpid(), signal.SIGKILL))
        killer.daemon = True
        killer.start()
    result = _deliver(command)
    with suppress(OSError):  # a disk that is full holds no result either
        Path(command["result"]).write_bytes(orjson.dumps(result))
    sys.stderr.flush()
    return int(str(result["code"]))


def _deliver(command: How) -> dict[str, Any]:
    wiring = Doomed(
        load_settings(Path(command["root"]) / "newsletter.toml"),
        Moments(command.get("point", ""), command.get("nth", 1)),
        ahead=command.get("ahead", 0),
        jumps={int(look): seconds for look, seconds in (command.get("jumps") or {}).items()},
        patience=command.get("patience", 1),
        spare_pages=command.get("spare_pages"),
    )
    try:
        proof = _DO[command["what"]](wiring, command)
        result: dict[str, Any] = {"code": 0 if proof.complete else 3, "proof": proof.as_dict()}
    except NewsletterError as error:
        result = {"code": error.exit_code, "error": type(error).__name__, "message": str(error)}
    return result | {"moments": dict(wiring.moments.reached)}


def _proof(wiring: Doomed) -> Proof:
    proof = publish.status(wiring, ISSUE)
    assert proof is not None
    return proof


def _send(wiring: Doomed, _how: How) -> Proof:
    return publish.send(wiring, publish.plan_send(wiring, ISSUE))


def _resume(wiring: Doomed, _how: How) -> Proof:
    return publish.resume(wiring, ISSUE)


def _schedule(wiring: Doomed, how: How) -> Proof:
    at = wiring.clock.now() + int(how["undo_window"] * SECOND)
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), at)
    return _proof(wiring)


def _pause(wiring: Doomed, _how: How) -> Proof:
    return publish.pause(wiring, ISSUE)


def _cancel(wiring: Doomed, _how: How) -> Proof:
    return publish.cancel(wiring, ISSUE)


def _reconcile(wiring: Doomed, how: How) -> Proof:
    word = Decision(how["word"], "An editor says so.") if "word" in how else None
    return publish.reconcile(wiring, ISSUE, word=word).proof


def _suppress(wiring: Doomed, how: How) -> Proof:
    readership.suppress(wiring.engine, how["addresses"], now=wiring.clock.now, reason="complaint")
    return _proof(wiring)


def _leave(wiring: Doomed, how: How) -> Proof:
    for address in how["addresses"]:
        readership.remove(wiring.engine, address, now=wiring.clock.now)
    return _proof(wiring)


_DO: Mapping[str, Callable[[Doomed, How], Proof]] = {
    "send": _send,
    "resume": _resume,
    "schedule": _schedule,
    "pause": _pause,
    "cancel": _cancel,
    "reconcile": _reconcile,
    "suppress": _suppress,
    "leave": _leave,
}

if __name__ == "__main__":
    main()
