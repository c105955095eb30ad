"""Run the local SendGrid as ``newsletter sandbox`` does: over a publication's own file, with its pictures."""

from collections.abc import Callable, Sequence

from newsletter.wiring import Wiring


def run_sandbox(
    wiring: Wiring,
    host: str,
    port: int,
    say: Callable[[str], None],
    *,
    webhook: str | None = None,
    faults: Sequence[str] = (),
    repeat: int = 0,
    shuffle: int | None = None,
) -> None:
    """Run the local SendGrid with its inbox until Ctrl-C.

    It reports to ``webhook``; None is the readers' site where that is on this machine, empty is nowhere.
    ``faults`` are written as newsletter.sandbox.behaviour.faults reads them; each report comes ``repeat``
    times more, in an order drawn from ``shuffle``.
    """
    from newsletter.sandbox.behaviour.faults import parse_fault, told
    from newsletter.sandbox.behaviour.reporter import Manner
    from newsletter.sandbox.server.process import serve
    from newsletter.store.database import read
    from newsletter.store.ledger.mailings import picture_of

    def picture(name: str) -> tuple[str, bytes] | None:
        with read(wiring.engine) as connection:
            return picture_of(connection, name.partition(".")[0])

    target = wiring.local_webhook if webhook is None else webhook
    planned = [parse_fault(each) for each in faults]

    def ready(url: str) -> None:
        say(f"Inbox and local SendGrid: {url}  (Ctrl-C ends it)")
        if target:
            say(f"What becomes of its mail is reported to {target}")
        for fault in planned:
            say(f"On demand: {told(fault)}")

    serve(
        wiring.sandbox_file,
        host,
        port,
        picture=picture,
        webhook=target,
        manner=Manner(repeat, shuffle),
        faults=planned,
        zone=wiring.settings.publication.time_zone,
        ready=ready,
    )
