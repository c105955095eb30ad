"""All pages of an issue: several servers at a time, one page of each after the other, within a total time."""

import threading
import time
from collections.abc import Iterable, Mapping
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from newsletter.checks import PageAnswer
from newsletter.online.page import PAGE_SECONDS, Network, ask_page
from newsletter.progress import Progress, silent

TOTAL_SECONDS = 45.0
AT_ONCE = 8  # servers

_Queue = SimpleQueue[list[str]]
_Answers = SimpleQueue[tuple[str, PageAnswer]]


def ask_pages(
    network: Network, urls: Iterable[str], *, seconds: float = TOTAL_SECONDS, progress: Progress = silent
) -> Mapping[str, PageAnswer]:
    """Return what each page's server answered; those that did not answer in time are left out.

    One server is asked for one page at a time, so that nobody takes it for an attack. Threads that still wait
    when the time is over end by themselves, or with the process.
    """
    by_server: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        by_server.setdefault(urlsplit(url).netloc, []).append(url)
    waiting: _Queue = SimpleQueue()
    for pages in by_server.values():
        waiting.put(pages)
    answers: _Answers = SimpleQueue()
    until = time.monotonic() + seconds
    for _ in range(min(AT_ONCE, len(by_server))):
        threading.Thread(target=_work, args=(network, waiting, answers, until), daemon=True).start()
    return _collected(answers, sum(map(len, by_server.values())), until, progress)


def _collected(answers: _Answers, count: int, until: float, progress: Progress) -> Mapping[str, PageAnswer]:
    found: dict[str, PageAnswer] = {}
    progress("asking", 0, count)
    while len(found) < count and (left := until - time.monotonic()) > 0:
        try:
            url, answer = answers.get(timeout=left)
        except Empty:
            break
        found[url] = answer
        progress("asking", len(found), count)
    return found


def _work(network: Network, waiting: _Queue, answers: _Answers, until: float) -> None:
    while True:
        try:
            pages = waiting.get_nowait()
        except Empty:
            return
        for url in pages:
            left = until - time.monotonic()
            if left <= 0:
                return
            answers.put((url, ask_page(network, url, min(PAGE_SECONDS, left))))
