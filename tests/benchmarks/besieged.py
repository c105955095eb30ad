"""A reader's page while strangers hold all they can of the site."""

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import Figure, Scale
from processes import COMMAND, HERE, environment

from newsletter.contacts.links import Signer

AIM_MS = 300
AIM_MB = 150


def reader_besieged(_scale: Scale, folder: Path) -> list[Figure]:
    """Time a reader's page under 300 silent connections, 40 dripped heads and 40 forged posts of 9.9 MB."""
    (folder / "newsletter.toml").write_text('[publication]\nfrom_email = "news@example.org"\n')
    with _serving(folder) as (process, port):
        token = Signer(environment()["NEWSLETTER_SECRET_KEY"].encode(), 0)(0).unsubscribe
        for _ in range(50):
            _page(port, token)
        siege = subprocess.Popen(
            [sys.executable, str(HERE.parent / "siege.py"), "127.0.0.1", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        took = []
        while siege.poll() is None:
            took.append(_page(port, token) * 1000)
            time.sleep(0.005)
        said, _ = siege.communicate()
        status = Path(f"/proc/{process.pid}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    if peak is None:
        raise RuntimeError("the system does not tell a process's peak memory")
    took.sort()
    details = {
        "pages": len(took),
        "median ms": took[len(took) // 2],
        "slowest ms": took[-1],
        "what became of the siege": json.dumps(json.loads(said.splitlines()[-1])),
    }
    slow = took[len(took) * 99 // 100]
    megabytes = int(peak[1]) * 1024 / 1_000_000
    return [
        Figure("besieged", slow, "ms", aim=AIM_MS, runs=[slow], details=details),
        Figure("besieged memory", megabytes, "MB", aim=AIM_MB, runs=[megabytes]),
    ]


@contextmanager
def _serving(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            found = re.search(r"http://\S+:(\d+)", process.stderr.readline())
            if found is None:
                raise RuntimeError("the site did not start")
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield process, int(found[1])
        finally:
            process.kill()


def _page(port: int, token: str) -> float:
    """Return how many seconds a reader waits for the page of an unsubscribe link, the connection included."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/u/{token}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"a reader was answered {answer.status}")
    return time.perf_counter() - began
