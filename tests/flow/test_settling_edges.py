"""Edges of settling: late reports, second requests, several mailings of an issue, a day's ceiling."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Sign

import pytest
from conftest import BRIEF
from pace import FOREVER
from pydantic import SecretStr
from scripted import Answer, House, Killed, Scripted, Ticking
from sqlalchemy import event as happening

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import NotSeen, Seen
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt
from newsletter.errors import SettingsError
from newsletter.store.ledger.claims import Ceiling

pytestmark = pytest.mark.slow

ISSUE = "first"
HOUR = 3600 * SECOND
TAKEN, LOST = Answer("unknown", taken=True), Answer("unknown")
WARM_UP = {"start": "2001-09-09", "first": 5, "growth": 1.5}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    _join(made, 10)
    yield made
    made.engine.dispose()


def _join(house: House, count: int, *, first: int = 0, name: str = "readers") -> None:
    for n in range(first, first + count):
        readership.add(house.engine, name, f"reader{n}@example.org", now=house.clock.now)


def _leave(house: House, reader: int) -> None:
    readership.remove(house.engine, f"reader{reader - 1}@example.org", now=house.clock.now)


def _send(house: House, *script: Answer) -> Proof:
    house.post.script = deque(script)
    return publish.send(house, publish.plan_send(house, ISSUE))


def _status(house: House) -> Proof:
    proof = publish.status(house, ISSUE)
    assert proof is not None
    return proof


def _much_later(house: House) -> None:
    house.clock.at += HOUR  # type: ignore[attr-defined]


def _attempt_of(house: House, reader: int) -> str:
    return [each for each, readers in house.post.attempts.items() if reader in readers][-1]


def _event(house: House, reader: int, attempt: str = "", kind: str = "delivered") -> Event:
    of = attempt or _attempt_of(house, reader)
    key = f"{kind} {reader} {of}".encode()
    return Event(key, kind, house.clock.now(), f"reader{reader - 1}@example.org", of, reader, "m")  # type: ignore[arg-type]


def _report(house: House, *events: Event) -> None:
    readership.take_reports(house.engine, events, now=house.clock.now, pause=PauseAt())


def _lost_and_to_be_sent_again(house: House) -> str:
    """The answer for readers 1 and 2 is lost, though they were mailed; return that request's attempt."""
    _send(house, TAKEN)
    first = _attempt_of(house, 1)
    _much_later(house)
    assert publish.reconcile(house, ISSUE, word=Decision("resend", "I looked")).readers == {"resend": 2}
    return first


# ── reports on an earlier request of a batch ────────────────────────────────────────────────────────────


def test_reported_while_its_second_request_is_made_ready_that_request_never_leaves(house: House) -> None:
    first = _lost_and_to_be_sent_again(house)
    done = iter([True])

    def look(ids: list[int]) -> None:
        if 1 in ids and next(done, False):
            _report(house, _event(house, 1, first))

    house.post.look = look
    proof = publish.resume(house, ISSUE)
    assert (proof.accepted, proof.state, proof.alarms) == (10, "finished", {})
    assert set(house.post.mailed.values()) == {1}


def test_reported_while_its_second_request_is_on_the_wire_and_lost_it_is_not_sent_a_third_time(
    house: House,
) -> None:
    first = _lost_and_to_be_sent_again(house)
    house.post.script = deque([LOST])
    done = iter([True])
    house.post.meanwhile = lambda: _report(house, _event(house, 1, first)) if next(done, False) else None
    assert publish.resume(house, ISSUE).unknown == 2
    _much_later(house)
    made = publish.reconcile(house, ISSUE, policy="resend")
    assert (made.readers, made.proof.accepted) == ({"accepted": 2}, 10)
    publish.resume(house, ISSUE)
    assert set(house.post.mailed.values()) == {1}
    assert _status(house).alarms == {}, "nothing says that the second was taken"
    _report(house, _event(house, 1))
    assert _status(house).alarms == {"accepted_twice": 2}


