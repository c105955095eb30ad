"""Somebody is mailed twice though the ledger knew."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import NotSeen, Seen
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt

pytestmark = pytest.mark.slow

ISSUE = "first"
TAKEN = Answer("unknown", taken=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _attempt_of(house: House, reader: int) -> str:
    return [each for each, readers in house.post.attempts.items() if reader in readers][-1]


def _report(house: House, reader: int, attempt: str) -> None:
    event = Event(
        f"delivered {reader} {attempt}".encode(), "delivered", house.clock.now(), "", attempt, reader, "m"
    )
    readership.take_reports(house.engine, [event], now=house.clock.now, pause=PauseAt())


def _lost_and_resent(house: House) -> str:
    house.post.script = deque([TAKEN])
    publish.send(house, publish.plan_send(house, ISSUE))
    first = _attempt_of(house, 1)
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    assert publish.reconcile(house, ISSUE, word=Decision("resend", "I looked")).readers == {"resend": 2}
    return first


@pytest.mark.parametrize("answer", [Answer("not accepted"), Answer("refused"), Answer("account")])
def test_reported_while_its_second_request_is_on_the_wire_and_refused_it_is_not_sent_a_third_time(
    house: House, answer: Answer
) -> None:
    first = _lost_and_resent(house)
    house.post.script = deque([answer])

    def report() -> None:
        house.post.meanwhile = lambda: None
        _report(house, 1, first)

    house.post.meanwhile = report
    publish.resume(house, ISSUE)
    for _ in range(2):
        publish.resume(house, ISSUE)
    assert max(house.post.mailed.values()) == 1
    assert publish.status(house, ISSUE).accepted == 10


def test_reported_after_its_batch_was_split_it_is_not_mailed_again(house: House) -> None:
    first = _lost_and_resent(house)
    house.post.script = deque([Answer("too large"), Answer("account")])
    publish.resume(house, ISSUE)  # cut in two, then stopped
    _report(house, 1, first)
    for _ in range(3):
        publish.resume(house, ISSUE)
    assert max(house.post.mailed.values()) == 1
    assert publish.status(house, ISSUE).accepted == 10


def test_reported_while_another_mailing_has_claimed_its_readers_they_are_not_mailed_again(
    tmp_path: Path,
) -> None:
    house = House(tmp_path / "one", Scripted(), batch_size=6)
    for n in range(6):
        readership.add(house.engine, "readers", f"reader{n}@example.org", now=house.clock.now)
    # 1–6 in one batch; 1 and 6 named as refused, the rest's answer is lost
    house.post.script = deque([Answer("named", places=(0, 5)), TAKEN])
    publish.send(house, publish.plan_send(house, ISSUE))
    lost = _attempt_of(house, 3)
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    # 1 and 6 are missing: a mailing of its own, stopped before anything left
    house.post.script = deque([Answer("account")])
    assert publish.send(house, publish.plan_send(house, ISSUE, only_missing=True)).state == "paused"
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    done = iter([True])

    def look(ids: list[int]) -> None:  # claimed, being rendered
        if 3 in ids and next(done, False):
            _report(house, 3, lost)

    house.post.look = look
    for _ in range(3):
        publish.resume(house, ISSUE)
    assert max(house.post.mailed.values()) == 1
    house.engine.dispose()


def test_what_was_settled_while_it_was_looked_up_is_told_as_settled(house: House) -> None:
    house.post.script = deque([TAKEN])
    publish.send(house, publish.plan_send(house, ISSUE))
    first = _attempt_of(house, 1)
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    for reader in (3, 5, 7):
        house.post.sightings[_attempt_of(house, reader)] = Seen("found")
    plain = house.post.look_up

    def look_up(attempt: str):  # type: ignore[no-untyped-def]
        if attempt == first:
            _report(house, 1, first)
            return NotSeen()
        return plain(attempt)

    house.post.look_up = look_up  # type: ignore[method-assign]
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert done.proof.accepted == 10
    assert "resend" not in done.readers


def _stranger(house: House, reader: int, issue: str, attempt: str = "f" * 20) -> Event:
    key = f"{attempt} {reader} {issue}".encode()
    return Event(key, "delivered", house.clock.now(), "", attempt, reader, "m", issue=issue)


def test_mail_of_our_issue_by_a_request_we_never_made_sounds_the_alarm_and_stops_the_send(
    house: House,
) -> None:
    def report() -> None:
        house.post.meanwhile = lambda: None
        events = [_stranger(house, reader, ISSUE) for reader in (1, 2, 2)]
        readership.take_reports(house.engine, events, now=house.clock.now, pause=PauseAt())

    house.post.meanwhile = report
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.state, proof.accepted, proof.alarms) == ("paused", 2, {"unknown_request": 2})
    assert "this ledger never made" in proof.note


@pytest.mark.parametrize("issue", ["first:test", "another", ""])
def test_mail_of_tests_and_of_issues_we_do_not_have_is_no_alarm(house: House, issue: str) -> None:
    publish.send(house, publish.plan_send(house, ISSUE))
    readership.take_reports(house.engine, [_stranger(house, 1, issue)], now=house.clock.now, pause=PauseAt())
    proof = publish.status(house, ISSUE)
    assert proof is not None
    assert proof.alarms == {}
