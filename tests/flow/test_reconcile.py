"""Requests whose answer never came: settled on evidence, each decision kept with what it rests on."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import CannotSay, NotSeen, Seen
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt
from newsletter.errors import DeliveryError

pytestmark = pytest.mark.slow

ISSUE = "first"
MINUTE = 60 * SECOND
OK, TAKEN, LOST = Answer("accepted", taken=True), Answer("unknown", taken=True), Answer("unknown")
# Two readers a request, seven requests: the fourth, with readers 7 and 8, has three on each side.
EVERYBODY, UNKNOWN = range(1, 15), (7, 8)
OTHERS = [reader for reader in EVERYBODY if reader not in UNKNOWN]


def _house(root: Path, readers: int, **how: object) -> House:
    made = House(root, Scripted(), batch_size=2, delivery=how)
    for n in range(readers):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    return made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = _house(tmp_path, len(EVERYBODY))
    yield made
    made.engine.dispose()


def _send(house: House, fourth: Answer) -> Proof:
    return _send_all(house, [OK] * 3 + [fourth])


def _send_all(house: House, script: Iterable[Answer]) -> Proof:
    house.post.script = deque(script)
    return publish.send(house, publish.plan_send(house, ISSUE))


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


def _later(house: House, minutes: int = 60) -> None:
    house.clock.at += minutes * MINUTE  # type: ignore[attr-defined]


def _status(house: House) -> Proof:
    proof = publish.status(house, ISSUE)
    assert proof is not None
    return proof


def _search_has(house: House, *readers: int) -> None:
    """The provider's search has the mail of these readers, and no other."""
    house.post.sightings = {
        attempt: Seen("found") if set(ids) & set(readers) else NotSeen()
        for attempt, ids in house.post.attempts.items()
    }


# ── presence ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_settles_a_request_at_once_without_anybody_asking(house: House) -> None:
    assert _send(house, TAKEN).unknown == 2
    _report(house, 7)
    proof = _status(house)
    assert (proof.accepted, proof.unknown, proof.reported) == (14, 0, {"delivered": 1})
    assert [each.verdict for each in publish.decisions(house, ISSUE)] == ["accepted"]


def test_what_the_provider_says_it_has_was_accepted(house: House) -> None:
    _send(house, TAKEN)
    house.post.sightings[_attempt_of(house, 7)] = Seen("found")
    done = publish.reconcile(house, ISSUE)
    assert (done.readers, done.proof.accepted, done.proof.unknown) == ({"accepted": 2}, 14, 0)
    told = {each["email"]: each["message_id"] for each in publish.recipients(house, ISSUE)}
    assert told["reader6@example.org"] == "found"


# ── absence, as reports show it ─────────────────────────────────────────────────────────────────────────


def test_soon_after_absence_proves_nothing(house: House) -> None:
    _send(house, LOST)
    _report(house, *OTHERS)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "too early" in done.held[0]


def test_without_any_report_absence_proves_nothing_however_late(house: House) -> None:
    _send(house, LOST)
    _later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "no evidence either way" in done.held[0]


def test_shown_never_to_be_taken_it_is_held_unless_another_policy_is_asked_for(house: House) -> None:
    _send(house, LOST)
    _report(house, *OTHERS)
    _later(house)
    done = publish.reconcile(house, ISSUE)
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "reported on all 6 requests" in done.held[0]
    assert "but not on this one" in done.held[0]


def test_shown_never_to_be_taken_it_is_sent_again_and_reaches_everyone_once(house: House) -> None:
    _send(house, LOST)
    _report(house, *OTHERS)
    _later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.readers, done.proof.pending) == ({"resend": 2}, 2)
    proof = publish.resume(house, ISSUE)
    assert (proof.state, proof.accepted) == ("finished", 14)
    assert set(house.post.mailed.values()) == {1}


