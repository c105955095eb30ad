"""In a process of its own: render an issue again and again. Prints JSON; times in milliseconds."""

import json
import sys
import time

from newsletter.config import load_settings
from newsletter.publish import read_draft, render_draft
from newsletter.wiring import Wiring


def main(issue: str, runs: int) -> None:
    """Read and render ``issue``; the first rounds only warm up."""
    wiring = Wiring(load_settings())
    whole, rendering = [], []
    for _ in range(runs + 10):
        began = time.perf_counter()
        draft = read_draft(wiring, issue)
        read = time.perf_counter()
        message = render_draft(wiring, draft).message
        done = time.perf_counter()
        whole.append((done - began) * 1000)
        rendering.append((done - read) * 1000)
    print(
        json.dumps(
            {
                "whole_ms": whole[10:],
                "render_ms": rendering[10:],
                "words": len(message.text.split()),
                "html_bytes": len(message.html.encode()),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
