"""Run the local SendGrid as ``newsletter sandbox`` does: over a publication's own file, with its pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.readership import leaving
from newsletter.sandbox.behaviour.faults import in_words, parse_fault
from newsletter.sandbox.behaviour.reporter import Reporting
from newsletter.sandbox.server.app import Options
from newsletter.sandbox.server.process import serve

if TYPE_CHECKING:
    from newsletter.wiring import Wiring


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


def run_sandbox(wiring: "Wiring", drill: Drill, say: Callable[[str], None]) -> None:
    """Run the local SendGrid with its inbox until Ctrl-C. Raises as ``serve``, UsageError for no fault."""
    site = wiring.local_webhook
    target = site if drill.webhook is None else drill.webhook
    faults = [parse_fault(text) for text in drill.faults]

    def picture(name: str) -> tuple[str, bytes] | None:
        return leaving.picture_as_mailed(wiring.engine, name.partition(".")[0])

    def ready(url: str) -> None:
        say(f"Inbox and local SendGrid: {url}  (Ctrl-C ends it)")
        if target:
            when = " while newsletter serve runs," if drill.webhook is None else ""
            say(f"What becomes of its mail is reported{when} to {target}")
        for fault in faults:
            say(f"On demand: {in_words(fault)}")

    serve(
        wiring.sandbox_file,
        drill.host,
        drill.port,
        Options(faults=faults, zone=wiring.settings.publication.time_zone, picture=picture),
        Reporting(target, drill.repeat, drill.shuffle) if target else None,
        ready=ready,
    )