@pytest.mark.parametrize("policy", ["resend", "drop"])
@pytest.mark.parametrize("silent", [(2,), (6,), (1, 2, 3), (5, 6, 7), (1, 2, 3, 5, 6), (2, 3, 5, 6, 7)])
def test_one_accepted_request_that_is_silent_too_shows_that_reports_are_missing(
    house: House, silent: tuple[int, ...], policy: str
) -> None:
    _send(house, TAKEN)
    _report(house, *(reader for reader in OTHERS if (reader + 1) // 2 not in silent))
    _later(house, 45)
    done = publish.reconcile(house, ISSUE, policy=policy)  # type: ignore[arg-type]
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert f"missing on {len(silent)} of 6" in done.held[0]


@pytest.mark.parametrize("place", [0, 1, 2, 4, 5, 6])
def test_the_first_and_the_last_three_wait_for_more_than_silence(house: House, place: int) -> None:
    _send_all(house, [OK] * place + [TAKEN])
    unknown = (2 * place + 1, 2 * place + 2)
    _report(house, *(reader for reader in EVERYBODY if reader not in unknown))
    _later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert f"{min(place, 6)} before it and {6 - place} after it were reported on" in done.held[0]


def test_reported_on_for_few_of_its_readers_a_request_is_as_good_as_silent(tmp_path: Path) -> None:
    house = _house(tmp_path, 70)
    house.settings = house.settings.model_copy(
        update={"delivery": house.settings.delivery.model_copy(update={"batch_size": 10})}
    )
    _send(house, TAKEN)
    _report(house, *(n for n in range(1, 71) if not 31 <= n <= 40 and n % 10 in (1, 2, 3, 4)), kind="click")
    _later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert done.readers == {"hold": 10}
    _report(house, *(n for n in range(1, 71) if not 31 <= n <= 40 and n % 10 == 5))
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"resend": 10}
    house.engine.dispose()


def test_requests_known_by_their_reports_alone_do_not_show_that_reports_come(house: House) -> None:
    # Every answer is lost; of those that reports came of, reports came.
    assert _send_all(house, [TAKEN] * 7).state == "paused"  # six unclear answers in a row
    assert publish.resume(house, ISSUE).unknown == len(EVERYBODY)
    _report(house, *(reader for reader in house.post.mailed if reader not in UNKNOWN))
    _later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"hold": 2}


def test_what_an_editor_knows_to_be_accepted_and_was_not_reported_on_is_counter_evidence(
    house: House,
) -> None:
    _send_all(house, [OK] * 3 + [TAKEN, TAKEN])
    _later(house)
    house.post.sightings[_attempt_of(house, 7)] = Seen("found")
    publish.reconcile(house, ISSUE)
    _report(house, *(reader for reader in EVERYBODY if reader not in (7, 8, 9, 10)))
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert done.readers == {"hold": 2}


def test_requests_of_another_quarter_of_an_hour_do_not_count(house: House) -> None:
    times = iter(range(7))

    def slowly() -> None:
        _later(house, 15 if next(times, 0) == 4 else 0)  # before the fifth request

    house.post.meanwhile = slowly
    _send(house, LOST)
    _report(house, *OTHERS)
    _later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"hold": 2}


def test_another_issues_silence_at_that_time_is_counter_evidence_too(house: House) -> None:
    _send(house, TAKEN)
    _report(house, *OTHERS)
    (house.settings.root / "issues" / "second.md").write_text(
        (house.settings.root / "issues" / "first.md").read_text()
    )
    publish.send(house, publish.plan_send(house, "second"))
    _later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"hold": 2}


REQUESTS = 12


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_whatever_reports_are_lost_nobody_is_mailed_twice_where_an_accepted_request_is_silent(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    house = _house(tmp_path_factory.mktemp("house"), 2 * REQUESTS, threads=1)
    answers = data.draw(st.lists(st.sampled_from([OK, OK, OK, TAKEN]), min_size=REQUESTS, max_size=REQUESTS))
    _send_all(house, answers)
    while publish.status(house, ISSUE).pending:  # type: ignore[union-attr]
        publish.resume(house, ISSUE)  # some were unclear in a row: it paused
    accepted = [n for n in range(REQUESTS) if answers[n] is OK]
    reported = data.draw(st.sets(st.integers(0, REQUESTS - 1))) - {
        data.draw(st.sampled_from(accepted or [0]))
    }
    _report(house, *(reader for n in reported for reader in (2 * n + 1, 2 * n + 2)))
    _later(house, 45)
    publish.reconcile(house, ISSUE, policy="resend")
    publish.resume(house, ISSUE)
    assert max(house.post.mailed.values()) == 1
    house.engine.dispose()


# ── absence, as the provider's search shows it ──────────────────────────────────────────────────────────


def test_what_the_provider_lacks_while_it_has_the_others_was_never_taken(house: House) -> None:
    _send(house, LOST)
    _search_has(house, *OTHERS)
    _later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"resend": 2}
    assert publish.resume(house, ISSUE).accepted == 14
    assert set(house.post.mailed.values()) == {1}


def test_what_the_provider_lacks_like_all_others_proves_nothing(house: House) -> None:
    _send(house, LOST)
    _search_has(house)
    _later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"hold": 2}


