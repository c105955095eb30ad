"""A correction's audience is not what was promised."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.events import Event
from newsletter.delivery.reports import PauseAt
from newsletter.errors import NewsletterError

ISSUE = "first"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=3)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _mend(house: House, text: str = "No kitchen scale") -> None:
    file = house.settings.root / "issues" / "first.md"
    old = file.read_text()
    line = "" if "correction:" in old else "\ncorrection: In 2019, not in 2018."
    file.write_text(old.replace("number: 7", f"number: 7{line}").replace("Nobody’s kitchen scale", text))


def _attempt_of(house: House, reader: int) -> str:
    return next(each for each, readers in house.post.attempts.items() if reader in readers)


def _report(house: House, reader: int, kind: str, attempt: str) -> None:
    event = Event(
        f"{kind} {reader}".encode(),
        kind,
        house.clock.now(),
        f"reader{reader - 1}@example.org",
        attempt,
        reader,
        "m",
    )  # type: ignore[arg-type]
    readership.take_reports(house.engine, [event], now=house.clock.now, pause=PauseAt())


def test_readers_of_every_list_that_was_told_wrongly_are_corrected_or_named(house: House) -> None:
    readership.add(house.engine, "others", "other@example.org", now=house.clock.now)
    publish.send(house, publish.plan_send(house, ISSUE, list_name="readers"))
    publish.send(house, publish.plan_send(house, ISSUE, list_name="others"))
    _mend(house)
    with pytest.raises(NewsletterError, match="others, readers"):
        publish.plan_correction(house, ISSUE)
    assert publish.plan_correction(house, ISSUE, list_name="others").readers == 1


def test_a_correction_half_sent_is_not_gone_on_with_as_if_it_were_the_text_now_on_disk(house: House) -> None:
    publish.send(house, publish.plan_send(house, ISSUE))
    _mend(house)
    house.post.script = deque([Answer("accepted", taken=True), Answer("account")])
    publish.send(house, publish.plan_correction(house, ISSUE))
    file = house.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("In 2019", "In May 2019"))
    with pytest.raises(NewsletterError):
        publish.plan_correction(house, ISSUE)


@pytest.mark.parametrize("kind", ["bounce", "blocked"])
def test_who_turns_out_never_to_have_got_it_is_named_in_the_corrections_account(
    house: House, kind: str
) -> None:
    publish.send(house, publish.plan_send(house, ISSUE))
    wrong = _attempt_of(house, 8)
    _mend(house)
    done = iter([True])
    house.post.meanwhile = lambda: _report(house, 8, kind, wrong) if next(done, False) else None
    house.post.mailed.clear()
    publish.send(house, publish.plan_correction(house, ISSUE))
    accounts = list(publish.recipients(house, "first.correction-1"))
    assert all(each["email"] for each in accounts), [each for each in accounts if not each["email"]]


def test_whose_answer_was_lost_is_not_slipped_into_a_batch_he_was_not_planned_for(house: House) -> None:
    house.post.script = deque(
        [Answer("accepted", taken=True), Answer("accepted", taken=True), Answer("unknown", taken=True)]
    )
    publish.send(house, publish.plan_send(house, ISSUE))
    lost = _attempt_of(house, 8)  # 7–9
    house.settings = house.settings.model_copy(
        update={"delivery": house.settings.delivery.model_copy(update={"batch_size": 4})}
    )
    _mend(house)
    done = iter([True])
    house.post.meanwhile = lambda: _report(house, 8, "delivered", lost) if next(done, False) else None
    sending = publish.plan_correction(house, ISSUE)
    house.post.mailed.clear()
    house.post.attempts.clear()
    proof = publish.send(house, sending)
    assert max(len(ids) for ids in house.post.attempts.values()) <= 4
    assert proof.accepted == sending.readers
    assert proof.adds_up


def test_unknown_readers_of_the_wrong_version_are_said_when_it_is_corrected(house: House) -> None:
    house.post.script = deque([Answer("unknown", taken=True)])
    publish.send(house, publish.plan_send(house, ISSUE))
    _mend(house)
    sending = publish.plan_correction(house, ISSUE)
    said = " ".join(f"{each.message} {each.hint}" for each in sending.findings)
    assert "reconcile" in said, "three may have the wrong version; nobody says so"