def test_both_requests_of_a_batch_reported_in_one_post_settle_it_once(house: House) -> None:
    first = _lost_and_to_be_sent_again(house)
    house.post.script = deque([TAKEN])
    assert publish.resume(house, ISSUE).unknown == 2
    _report(house, _event(house, 1, first), _event(house, 1))
    assert (_status(house).accepted, _status(house).alarms) == (10, {"accepted_twice": 2})
    assert [each.verdict for each in publish.decisions(house, ISSUE)] == ["resend", "accepted"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_both_requests_reported_in_one_post_the_newest_is_the_one_that_counts(
    house: House, newest_first: bool
) -> None:
    first = _lost_and_to_be_sent_again(house)
    _leave(house, 2)
    house.post.script = deque([TAKEN])
    assert publish.resume(house, ISSUE).unknown == 1
    second = _attempt_of(house, 1)
    newest = replace(_event(house, 1), message_id="newest")
    _report(
        house,
        *sorted([_event(house, 2, first), newest], key=lambda event: event is newest, reverse=newest_first),
    )
    assert publish.decisions(house, ISSUE)[-1].attempt == second
    told = {each["email"]: each["message_id"] for each in publish.recipients(house, ISSUE)}
    assert told["reader0@example.org"] == "newest"
    assert (_status(house).accepted, _status(house).alarms) == (10, {"accepted_twice": 1})


def test_reported_before_a_late_word_that_its_second_request_was_not_taken_it_is_not_sent_a_third_time(
    house: House,
) -> None:
    first = _lost_and_to_be_sent_again(house)
    house.post.script = deque([Answer("unknown", late=True)])
    done = iter([True])
    house.post.meanwhile = lambda: _report(house, _event(house, 1, first)) if next(done, False) else None
    publish.resume(house, ISSUE)
    assert publish.resume(house, ISSUE).accepted == 10
    assert set(house.post.mailed.values()) == {1}


def test_reported_while_its_second_request_is_turned_away_he_who_left_since_counts_as_mailed_alone(
    house: House,
) -> None:
    first = _lost_and_to_be_sent_again(house)
    _leave(house, 2)
    house.post.script = deque([Answer("not accepted")])
    done = iter([True])
    house.post.meanwhile = lambda: _report(house, _event(house, 1, first)) if next(done, False) else None
    proof = publish.resume(house, ISSUE)
    assert (proof.candidates, proof.accepted, proof.excluded) == (10, 10, {})


CUT_UP = {
    "in two": ["too large"],
    "in three": ["too large"] * 2,
    "one refused": ["too large"] * 3 + ["refused"],
}


@pytest.mark.parametrize("answers", CUT_UP.values(), ids=CUT_UP)
def test_reported_after_its_batch_was_cut_up_it_is_put_together_again(
    tmp_path: Path, answers: list[str]
) -> None:
    house = House(tmp_path, Scripted(), batch_size=4)
    _join(house, 8)
    _send(house, TAKEN)
    first = _attempt_of(house, 1)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    house.post.script = deque([*map(Answer, answers), Answer("account")])
    publish.resume(house, ISSUE)
    _report(house, _event(house, 1, first))
    proof = publish.resume(house, ISSUE)
    assert (proof.state, proof.candidates, proof.accepted, proof.alarms) == ("finished", 8, 8, {})
    assert set(house.post.mailed.values()) == {1}
    house.engine.dispose()


def test_reported_while_a_piece_of_its_batch_is_made_ready_that_piece_never_leaves(house: House) -> None:
    first = _lost_and_to_be_sent_again(house)
    house.post.script = deque([Answer("too large")])
    done = iter([True])

    def look(ids: list[int]) -> None:
        if ids == [1] and next(done, False):
            _report(house, _event(house, 1, first))

    house.post.look = look
    proof = publish.resume(house, ISSUE)
    assert (proof.state, proof.accepted) == ("finished", 10)
    assert set(house.post.mailed.values()) == {1}


def test_reported_after_a_piece_of_its_batch_left_the_rest_is_stopped_for_an_editor_to_look(
    house: House,
) -> None:
    first = _lost_and_to_be_sent_again(house)
    house.post.script = deque([Answer("too large")])
    house.post.look = lambda ids: _report(house, _event(house, 1, first)) if ids == [2] else None
    proof = publish.resume(house, ISSUE)
    assert (proof.state, house.post.mailed[1], house.post.mailed[2]) == ("paused", 2, 1)
    assert "counted as not taken" in proof.note


def test_cut_up_with_a_reader_who_left_everyone_is_counted_once(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted())
    _join(house, 10)
    _leave(house, 10)
    proof = _send(house, Answer("too large"))
    assert (proof.candidates, proof.accepted, proof.excluded) == (10, 9, {"unsubscribed": 1})
    house.engine.dispose()


@pytest.mark.parametrize("answer", ["not accepted", "refused", "too large"])
def test_never_reported_and_not_taken_the_second_time_either_it_is_sent_once_more(
    house: House, answer: str
) -> None:
    _send(house, LOST)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    house.post.script = deque([Answer(answer)])
    assert publish.resume(house, ISSUE).accepted == 10
    assert set(house.post.mailed) == set(range(1, 11))


def test_who_left_before_the_first_request_is_still_told_of_after_the_second(house: House) -> None:
    _leave(house, 1)
    _send(house, LOST)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    proof = publish.resume(house, ISSUE)
    assert (proof.accepted, proof.excluded) == (9, {"unsubscribed": 1})


def test_who_left_before_the_second_request_and_joins_again_is_a_newcomer(house: House) -> None:
    _send(house, LOST)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    _leave(house, 2)
    assert publish.resume(house, ISSUE).accepted == 9
    readership.add(
        house.engine,
        "readers",
        "reader1@example.org",
        now=house.clock.now,
        joining=readership.Joining(again=True),
    )
    assert _send(house).accepted == 10
    assert set(house.post.mailed.values()) == {1}


def test_reported_while_the_missing_are_made_ready_again_nobody_is_mailed_twice(house: House) -> None:
    _send(house, TAKEN)
    first = _attempt_of(house, 1)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    done = iter([True])
    house.post.look = lambda _: _report(house, _event(house, 1, first)) if next(done, False) else None
    proof = publish.send(house, publish.plan_send(house, ISSUE, only_missing=True))
    assert proof.accepted == 10
    assert set(house.post.mailed.values()) == {1}


# ── what counts as evidence ─────────────────────────────────────────────────────────────────────────────


def test_requests_the_provider_has_of_another_hour_are_no_evidence(house: House) -> None:
    _send(house, LOST, Answer("account"))
    house.clock.at += 5 * HOUR  # type: ignore[attr-defined]
    publish.resume(house, ISSUE)
    house.post.sightings[_attempt_of(house, 1)] = NotSeen()
    for reader in (3, 5, 7, 9):
        house.post.sightings[_attempt_of(house, reader)] = Seen("found")
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"hold": 2}