@pytest.mark.parametrize("lacks", [1, 3, 5, 9, 11, 13])
def test_a_search_that_lacks_one_of_its_neighbours_lacks_it_perhaps_for_the_same_reason(
    house: House, lacks: int
) -> None:
    _send(house, TAKEN)
    _search_has(house, *(reader for reader in OTHERS if reader not in (lacks, lacks + 1)))
    _later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert done.readers == {"hold": 2}
    before, after = (2, 3) if lacks < 7 else (3, 2)
    assert f"has {before:,} of the 3 accepted requests before it and {after:,} of the 3" in done.held[0]


def test_a_search_that_cannot_say_of_a_neighbour_proves_nothing(house: House) -> None:
    _send(house, TAKEN)
    _search_has(house, *OTHERS)
    house.post.sightings[_attempt_of(house, 9)] = CannotSay("too many questions")
    _later(house)
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"hold": 2}


def test_a_search_that_knows_it_only_once_the_others_were_asked_for_knows_it(house: House) -> None:
    _send(house, TAKEN)
    _search_has(house, *OTHERS)
    _later(house)
    lost, plain, asked = _attempt_of(house, 7), house.post.look_up, list[str]()

    def look_up(attempt: str):  # type: ignore[no-untyped-def]
        asked.append(attempt)
        late = attempt == lost and asked.count(lost) > 1
        return Seen("late") if late else plain(attempt)

    house.post.look_up = look_up  # type: ignore[method-assign]
    assert publish.reconcile(house, ISSUE, policy="resend").readers == {"accepted": 2}


# ── policies, words, and what comes later ───────────────────────────────────────────────────────────────


def test_who_left_before_it_is_sent_again_is_not_mailed(house: House) -> None:
    _send(house, LOST)
    _report(house, *OTHERS)
    _later(house)
    publish.reconcile(house, ISSUE, policy="resend")
    readership.remove(house.engine, "reader6@example.org", now=house.clock.now)
    proof = publish.resume(house, ISSUE)
    assert (proof.accepted, proof.excluded) == (13, {"unsubscribed": 1})


def test_given_up_its_readers_are_named_as_rejected_and_missing(house: House) -> None:
    _send(house, LOST)
    _report(house, *OTHERS)
    _later(house)
    done = publish.reconcile(house, ISSUE, policy="drop")
    assert (done.proof.rejected, done.proof.unknown, done.proof.accepted) == (2, 0, 12)
    reasons = {each["reason"] for each in publish.recipients(house, ISSUE, state="rejected")}
    assert reasons == {"no answer came, and none of it was ever reported"}
    proof = publish.send(house, publish.plan_send(house, ISSUE, only_missing=True))
    assert (proof.accepted, proof.rejected, set(house.post.mailed.values())) == (14, 0, {1})


@pytest.mark.parametrize("policy", ["resend", "drop"])
def test_a_report_that_comes_after_the_decision_still_counts_and_nobody_is_mailed_again(
    house: House, policy: str
) -> None:
    _send(house, TAKEN)
    _report(house, *OTHERS)
    _later(house)
    publish.reconcile(house, ISSUE, policy=policy)  # type: ignore[arg-type]
    _report(house, 7)
    proof = publish.resume(house, ISSUE)
    assert (proof.accepted, proof.rejected, proof.alarms) == (14, 0, {})
    assert set(house.post.mailed.values()) == {1}


def test_of_a_cancelled_issue_nothing_is_sent_again(house: House) -> None:
    house.post.meanwhile = lambda: _cancel_at(house, 12)
    _send(house, LOST)
    _report(house, *(reader for reader in OTHERS if reader <= 14))
    _later(house)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert (done.proof.state, done.proof.unknown, done.proof.pending) == ("cancelled", 0, 0)
    assert done.proof.settled


def _cancel_at(house: House, mailed: int) -> None:
    if house.post.mailed.total() >= mailed - 2:
        house.post.meanwhile = lambda: None
        publish.cancel(house, ISSUE)


@pytest.mark.parametrize(("verdict", "accepted"), [("accepted", 14), ("resend", 12), ("drop", 12)])
def test_an_editors_word_settles_what_no_evidence_does(house: House, verdict: str, accepted: int) -> None:
    _send(house, LOST)
    _later(house)
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
    house.post.sightings[_attempt_of(house, 7)] = Seen("found")
    done = publish.reconcile(house, ISSUE, word=Decision("resend", "An editor’s word: none there"))
    assert (done.readers, done.proof.accepted) == ({"accepted": 2}, 14)


def test_looking_again_and_again_writes_the_same_decision_once(house: House) -> None:
    _send(house, LOST)
    _later(house)
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
