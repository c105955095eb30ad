"""The alarm over readers who were accepted twice: a report on one request and a 202 on another sound it."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import Seen
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision, Verdict
from newsletter.delivery.reports import PauseAt

pytestmark = pytest.mark.slow

ISSUE = "first"
OK, TAKEN = Answer("accepted", taken=True), Answer("unknown", taken=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=3)
    for n in range(9):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _status(house: House) -> Proof:
    proof = publish.status(house, ISSUE)
    assert proof is not None
    assert proof.adds_up
    assert len(list(publish.recipients(house, ISSUE))) == proof.candidates == 9
    return proof


def _attempts_of(house: House, reader: int) -> list[str]:
    return [each for each, readers in house.post.attempts.items() if reader in readers]


def _report(house: House, attempt: str, *readers: int) -> None:
    """The provider reports on mail of a request: of these readers, or of all."""
    events = [
        Event(f"{reader} {attempt}".encode(), "delivered", house.clock.now(), "", attempt, reader, "m")
        for reader in readers or house.post.attempts[attempt]
    ]
    readership.take_reports(house.engine, events, now=house.clock.now, pause=PauseAt())


def _wrongly(house: House, verdict: Verdict) -> str:
    """The answer for readers 1 to 3 is lost; an editor says, wrongly, that it was not taken."""
    house.post.script = deque([TAKEN])
    assert publish.send(house, publish.plan_send(house, ISSUE)).unknown == 3
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(house, ISSUE, word=Decision(verdict, "I looked"))
    return _attempts_of(house, 1)[0]


def _again(house: House, answer: Answer, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Mail them again, as one of several mailings may."""
    done = iter([True])
    house.post.meanwhile = lambda: meanwhile() if next(done, False) else None
    house.post.script = deque([answer])
    publish.resume(house, ISSUE)


def _missing(house: House, answer: Answer, meanwhile: Callable[[], None] = lambda: None) -> None:
    done = iter([True])
    house.post.meanwhile = lambda: meanwhile() if next(done, False) else None
    house.post.script = deque([answer])
    publish.send(house, publish.plan_send(house, ISSUE, only_missing=True))


WAYS: dict[str, tuple[Verdict, Callable[..., None]]] = {
    "resent": ("resend", _again),
    "missing": ("drop", _missing),
}


