"""The alarm over readers who were accepted twice: a report on one request and a 202 on another sound it."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripted import Answer, Scripted, Wired
from ten_readers import ISSUE, TAKEN, attempts_of, join, leave, much_later, proof_of, report, send_answered

from newsletter import publish, readership
from newsletter.delivery.evidence import HasMail
from newsletter.delivery.reconcile import Decision, Verdict

pytestmark = pytest.mark.slow

OK = Answer("accepted", taken=True)


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=3)
    join(made, 9)
    yield made
    made.engine.dispose()


def _wrongly(wiring: Wired, verdict: Verdict) -> str:
    """The answer for readers 1 to 3 is lost; an editor says, wrongly, that it was not taken."""
    assert send_answered(wiring, TAKEN).unknown == 3
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision(verdict, "I looked"))
    return attempts_of(wiring, 1)[0]


def _again(wiring: Wired, answer: Answer, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Mail them again, as one of several mailings may."""
    done = iter([True])
    wiring.post.meanwhile = lambda: meanwhile() if next(done, False) else None
    wiring.post.script = deque([answer])
    publish.resume(wiring, ISSUE)


def _missing(wiring: Wired, answer: Answer, meanwhile: Callable[[], None] = lambda: None) -> None:
    done = iter([True])
    wiring.post.meanwhile = lambda: meanwhile() if next(done, False) else None
    wiring.post.script = deque([answer])
    publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True))


WAYS: dict[str, tuple[Verdict, Callable[..., None]]] = {
    "resent": ("resend", _again),
    "missing": ("drop", _missing),
}


@pytest.mark.parametrize(("verdict", "mail"), WAYS.values(), ids=WAYS)
class TestBothWays:
    def test_a_report_after_the_second_was_accepted(
        self, wiring: Wired, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(wiring, verdict)
        mail(wiring, OK)
        assert proof_of(wiring).alarms == {}
        report(wiring, first, 2)
        assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (9, {"accepted_twice": 3})

    def test_a_report_before_the_second_is_accepted(
        self, wiring: Wired, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(wiring, verdict)
        mail(wiring, OK, lambda: report(wiring, first, 2))
        assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (9, {"accepted_twice": 3})

    def test_a_report_before_the_second_is_accepted_late(
        self, wiring: Wired, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(wiring, verdict)
        mail(wiring, Answer("unknown", taken=True, late=True), lambda: report(wiring, first, 2))
        assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (9, {"accepted_twice": 3})

    def test_reports_on_both_count_each_reader_once(
        self, wiring: Wired, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(wiring, verdict)
        mail(wiring, TAKEN)
        assert proof_of(wiring).unknown == 3
        second = attempts_of(wiring, 1)[-1]
        report(wiring, second, 1)
        report(wiring, first, 2)
        for attempt in wiring.post.attempts:
            report(wiring, attempt)
        assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (9, {"accepted_twice": 3})

    def test_the_second_is_unknown_as_long_as_nothing_says_that_it_was_taken(
        self, wiring: Wired, verdict: Verdict, mail: Callable[..., None]
    ) -> None:
        first = _wrongly(wiring, verdict)
        mail(wiring, Answer("unknown"))
        report(wiring, first)
        proof = proof_of(wiring)
        assert (proof.accepted, proof.unknown, proof.rejected, proof.alarms) == (9, 0, 0, {})
        assert publish.resume(wiring, ISSUE).accepted == 9
        assert set(wiring.post.mailed.values()) == {1}

    @pytest.mark.parametrize("answer", ["not accepted", "refused", "account", "too large", "named"])
    def test_the_second_is_refused_and_nobody_is_accepted_twice(
        self, wiring: Wired, verdict: Verdict, mail: Callable[..., None], answer: str
    ) -> None:
        first = _wrongly(wiring, verdict)
        mail(wiring, Answer(answer, places=(1,)), lambda: report(wiring, first, 2))
        proof = publish.resume(wiring, ISSUE)
        assert (proof.accepted, proof.rejected, proof.excluded, proof.alarms) == (9, 0, {}, {})
        assert proof_of(wiring).candidates == 9
        assert set(wiring.post.mailed.values()) == {1}


def _in_one_batch(root: Path) -> tuple[Wired, str]:
    """Of nine readers two are refused by name, the others given up; return the others' request."""
    wiring = Wired(root, Scripted(), batch_size=9)
    join(wiring, 9)
    send_answered(wiring, Answer("named", places=(0, 8)), TAKEN)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    return wiring, attempts_of(wiring, 4)[-1]


def test_what_the_search_says_to_have_counts_like_a_202(tmp_path: Path) -> None:
    wiring, first = _in_one_batch(tmp_path)
    _missing(wiring, TAKEN, lambda: report(wiring, first, 4))
    assert (proof_of(wiring).unknown, proof_of(wiring).alarms) == (2, {})
    wiring.post.look_ups[attempts_of(wiring, 4)[-1]] = HasMail("found")
    publish.reconcile(wiring, ISSUE)
    assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (9, {"accepted_twice": 7})
    wiring.engine.dispose()


def test_of_readers_refused_by_name_those_who_have_it_already_are_accepted(tmp_path: Path) -> None:
    wiring, first = _in_one_batch(tmp_path)
    _missing(wiring, Answer("named", places=(0, 4)), lambda: report(wiring, first, 4))
    proof = proof_of(wiring)
    assert (proof.accepted, proof.rejected, proof.alarms) == (8, 1, {})
    assert set(wiring.post.mailed.values()) == {1}
    wiring.engine.dispose()


def test_a_request_that_was_refused_and_taken_all_the_same_counts_for_who_was_reported(
    wiring: Wired,
) -> None:
    def report_first() -> None:
        if list(wiring.post.attempts.values())[-1] == [2, 3]:  # on the wire; reader 1 was mailed again before
            report(wiring, attempts_of(wiring, 1)[0], 1, 2)

    wiring.post.meanwhile = report_first
    proof = send_answered(wiring, Answer("too large", taken=True))
    assert (proof.state, proof.alarms["accepted_twice"]) == ("paused", 2)
    assert publish.resume(wiring, ISSUE).alarms["accepted_twice"] == 2


def test_reported_while_its_third_request_is_refused_who_has_it_by_another_mailing_counts_there(
    wiring: Wired,
) -> None:
    first = _wrongly(wiring, "resend")
    leave(wiring, 2)
    _again(wiring, Answer("unknown"))
    readership.add(
        wiring.engine,
        "readers",
        "reader1@example.org",
        now=wiring.clock.now,
        joining=readership.Joining(again=True),
    )
    publish.send(wiring, publish.plan_send(wiring, ISSUE))  # reader 2, as a newcomer
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    _again(wiring, Answer("not accepted"), lambda: report(wiring, first, 1))
    assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (9, {"accepted_twice": 1})


def test_only_those_who_were_in_both_are_counted(wiring: Wired) -> None:
    first = _wrongly(wiring, "drop")
    leave(wiring, 3)
    _missing(wiring, OK)
    report(wiring, first, 3)
    assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (9, {"accepted_twice": 2})
