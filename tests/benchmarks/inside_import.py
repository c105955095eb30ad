"""In a process of its own: import a CSV file into a new database. Prints JSON."""

import json
import sys
import time
from pathlib import Path

from newsletter.config import load_settings
from newsletter.readership import import_subscribers
from newsletter.wiring import Wiring


def main(file: Path) -> None:
    """Import ``file``; making the database is no part of the time."""
    wiring = Wiring(load_settings())
    engine = wiring.engine
    began = time.perf_counter()
    report = import_subscribers(engine, "readers", file, now=wiring.clock.now)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "joined": report.joined, "refused": report.rejected_count}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
