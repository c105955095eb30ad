"""Requests whose answer never came: decided on evidence, each decision kept with what it rests on."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import CannotSay, HasMail, HasNoMail
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


def _wiring(root: Path, readers: int, **how: object) -> Wired:
    made = Wired(root, Scripted(), batch_size=2, delivery=how)
    for n in range(readers):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    return made


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = _wiring(tmp_path, len(EVERYBODY))
    yield made
    made.engine.dispose()


def _send(wiring: Wired, fourth: Answer) -> Proof:
    return _send_all(wiring, [OK] * 3 + [fourth])


def _send_all(wiring: Wired, script: Iterable[Answer]) -> Proof:
    wiring.post.script = deque(script)
    return publish.send(wiring, publish.plan_send(wiring, ISSUE))


def _attempt_of(wiring: Wired, reader: int) -> str:
    return [attempt for attempt, readers in wiring.post.attempts.items() if reader in readers][-1]


def _report(wiring: Wired, *readers: int, kind: str = "delivered") -> None:
    """The provider reports on the latest mail of these readers."""
    events = [
        Event(
            f"{kind} {reader} {_attempt_of(wiring, reader)}".encode(),
            kind,  # type: ignore[arg-type]
            wiring.clock.now(),
            f"reader{reader - 1}@example.org",
            _attempt_of(wiring, reader),
            reader,
            "message",
        )
        for reader in readers
    ]
    readership.take_reports(wiring.engine, events, now=wiring.clock.now, pause=PauseAt())


def _later(wiring: Wired, minutes: int = 60) -> None:
    wiring.clock.at += minutes * MINUTE  # type: ignore[attr-defined]


def _status(wiring: Wired) -> Proof:
    proof = publish.status(wiring, ISSUE)
    assert proof is not None
    return proof


def _search_has(wiring: Wired, *readers: int) -> None:
    """The provider's search has the mail of these readers, and no other."""
    wiring.post.look_ups = {
        attempt: HasMail("found") if set(ids) & set(readers) else HasNoMail()
        for attempt, ids in wiring.post.attempts.items()
    }


# ── presence ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_decides_about_a_request_at_once_without_anybody_asking(wiring: Wired) -> None:
    assert _send(wiring, TAKEN).unknown == 2
    _report(wiring, 7)
    proof = _status(wiring)
    assert (proof.accepted, proof.unknown, proof.reported) == (14, 0, {"delivered": 1})
    assert [decision.verdict for decision in publish.decisions(wiring, ISSUE)] == ["accepted"]


def test_what_the_provider_says_it_has_was_accepted(wiring: Wired) -> None:
    _send(wiring, TAKEN)
    wiring.post.look_ups[_attempt_of(wiring, 7)] = HasMail("found")
    done = publish.reconcile(wiring, ISSUE)
    assert (done.readers, done.proof.accepted, done.proof.unknown) == ({"accepted": 2}, 14, 0)
    recipients = publish.recipients(wiring, ISSUE)
    message_ids = {recipient["email"]: recipient["message_id"] for recipient in recipients}
    assert message_ids["reader6@example.org"] == "found"


# ── absence, as reports show it ─────────────────────────────────────────────────────────────────────────


def test_soon_after_absence_proves_nothing(wiring: Wired) -> None:
    _send(wiring, LOST)
    _report(wiring, *OTHERS)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "too early" in done.held[0]


def test_without_any_report_absence_proves_nothing_however_late(wiring: Wired) -> None:
    _send(wiring, LOST)
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "no evidence either way" in done.held[0]


def test_shown_never_to_be_taken_it_is_held_unless_another_policy_is_asked_for(wiring: Wired) -> None:
    _send(wiring, LOST)
    _report(wiring, *OTHERS)
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE)
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert "reported on all 6 requests" in done.held[0]
    assert "but not on this one" in done.held[0]


def test_shown_never_to_be_taken_it_is_sent_again_and_reaches_everyone_once(wiring: Wired) -> None:
    _send(wiring, LOST)
    _report(wiring, *OTHERS)
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert (done.readers, done.proof.pending) == ({"resend": 2}, 2)
    proof = publish.resume(wiring, ISSUE)
    assert (proof.state, proof.accepted) == ("finished", 14)
    assert set(wiring.post.mailed.values()) == {1}


