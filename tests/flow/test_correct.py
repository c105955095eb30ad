"""A correction reaches exactly those who got the wrong version, once, and says what it corrects."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.events import Event
from newsletter.delivery.proof import Proof
from newsletter.delivery.reports import PauseAt
from newsletter.errors import DeliveryError, IssueChanged, IssueError

pytestmark = pytest.mark.slow

ISSUE = "first"
LINE = "correction: The kilogram was retired in 2019, not in 2018."


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=3)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _send(wiring: Wired, *script: Answer) -> Proof:
    wiring.post.script = deque(script)
    return publish.send(wiring, publish.plan_send(wiring, ISSUE))


def _correct(wiring: Wired) -> Proof:
    wiring.post.mailed.clear()
    return publish.send(wiring, publish.plan_correction(wiring, ISSUE))


def _mend(wiring: Wired, line: str = LINE, text: str = "No kitchen scale") -> None:
    file = wiring.settings.root / "issues" / "first.md"
    old = file.read_text()
    file.write_text(old.replace("number: 7", f"number: 7\n{line}").replace("Nobody’s kitchen scale", text))


def _emails(wiring: Wired) -> set[str]:
    corrected = publish.recipients(wiring, f"{ISSUE}.correction-1", state="accepted")
    return {recipient["email"] for recipient in corrected}


def test_a_correction_reaches_everyone_who_got_the_wrong_version_and_nobody_else(wiring: Wired) -> None:
    _send(wiring, Answer("named", places=(1,)))
    readership.add(wiring.engine, "readers", "newcomer@example.org", now=wiring.clock.now)
    _mend(wiring)
    proof = _correct(wiring)
    assert (proof.issue, proof.state) == ("first.correction-1", "finished")
    assert (proof.candidates, proof.accepted) == (9, 9)
    assert _emails(wiring) == {f"reader{n}@example.org" for n in range(10)} - {"reader1@example.org"}
    assert set(wiring.post.mailed.values()) == {1}
    original = publish.status(wiring, ISSUE)
    assert original is not None
    assert (original.accepted, original.rejected) == (9, 1)


def test_who_left_since_gets_no_correction_and_is_counted_with_the_reason(wiring: Wired) -> None:
    _send(wiring)
    readership.remove(wiring.engine, "reader3@example.org", now=wiring.clock.now)
    readership.suppress(wiring.engine, ["reader4@example.org"], now=wiring.clock.now)
    _mend(wiring)
    proof = _correct(wiring)
    assert (proof.candidates, proof.accepted, proof.excluded) == (10, 8, {"unsubscribed": 1, "manual": 1})


def test_whose_server_turned_the_mail_back_got_nothing_wrong(wiring: Wired) -> None:
    _send(wiring)
    attempt = next(attempt for attempt, readers in wiring.post.attempts.items() if 5 in readers)
    event = Event(b"k" * 16, "blocked", wiring.clock.now(), "reader4@example.org", attempt, 5)
    readership.take_reports(wiring.engine, [event], now=wiring.clock.now, pause=PauseAt())
    _mend(wiring)
    assert _correct(wiring).accepted == 9
    assert "reader4@example.org" not in _emails(wiring)


def test_the_correction_says_so_before_anything_else(wiring: Wired) -> None:
    _send(wiring)
    _mend(wiring)
    message = publish.plan_correction(wiring, ISSUE).message
    assert message.text.index("retired in 2019") < message.text.index("The last metal standard")
    assert "retired in 2019" in message.html


def test_after_a_mailing_stopped_half_way_those_who_got_it_are_corrected_and_the_rest_get_it_right(
    wiring: Wired,
) -> None:
    wiring.post.meanwhile = lambda: None if wiring.post.mailed.total() < 3 else _cancel(wiring)
    _send(wiring)
    _mend(wiring)
    proof = _correct(wiring)
    assert (proof.candidates, proof.accepted) == (6, 6)
    wiring.post.mailed.clear()
    rest = publish.plan_send(wiring, ISSUE, only_missing=True)
    assert "No kitchen scale" in rest.message.text
    assert publish.send(wiring, rest).accepted == 10
    assert wiring.post.mailed.total() == 4


def _cancel(wiring: Wired) -> None:
    wiring.post.meanwhile = lambda: None
    publish.cancel(wiring, ISSUE)


def test_a_correction_broken_off_goes_on_and_reaches_nobody_twice(wiring: Wired) -> None:
    _send(wiring)
    _mend(wiring)
    wiring.post.script = deque([Answer("accepted", taken=True), Answer("account")])
    broken = _correct_keeping_script(wiring)
    assert (broken.state, broken.accepted, broken.pending) == ("paused", 3, 7)
    again = publish.plan_correction(wiring, ISSUE)
    assert again.kind == "continue"
    proof = publish.send(wiring, again)
    assert (proof.accepted, proof.candidates, set(wiring.post.mailed.values())) == (10, 10, {1})


def _correct_keeping_script(wiring: Wired) -> Proof:
    wiring.post.mailed.clear()
    return publish.send(wiring, publish.plan_correction(wiring, ISSUE))


def test_the_same_correction_is_never_sent_twice(wiring: Wired) -> None:
    _send(wiring)
    _mend(wiring)
    _correct(wiring)
    again = publish.plan_correction(wiring, ISSUE)
    assert (again.issue, again.nothing_to_do) == ("first.correction-1", True)


def test_a_second_correction_reaches_all_who_got_the_first_wrong_version(wiring: Wired) -> None:
    _send(wiring)
    _mend(wiring)
    _correct(wiring)
    _mend(wiring, line="", text="x")
    file = wiring.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("in 2018.", "in 2018, as we wrote."))
    proof = _correct(wiring)
    assert (proof.issue, proof.accepted) == ("first.correction-2", 10)


def test_newcomers_after_a_correction_get_the_corrected_version_and_not_its_correction(wiring: Wired) -> None:
    _send(wiring)
    _mend(wiring)
    _correct(wiring)
    readership.add(wiring.engine, "readers", "newcomer@example.org", now=wiring.clock.now)
    plan = publish.plan_send(wiring, ISSUE)
    assert (plan.kind, plan.readers) == ("newcomers", 1)
    assert "No kitchen scale" in plan.message.text
    publish.send(wiring, plan)
    assert publish.plan_correction(wiring, ISSUE).nothing_to_do


def test_without_a_line_that_says_what_it_corrects_nothing_is_sent(wiring: Wired) -> None:
    _send(wiring)
    _mend(wiring, line="")
    with pytest.raises(IssueError, match="does not say what it corrects"):
        publish.plan_correction(wiring, ISSUE)


def test_an_issue_nobody_got_or_that_was_not_changed_has_nothing_to_correct(wiring: Wired) -> None:
    with pytest.raises(DeliveryError, match="Nobody got a version"):
        publish.plan_correction(wiring, ISSUE)
    _send(wiring)
    with pytest.raises(DeliveryError, match="Nobody got a version"):
        publish.plan_correction(wiring, ISSUE)


def test_an_issue_still_being_sent_is_to_be_stopped_before_it_is_corrected(wiring: Wired) -> None:
    _send(wiring, Answer("account"))
    _mend(wiring)
    with pytest.raises(DeliveryError, match="newsletter cancel first"):
        publish.plan_correction(wiring, ISSUE)


def test_a_changed_file_is_not_mailed_to_newcomers_but_the_way_to_correct_is_shown(wiring: Wired) -> None:
    _send(wiring)
    _mend(wiring)
    with pytest.raises(IssueChanged, match="newsletter correct first"):
        publish.plan_send(wiring, ISSUE)


def test_newcomers_to_a_corrected_list_get_the_correction_whatever_another_list_got_since(
    wiring: Wired,
) -> None:
    readership.add(wiring.engine, "staff", "ann@example.org", now=wiring.clock.now)
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    _mend(wiring)
    publish.send(wiring, publish.plan_correction(wiring, ISSUE))
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="staff", as_sent=True))
    readership.add(wiring.engine, "readers", "newcomer@example.org", now=wiring.clock.now)
    for as_sent in (False, True):
        plan = publish.plan_send(wiring, ISSUE, list_name="readers", as_sent=as_sent)
        assert (plan.readers, "No kitchen scale" in plan.message.text) == (1, True)


def test_a_correction_to_one_list_is_not_what_newcomers_to_another_get(wiring: Wired) -> None:
    _send(wiring)
    readership.add(wiring.engine, "staff", "ann@example.org", now=wiring.clock.now)
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="staff"))
    _mend(wiring)
    publish.send(wiring, publish.plan_correction(wiring, ISSUE, list_name="staff"))
    readership.add(wiring.engine, "readers", "newcomer@example.org", now=wiring.clock.now)
    with pytest.raises(IssueChanged):
        publish.plan_send(wiring, ISSUE, list_name="readers")
    plan = publish.plan_send(wiring, ISSUE, list_name="readers", as_sent=True)
    assert "No kitchen scale" not in plan.message.text
    assert "No kitchen scale" in publish.plan_send(wiring, ISSUE, list_name="staff").message.text
