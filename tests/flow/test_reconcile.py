"""Requests whose answer never came: settled on evidence, each decision kept with what it rests on."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import NotSeen, Seen
from newsletter.delivery.proof import Proof
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.settling import Decision
from newsletter.errors import DeliveryError

ISSUE = "first"
TAKEN, LOST = Answer("unknown", taken=True), Answer("unknown")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _send(house: House, *script: Answer) -> Proof:
    house.post.script = deque(script)
    return publish.send(house, publish.foresee(house, ISSUE))


def _attempt_of(house: House, reader: int) -> str:
    return [each for each, readers in house.post.attempts.items() if reader in readers][-1]


def _report(house: House, *readers: int, kind: str = "delivered") -> None:
    """The provider reports on the latest mail of these readers."""
    events = [
        Event(
            f"{kind} {reader} {_attempt_of(house, reader)}".encode(),
            kind,  # type: ignore[arg-type]
            house.clock.now(),
            f"reader{reader - 1}@example.org",
            _attempt_of(house, reader),
            reader,
            "message",
        )
        for reader in readers
    ]
    readership.take_reports(house.engine, events, now=house.clock.now, pause=PauseAt())


def _much_later(house: House) -> None:
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]


def _status(house: House) -> Proof:
    proof = publish.status(house, ISSUE)
    assert proof is not None
    return proof


def test_a_report_settles_a_request_at_once_without_anybody_asking(house: House) -> None:
    assert _send(house, TAKEN).unknown == 2
    _report(house, 1)
    proof = _status(house)
    assert (proof.accepted, proof.unknown, proof.reported) == (10, 0, {"delivered": 1})
    assert [each.verdict for each in publish.decisions(house, ISSUE)] == ["accepted"]


def test_what_the_provider_says_it_has_was_accepted(house: House) -> None:
    _send(house, TAKEN)
    house.post.sightings[_attempt_of(house, 1)] = Seen("found")
    done = publish.reconcile(house, ISSUE)
    assert (done.readers, done.proof.accepted, done.proof.unknown) == ({"accepted": 2}, 10, 0)
    assert next(publish.recipients(house, ISSUE))["message_id"] == "found"


def test_soon_after_absence_proves_nothing(house: House) -> None:
    _send(house, LOST)
    _report(house, 3, 5, 7)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "too early" in done.held[0]


def test_without_any_report_absence_proves_nothing_however_late(house: House) -> None:
    _send(house, LOST)
    _much_later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "no evidence either way" in done.held[0]


def test_shown_never_to_be_taken_it_is_held_unless_another_policy_is_asked_for(house: House) -> None:
    _send(house, LOST)
    _report(house, 3, 5, 7)
    _much_later(house)
    done = publish.reconcile(house, ISSUE)
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "never on this one" in done.held[0]


def test_shown_never_to_be_taken_it_is_sent_again_and_reaches_everyone_once(house: House) -> None:
    _send(house, LOST)
    _report(house, 3, 5, 7)
    _much_later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.readers, done.proof.pending) == ({"resend": 2}, 2)
    proof = publish.resume(house, ISSUE)
    assert (proof.state, proof.accepted) == ("finished", 10)
    assert set(house.post.mailed.values()) == {1}


def test_who_left_before_it_is_sent_again_is_not_mailed(house: House) -> None:
    _send(house, LOST)
    _report(house, 3)
    _much_later(house)
    publish.reconcile(house, ISSUE, policy="resend")
    readership.remove(house.engine, "reader0@example.org", now=house.clock.now)
    proof = publish.resume(house, ISSUE)
    assert (proof.accepted, proof.excluded) == (9, {"unsubscribed": 1})


def test_given_up_its_readers_are_named_as_rejected_and_missing(house: House) -> None:
    _send(house, LOST)
    _report(house, 3)
    _much_later(house)
    done = publish.reconcile(house, ISSUE, policy="drop")
    assert (done.proof.rejected, done.proof.unknown, done.proof.accepted) == (2, 0, 8)
    reasons = {each["reason"] for each in publish.recipients(house, ISSUE, state="rejected")}
    assert reasons == {"no answer came, and none of it was ever reported"}
    proof = publish.send(house, publish.foresee(house, ISSUE, only_missing=True))
    assert (proof.accepted, proof.rejected, set(house.post.mailed.values())) == (10, 0, {1})


@pytest.mark.parametrize("policy", ["resend", "drop"])
def test_a_report_that_comes_after_the_decision_still_counts_and_nobody_is_mailed_again(
    house: House, policy: str
) -> None:
    _send(house, TAKEN)
    _report(house, 3)
    _much_later(house)
    publish.reconcile(house, ISSUE, policy=policy)  # type: ignore[arg-type]
    _report(house, 1)
    proof = publish.resume(house, ISSUE)
    assert (proof.accepted, proof.rejected, proof.alarms) == (10, 0, {})
    assert set(house.post.mailed.values()) == {1}


def test_sent_again_against_all_evidence_two_reports_sound_the_alarm(house: House) -> None:
    _send(house, TAKEN)
    first = _attempt_of(house, 1)
    _report(house, 3)
    _much_later(house)
    publish.reconcile(house, ISSUE, policy="resend")
    publish.resume(house, ISSUE)
    _report(house, 1, 2)
    assert _status(house).alarms == {}
    late = Event(b"late", "delivered", house.clock.now(), "reader0@example.org", first, 1, "message")
    readership.take_reports(house.engine, [late], now=house.clock.now, pause=PauseAt())
    assert _status(house).alarms == {"accepted_twice": 1}


def test_what_the_provider_lacks_while_it_has_the_others_was_never_taken(house: House) -> None:
    _send(house, LOST)
    house.post.sightings[_attempt_of(house, 1)] = NotSeen()
    for reader in (3, 5, 7, 9):
        house.post.sightings[_attempt_of(house, reader)] = Seen("found")
    _much_later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"resend": 2}
    assert publish.resume(house, ISSUE).accepted == 10
    assert set(house.post.mailed.values()) == {1}


def test_what_the_provider_lacks_like_all_others_proves_nothing(house: House) -> None:
    _send(house, LOST)
    for reader in (1, 3, 5, 7, 9):
        house.post.sightings[_attempt_of(house, reader)] = NotSeen()
    _much_later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"hold": 2}


def test_of_a_cancelled_issue_nothing_is_sent_again(house: House) -> None:
    house.post.meanwhile = lambda: _cancel_at(house, 4)
    _send(house, LOST)
    _report(house, 3)
    _much_later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.proof.state, done.proof.unknown, done.proof.pending) == ("cancelled", 0, 0)
    assert done.proof.settled


def _cancel_at(house: House, mailed: int) -> None:
    if house.post.mailed.total() >= mailed:
        house.post.meanwhile = lambda: None
        publish.cancel(house, ISSUE)


@pytest.mark.parametrize(("verdict", "accepted"), [("accepted", 10), ("resend", 8), ("drop", 8)])
def test_an_editors_word_settles_what_no_evidence_does(house: House, verdict: str, accepted: int) -> None:
    _send(house, LOST)
    _much_later(house)
    word = Decision(verdict, "An editor’s word: I looked")  # type: ignore[arg-type]
    done = publish.reconcile(house, ISSUE, word=word)
    assert (done.proof.accepted, done.proof.unknown) == (accepted, 0)
    assert publish.decisions(house, ISSUE)[-1].evidence == "An editor’s word: I looked"


def test_too_early_nobody_can_know_that_it_was_not_taken_but_that_it_was(house: House) -> None:
    _send(house, TAKEN)
    for verdict in ("resend", "drop"):
        word = Decision(verdict, "An editor’s word: none there")  # type: ignore[arg-type]
        assert publish.reconcile(house, ISSUE, word=word).readers == {"hold": 2}
    word = Decision("accepted", "An editor’s word: it is there")
    assert publish.reconcile(house, ISSUE, word=word).readers == {"accepted": 2}


def test_evidence_weighs_more_than_a_word(house: House) -> None:
    _send(house, TAKEN)
    house.post.sightings[_attempt_of(house, 1)] = Seen("found")
    done = publish.reconcile(house, ISSUE, word=Decision("resend", "An editor’s word: none there"))
    assert (done.readers, done.proof.accepted) == ({"accepted": 2}, 10)


def test_looking_again_and_again_writes_the_same_decision_once(house: House) -> None:
    _send(house, LOST)
    _much_later(house)
    for _ in range(3):
        publish.reconcile(house, ISSUE)
    assert [each.verdict for each in publish.decisions(house, ISSUE)] == ["hold"]


def test_another_provider_is_not_asked_what_this_one_took(house: House) -> None:
    _send(house, LOST)
    changed = house.settings.delivery.model_copy(update={"provider": "sendgrid"})
    house.settings = house.settings.model_copy(update={"delivery": changed})
    with pytest.raises(DeliveryError, match="Set the provider back"):
        publish.reconcile(house, ISSUE)


def test_an_issue_never_sent_has_nothing_to_reconcile(house: House) -> None:
    with pytest.raises(DeliveryError, match="never sent"):
        publish.reconcile(house, ISSUE)