@pytest.mark.parametrize("policy", ["resend", "drop"])
@pytest.mark.parametrize("silent", [(2,), (6,), (1, 2, 3), (5, 6, 7), (1, 2, 3, 5, 6), (2, 3, 5, 6, 7)])
def test_one_accepted_request_that_is_silent_too_shows_that_reports_are_missing(
    wiring: Wired, silent: tuple[int, ...], policy: str
) -> None:
    _send(wiring, TAKEN)
    _report(wiring, *(reader for reader in OTHERS if (reader + 1) // 2 not in silent))
    _later(wiring, 45)
    done = publish.reconcile(wiring, ISSUE, policy=policy)  # type: ignore[arg-type]
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert f"missing on {len(silent)} of 6" in done.held[0]


@pytest.mark.parametrize("place", [0, 1, 2, 4, 5, 6])
def test_the_first_and_the_last_three_wait_for_more_than_silence(wiring: Wired, place: int) -> None:
    _send_all(wiring, [OK] * place + [TAKEN])
    unknown = (2 * place + 1, 2 * place + 2)
    _report(wiring, *(reader for reader in EVERYBODY if reader not in unknown))
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert (done.readers, done.proof.unknown) == ({"hold": 2}, 2)
    assert f"{min(place, 6)} before it and {6 - place} after it were reported on" in done.held[0]


def test_reported_on_for_few_of_its_readers_a_request_is_as_good_as_silent(tmp_path: Path) -> None:
    wiring = _wiring(tmp_path, 70)
    wiring.settings = wiring.settings.model_copy(
        update={"delivery": wiring.settings.delivery.model_copy(update={"batch_size": 10})}
    )
    _send(wiring, TAKEN)
    _report(wiring, *(n for n in range(1, 71) if not 31 <= n <= 40 and n % 10 in (1, 2, 3, 4)), kind="click")
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert done.readers == {"hold": 10}
    _report(wiring, *(n for n in range(1, 71) if not 31 <= n <= 40 and n % 10 == 5))
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"resend": 10}
    wiring.engine.dispose()


def test_requests_known_by_their_reports_alone_do_not_show_that_reports_come(wiring: Wired) -> None:
    # Every answer is lost; of those that reports came of, reports came.
    assert _send_all(wiring, [TAKEN] * 7).state == "paused"  # six unclear answers in a row
    assert publish.resume(wiring, ISSUE).unknown == len(EVERYBODY)
    _report(wiring, *(reader for reader in wiring.post.mailed if reader not in UNKNOWN))
    _later(wiring)
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"hold": 2}


def test_what_an_editor_knows_to_be_accepted_and_was_not_reported_on_is_counter_evidence(
    wiring: Wired,
) -> None:
    _send_all(wiring, [OK] * 3 + [TAKEN, TAKEN])
    _later(wiring)
    wiring.post.look_ups[_attempt_of(wiring, 7)] = HasMail("found")
    publish.reconcile(wiring, ISSUE)
    _report(wiring, *(reader for reader in EVERYBODY if reader not in (7, 8, 9, 10)))
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert done.readers == {"hold": 2}


def test_requests_of_another_quarter_of_an_hour_do_not_count(wiring: Wired) -> None:
    times = iter(range(7))

    def slowly() -> None:
        _later(wiring, 15 if next(times, 0) == 4 else 0)  # before the fifth request

    wiring.post.meanwhile = slowly
    _send(wiring, LOST)
    _report(wiring, *OTHERS)
    _later(wiring)
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"hold": 2}


def test_another_issues_silence_at_that_time_is_counter_evidence_too(wiring: Wired) -> None:
    _send(wiring, TAKEN)
    _report(wiring, *OTHERS)
    (wiring.settings.root / "issues" / "second.md").write_text(
        (wiring.settings.root / "issues" / "first.md").read_text()
    )
    publish.send(wiring, publish.plan_send(wiring, "second"))
    _later(wiring)
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"hold": 2}


REQUESTS = 12