def test_of_a_cancelled_issue_what_was_never_taken_is_named_as_rejected(house: House) -> None:
    house.post.meanwhile = lambda: _cancel_at(house, 4)
    _send(house, LOST)
    _much_later(house)
    proof = publish.reconcile(house, ISSUE, word=Decision("resend", "I looked")).proof
    assert (proof.rejected, proof.excluded) == (2, {"cancelled": 2})
    named = {each["email"] for each in publish.recipients(house, ISSUE, state="rejected")}
    assert named == {"reader0@example.org", "reader1@example.org"}


def _cancel_at(house: House, mailed: int) -> None:
    if house.post.mailed.total() >= mailed:
        house.post.meanwhile = lambda: None
        publish.cancel(house, ISSUE)


# ── several mailings of an issue ────────────────────────────────────────────────────────────────────────


def test_who_is_on_the_wire_in_a_cancelled_mailing_is_not_counted_as_missing(house: House) -> None:
    done = iter([True])
    house.post.meanwhile = lambda: publish.cancel(house, ISSUE) if next(done, False) else None
    with pytest.raises(Killed):
        _send(house, Answer("killed on the wire", taken=True))
    missing = publish.plan_send(house, ISSUE, only_missing=True)
    assert missing.readers == 8
    proof = publish.send(house, missing)
    assert (proof.accepted, proof.unknown) == (8, 2)
    assert set(house.post.mailed.values()) == {1}


def _lost_then_another_mailing(house: House, *script: Answer, only_missing: bool = False) -> None:
    """Two of the first mailing are unknown, and one more was mailed, or is about to be, by a second one."""
    house.post.script = deque(script)
    publish.send(house, publish.plan_send(house, ISSUE, only_missing=only_missing))
    _much_later(house)


