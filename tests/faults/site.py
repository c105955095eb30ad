"""The readers' site as a process of its own, on a free port."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from faults.nursery import own_environment
from faults.scene import Scene


@contextmanager
def site(scene: Scene, port: int = 0) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run the readers' site; it takes what the provider reports."""
    with subprocess.Popen(
        [sys.executable, "-m", "newsletter", "serve", "--port", str(port)],
        cwd=scene.publication.root,
        env=own_environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        try:
            line = process.stderr.readline()
            url = next(word for word in line.split() if word.startswith("http"))
            # A process that writes into a pipe that nobody reads stands still one day.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield process, f"{url}/webhooks/sendgrid"
        finally:
            process.kill()