@pytest.mark.slow
@settings(max_examples=examples(15))
@given(data=st.data())
def test_whatever_reports_are_lost_nobody_is_mailed_twice_where_an_accepted_request_is_silent(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    wiring = _wiring(tmp_path_factory.mktemp("publication"), 2 * REQUESTS, threads=1)
    answers = data.draw(st.lists(st.sampled_from([OK, OK, OK, TAKEN]), min_size=REQUESTS, max_size=REQUESTS))
    _send_all(wiring, answers)
    while publish.status(wiring, ISSUE).pending:  # type: ignore[union-attr]
        publish.resume(wiring, ISSUE)  # some were unclear in a row: it paused
    accepted = [n for n in range(REQUESTS) if answers[n] is OK]
    reported = data.draw(st.sets(st.integers(0, REQUESTS - 1))) - {
        data.draw(st.sampled_from(accepted or [0]))
    }
    _report(wiring, *(reader for n in reported for reader in (2 * n + 1, 2 * n + 2)))
    _later(wiring, 45)
    publish.reconcile(wiring, ISSUE, policy="resend")
    publish.resume(wiring, ISSUE)
    assert max(wiring.post.mailed.values()) == 1
    wiring.engine.dispose()


# ── absence, as the provider's search shows it ──────────────────────────────────────────────────────────


def test_what_the_provider_lacks_while_it_has_the_others_was_never_taken(wiring: Wired) -> None:
    _send(wiring, LOST)
    _search_has(wiring, *OTHERS)
    _later(wiring)
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"resend": 2}
    assert publish.resume(wiring, ISSUE).accepted == 14
    assert set(wiring.post.mailed.values()) == {1}


def test_what_the_provider_lacks_like_all_others_proves_nothing(wiring: Wired) -> None:
    _send(wiring, LOST)
    _search_has(wiring)
    _later(wiring)
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"hold": 2}


@pytest.mark.parametrize("lacks", [1, 3, 5, 9, 11, 13])
def test_a_search_that_lacks_one_of_its_neighbours_lacks_it_perhaps_for_the_same_reason(
    wiring: Wired, lacks: int
) -> None:
    _send(wiring, TAKEN)
    _search_has(wiring, *(reader for reader in OTHERS if reader not in (lacks, lacks + 1)))
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert done.readers == {"hold": 2}
    before, after = (2, 3) if lacks < 7 else (3, 2)
    assert f"has {before:,} of the 3 accepted requests before it and {after:,} of the 3" in done.held[0]


def test_a_search_that_cannot_say_of_a_neighbour_proves_nothing(wiring: Wired) -> None:
    _send(wiring, TAKEN)
    _search_has(wiring, *OTHERS)
    wiring.post.look_ups[_attempt_of(wiring, 9)] = CannotSay("too many questions")
    _later(wiring)
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"hold": 2}


def test_a_search_that_knows_it_only_once_the_others_were_asked_for_knows_it(wiring: Wired) -> None:
    _send(wiring, TAKEN)
    _search_has(wiring, *OTHERS)
    _later(wiring)
    lost, plain, asked = _attempt_of(wiring, 7), wiring.post.look_up, list[str]()

    def look_up(attempt: str):  # type: ignore[no-untyped-def]
        asked.append(attempt)
        late = attempt == lost and asked.count(lost) > 1
        return HasMail("late") if late else plain(attempt)

    wiring.post.look_up = look_up  # type: ignore[method-assign]
    assert publish.reconcile(wiring, ISSUE, policy="resend").readers == {"accepted": 2}


# ── policies, words, and what comes later ───────────────────────────────────────────────────────────────


def test_who_left_before_it_is_sent_again_is_not_mailed(wiring: Wired) -> None:
    _send(wiring, LOST)
    _report(wiring, *OTHERS)
    _later(wiring)
    publish.reconcile(wiring, ISSUE, policy="resend")
    readership.remove(wiring.engine, "reader6@example.org", now=wiring.clock.now)
    proof = publish.resume(wiring, ISSUE)
    assert (proof.accepted, proof.excluded) == (13, {"unsubscribed": 1})


