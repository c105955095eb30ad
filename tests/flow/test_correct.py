"""A correction reaches exactly those who were told wrongly, once, and says what it corrects."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.events import Event
from newsletter.delivery.proof import Proof
from newsletter.delivery.reports import PauseAt
from newsletter.errors import DeliveryError, IssueChanged, IssueError

pytestmark = pytest.mark.slow

ISSUE = "first"
LINE = "correction: The kilogram was retired in 2019, not in 2018."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=3)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _send(house: House, *script: Answer) -> Proof:
    house.post.script = deque(script)
    return publish.send(house, publish.plan_send(house, ISSUE))


def _correct(house: House) -> Proof:
    house.post.mailed.clear()
    return publish.send(house, publish.plan_correction(house, ISSUE))


def _mend(house: House, line: str = LINE, text: str = "No kitchen scale") -> None:
    file = house.settings.root / "issues" / "first.md"
    old = file.read_text()
    file.write_text(old.replace("number: 7", f"number: 7\n{line}").replace("Nobody’s kitchen scale", text))


def _emails(house: House) -> set[str]:
    return {each["email"] for each in publish.recipients(house, f"{ISSUE}.correction-1", state="accepted")}


def test_a_correction_reaches_everyone_who_got_the_wrong_version_and_nobody_else(house: House) -> None:
    _send(house, Answer("named", places=(1,)))
    readership.add(house.engine, "readers", "newcomer@example.org", now=house.clock.now)
    _mend(house)
    proof = _correct(house)
    assert (proof.issue, proof.state) == ("first.correction-1", "finished")
    assert (proof.candidates, proof.accepted) == (9, 9)
    assert _emails(house) == {f"reader{n}@example.org" for n in range(10)} - {"reader1@example.org"}
    assert set(house.post.mailed.values()) == {1}
    original = publish.status(house, ISSUE)
    assert original is not None
    assert (original.accepted, original.rejected) == (9, 1)


def test_who_left_since_gets_no_correction_and_is_counted_with_the_reason(house: House) -> None:
    _send(house)
    readership.remove(house.engine, "reader3@example.org", now=house.clock.now)
    readership.suppress(house.engine, ["reader4@example.org"], now=house.clock.now)
    _mend(house)
    proof = _correct(house)
    assert (proof.candidates, proof.accepted, proof.excluded) == (10, 8, {"unsubscribed": 1, "manual": 1})


def test_whose_server_turned_the_mail_back_was_told_nothing_wrong(house: House) -> None:
    _send(house)
    attempt = next(each for each, readers in house.post.attempts.items() if 5 in readers)
    event = Event(b"k" * 16, "blocked", house.clock.now(), "reader4@example.org", attempt, 5)
    readership.take_reports(house.engine, [event], now=house.clock.now, pause=PauseAt())
    _mend(house)
    assert _correct(house).accepted == 9
    assert "reader4@example.org" not in _emails(house)


def test_the_correction_says_so_before_anything_else(house: House) -> None:
    _send(house)
    _mend(house)
    message = publish.plan_correction(house, ISSUE).message
    assert message.text.index("retired in 2019") < message.text.index("The last metal standard")
    assert "retired in 2019" in message.html


def test_after_a_mailing_stopped_half_way_those_who_got_it_are_corrected_and_the_rest_get_it_right(
    house: House,
) -> None:
    house.post.meanwhile = lambda: None if house.post.mailed.total() < 3 else _cancel(house)
    _send(house)
    _mend(house)
    proof = _correct(house)
    assert (proof.candidates, proof.accepted) == (6, 6)
    house.post.mailed.clear()
    rest = publish.plan_send(house, ISSUE, only_missing=True)
    assert "No kitchen scale" in rest.message.text
    assert publish.send(house, rest).accepted == 10
    assert house.post.mailed.total() == 4


def _cancel(house: House) -> None:
    house.post.meanwhile = lambda: None
    publish.cancel(house, ISSUE)


def test_a_correction_broken_off_goes_on_and_reaches_nobody_twice(house: House) -> None:
    _send(house)
    _mend(house)
    house.post.script = deque([Answer("accepted", taken=True), Answer("account")])
    broken = _correct_keeping_script(house)
    assert (broken.state, broken.accepted, broken.pending) == ("paused", 3, 7)
    again = publish.plan_correction(house, ISSUE)
    assert again.kind == "continue"
    proof = publish.send(house, again)
    assert (proof.accepted, proof.candidates, set(house.post.mailed.values())) == (10, 10, {1})


def _correct_keeping_script(house: House) -> Proof:
    house.post.mailed.clear()
    return publish.send(house, publish.plan_correction(house, ISSUE))


def test_the_same_correction_is_never_sent_twice(house: House) -> None:
    _send(house)
    _mend(house)
    _correct(house)
    again = publish.plan_correction(house, ISSUE)
    assert (again.issue, again.nothing_to_do) == ("first.correction-1", True)


def test_a_second_correction_reaches_all_who_were_told_wrongly_the_first_time(house: House) -> None:
    _send(house)
    _mend(house)
    _correct(house)
    _mend(house, line="", text="x")
    file = house.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("in 2018.", "in 2018, as we wrote."))
    proof = _correct(house)
    assert (proof.issue, proof.accepted) == ("first.correction-2", 10)


def test_newcomers_after_a_correction_get_the_corrected_version_and_no_correction_of_it(house: House) -> None:
    _send(house)
    _mend(house)
    _correct(house)
    readership.add(house.engine, "readers", "newcomer@example.org", now=house.clock.now)
    sending = publish.plan_send(house, ISSUE)
    assert (sending.kind, sending.readers) == ("newcomers", 1)
    assert "No kitchen scale" in sending.message.text
    publish.send(house, sending)
    assert publish.plan_correction(house, ISSUE).nothing_to_do


def test_without_a_line_that_says_what_it_corrects_nothing_is_sent(house: House) -> None:
    _send(house)
    _mend(house, line="")
    with pytest.raises(IssueError, match="does not say what it corrects"):
        publish.plan_correction(house, ISSUE)


def test_an_issue_nobody_got_or_that_was_not_changed_has_nothing_to_correct(house: House) -> None:
    with pytest.raises(DeliveryError, match="Nobody got a version"):
        publish.plan_correction(house, ISSUE)
    _send(house)
    with pytest.raises(DeliveryError, match="Nobody got a version"):
        publish.plan_correction(house, ISSUE)


def test_an_issue_still_being_sent_is_to_be_stopped_before_it_is_corrected(house: House) -> None:
    _send(house, Answer("account"))
    _mend(house)
    with pytest.raises(DeliveryError, match="newsletter cancel first"):
        publish.plan_correction(house, ISSUE)


def test_a_changed_file_is_not_mailed_to_newcomers_but_the_way_to_correct_is_told(house: House) -> None:
    _send(house)
    _mend(house)
    with pytest.raises(IssueChanged, match="newsletter correct first"):
        publish.plan_send(house, ISSUE)


def test_a_correction_to_one_list_is_not_what_newcomers_to_another_get(house: House) -> None:
    _send(house)
    readership.add(house.engine, "staff", "ann@example.org", now=house.clock.now)
    publish.send(house, publish.plan_send(house, ISSUE, list_name="staff"))
    _mend(house)
    publish.send(house, publish.plan_correction(house, ISSUE, list_name="staff"))
    readership.add(house.engine, "readers", "newcomer@example.org", now=house.clock.now)
    with pytest.raises(IssueChanged):
        publish.plan_send(house, ISSUE, list_name="readers")
    sending = publish.plan_send(house, ISSUE, list_name="readers", as_sent=True)
    assert "No kitchen scale" not in sending.message.text
    assert "No kitchen scale" in publish.plan_send(house, ISSUE, list_name="staff").message.text