def test_what_was_to_be_sent_again_beside_a_later_mailing_and_was_cancelled_is_counted_as_cancelled(
    house: House,
) -> None:
    _send(house, LOST)
    _join(house, 1, first=10)
    _lost_then_another_mailing(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    proof = publish.cancel(house, ISSUE)
    assert (proof.accepted, proof.pending, proof.excluded) == (9, 0, {"cancelled": 2})


def test_what_is_to_be_sent_again_beside_a_later_mailing_and_is_cut_up_stays_in_the_proof(
    house: House,
) -> None:
    _send(house, LOST)
    _join(house, 1, first=10)
    _lost_then_another_mailing(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    house.post.script = deque([Answer("too large"), Answer("account")])
    proof = publish.resume(house, ISSUE)
    assert (proof.candidates, proof.accepted, proof.pending) == (11, 9, 2)
    assert publish.resume(house, ISSUE).accepted == 11


def test_turned_away_beside_a_lost_answer_and_mailed_since_he_is_counted_once(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), batch_size=3)
    _join(house, 6)
    _send(house, Answer("named", places=(0,)), Answer("accepted", taken=True), LOST)
    assert (_status(house).unknown, _status(house).rejected) == (2, 1)
    _lost_then_another_mailing(house, only_missing=True)
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    proof = _status(house)
    assert (proof.candidates, proof.accepted, proof.rejected) == (6, 4, 2)
    assert len(list(publish.recipients(house, ISSUE))) == 6
    house.engine.dispose()


def test_given_up_while_a_later_mailing_waits_its_readers_do_not_slip_into_that(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), batch_size=4)
    _join(house, 4)
    _send(house, Answer("named", places=(0, 3)), LOST)
    _lost_then_another_mailing(house, Answer("account"), only_missing=True)
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    proof = publish.resume(house, ISSUE)
    assert set(house.post.mailed) == {1, 4}
    assert (proof.candidates, proof.accepted, proof.rejected) == (4, 2, 2)
    house.engine.dispose()


def test_who_was_turned_away_on_one_list_is_still_told_of_once_another_list_was_mailed(house: House) -> None:
    _join(house, 1, first=20, name="others")
    house.post.script = deque([Answer("named", places=(1,))])
    publish.send(house, publish.plan_send(house, ISSUE, list_name="readers"))
    proof = publish.send(house, publish.plan_send(house, ISSUE, list_name="others"))
    assert (proof.candidates, proof.accepted, proof.rejected) == (11, 10, 1)
    assert len(list(publish.recipients(house, ISSUE, state="rejected"))) == 1


@pytest.mark.parametrize("kind", ["bounce", "blocked", "dropped"])
def test_whose_mail_came_back_was_told_nothing_wrong(house: House, kind: str) -> None:
    _send(house)
    _report(house, _event(house, 4, kind=kind))
    _mend(house)
    sending = publish.plan_correction(house, ISSUE)
    assert (sending.readers, sending.excluded) == (9, {})
    proof = publish.send(house, sending)
    assert (proof.candidates, proof.accepted, proof.excluded) == (9, 9, {})


def test_a_clock_put_back_since_keeps_nobody_from_being_corrected(house: House) -> None:
    _send(house)
    house.clock.at -= 3 * HOUR  # type: ignore[attr-defined]
    _mend(house)
    assert publish.send(house, publish.plan_correction(house, ISSUE)).accepted == 10


def test_each_provider_has_its_own_correction_of_what_it_sent(house: House) -> None:
    original = (house.settings.root / "issues" / "first.md").read_text()
    _send(house)
    _mend(house)
    assert publish.send(house, publish.plan_correction(house, ISSUE)).accepted == 10
    _elsewhere(house)
    (house.settings.root / "issues" / "first.md").write_text(original)
    _send(house)
    _mend(house)
    assert publish.send(house, publish.plan_correction(house, ISSUE)).accepted == 10


def test_the_list_that_is_named_is_the_one_that_is_corrected(house: House) -> None:
    _join(house, 1, first=20, name="others")
    for name in ("others", "readers"):
        publish.send(house, publish.plan_send(house, ISSUE, list_name=name))
    _mend(house)
    assert publish.plan_correction(house, ISSUE, list_name="readers").readers == 10


