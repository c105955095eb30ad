"""An editor schedules, undoes, pauses, resumes and cancels: what leaves, and what does not."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from scripted import Answer, House, Scripted, Ticking

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.proof import Proof
from newsletter.errors import DeliveryError, IssueChanged, SendingStopped
from newsletter.store.database import read
from newsletter.store.ledger import mailings

ISSUE = "first"
HOUR = 3600 * SECOND


class Watched(Ticking):
    """A clock that lets a test act while somebody waits by it."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: deque[object] = deque()

    def wait(self, seconds: float, stop: Event) -> None:
        super().wait(seconds, stop)
        if self.meanwhile:
            self.meanwhile.popleft()()  # type: ignore[operator]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    made.clock = Watched()  # type: ignore[assignment]
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _schedule(house: House, seconds: float) -> int:
    at = house.clock.now() + int(seconds * SECOND)
    publish.schedule(house, publish.plan_send(house, ISSUE), at)
    return at


def _status(house: House) -> Proof:
    proof = publish.status(house, ISSUE)
    assert proof is not None
    return proof


def _edit(house: House, text: str) -> None:
    file = house.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("Nobody’s kitchen scale", text))


def test_a_scheduled_issue_waits_for_its_time_and_then_reaches_everyone_once(house: House) -> None:
    at = _schedule(house, 60)
    assert (_status(house).state, _status(house).send_at, _status(house).pending) == ("scheduled", at, 10)
    told: list[tuple[str, int, int]] = []
    proof = publish.resume(house, ISSUE, progress=lambda *step: told.append(step))
    assert house.clock.now() >= at
    assert (proof.state, proof.accepted, set(house.post.mailed.values())) == ("finished", 10, {1})
    assert told[0] == ("waiting", 0, 59)


def test_what_was_scheduled_is_what_goes_out_whatever_the_file_says_later(house: House) -> None:
    _schedule(house, 60)
    _edit(house, "No kitchen scale")
    with pytest.raises(IssueChanged, match="newsletter cancel first"):
        publish.plan_send(house, ISSUE)
    assert publish.resume(house, ISSUE).accepted == 10


def test_who_joins_after_an_issue_was_scheduled_is_not_in_its_audience(house: House) -> None:
    _schedule(house, 60)
    readership.add(house.engine, "readers", "late@example.org", now=house.clock.now)
    assert publish.resume(house, ISSUE).candidates == 10


@pytest.mark.parametrize("after", [0, 1, 5])
def test_cancelled_within_its_undo_window_it_mails_nobody(house: House, after: int) -> None:
    _schedule(house, 60)
    clock: Watched = house.clock  # type: ignore[assignment]
    clock.meanwhile.extend([lambda: None] * after + [lambda: publish.cancel(house, ISSUE)])
    proof = publish.resume(house, ISSUE)
    assert (proof.state, proof.excluded, proof.accepted) == ("cancelled", {"cancelled": 10}, 0)
    assert not house.post.mailed


def test_undone_it_can_be_mended_and_sent_afresh(house: House) -> None:
    _schedule(house, 60)
    assert publish.undo(house, ISSUE)
    _edit(house, "No kitchen scale")
    sending = publish.plan_send(house, ISSUE)
    assert (sending.kind, sending.readers) == ("first", 10)
    assert "No kitchen scale" in sending.message.text
    proof = publish.send(house, sending)
    assert (proof.state, proof.candidates, proof.accepted) == ("finished", 10, 10)


def test_an_undo_comes_too_late_once_sending_began(house: House) -> None:
    house.post.script = deque([Answer("account")])
    publish.send(house, publish.plan_send(house, ISSUE))
    assert _status(house).state == "paused"
    assert not publish.undo(house, ISSUE)


def test_one_missed_by_more_than_the_grace_is_held_and_sent_only_when_somebody_says_so(house: House) -> None:
    _schedule(house, 60)
    house.clock.at += 2 * HOUR  # type: ignore[attr-defined]
    with pytest.raises(SendingStopped, match="newsletter resume first"):
        publish.resume(house, ISSUE)
    assert (_status(house).state, house.post.mailed.total()) == ("held", 0)
    assert publish.resume(house, ISSUE).accepted == 10


def test_one_missed_by_less_is_sent(house: House) -> None:
    _schedule(house, 60)
    house.clock.at += HOUR // 2  # type: ignore[attr-defined]
    assert publish.resume(house, ISSUE).accepted == 10


def test_a_clock_that_leaps_over_the_hour_while_somebody_waits_holds_the_issue(house: House) -> None:
    _schedule(house, 60)
    clock: Watched = house.clock  # type: ignore[assignment]

    def leap() -> None:
        clock.at += 5 * HOUR

    clock.meanwhile.append(leap)
    with pytest.raises(SendingStopped):
        publish.resume(house, ISSUE)
    assert (_status(house).state, house.post.mailed.total()) == ("held", 0)


def test_only_what_is_due_is_due(house: House) -> None:
    _schedule(house, 60)
    assert publish.due(house) == []
    house.clock.at += 61 * SECOND  # type: ignore[attr-defined]
    assert publish.due(house) == [ISSUE]
    publish.pause(house, ISSUE)
    assert publish.due(house) == []


