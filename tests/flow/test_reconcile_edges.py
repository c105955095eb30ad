"""Edges of settling: late reports, second requests, several mailings of an issue, a day's ceiling."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Sign

import pytest
from conftest import BRIEF
from pace import FOREVER
from pydantic import SecretStr
from scripted import Answer, Killed, Scripted, Ticking, Wired
from sqlalchemy import event as happening
from ten_readers import (
    HOUR,
    ISSUE,
    LOST,
    TAKEN,
    attempt_of,
    event_of,
    join,
    leave,
    lost_and_to_be_sent_again,
    much_later,
    proof_of,
    send_answered,
    take,
)

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.evidence import HasMail, HasNoMail
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.reconcile import Decision
from newsletter.errors import SettingsError
from newsletter.store.ledger.claims import Ceiling

pytestmark = pytest.mark.slow

WARM_UP = {"start": "2001-09-09", "first": 5, "growth": 1.5}


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=2)
    join(made, 10)
    yield made
    made.engine.dispose()


# ── reports on an earlier request of a batch ────────────────────────────────────────────────────────────


def test_reported_while_its_second_request_is_made_ready_that_request_never_leaves(wiring: Wired) -> None:
    first = lost_and_to_be_sent_again(wiring)
    done = iter([True])

    def look(ids: list[int]) -> None:
        if 1 in ids and next(done, False):
            take(wiring, event_of(wiring, 1, first))

    wiring.post.look = look
    proof = publish.resume(wiring, ISSUE)
    assert (proof.accepted, proof.state, proof.alarms) == (10, "finished", {})
    assert set(wiring.post.mailed.values()) == {1}


def test_reported_while_its_second_request_is_on_the_wire_and_lost_it_is_not_sent_a_third_time(
    wiring: Wired,
) -> None:
    first = lost_and_to_be_sent_again(wiring)
    wiring.post.script = deque([LOST])
    done = iter([True])
    wiring.post.meanwhile = lambda: take(wiring, event_of(wiring, 1, first)) if next(done, False) else None
    assert publish.resume(wiring, ISSUE).unknown == 2
    much_later(wiring)
    made = publish.reconcile(wiring, ISSUE, policy="resend")
    assert (made.readers, made.proof.accepted) == ({"accepted": 2}, 10)
    publish.resume(wiring, ISSUE)
    assert set(wiring.post.mailed.values()) == {1}
    assert proof_of(wiring).alarms == {}, "nothing says that the second was taken"
    take(wiring, event_of(wiring, 1))
    assert proof_of(wiring).alarms == {"accepted_twice": 2}


def test_both_requests_of_a_batch_reported_in_one_post_decide_it_once(wiring: Wired) -> None:
    first = lost_and_to_be_sent_again(wiring)
    wiring.post.script = deque([TAKEN])
    assert publish.resume(wiring, ISSUE).unknown == 2
    take(wiring, event_of(wiring, 1, first), event_of(wiring, 1))
    assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (10, {"accepted_twice": 2})
    assert [decision.verdict for decision in publish.decisions(wiring, ISSUE)] == ["resend", "accepted"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_both_requests_reported_in_one_post_the_newest_is_the_one_that_counts(
    wiring: Wired, newest_first: bool
) -> None:
    first = lost_and_to_be_sent_again(wiring)
    leave(wiring, 2)
    wiring.post.script = deque([TAKEN])
    assert publish.resume(wiring, ISSUE).unknown == 1
    second = attempt_of(wiring, 1)
    newest = event_of(wiring, 1)._replace(message_id="newest")
    take(
        wiring,
        *sorted(
            [event_of(wiring, 2, first), newest], key=lambda event: event is newest, reverse=newest_first
        ),
    )
    assert publish.decisions(wiring, ISSUE)[-1].attempt == second
    recipients = publish.recipients(wiring, ISSUE)
    message_ids = {recipient["email"]: recipient["message_id"] for recipient in recipients}
    assert message_ids["reader0@example.org"] == "newest"
    assert (proof_of(wiring).accepted, proof_of(wiring).alarms) == (10, {"accepted_twice": 1})


def test_reported_before_a_late_word_that_its_second_request_was_not_taken_it_is_not_sent_a_third_time(
    wiring: Wired,
) -> None:
    first = lost_and_to_be_sent_again(wiring)
    wiring.post.script = deque([Answer("unknown", late=True)])
    done = iter([True])
    wiring.post.meanwhile = lambda: take(wiring, event_of(wiring, 1, first)) if next(done, False) else None
    publish.resume(wiring, ISSUE)
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert set(wiring.post.mailed.values()) == {1}


def test_reported_while_its_second_request_is_turned_away_a_reader_who_left_since_counts_as_mailed_alone(
    wiring: Wired,
) -> None:
    first = lost_and_to_be_sent_again(wiring)
    leave(wiring, 2)
    wiring.post.script = deque([Answer("not accepted")])
    done = iter([True])
    wiring.post.meanwhile = lambda: take(wiring, event_of(wiring, 1, first)) if next(done, False) else None
    proof = publish.resume(wiring, ISSUE)
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
    wiring = Wired(tmp_path, Scripted(), batch_size=4)
    join(wiring, 8)
    send_answered(wiring, TAKEN)
    first = attempt_of(wiring, 1)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    wiring.post.script = deque([*map(Answer, answers), Answer("account")])
    publish.resume(wiring, ISSUE)
    take(wiring, event_of(wiring, 1, first))
    proof = publish.resume(wiring, ISSUE)
    assert (proof.state, proof.candidates, proof.accepted, proof.alarms) == ("finished", 8, 8, {})
    assert set(wiring.post.mailed.values()) == {1}
    wiring.engine.dispose()


def test_reported_while_a_piece_of_its_batch_is_made_ready_that_piece_never_leaves(wiring: Wired) -> None:
    first = lost_and_to_be_sent_again(wiring)
    wiring.post.script = deque([Answer("too large")])
    done = iter([True])

    def look(ids: list[int]) -> None:
        if ids == [1] and next(done, False):
            take(wiring, event_of(wiring, 1, first))

    wiring.post.look = look
    proof = publish.resume(wiring, ISSUE)
    assert (proof.state, proof.accepted) == ("finished", 10)
    assert set(wiring.post.mailed.values()) == {1}


def test_reported_after_a_piece_of_its_batch_left_the_rest_is_not_mailed_again(wiring: Wired) -> None:
    first = lost_and_to_be_sent_again(wiring)
    wiring.post.script = deque([Answer("too large")])
    wiring.post.look = lambda ids: take(wiring, event_of(wiring, 1, first)) if ids == [2] else None
    proof = publish.resume(wiring, ISSUE)
    assert (proof.state, wiring.post.mailed[1], wiring.post.mailed[2]) == ("finished", 2, 1)
    assert (proof.candidates, proof.accepted, proof.alarms) == (10, 10, {"accepted_twice": 1})


@pytest.mark.parametrize(
    ("answer", "readers"), [("accepted", [3, 5]), ("accepted", [2]), ("unknown", [2]), ("not accepted", [2])]
)
def test_reported_once_a_piece_of_its_batch_left_everyone_counts_once_and_who_left_the_list_has_it(
    tmp_path: Path, answer: str, readers: list[int]
) -> None:
    """The report comes while a request to these readers is made ready, or on the wire."""
    wiring = Wired(tmp_path, Scripted(), batch_size=6)
    join(wiring, 8)
    leave(wiring, 6)
    send_answered(wiring, TAKEN)
    first = attempt_of(wiring, 1)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    leave(wiring, 1)
    leave(wiring, 4)
    made: list[list[int]] = []
    done = iter([True])

    def report() -> None:
        if made[-1] == readers and next(done, False):
            take(wiring, event_of(wiring, 5, first))

    def look(ids: list[int]) -> None:
        made.append(ids)
        if readers == [3, 5]:
            report()

    wiring.post.look, wiring.post.meanwhile = look, report
    wiring.post.script = deque([Answer("too large"), Answer(answer, taken=answer == "accepted")])
    publish.resume(wiring, ISSUE)
    proof = proof_of(wiring)
    assert (proof.state, proof.candidates, proof.accepted) == ("finished", 8, 7)
    assert proof.excluded == {"unsubscribed": 1}
    assert len(list(publish.recipients(wiring, ISSUE))) == 8
    assert wiring.post.mailed[3] == 1
    wiring.engine.dispose()


def test_cut_up_with_a_reader_who_left_everyone_is_counted_once(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted())
    join(wiring, 10)
    leave(wiring, 10)
    proof = send_answered(wiring, Answer("too large"))
    assert (proof.candidates, proof.accepted, proof.excluded) == (10, 9, {"unsubscribed": 1})
    wiring.engine.dispose()


@pytest.mark.parametrize("answer", ["not accepted", "refused", "too large"])
def test_never_reported_and_not_taken_the_second_time_either_it_is_sent_once_more(
    wiring: Wired, answer: str
) -> None:
    send_answered(wiring, LOST)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    wiring.post.script = deque([Answer(answer)])
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert set(wiring.post.mailed) == set(range(1, 11))


def test_who_left_before_the_first_request_is_still_listed_after_the_second(wiring: Wired) -> None:
    leave(wiring, 1)
    send_answered(wiring, LOST)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    proof = publish.resume(wiring, ISSUE)
    assert (proof.accepted, proof.excluded) == (9, {"unsubscribed": 1})


def test_who_left_before_the_second_request_and_joins_again_is_a_newcomer(wiring: Wired) -> None:
    send_answered(wiring, LOST)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    leave(wiring, 2)
    assert publish.resume(wiring, ISSUE).accepted == 9
    readership.add(
        wiring.engine,
        "readers",
        "reader1@example.org",
        now=wiring.clock.now,
        joining=readership.Joining(again=True),
    )
    assert send_answered(wiring).accepted == 10
    assert set(wiring.post.mailed.values()) == {1}


def test_reported_while_the_missing_are_made_ready_again_nobody_is_mailed_twice(wiring: Wired) -> None:
    send_answered(wiring, TAKEN)
    first = attempt_of(wiring, 1)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    done = iter([True])
    wiring.post.look = lambda _: take(wiring, event_of(wiring, 1, first)) if next(done, False) else None
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True))
    assert proof.accepted == 10
    assert set(wiring.post.mailed.values()) == {1}


# ── what counts as evidence ─────────────────────────────────────────────────────────────────────────────


def test_requests_the_provider_has_of_another_hour_are_no_evidence(wiring: Wired) -> None:
    send_answered(wiring, LOST, Answer("account"))
    wiring.clock.at += 5 * HOUR  # type: ignore[attr-defined]
    publish.resume(wiring, ISSUE)
    wiring.post.look_ups[attempt_of(wiring, 1)] = HasNoMail()
    for reader in (3, 5, 7, 9):
        wiring.post.look_ups[attempt_of(wiring, reader)] = HasMail("found")
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"hold": 2}


def test_of_a_cancelled_issue_what_was_never_taken_is_named_as_rejected(wiring: Wired) -> None:
    wiring.post.meanwhile = lambda: _cancel_at(wiring, 4)
    send_answered(wiring, LOST)
    much_later(wiring)
    proof = publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked")).proof
    assert (proof.rejected, proof.excluded) == (2, {"cancelled": 2})
    named = {recipient["email"] for recipient in publish.recipients(wiring, ISSUE, state="rejected")}
    assert named == {"reader0@example.org", "reader1@example.org"}


def _cancel_at(wiring: Wired, mailed: int) -> None:
    if wiring.post.mailed.total() >= mailed:
        wiring.post.meanwhile = lambda: None
        publish.cancel(wiring, ISSUE)


# ── several mailings of an issue ────────────────────────────────────────────────────────────────────────


def test_who_is_on_the_wire_in_a_cancelled_mailing_is_not_counted_as_missing(wiring: Wired) -> None:
    done = iter([True])
    wiring.post.meanwhile = lambda: publish.cancel(wiring, ISSUE) if next(done, False) else None
    with pytest.raises(Killed):
        send_answered(wiring, Answer("killed on the wire", taken=True))
    missing = publish.plan_send(wiring, ISSUE, only_missing=True)
    assert missing.readers == 8
    proof = publish.send(wiring, missing)
    assert (proof.accepted, proof.unknown) == (8, 2)
    assert set(wiring.post.mailed.values()) == {1}


def _lost_then_another_mailing(wiring: Wired, *script: Answer, only_missing: bool = False) -> None:
    """Two of the first mailing are unknown, and one more was mailed, or is about to be, by a second one."""
    wiring.post.script = deque(script)
    publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=only_missing))
    much_later(wiring)


def test_what_was_to_be_sent_again_along_with_a_later_mailing_and_was_cancelled_is_counted_as_cancelled(
    wiring: Wired,
) -> None:
    send_answered(wiring, LOST)
    join(wiring, 1, first=10)
    _lost_then_another_mailing(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    proof = publish.cancel(wiring, ISSUE)
    assert (proof.accepted, proof.pending, proof.excluded) == (9, 0, {"cancelled": 2})


def test_what_is_to_be_sent_again_along_with_a_later_mailing_and_is_cut_up_stays_in_the_proof(
    wiring: Wired,
) -> None:
    send_answered(wiring, LOST)
    join(wiring, 1, first=10)
    _lost_then_another_mailing(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    wiring.post.script = deque([Answer("too large"), Answer("account")])
    proof = publish.resume(wiring, ISSUE)
    assert (proof.candidates, proof.accepted, proof.pending) == (11, 9, 2)
    assert publish.resume(wiring, ISSUE).accepted == 11


def test_turned_away_along_with_a_lost_answer_and_mailed_since_they_count_once(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=3)
    join(wiring, 6)
    send_answered(wiring, Answer("named", places=(0,)), Answer("accepted", taken=True), LOST)
    assert (proof_of(wiring).unknown, proof_of(wiring).rejected) == (2, 1)
    _lost_then_another_mailing(wiring, only_missing=True)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    proof = proof_of(wiring)
    assert (proof.candidates, proof.accepted, proof.rejected) == (6, 4, 2)
    assert len(list(publish.recipients(wiring, ISSUE))) == 6
    wiring.engine.dispose()


def test_given_up_while_a_later_mailing_waits_its_readers_do_not_slip_into_that(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=4)
    join(wiring, 4)
    send_answered(wiring, Answer("named", places=(0, 3)), LOST)
    _lost_then_another_mailing(wiring, Answer("account"), only_missing=True)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    proof = publish.resume(wiring, ISSUE)
    assert set(wiring.post.mailed) == {1, 4}
    assert (proof.candidates, proof.accepted, proof.rejected) == (4, 2, 2)
    wiring.engine.dispose()


def test_who_was_turned_away_on_one_list_is_still_listed_once_another_list_was_mailed(wiring: Wired) -> None:
    join(wiring, 1, first=20, name="others")
    wiring.post.script = deque([Answer("named", places=(1,))])
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="others"))
    assert (proof.candidates, proof.accepted, proof.rejected) == (11, 10, 1)
    assert len(list(publish.recipients(wiring, ISSUE, state="rejected"))) == 1


@pytest.mark.parametrize("kind", ["bounce", "blocked", "dropped"])
def test_whose_mail_came_back_got_nothing_wrong(wiring: Wired, kind: str) -> None:
    send_answered(wiring)
    take(wiring, event_of(wiring, 4, kind=kind))
    _mend(wiring)
    plan = publish.plan_correction(wiring, ISSUE)
    assert (plan.readers, plan.excluded) == (9, {})
    proof = publish.send(wiring, plan)
    assert (proof.candidates, proof.accepted, proof.excluded) == (9, 9, {})


def test_a_clock_put_back_since_keeps_nobody_from_being_corrected(wiring: Wired) -> None:
    send_answered(wiring)
    wiring.clock.at -= 3 * HOUR  # type: ignore[attr-defined]
    _mend(wiring)
    assert publish.send(wiring, publish.plan_correction(wiring, ISSUE)).accepted == 10


def test_each_provider_has_its_own_correction_of_what_it_sent(wiring: Wired) -> None:
    original = (wiring.settings.root / "issues" / "first.md").read_text()
    send_answered(wiring)
    _mend(wiring)
    assert publish.send(wiring, publish.plan_correction(wiring, ISSUE)).accepted == 10
    _elsewhere(wiring)
    (wiring.settings.root / "issues" / "first.md").write_text(original)
    send_answered(wiring)
    _mend(wiring)
    assert publish.send(wiring, publish.plan_correction(wiring, ISSUE)).accepted == 10


def test_the_list_that_is_named_is_the_one_that_is_corrected(wiring: Wired) -> None:
    join(wiring, 1, first=20, name="others")
    for name in ("others", "readers"):
        publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name=name))
    _mend(wiring)
    assert publish.plan_correction(wiring, ISSUE, list_name="readers").readers == 10


def _elsewhere(wiring: Wired) -> None:
    elsewhere = {"provider": "sendgrid", "sendgrid_host": "http://127.0.0.1:9"}
    delivery = wiring.settings.delivery.model_copy(update=elsewhere)
    wiring.settings = wiring.settings.model_copy(update={"delivery": delivery})


def _mend(wiring: Wired) -> None:
    file = wiring.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("number: 7", "number: 7\ncorrection: In 2019, not in 2018."))


# ── stops, and a day's ceiling ──────────────────────────────────────────────────────────────────────────


class PausedAsItFills(Wired):
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
    wiring = PausedAsItFills(tmp_path, Scripted(), batch_size=3, warm_up=WARM_UP)
    join(wiring, 10)
    happening.listen(wiring.engine, "checkin", wiring.pause_once_full)
    proof = send_answered(wiring)
    assert (proof.state, proof.accepted, proof.send_at) == ("paused", 5, None)
    assert "paused by" in proof.note
    wiring.engine.dispose()


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
    wiring = Wired(tmp_path, Scripted(), batch_size=5, warm_up=WARM_UP, delivery={"threads": 2})
    clock = Patient()
    wiring.clock = clock  # type: ignore[assignment]
    join(wiring, 10)

    def on_the_wire() -> None:
        clock.somebody_waits.wait(FOREVER)  # the other thread found no room, and does not give up the day

    wiring.post.meanwhile = on_the_wire
    proof = send_answered(wiring, answer)
    assert (proof.state, proof.accepted) == ("scheduled", 5)
    wiring.engine.dispose()


def test_whose_answer_was_lost_takes_room_under_the_ceiling(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=5, warm_up=WARM_UP)
    join(wiring, 10)
    proof = send_answered(wiring, TAKEN)
    assert (proof.state, proof.unknown, proof.pending) == ("scheduled", 5, 5)
    wiring.engine.dispose()


def test_what_went_through_another_provider_takes_no_room(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), warm_up=WARM_UP)
    join(wiring, 5)
    assert send_answered(wiring).accepted == 5
    _elsewhere(wiring)
    (wiring.settings.root / "issues" / "second.md").write_text(BRIEF)
    assert publish.send(wiring, publish.plan_send(wiring, "second")).accepted == 5
    wiring.engine.dispose()


def test_a_clock_put_back_between_two_issues_makes_the_second_wait_for_no_rate_of_the_first(
    tmp_path: Path,
) -> None:
    wiring = Wired(tmp_path, Scripted(), delivery={"rate_per_second": 100})
    join(wiring, 10)
    (wiring.settings.root / "issues" / "second.md").write_text(BRIEF)
    wiring.clock.at += 24 * HOUR  # type: ignore[attr-defined]
    send_answered(wiring)
    wiring.clock.at -= 3 * HOUR  # type: ignore[attr-defined]
    began = wiring.clock.now()
    assert publish.send(wiring, publish.plan_send(wiring, "second")).accepted == 10
    assert wiring.clock.now() < began + HOUR
    wiring.engine.dispose()


def test_a_clock_put_back_after_a_sender_died_makes_nobody_wait_for_it_to_catch_up(wiring: Wired) -> None:
    with pytest.raises(Killed):
        send_answered(wiring, Answer("not accepted"), Answer("killed before the wire"))
    wiring.clock.at -= 3 * HOUR  # type: ignore[attr-defined]
    began = wiring.clock.now()
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert wiring.clock.now() < began + HOUR


def test_a_day_under_the_ceiling_is_the_publications_own(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), warm_up=WARM_UP)
    far_east = wiring.settings.publication.model_copy(update={"time_zone": "Pacific/Auckland"})
    wiring.settings = wiring.settings.model_copy(update={"publication": far_east})
    join(wiring, 10)
    wiring.clock.at = _instant(2001, 9, 9, 13)  # type: ignore[attr-defined]  # there it is the 10th already
    proof = send_answered(wiring)
    assert (proof.state, proof.accepted, proof.send_at) == ("scheduled", 7, _instant(2001, 9, 10, 12))
    wiring.engine.dispose()


def _instant(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[misc,arg-type]


ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))
RULES = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}


def test_put_off_by_the_ceiling_it_goes_on_however_late_somebody_can_send_it(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), warm_up=WARM_UP)
    join(wiring, 10)
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + 60 * SECOND)
    proof = publish.resume(wiring, ISSUE)
    assert proof.send_at is not None
    wiring.clock.at = proof.send_at + 5 * HOUR  # type: ignore[attr-defined]
    assert publish.resume(wiring, ISSUE).accepted == 10
    wiring.engine.dispose()


def test_approved_and_put_off_by_the_ceiling_it_goes_on_the_next_day(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), warm_up=WARM_UP, approval=RULES)
    join(wiring, 10)
    _as(wiring, ANA)
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + 60 * SECOND)
    _as(wiring, BEN)
    publish.approve(wiring, publish.plan_approval(wiring, ISSUE))
    proof = publish.resume(wiring, ISSUE)
    assert (proof.state, proof.accepted) == ("scheduled", 5)
    assert proof.send_at is not None
    wiring.clock.at = proof.send_at - 3 * SECOND  # type: ignore[attr-defined]
    assert publish.resume(wiring, ISSUE).accepted == 10
    wiring.engine.dispose()


def _as(wiring: Wired, key: str) -> None:
    for personal in ("person", "approver"):
        wiring.__dict__.pop(personal, None)
    wiring.settings = wiring.settings.model_copy(update={"approval_key": SecretStr(key)})


def _approvals(wiring: Wired, **rules: object) -> None:
    approval = wiring.settings.approval.model_copy(update=rules)
    wiring.settings = wiring.settings.model_copy(update={"approval": approval})


def test_an_approval_does_not_undo_a_pause(wiring: Wired) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + 60 * SECOND)
    publish.pause(wiring, ISSUE)
    _approvals(wiring, **RULES)
    _as(wiring, BEN)
    publish.approve(wiring, publish.plan_approval(wiring, ISSUE))
    assert proof_of(wiring).state == "paused"


def test_held_for_an_approval_that_is_no_longer_asked_for_it_waits_for_its_hour(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), approval=RULES)
    join(wiring, 10)
    _as(wiring, ANA)
    at = wiring.clock.now() + 60 * SECOND
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), at)
    _approvals(wiring, required=False)
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert wiring.clock.now() >= at
    wiring.engine.dispose()


def test_begun_by_a_sender_that_died_since_the_plan_it_is_gone_on_with(wiring: Wired) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + SECOND)
    planned = publish.plan_send(wiring, ISSUE)
    wiring.post.script = deque([Answer("killed before the wire")])
    with pytest.raises(Killed):
        publish.resume(wiring, ISSUE)
    assert publish.send(wiring, planned).accepted == 10


def test_without_the_providers_key_nothing_is_scheduled_and_nothing_left_behind(tmp_path: Path) -> None:
    stays_here = {"provider": "sendgrid", "sendgrid_host": "http://127.0.0.1:9"}
    wiring = Wired(tmp_path, Scripted(), delivery=stays_here)
    join(wiring, 3)
    with pytest.raises(SettingsError, match="SENDGRID_API_KEY"):
        publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + HOUR)
    assert publish.status(wiring, ISSUE) is None
    wiring.engine.dispose()
