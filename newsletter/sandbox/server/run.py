"""Run the local SendGrid as ``newsletter sandbox`` does: over a publication's own file, with its pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.sandbox.behaviour.faults import in_words, parse_fault
from newsletter.sandbox.behaviour.reporter import Reporting
from newsletter.sandbox.inbox.pages import Picture
from newsletter.sandbox.server.app import Options
from newsletter.sandbox.server.process import serve


@dataclass(frozen=True, slots=True)
class Drill:
    """What a person asks of it: where it listens, where and how it reports, and what is to go wrong.

    ``webhook`` None is the readers' site where that is on this machine, empty is nowhere. ``faults`` are
    written as newsletter.sandbox.behaviour.faults reads them; each report comes ``repeat`` times more, in an
    order drawn from ``shuffle``.
    """

    host: str = "127.0.0.1"
    port: int = 0
    webhook: str | None = None
    faults: Sequence[str] = ()
    repeat: int = 0
    shuffle: int | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The publication it serves: where its own file is, and where its reports go if a drill does not say.

    ``webhook`` is None where the readers' site is not on this machine, ``zone`` the time zone of its pages,
    and ``picture`` what finds one of the publication's own pictures by its name.
    """

    file: Path
    webhook: str | None
    zone: str
    picture: Picture


def run_sandbox(home: Home, drill: Drill, say: Callable[[str], None]) -> None:
    """Run the local SendGrid with its inbox until Ctrl-C. Raises as ``serve``, UsageError for no fault."""
    target = home.webhook if drill.webhook is None else drill.webhook
    faults = [parse_fault(text) for text in drill.faults]

    def ready(url: str) -> None:
        say(f"Inbox and local SendGrid: {url}  (Ctrl-C ends it)")
        if target:
            when = " while newsletter serve runs," if drill.webhook is None else ""
            say(f"What becomes of its mail is reported{when} to {target}")
        for fault in faults:
            say(f"On demand: {in_words(fault)}")

    serve(
        home.file,
        drill.host,
        drill.port,
        Options(faults=faults, zone=home.zone, picture=home.picture),
        Reporting(target, drill.repeat, drill.shuffle) if target else None,
        ready=ready,
    )
