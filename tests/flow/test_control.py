"""An editor schedules, undoes, pauses, resumes and cancels: what leaves, and what does not."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from scripted import Answer, Scripted, Ticking, Wired

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
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=2)
    made.clock = Watched()  # type: ignore[assignment]
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _schedule(wiring: Wired, seconds: float) -> int:
    at = wiring.clock.now() + int(seconds * SECOND)
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), at)
    return at


def _status(wiring: Wired) -> Proof:
    proof = publish.status(wiring, ISSUE)
    assert proof is not None
    return proof


def _edit(wiring: Wired, text: str) -> None:
    file = wiring.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("Nobody’s kitchen scale", text))


def test_a_scheduled_issue_waits_for_its_time_and_then_reaches_everyone_once(wiring: Wired) -> None:
    at = _schedule(wiring, 60)
    assert (_status(wiring).state, _status(wiring).send_at, _status(wiring).pending) == ("scheduled", at, 10)
    steps: list[tuple[str, int, int]] = []
    proof = publish.resume(wiring, ISSUE, progress=lambda *step: steps.append(step))
    assert wiring.clock.now() >= at
    assert (proof.state, proof.accepted, set(wiring.post.mailed.values())) == ("finished", 10, {1})
    assert steps[0] == ("waiting", 0, 59)


def test_what_was_scheduled_is_what_goes_out_whatever_the_file_says_later(wiring: Wired) -> None:
    _schedule(wiring, 60)
    _edit(wiring, "No kitchen scale")
    with pytest.raises(IssueChanged, match="newsletter cancel first"):
        publish.plan_send(wiring, ISSUE)
    assert publish.resume(wiring, ISSUE).accepted == 10


def test_who_joins_after_an_issue_was_scheduled_is_not_in_its_audience(wiring: Wired) -> None:
    _schedule(wiring, 60)
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    assert publish.resume(wiring, ISSUE).candidates == 10


@pytest.mark.parametrize("after", [0, 1, 5])
def test_cancelled_within_its_undo_window_it_mails_nobody(wiring: Wired, after: int) -> None:
    _schedule(wiring, 60)
    clock: Watched = wiring.clock  # type: ignore[assignment]
    clock.meanwhile.extend([lambda: None] * after + [lambda: publish.cancel(wiring, ISSUE)])
    proof = publish.resume(wiring, ISSUE)
    assert (proof.state, proof.excluded, proof.accepted) == ("cancelled", {"cancelled": 10}, 0)
    assert not wiring.post.mailed


def test_undone_it_can_be_mended_and_sent_afresh(wiring: Wired) -> None:
    _schedule(wiring, 60)
    assert publish.undo(wiring, ISSUE)
    _edit(wiring, "No kitchen scale")
    plan = publish.plan_send(wiring, ISSUE)
    assert (plan.kind, plan.readers) == ("first", 10)
    assert "No kitchen scale" in plan.message.text
    proof = publish.send(wiring, plan)
    assert (proof.state, proof.candidates, proof.accepted) == ("finished", 10, 10)


def test_an_undo_comes_too_late_once_sending_began(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("account")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert _status(wiring).state == "paused"
    assert not publish.undo(wiring, ISSUE)


def test_one_missed_by_more_than_the_grace_is_held_and_sent_only_when_somebody_says_so(wiring: Wired) -> None:
    _schedule(wiring, 60)
    wiring.clock.at += 2 * HOUR  # type: ignore[attr-defined]
    with pytest.raises(SendingStopped, match="newsletter resume first"):
        publish.resume(wiring, ISSUE)
    assert (_status(wiring).state, wiring.post.mailed.total()) == ("held", 0)
    assert publish.resume(wiring, ISSUE).accepted == 10


def test_one_missed_by_less_is_sent(wiring: Wired) -> None:
    _schedule(wiring, 60)
    wiring.clock.at += HOUR // 2  # type: ignore[attr-defined]
    assert publish.resume(wiring, ISSUE).accepted == 10


def test_a_clock_that_leaps_over_the_hour_while_somebody_waits_holds_the_issue(wiring: Wired) -> None:
    _schedule(wiring, 60)
    clock: Watched = wiring.clock  # type: ignore[assignment]

    def leap() -> None:
        clock.at += 5 * HOUR

    clock.meanwhile.append(leap)
    with pytest.raises(SendingStopped):
        publish.resume(wiring, ISSUE)
    assert (_status(wiring).state, wiring.post.mailed.total()) == ("held", 0)


def test_only_what_is_due_is_due(wiring: Wired) -> None:
    _schedule(wiring, 60)
    assert publish.due(wiring) == []
    wiring.clock.at += 61 * SECOND  # type: ignore[attr-defined]
    assert publish.due(wiring) == [ISSUE]
    publish.pause(wiring, ISSUE)
    assert publish.due(wiring) == []


def test_paused_before_its_time_it_waits_again_once_resumed(wiring: Wired) -> None:
    at = _schedule(wiring, 60)
    assert publish.pause(wiring, ISSUE).state == "paused"
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert wiring.clock.now() >= at


def test_paused_while_it_is_sent_nothing_leaves_but_what_is_on_the_wire(wiring: Wired) -> None:
    mailed: list[int] = []

    def meanwhile() -> None:
        mailed.append(wiring.post.mailed.total())
        if len(mailed) == 2:
            publish.pause(wiring, ISSUE)

    wiring.post.meanwhile = meanwhile
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.state, proof.accepted, proof.pending) == ("paused", 4, 6)
    assert "paused by" in proof.note
    wiring.post.meanwhile = lambda: None
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert set(wiring.post.mailed.values()) == {1}


@pytest.mark.parametrize(("stop", "state"), [(publish.pause, "paused"), (publish.cancel, "cancelled")])
def test_a_batch_made_ready_but_not_on_the_wire_is_stopped_at_the_last_gate(
    wiring: Wired, stop: Callable[[Wired, str], Proof], state: str
) -> None:
    wiring.post.look = lambda _ids: _once(wiring, stop)
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.state, wiring.post.mailed.total()) == (state, 0)


def _once(wiring: Wired, stop: Callable[[Wired, str], Proof]) -> None:
    wiring.post.look = lambda _ids: None
    stop(wiring, ISSUE)


def test_cancelled_while_it_is_sent_the_rest_is_counted_as_cancelled(wiring: Wired) -> None:
    wiring.post.meanwhile = lambda: None if wiring.post.mailed.total() < 2 else _cancel_once(wiring)
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.state, proof.accepted, proof.excluded) == ("cancelled", 4, {"cancelled": 6})
    assert proof.complete
    with pytest.raises(DeliveryError, match="--only-missing"):
        publish.plan_send(wiring, ISSUE)
    with pytest.raises(DeliveryError, match="nothing to cancel"):
        publish.cancel(wiring, ISSUE)
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True))
    assert (proof.state, proof.candidates, proof.accepted) == ("finished", 10, 10)
    assert set(wiring.post.mailed.values()) == {1}


def _cancel_once(wiring: Wired) -> None:
    wiring.post.meanwhile = lambda: None
    publish.cancel(wiring, ISSUE)


@pytest.mark.parametrize("what", [publish.pause, publish.cancel])
def test_there_is_nothing_to_stop_once_all_is_done(wiring: Wired, what: object) -> None:
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    with pytest.raises(DeliveryError, match="is finished"):
        what(wiring, ISSUE)  # type: ignore[operator]


def test_a_clock_put_back_makes_nobody_wait_for_it_to_catch_up(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("not accepted")])
    back = iter([True])

    def meanwhile() -> None:
        if next(back, False):
            wiring.clock.at -= 3 * HOUR  # type: ignore[attr-defined]

    wiring.post.meanwhile = meanwhile
    began = wiring.clock.now()
    assert publish.send(wiring, publish.plan_send(wiring, ISSUE)).accepted == 10
    assert wiring.clock.now() < began - 2 * HOUR


def test_a_new_sender_mails_no_more_than_its_ceiling_and_goes_on_the_next_day(tmp_path: Path) -> None:
    warm_up = {"start": "2001-09-09", "first": 5, "growth": 1.5}
    wiring = Wired(tmp_path / "new", Scripted(), batch_size=3, warm_up=warm_up)
    for n in range(20):
        readership.add(wiring.engine, "readers", f"reader{n}@example.org", now=wiring.clock.now)
    assert str(wiring.today()) == "2001-09-09"
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.state, proof.accepted, proof.pending) == ("scheduled", 5, 15)
    _shortly_before(wiring, proof)
    proof = publish.resume(wiring, ISSUE)
    assert (str(wiring.today()), proof.accepted) == ("2001-09-10", 12)
    _shortly_before(wiring, proof)
    proof = publish.resume(wiring, ISSUE)
    assert (str(wiring.today()), proof.state, proof.accepted) == ("2001-09-11", "finished", 20)
    assert set(wiring.post.mailed.values()) == {1}
    wiring.engine.dispose()


def _shortly_before(wiring: Wired, proof: Proof) -> None:
    assert proof.send_at
    wiring.clock.at = proof.send_at - 3 * SECOND  # type: ignore[attr-defined]


def test_a_ledger_that_holds_a_reader_twice_sounds_an_alarm(wiring: Wired) -> None:
    from sqlalchemy import update

    from newsletter.store.database import write
    from newsletter.store.tables import batch

    def meddle() -> None:
        if wiring.post.mailed.total() == 8:
            with read(wiring.engine) as connection:
                first = mailings.get(connection, 1)
            with write(wiring.engine) as connection:
                values = {"reader_ids": bytes([1, 1, 1]), "n": 2, "lo": 1, "hi": 3}
                connection.execute(
                    update(batch).where(batch.c.mailing_id == first.id, batch.c.id == 1).values(values)
                )

    wiring.post.meanwhile = meddle
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert proof.alarms == {"accepted_twice": 1, "miscounted": 1}