def _elsewhere(house: House) -> None:
    elsewhere = {"provider": "sendgrid", "sendgrid_host": "http://127.0.0.1:9"}
    delivery = house.settings.delivery.model_copy(update=elsewhere)
    house.settings = house.settings.model_copy(update={"delivery": delivery})


def _mend(house: House) -> None:
    file = house.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("number: 7", "number: 7\ncorrection: In 2019, not in 2018."))


# ── stops, and a day's ceiling ──────────────────────────────────────────────────────────────────────────


class PausedAsItFills(House):
    """A publication that somebody pauses the moment after a sender found the day's ceiling reached."""

    found_full = False

    def ceiling(self) -> Ceiling | None:
        """Remember that a sender asks once as many were mailed as may be."""
        self.found_full = self.post.mailed.total() == WARM_UP["first"]
        return super().ceiling()

    def pause_once_full(self, *_: object) -> None:
        """Pause when the sender let go of the database."""
        if self.found_full:
            self.found_full = False
            publish.pause(self, ISSUE)


def test_paused_the_moment_the_days_ceiling_is_reached_it_stays_paused(tmp_path: Path) -> None:
    house = PausedAsItFills(tmp_path, Scripted(), batch_size=3, warm_up=WARM_UP)
    _join(house, 10)
    happening.listen(house.engine, "checkin", house.pause_once_full)
    proof = _send(house)
    assert (proof.state, proof.accepted, proof.send_at) == ("paused", 5, None)
    assert "paused by" in proof.note
    house.engine.dispose()


class Patient(Ticking):
    """A clock that shows when somebody waits by it."""

    def __init__(self) -> None:
        super().__init__()
        self.somebody_waits = Sign()

    def wait(self, seconds: float, stop: Sign) -> None:
        """Show it, and wait no longer than else."""
        self.somebody_waits.set()
        super().wait(seconds, stop)


@pytest.mark.slow
@pytest.mark.parametrize("answer", [Answer("not accepted"), Answer("accepted", taken=True)])
def test_while_a_request_is_on_the_wire_its_readers_take_room_that_may_come_back(
    tmp_path: Path, answer: Answer
) -> None:
    house = House(tmp_path, Scripted(), batch_size=5, warm_up=WARM_UP, delivery={"threads": 2})
    clock = Patient()
    house.clock = clock  # type: ignore[assignment]
    _join(house, 10)

    def on_the_wire() -> None:
        clock.somebody_waits.wait(FOREVER)  # the other thread found no room, and does not give up the day

    house.post.meanwhile = on_the_wire
    proof = _send(house, answer)
    assert (proof.state, proof.accepted) == ("scheduled", 5)
    house.engine.dispose()


def test_whose_answer_was_lost_takes_room_under_the_ceiling(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), batch_size=5, warm_up=WARM_UP)
    _join(house, 10)
    proof = _send(house, TAKEN)
    assert (proof.state, proof.unknown, proof.pending) == ("scheduled", 5, 5)
    house.engine.dispose()


def test_what_went_through_another_provider_takes_no_room(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), warm_up=WARM_UP)
    _join(house, 5)
    assert _send(house).accepted == 5
    _elsewhere(house)
    (house.settings.root / "issues" / "second.md").write_text(BRIEF)
    assert publish.send(house, publish.plan_send(house, "second")).accepted == 5
    house.engine.dispose()


def test_a_clock_put_back_between_two_issues_makes_the_second_wait_for_no_rate_of_the_first(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, Scripted(), delivery={"rate_per_second": 100})
    _join(house, 10)
    (house.settings.root / "issues" / "second.md").write_text(BRIEF)
    house.clock.at += 24 * HOUR  # type: ignore[attr-defined]
    _send(house)
    house.clock.at -= 3 * HOUR  # type: ignore[attr-defined]
    began = house.clock.now()
    assert publish.send(house, publish.plan_send(house, "second")).accepted == 10
    assert house.clock.now() < began + HOUR
    house.engine.dispose()