def test_given_up_its_readers_are_named_as_rejected_and_missing(wiring: Wired) -> None:
    _send(wiring, LOST)
    _report(wiring, *OTHERS)
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE, policy="drop")
    assert (done.proof.rejected, done.proof.unknown, done.proof.accepted) == (2, 0, 12)
    reasons = {recipient["reason"] for recipient in publish.recipients(wiring, ISSUE, state="rejected")}
    assert reasons == {"no answer came, and none of it was ever reported"}
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True))
    assert (proof.accepted, proof.rejected, set(wiring.post.mailed.values())) == (14, 0, {1})


@pytest.mark.parametrize("policy", ["resend", "drop"])
def test_a_report_that_comes_after_the_decision_still_counts_and_nobody_is_mailed_again(
    wiring: Wired, policy: str
) -> None:
    _send(wiring, TAKEN)
    _report(wiring, *OTHERS)
    _later(wiring)
    publish.reconcile(wiring, ISSUE, policy=policy)  # type: ignore[arg-type]
    _report(wiring, 7)
    proof = publish.resume(wiring, ISSUE)
    assert (proof.accepted, proof.rejected, proof.alarms) == (14, 0, {})
    assert set(wiring.post.mailed.values()) == {1}


def test_of_a_cancelled_issue_nothing_is_sent_again(wiring: Wired) -> None:
    wiring.post.meanwhile = lambda: _cancel_at(wiring, 12)
    _send(wiring, LOST)
    _report(wiring, *(reader for reader in OTHERS if reader <= 14))
    _later(wiring)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert (done.proof.state, done.proof.unknown, done.proof.pending) == ("cancelled", 0, 0)
    assert done.proof.complete


def _cancel_at(wiring: Wired, mailed: int) -> None:
    if wiring.post.mailed.total() >= mailed - 2:
        wiring.post.meanwhile = lambda: None
        publish.cancel(wiring, ISSUE)


@pytest.mark.parametrize(("verdict", "accepted"), [("accepted", 14), ("resend", 12), ("drop", 12)])
def test_an_editors_word_decides_where_no_evidence_does(wiring: Wired, verdict: str, accepted: int) -> None:
    _send(wiring, LOST)
    _later(wiring)
    word = Decision(verdict, "An editor’s word: I looked")  # type: ignore[arg-type]
    done = publish.reconcile(wiring, ISSUE, word=word)
    assert (done.proof.accepted, done.proof.unknown) == (accepted, 0)
    assert publish.decisions(wiring, ISSUE)[-1].evidence == "An editor’s word: I looked"


def test_too_early_nobody_can_know_that_it_was_not_taken_but_that_it_was(wiring: Wired) -> None:
    _send(wiring, TAKEN)
    for verdict in ("resend", "drop"):
        word = Decision(verdict, "An editor’s word: none there")  # type: ignore[arg-type]
        assert publish.reconcile(wiring, ISSUE, word=word).readers == {"hold": 2}
    word = Decision("accepted", "An editor’s word: it is there")
    assert publish.reconcile(wiring, ISSUE, word=word).readers == {"accepted": 2}


def test_evidence_weighs_more_than_a_word(wiring: Wired) -> None:
    _send(wiring, TAKEN)
    wiring.post.look_ups[_attempt_of(wiring, 7)] = HasMail("found")
    done = publish.reconcile(wiring, ISSUE, word=Decision("resend", "An editor’s word: none there"))
    assert (done.readers, done.proof.accepted) == ({"accepted": 2}, 14)


def test_looking_again_and_again_writes_the_same_decision_once(wiring: Wired) -> None:
    _send(wiring, LOST)
    _later(wiring)
    for _ in range(3):
        publish.reconcile(wiring, ISSUE)
    assert [decision.verdict for decision in publish.decisions(wiring, ISSUE)] == ["hold"]


def test_another_provider_is_not_asked_what_this_one_took(wiring: Wired) -> None:
    _send(wiring, LOST)
    changed = wiring.settings.delivery.model_copy(update={"provider": "sendgrid"})
    wiring.settings = wiring.settings.model_copy(update={"delivery": changed})
    with pytest.raises(DeliveryError, match="Set the provider back"):
        publish.reconcile(wiring, ISSUE)


def test_an_issue_never_sent_has_nothing_to_reconcile(wiring: Wired) -> None:
    with pytest.raises(DeliveryError, match="never sent"):
        publish.reconcile(wiring, ISSUE)
