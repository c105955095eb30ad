"""Some readers of “readers”, sent to with answers as scripted, and what is reported of them afterwards."""

from collections import deque

from scripted import Answer, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt

ISSUE = "first"
HOUR = 3600 * SECOND
TAKEN, LOST = Answer("unknown", taken=True), Answer("unknown")


def join(wiring: Wired, count: int, *, first: int = 0, name: str = "readers") -> None:
    for n in range(first, first + count):
        readership.add(wiring.engine, name, f"reader{n}@example.org", now=wiring.clock.now)


def leave(wiring: Wired, reader: int) -> None:
    readership.remove(wiring.engine, f"reader{reader - 1}@example.org", now=wiring.clock.now)


def send_answered(wiring: Wired, *script: Answer) -> Proof:
    wiring.post.script = deque(script)
    return publish.send(wiring, publish.plan_send(wiring, ISSUE))


def proof_of(wiring: Wired) -> Proof:
    proof = publish.status(wiring, ISSUE)
    assert proof is not None
    assert proof.adds_up
    assert len(list(publish.recipients(wiring, ISSUE))) == proof.candidates
    return proof


def much_later(wiring: Wired) -> None:
    wiring.clock.at += HOUR  # type: ignore[attr-defined]


def attempts_of(wiring: Wired, reader: int) -> list[str]:
    return [attempt for attempt, readers in wiring.post.attempts.items() if reader in readers]


def attempt_of(wiring: Wired, reader: int) -> str:
    return attempts_of(wiring, reader)[-1]


def event_of(wiring: Wired, reader: int, attempt: str = "", kind: str = "delivered") -> Event:
    of = attempt or attempt_of(wiring, reader)
    key = f"{kind} {reader} {of}".encode()
    return Event(key, kind, wiring.clock.now(), f"reader{reader - 1}@example.org", of, reader, "m")  # type: ignore[arg-type]


def take(wiring: Wired, *events: Event) -> None:
    readership.take_reports(wiring.engine, events, now=wiring.clock.now, pause=PauseAt())


def report(wiring: Wired, attempt: str, *readers: int) -> None:
    """The provider reports on mail of a request: of these readers, or of all."""
    take(wiring, *(event_of(wiring, reader, attempt) for reader in readers or wiring.post.attempts[attempt]))


def lost_and_to_be_sent_again(wiring: Wired) -> str:
    """The answer for readers 1 and 2 is lost, though they were mailed; return that request's attempt."""
    send_answered(wiring, TAKEN)
    first = attempt_of(wiring, 1)
    much_later(wiring)
    assert publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked")).readers == {"resend": 2}
    return first