@pytest.mark.parametrize(("verdict", "mail"), WAYS.values(), ids=WAYS)
class TestBothWays:
    def test_a_report_after_the_second_was_accepted(
        self, house: House, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(house, verdict)
        mail(house, OK)
        assert _status(house).alarms == {}
        _report(house, first, 2)
        assert (_status(house).accepted, _status(house).alarms) == (9, {"accepted_twice": 3})

    def test_a_report_before_the_second_is_accepted(
        self, house: House, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(house, verdict)
        mail(house, OK, lambda: _report(house, first, 2))
        assert (_status(house).accepted, _status(house).alarms) == (9, {"accepted_twice": 3})

    def test_a_report_before_the_second_is_accepted_late(
        self, house: House, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(house, verdict)
        mail(house, Answer("unknown", taken=True, late=True), lambda: _report(house, first, 2))
        assert (_status(house).accepted, _status(house).alarms) == (9, {"accepted_twice": 3})

    def test_reports_on_both_count_each_reader_once(
        self, house: House, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(house, verdict)
        mail(house, TAKEN)
        assert _status(house).unknown == 3
        second = _attempts_of(house, 1)[-1]
        _report(house, second, 1)
        _report(house, first, 2)
        for attempt in house.post.attempts:
            _report(house, attempt)
        assert (_status(house).accepted, _status(house).alarms) == (9, {"accepted_twice": 3})

    def test_the_second_is_unknown_as_long_as_nothing_says_that_it_was_taken(
        self, house: House, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(house, verdict)
        mail(house, Answer("unknown"))
        _report(house, first)
        proof = _status(house)
        assert (proof.accepted, proof.unknown, proof.rejected, proof.alarms) == (9, 0, 0, {})
        assert publish.resume(house, ISSUE).accepted == 9
        assert set(house.post.mailed.values()) == {1}

    @pytest.mark.parametrize("answer", ["not accepted", "refused", "account", "too large", "named"])
    def test_the_second_is_refused_and_nobody_is_accepted_twice(
        self, house: House, verdict: Verdict, mail: Callable[..., None], answer: str
    ) -> None:
        first = _wrongly(house, verdict)
        mail(house, Answer(answer, places=(1,)), lambda: _report(house, first, 2))
        proof = publish.resume(house, ISSUE)
        assert (proof.accepted, proof.rejected, proof.excluded, proof.alarms) == (9, 0, {}, {})
        assert _status(house).candidates == 9
        assert set(house.post.mailed.values()) == {1}


def _in_one_batch(root: Path) -> tuple[House, str]:
    """Of nine readers two are refused by name, the others given up; return the others' request."""
    house = House(root, Scripted(), batch_size=9)
    for n in range(9):
        readership.add(house.engine, "readers", f"reader{n}@example.org", now=house.clock.now)
    house.post.script = deque([Answer("named", places=(0, 8)), TAKEN])
    publish.send(house, publish.plan_send(house, ISSUE))
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    return house, _attempts_of(house, 4)[-1]


def test_what_the_search_says_to_have_counts_like_a_202(tmp_path: Path) -> None:
    house, first = _in_one_batch(tmp_path)
    _missing(house, TAKEN, lambda: _report(house, first, 4))
    assert (_status(house).unknown, _status(house).alarms) == (2, {})
    house.post.sightings[_attempts_of(house, 4)[-1]] = Seen("found")
    publish.reconcile(house, ISSUE)
    assert (_status(house).accepted, _status(house).alarms) == (9, {"accepted_twice": 7})
    house.engine.dispose()


def test_of_readers_refused_by_name_those_who_have_it_already_are_accepted(tmp_path: Path) -> None:
    house, first = _in_one_batch(tmp_path)
    _missing(house, Answer("named", places=(0, 4)), lambda: _report(house, first, 4))
    proof = _status(house)
    assert (proof.accepted, proof.rejected, proof.alarms) == (8, 1, {})
    assert set(house.post.mailed.values()) == {1}
    house.engine.dispose()


def test_a_request_that_was_refused_and_taken_all_the_same_counts_for_who_was_reported(
    house: House,
) -> None:
    def report() -> None:
        if list(house.post.attempts.values())[-1] == [2, 3]:  # on the wire; reader 1 was mailed again before
            _report(house, _attempts_of(house, 1)[0], 1, 2)

    house.post.meanwhile = report
    house.post.script = deque([Answer("too large", taken=True)])
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.state, proof.alarms["accepted_twice"]) == ("paused", 2)
    assert publish.resume(house, ISSUE).alarms["accepted_twice"] == 2


def test_reported_while_its_third_request_is_refused_who_has_it_by_another_mailing_counts_there(
    house: House,
) -> None:
    first = _wrongly(house, "resend")
    readership.remove(house.engine, "reader1@example.org", now=house.clock.now)
    _again(house, Answer("unknown"))
    readership.add(
        house.engine,
        "readers",
        "reader1@example.org",
        now=house.clock.now,
        joining=readership.Joining(again=True),
    )
    publish.send(house, publish.plan_send(house, ISSUE))  # reader 2, as a newcomer
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    _again(house, Answer("not accepted"), lambda: _report(house, first, 1))
    assert (_status(house).accepted, _status(house).alarms) == (9, {"accepted_twice": 1})


def test_only_those_who_were_in_both_are_counted(house: House) -> None:
    first = _wrongly(house, "drop")
    readership.remove(house.engine, "reader2@example.org", now=house.clock.now)
    _missing(house, OK)
    _report(house, first, 3)
    assert (_status(house).accepted, _status(house).alarms) == (9, {"accepted_twice": 2})