def test_paused_before_its_time_it_waits_again_once_resumed(house: House) -> None:
    at = _schedule(house, 60)
    assert publish.pause(house, ISSUE).state == "paused"
    assert publish.resume(house, ISSUE).accepted == 10
    assert house.clock.now() >= at


def test_paused_while_it_is_sent_nothing_leaves_but_what_is_on_the_wire(house: House) -> None:
    mailed: list[int] = []

    def meanwhile() -> None:
        mailed.append(house.post.mailed.total())
        if len(mailed) == 2:
            publish.pause(house, ISSUE)

    house.post.meanwhile = meanwhile
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.state, proof.accepted, proof.pending) == ("paused", 4, 6)
    assert "paused by" in proof.note
    house.post.meanwhile = lambda: None
    assert publish.resume(house, ISSUE).accepted == 10
    assert set(house.post.mailed.values()) == {1}


@pytest.mark.parametrize(("stop", "state"), [(publish.pause, "paused"), (publish.cancel, "cancelled")])
def test_a_batch_made_ready_but_not_on_the_wire_is_stopped_at_the_last_gate(
    house: House, stop: Callable[[House, str], Proof], state: str
) -> None:
    house.post.look = lambda _ids: _once(house, stop)
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.state, house.post.mailed.total()) == (state, 0)


def _once(house: House, stop: Callable[[House, str], Proof]) -> None:
    house.post.look = lambda _ids: None
    stop(house, ISSUE)


def test_cancelled_while_it_is_sent_the_rest_is_counted_as_cancelled(house: House) -> None:
    house.post.meanwhile = lambda: None if house.post.mailed.total() < 2 else _cancel_once(house)
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.state, proof.accepted, proof.excluded) == ("cancelled", 4, {"cancelled": 6})
    assert proof.settled
    with pytest.raises(DeliveryError, match="--only-missing"):
        publish.plan_send(house, ISSUE)
    with pytest.raises(DeliveryError, match="nothing to cancel"):
        publish.cancel(house, ISSUE)
    proof = publish.send(house, publish.plan_send(house, ISSUE, only_missing=True))
    assert (proof.state, proof.candidates, proof.accepted) == ("finished", 10, 10)
    assert set(house.post.mailed.values()) == {1}


def _cancel_once(house: House) -> None:
    house.post.meanwhile = lambda: None
    publish.cancel(house, ISSUE)


@pytest.mark.parametrize("what", [publish.pause, publish.cancel])
def test_there_is_nothing_to_stop_once_all_is_done(house: House, what: object) -> None:
    publish.send(house, publish.plan_send(house, ISSUE))
    with pytest.raises(DeliveryError, match="is finished"):
        what(house, ISSUE)  # type: ignore[operator]


def test_a_clock_put_back_makes_nobody_wait_for_it_to_catch_up(house: House) -> None:
    house.post.script = deque([Answer("not accepted")])
    back = iter([True])

    def meanwhile() -> None:
        if next(back, False):
            house.clock.at -= 3 * HOUR  # type: ignore[attr-defined]

    house.post.meanwhile = meanwhile
    began = house.clock.now()
    assert publish.send(house, publish.plan_send(house, ISSUE)).accepted == 10
    assert house.clock.now() < began - 2 * HOUR


def test_a_new_sender_mails_no_more_than_its_ceiling_and_goes_on_the_next_day(tmp_path: Path) -> None:
    warm_up = {"start": "2001-09-09", "first": 5, "growth": 1.5}
    house = House(tmp_path / "new", Scripted(), batch_size=3, warm_up=warm_up)
    for n in range(20):
        readership.add(house.engine, "readers", f"reader{n}@example.org", now=house.clock.now)
    assert str(house.today()) == "2001-09-09"
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.state, proof.accepted, proof.pending) == ("scheduled", 5, 15)
    _shortly_before(house, proof)
    proof = publish.resume(house, ISSUE)
    assert (str(house.today()), proof.accepted) == ("2001-09-10", 12)
    _shortly_before(house, proof)
    proof = publish.resume(house, ISSUE)
    assert (str(house.today()), proof.state, proof.accepted) == ("2001-09-11", "finished", 20)
    assert set(house.post.mailed.values()) == {1}
    house.engine.dispose()


def _shortly_before(house: House, proof: Proof) -> None:
    assert proof.send_at
    house.clock.at = proof.send_at - 3 * SECOND  # type: ignore[attr-defined]


def test_a_ledger_that_holds_a_reader_twice_sounds_an_alarm(house: House) -> None:
    from sqlalchemy import update

    from newsletter.store.database import write
    from newsletter.store.tables import batch

    def meddle() -> None:
        if house.post.mailed.total() == 8:
            with read(house.engine) as connection:
                first = mailings.get(connection, 1)
            with write(house.engine) as connection:
                values = {"reader_ids": bytes([1, 1, 1]), "n": 2, "lo": 1, "hi": 3}
                connection.execute(
                    update(batch).where(batch.c.mailing_id == first.id, batch.c.id == 1).values(values)
                )

    house.post.meanwhile = meddle
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert proof.alarms == {"accepted_twice": 1, "miscounted": 1}