def test_a_clock_put_back_after_a_sender_died_makes_nobody_wait_for_it_to_catch_up(house: House) -> None:
    with pytest.raises(Killed):
        _send(house, Answer("not accepted"), Answer("killed before the wire"))
    house.clock.at -= 3 * HOUR  # type: ignore[attr-defined]
    began = house.clock.now()
    assert publish.resume(house, ISSUE).accepted == 10
    assert house.clock.now() < began + HOUR


def test_a_day_under_the_ceiling_is_the_publications_own(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), warm_up=WARM_UP)
    far_east = house.settings.publication.model_copy(update={"time_zone": "Pacific/Auckland"})
    house.settings = house.settings.model_copy(update={"publication": far_east})
    _join(house, 10)
    house.clock.at = _instant(2001, 9, 9, 13)  # type: ignore[attr-defined]  # there it is the 10th already
    proof = _send(house)
    assert (proof.state, proof.accepted, proof.send_at) == ("scheduled", 7, _instant(2001, 9, 10, 12))
    house.engine.dispose()


def _instant(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[misc,arg-type]


ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))
RULES = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}


def test_put_off_by_the_ceiling_it_goes_on_however_late_somebody_can_send_it(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), warm_up=WARM_UP)
    _join(house, 10)
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + 60 * SECOND)
    proof = publish.resume(house, ISSUE)
    assert proof.send_at is not None
    house.clock.at = proof.send_at + 5 * HOUR  # type: ignore[attr-defined]
    assert publish.resume(house, ISSUE).accepted == 10
    house.engine.dispose()


def test_approved_and_put_off_by_the_ceiling_it_goes_on_the_next_day(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), warm_up=WARM_UP, approval=RULES)
    _join(house, 10)
    _as(house, ANA)
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + 60 * SECOND)
    _as(house, BEN)
    publish.approve(house, publish.plan_approval(house, ISSUE))
    proof = publish.resume(house, ISSUE)
    assert (proof.state, proof.accepted) == ("scheduled", 5)
    assert proof.send_at is not None
    house.clock.at = proof.send_at - 3 * SECOND  # type: ignore[attr-defined]
    assert publish.resume(house, ISSUE).accepted == 10
    house.engine.dispose()


def _as(house: House, key: str) -> None:
    for personal in ("person", "approver"):
        house.__dict__.pop(personal, None)
    house.settings = house.settings.model_copy(update={"approval_key": SecretStr(key)})


def _approvals(house: House, **rules: object) -> None:
    approval = house.settings.approval.model_copy(update=rules)
    house.settings = house.settings.model_copy(update={"approval": approval})


def test_an_approval_does_not_undo_a_pause(house: House) -> None:
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + 60 * SECOND)
    publish.pause(house, ISSUE)
    _approvals(house, **RULES)
    _as(house, BEN)
    publish.approve(house, publish.plan_approval(house, ISSUE))
    assert _status(house).state == "paused"


def test_held_for_an_approval_that_is_no_longer_asked_for_it_waits_for_its_hour(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), approval=RULES)
    _join(house, 10)
    _as(house, ANA)
    at = house.clock.now() + 60 * SECOND
    publish.schedule(house, publish.plan_send(house, ISSUE), at)
    _approvals(house, required=False)
    assert publish.resume(house, ISSUE).accepted == 10
    assert house.clock.now() >= at
    house.engine.dispose()


def test_begun_by_a_sender_that_died_since_it_was_foreseen_it_is_gone_on_with(house: House) -> None:
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + SECOND)
    foreseen = publish.plan_send(house, ISSUE)
    house.post.script = deque([Answer("killed before the wire")])
    with pytest.raises(Killed):
        publish.resume(house, ISSUE)
    assert publish.send(house, foreseen).accepted == 10


def test_without_the_providers_key_nothing_is_scheduled_and_nothing_left_behind(tmp_path: Path) -> None:
    stays_here = {"provider": "sendgrid", "sendgrid_host": "http://127.0.0.1:9"}
    house = House(tmp_path, Scripted(), delivery=stays_here)
    _join(house, 3)
    with pytest.raises(SettingsError, match="SENDGRID_API_KEY"):
        publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + HOUR)
    assert publish.status(house, ISSUE) is None
    house.engine.dispose()
