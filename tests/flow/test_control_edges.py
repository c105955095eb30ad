"""Edges of control, approval and reconciling: small things that must hold."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, Killed, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.states import Verdict
from newsletter.errors import AlreadySending, DeliveryError

ISSUE = "first"


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _other_provider(wiring: Wired) -> None:
    changed = wiring.settings.delivery.model_copy(update={"provider": "sendgrid"})
    wiring.settings = wiring.settings.model_copy(update={"delivery": changed})


def _attempt_of(wiring: Wired, reader: int) -> str:
    return [attempt for attempt, readers in wiring.post.attempts.items() if reader in readers][-1]


def _report(wiring: Wired, reader: int, at: int | None = None) -> None:
    attempt = _attempt_of(wiring, reader)
    event = Event(f"d {reader}".encode(), "delivered", at or wiring.clock.now(), "", attempt, reader, "m")
    readership.take_reports(wiring.engine, [event], now=wiring.clock.now, pause=PauseAt())


def test_cancelled_after_a_request_whose_answer_was_lost_it_is_no_first_mailing_again(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("unknown", taken=True), Answer("account")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    publish.cancel(wiring, ISSUE)
    with pytest.raises(DeliveryError, match="--only-missing"):
        publish.plan_send(wiring, ISSUE)


def test_what_waits_for_another_provider_is_named_but_not_gone_on_with(
    wiring: Wired,
) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + SECOND)
    wiring.clock.at += 2 * SECOND  # type: ignore[attr-defined]
    _other_provider(wiring)
    assert publish.due(wiring) == [ISSUE]
    with pytest.raises(DeliveryError, match="Set the provider back"):
        publish.resume(wiring, ISSUE)


def test_of_two_sends_planned_at_once_the_second_is_refused(wiring: Wired) -> None:
    one, two = publish.plan_send(wiring, ISSUE), publish.plan_send(wiring, ISSUE)
    publish.send(wiring, one)
    with pytest.raises(AlreadySending):
        publish.send(wiring, two)
    with pytest.raises(AlreadySending):
        publish.schedule(wiring, two, wiring.clock.now() + SECOND)


def test_a_send_planned_before_readers_were_given_back_is_refused_so_that_they_are_not_lost(
    wiring: Wired,
) -> None:
    wiring.post.script = deque([Answer("unknown", taken=False)])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    to_newcomers = publish.plan_send(wiring, ISSUE)  # an editor looks at it
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(wiring, ISSUE, word=Decision(Verdict.RESEND, "I looked"))
    with pytest.raises(AlreadySending, match="newsletter resume first"):
        publish.send(wiring, to_newcomers)
    assert publish.status(wiring, ISSUE).pending == 2
    publish.resume(wiring, ISSUE)
    assert publish.send(wiring, publish.plan_send(wiring, ISSUE)).accepted == 11


def test_of_two_schedules_planned_at_once_the_second_is_refused(wiring: Wired) -> None:
    one, two = publish.plan_send(wiring, ISSUE), publish.plan_send(wiring, ISSUE)
    publish.schedule(wiring, one, wiring.clock.now() + SECOND)
    with pytest.raises(AlreadySending):
        publish.schedule(wiring, two, wiring.clock.now() + SECOND)


def test_cancelled_with_its_last_request_on_the_wire_it_stays_cancelled(wiring: Wired) -> None:
    def meanwhile() -> None:
        if wiring.post.mailed.total() == 8:
            publish.cancel(wiring, ISSUE)

    wiring.post.meanwhile = meanwhile
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.state, proof.accepted) == ("cancelled", 10)


def test_only_the_missing_of_the_first_audience_are_mailed_and_no_newcomer(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("named", places=(0,))])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    assert publish.plan_send(wiring, ISSUE, only_missing=True).readers == 1


def test_of_two_corrections_planned_at_once_the_second_is_refused(wiring: Wired) -> None:
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    file = wiring.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("number: 7", "number: 7\ncorrection: In 2019."))
    one, two = publish.plan_correction(wiring, ISSUE), publish.plan_correction(wiring, ISSUE)
    publish.send(wiring, one)
    with pytest.raises(AlreadySending):
        publish.send(wiring, two)


def test_within_the_providers_usual_lag_absence_proves_nothing(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("unknown")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    _report(wiring, 3)
    wiring.clock.at += (60 * wiring.settings.delivery.webhook_lag_minutes - 10) * SECOND  # type: ignore[attr-defined]
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert "too early" in done.held[0]


def test_reports_on_requests_of_another_hour_are_no_evidence(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("unknown"), Answer("account")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    wiring.clock.at += 5 * 3600 * SECOND  # type: ignore[attr-defined]
    publish.resume(wiring, ISSUE)
    _report(wiring, 5)
    done = publish.reconcile(wiring, ISSUE, policy="resend")
    assert dict(done.readers) == {"hold": 2}


def test_what_a_killed_sender_left_on_the_wire_is_looked_into_at_once(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("killed on the wire", taken=True)])
    with pytest.raises(Killed):
        publish.send(wiring, publish.plan_send(wiring, ISSUE))
    done = publish.reconcile(wiring, ISSUE)
    assert dict(done.readers) == {"hold": 2}
    assert done.proof.unknown == 2


@pytest.mark.slow
def test_nothing_is_decided_while_somebody_sends(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("unknown")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    with wiring.sender_lock():
        other = Wired.__new__(Wired)
        other.__dict__.update(wiring.__dict__)
        with pytest.raises(AlreadySending):
            publish.reconcile(other, ISSUE)
