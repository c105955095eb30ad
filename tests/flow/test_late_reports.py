"""Somebody is mailed twice though the ledger knew."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import HasMail, HasNoMail
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt

pytestmark = pytest.mark.slow

ISSUE = "first"
TAKEN = Answer("unknown", taken=True)


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _attempt_of(wiring: Wired, reader: int) -> str:
    return [attempt for attempt, readers in wiring.post.attempts.items() if reader in readers][-1]


def _report(wiring: Wired, reader: int, attempt: str) -> None:
    event = Event(
        f"delivered {reader} {attempt}".encode(), "delivered", wiring.clock.now(), "", attempt, reader, "m"
    )
    readership.take_reports(wiring.engine, [event], now=wiring.clock.now, pause=PauseAt())


def _lost_and_resent(wiring: Wired) -> str:
    wiring.post.script = deque([TAKEN])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    first = _attempt_of(wiring, 1)
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    assert publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked")).readers == {"resend": 2}
    return first


@pytest.mark.parametrize("answer", [Answer("not accepted"), Answer("refused"), Answer("account")])
def test_reported_while_its_second_request_is_on_the_wire_and_refused_it_is_not_sent_a_third_time(
    wiring: Wired, answer: Answer
) -> None:
    first = _lost_and_resent(wiring)
    wiring.post.script = deque([answer])

    def report() -> None:
        wiring.post.meanwhile = lambda: None
        _report(wiring, 1, first)

    wiring.post.meanwhile = report
    publish.resume(wiring, ISSUE)
    for _ in range(2):
        publish.resume(wiring, ISSUE)
    assert max(wiring.post.mailed.values()) == 1
    assert publish.status(wiring, ISSUE).accepted == 10


def test_reported_after_its_batch_was_split_it_is_not_mailed_again(wiring: Wired) -> None:
    first = _lost_and_resent(wiring)
    wiring.post.script = deque([Answer("too large"), Answer("account")])
    publish.resume(wiring, ISSUE)  # cut in two, then stopped
    _report(wiring, 1, first)
    for _ in range(3):
        publish.resume(wiring, ISSUE)
    assert max(wiring.post.mailed.values()) == 1
    assert publish.status(wiring, ISSUE).accepted == 10


def test_reported_while_another_mailing_has_claimed_its_readers_they_are_not_mailed_again(
    tmp_path: Path,
) -> None:
    wiring = Wired(tmp_path / "one", Scripted(), batch_size=6)
    for n in range(6):
        readership.add(wiring.engine, "readers", f"reader{n}@example.org", now=wiring.clock.now)
    # 1–6 in one batch; 1 and 6 named as refused, the rest's answer is lost
    wiring.post.script = deque([Answer("named", places=(0, 5)), TAKEN])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    lost = _attempt_of(wiring, 3)
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    # 1 and 6 are missing: a mailing of its own, stopped before anything left
    wiring.post.script = deque([Answer("account")])
    assert publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True)).state == "paused"
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    done = iter([True])

    def look(ids: list[int]) -> None:  # claimed, being rendered
        if 3 in ids and next(done, False):
            _report(wiring, 3, lost)

    wiring.post.look = look
    for _ in range(3):
        publish.resume(wiring, ISSUE)
    assert max(wiring.post.mailed.values()) == 1
    wiring.engine.dispose()


def test_what_a_report_decided_while_it_was_looked_up_counts_as_decided(wiring: Wired) -> None:
    wiring.post.script = deque([TAKEN])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    first = _attempt_of(wiring, 1)
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    for reader in (3, 5, 7):
        wiring.post.look_ups[_attempt_of(wiring, reader)] = HasMail("found")
    plain = wiring.post.look_up

    def look_up(attempt: str):  # type: ignore[no-untyped-def]
        if attempt == first:
            _report(wiring, 1, first)
            return HasNoMail()
        return plain(attempt)

    wiring.post.look_up = look_up  # type: ignore[method-assign]
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert done.proof.accepted == 10
    assert "resend" not in done.readers


def _stranger(wiring: Wired, reader: int, issue: str, attempt: str = "f" * 20) -> Event:
    key = f"{attempt} {reader} {issue}".encode()
    return Event(key, "delivered", wiring.clock.now(), "", attempt, reader, "m", issue=issue)


def test_mail_of_our_issue_by_a_request_we_never_made_sounds_the_alarm_and_stops_the_send(
    wiring: Wired,
) -> None:
    def report() -> None:
        wiring.post.meanwhile = lambda: None
        events = [_stranger(wiring, reader, ISSUE) for reader in (1, 2, 2)]
        readership.take_reports(wiring.engine, events, now=wiring.clock.now, pause=PauseAt())

    wiring.post.meanwhile = report
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.state, proof.accepted, proof.alarms) == ("paused", 2, {"unknown_request": 2})
    assert "this ledger never made" in proof.note


@pytest.mark.parametrize("issue", ["first:test", "another", ""])
def test_mail_of_tests_and_of_issues_we_do_not_have_is_no_alarm(wiring: Wired, issue: str) -> None:
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    strange = [_stranger(wiring, 1, issue)]
    readership.take_reports(wiring.engine, strange, now=wiring.clock.now, pause=PauseAt())
    proof = publish.status(wiring, ISSUE)
    assert proof is not None
    assert proof.alarms == {}
