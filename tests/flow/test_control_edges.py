"""Edges of control, approval and reconciling: small things that must hold."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, House, Killed, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.reports import PauseAt
from newsletter.errors import AlreadySending, DeliveryError

ISSUE = "first"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _other_provider(house: House) -> None:
    changed = house.settings.delivery.model_copy(update={"provider": "sendgrid"})
    house.settings = house.settings.model_copy(update={"delivery": changed})


def _attempt_of(house: House, reader: int) -> str:
    return [each for each, readers in house.post.attempts.items() if reader in readers][-1]


def _report(house: House, reader: int, at: int | None = None) -> None:
    attempt = _attempt_of(house, reader)
    event = Event(f"d {reader}".encode(), "delivered", at or house.clock.now(), "", attempt, reader, "m")
    readership.take_reports(house.engine, [event], now=house.clock.now, pause=PauseAt())


def test_cancelled_after_a_request_whose_answer_was_lost_it_is_no_first_mailing_again(house: House) -> None:
    house.post.script = deque([Answer("unknown", taken=True), Answer("account")])
    publish.send(house, publish.plan_send(house, ISSUE))
    publish.cancel(house, ISSUE)
    with pytest.raises(DeliveryError, match="--only-missing"):
        publish.plan_send(house, ISSUE)


def test_what_waits_for_another_provider_is_told_of_but_not_gone_on_with(
    house: House,
) -> None:
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + SECOND)
    house.clock.at += 2 * SECOND  # type: ignore[attr-defined]
    _other_provider(house)
    assert publish.due(house) == [ISSUE]
    with pytest.raises(DeliveryError, match="Set the provider back"):
        publish.resume(house, ISSUE)


def test_of_two_sends_foreseen_at_once_the_second_is_refused(house: House) -> None:
    one, two = publish.plan_send(house, ISSUE), publish.plan_send(house, ISSUE)
    publish.send(house, one)
    with pytest.raises(AlreadySending):
        publish.send(house, two)
    with pytest.raises(AlreadySending):
        publish.schedule(house, two, house.clock.now() + SECOND)


def test_of_two_schedules_foreseen_at_once_the_second_is_refused(house: House) -> None:
    one, two = publish.plan_send(house, ISSUE), publish.plan_send(house, ISSUE)
    publish.schedule(house, one, house.clock.now() + SECOND)
    with pytest.raises(AlreadySending):
        publish.schedule(house, two, house.clock.now() + SECOND)


def test_cancelled_with_its_last_request_on_the_wire_it_stays_cancelled(house: House) -> None:
    def meanwhile() -> None:
        if house.post.mailed.total() == 8:
            publish.cancel(house, ISSUE)

    house.post.meanwhile = meanwhile
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.state, proof.accepted) == ("cancelled", 10)


def test_only_the_missing_of_the_first_audience_are_mailed_and_no_newcomer(house: House) -> None:
    house.post.script = deque([Answer("named", places=(0,))])
    publish.send(house, publish.plan_send(house, ISSUE))
    readership.add(house.engine, "readers", "late@example.org", now=house.clock.now)
    assert publish.plan_send(house, ISSUE, only_missing=True).readers == 1


def test_of_two_corrections_foreseen_at_once_the_second_is_refused(house: House) -> None:
    publish.send(house, publish.plan_send(house, ISSUE))
    file = house.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("number: 7", "number: 7\ncorrection: In 2019."))
    one, two = publish.plan_correction(house, ISSUE), publish.plan_correction(house, ISSUE)
    publish.send(house, one)
    with pytest.raises(AlreadySending):
        publish.send(house, two)


def test_within_the_providers_usual_lag_absence_proves_nothing(house: House) -> None:
    house.post.script = deque([Answer("unknown")])
    publish.send(house, publish.plan_send(house, ISSUE))
    _report(house, 3)
    house.clock.at += (60 * house.settings.delivery.webhook_lag_minutes - 10) * SECOND  # type: ignore[attr-defined]
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert "too early" in done.held[0]


def test_reports_on_requests_of_another_hour_are_no_evidence(house: House) -> None:
    house.post.script = deque([Answer("unknown"), Answer("account")])
    publish.send(house, publish.plan_send(house, ISSUE))
    house.clock.at += 5 * 3600 * SECOND  # type: ignore[attr-defined]
    publish.resume(house, ISSUE)
    _report(house, 5)
    done = publish.reconcile(house, ISSUE, policy="resend")
    assert dict(done.readers) == {"hold": 2}


def test_what_a_killed_sender_left_on_the_wire_is_looked_into_at_once(house: House) -> None:
    house.post.script = deque([Answer("killed on the wire", taken=True)])
    with pytest.raises(Killed):
        publish.send(house, publish.plan_send(house, ISSUE))
    done = publish.reconcile(house, ISSUE)
    assert dict(done.readers) == {"hold": 2}
    assert done.proof.unknown == 2


@pytest.mark.slow
def test_nothing_is_decided_while_somebody_sends(house: House) -> None:
    house.post.script = deque([Answer("unknown")])
    publish.send(house, publish.plan_send(house, ISSUE))
    with house.sender_lock():
        other = House.__new__(House)
        other.__dict__.update(house.__dict__)
        with pytest.raises(AlreadySending):
            publish.reconcile(other, ISSUE)
