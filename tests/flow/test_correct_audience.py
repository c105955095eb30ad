"""A correction's audience is not what was promised."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.events import Event
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.states import Verdict
from newsletter.errors import NewsletterError

ISSUE = "first"


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=3)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _mend(wiring: Wired, text: str = "No kitchen scale") -> None:
    file = wiring.settings.root / "issues" / "first.md"
    old = file.read_text()
    line = "" if "correction:" in old else "\ncorrection: In 2019, not in 2018."
    file.write_text(old.replace("number: 7", f"number: 7{line}").replace("Nobody’s kitchen scale", text))


def _attempt_of(wiring: Wired, reader: int) -> str:
    return next(attempt for attempt, readers in wiring.post.attempts.items() if reader in readers)


def _report(wiring: Wired, reader: int, kind: str, attempt: str) -> None:
    event = Event(
        f"{kind} {reader}".encode(),
        kind,
        wiring.clock.now(),
        f"reader{reader - 1}@example.org",
        attempt,
        reader,
        "m",
    )  # type: ignore[arg-type]
    readership.take_reports(wiring.engine, [event], now=wiring.clock.now, pause=PauseAt())


def test_readers_of_every_list_that_got_the_wrong_version_are_corrected_or_named(wiring: Wired) -> None:
    readership.add(wiring.engine, "others", "other@example.org", now=wiring.clock.now)
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="others"))
    _mend(wiring)
    with pytest.raises(NewsletterError, match="others, readers"):
        publish.plan_correction(wiring, ISSUE)
    assert publish.plan_correction(wiring, ISSUE, list_name="others").readers == 1


def test_a_correction_to_a_second_list_carries_the_id_of_that_list(wiring: Wired) -> None:
    readership.add(wiring.engine, "others", "other@example.org", now=wiring.clock.now)
    for name in ("readers", "others"):
        publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name=name))
    _mend(wiring)
    for name in ("readers", "others"):
        plan = publish.plan_correction(wiring, ISSUE, list_name=name)
        assert plan.frozen.envelope.list_id == f"<{name}.example.org>"
        publish.send(wiring, plan)


def test_a_correction_half_sent_is_not_gone_on_with_as_if_it_were_the_text_now_on_disk(wiring: Wired) -> None:
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    _mend(wiring)
    wiring.post.script = deque([Answer("accepted", taken=True), Answer("account")])
    publish.send(wiring, publish.plan_correction(wiring, ISSUE))
    file = wiring.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("In 2019", "In May 2019"))
    with pytest.raises(NewsletterError):
        publish.plan_correction(wiring, ISSUE)


@pytest.mark.parametrize("kind", ["bounce", "blocked"])
def test_who_turns_out_never_to_have_got_it_is_named_in_the_corrections_account(
    wiring: Wired, kind: str
) -> None:
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    wrong = _attempt_of(wiring, 8)
    _mend(wiring)
    done = iter([True])
    wiring.post.meanwhile = lambda: _report(wiring, 8, kind, wrong) if next(done, False) else None
    wiring.post.mailed.clear()
    publish.send(wiring, publish.plan_correction(wiring, ISSUE))
    accounts = list(publish.recipients(wiring, "first.correction-1"))
    assert [recipient for recipient in accounts if not recipient["email"]] == []


@pytest.mark.slow
def test_whose_answer_was_lost_is_not_slipped_into_a_batch_planned_without_them(wiring: Wired) -> None:
    wiring.post.script = deque(
        [Answer("accepted", taken=True), Answer("accepted", taken=True), Answer("unknown", taken=True)]
    )
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    lost = _attempt_of(wiring, 8)  # 7–9
    wiring.settings = wiring.settings.model_copy(
        update={"delivery": wiring.settings.delivery.model_copy(update={"batch_size": 4})}
    )
    _mend(wiring)
    done = iter([True])
    wiring.post.meanwhile = lambda: _report(wiring, 8, "delivered", lost) if next(done, False) else None
    plan = publish.plan_correction(wiring, ISSUE)
    wiring.post.mailed.clear()
    wiring.post.attempts.clear()
    proof = publish.send(wiring, plan)
    assert max(len(ids) for ids in wiring.post.attempts.values()) <= 4
    assert proof.accepted == plan.readers
    assert proof.adds_up


@pytest.mark.slow
def test_unknown_readers_of_the_wrong_version_are_said_when_it_is_corrected(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("unknown", taken=True)])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    _mend(wiring)
    plan = publish.plan_correction(wiring, ISSUE)
    said = " ".join(f"{finding.message} {finding.hint}" for finding in plan.findings)
    assert "reconcile" in said, "three may have the wrong version; nobody says so"


def test_whose_mail_was_turned_back_gets_no_correction_though_the_clock_was_put_back_since(
    wiring: Wired,
) -> None:
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    right = wiring.clock.at
    wiring.clock.at += 3_600_000_000
    _report(wiring, 8, "blocked", _attempt_of(wiring, 8))
    wiring.clock.at = right
    _mend(wiring)
    assert publish.plan_correction(wiring, ISSUE).readers == 9


def test_who_was_mailed_again_on_an_editors_word_is_corrected_if_either_mail_arrived(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("unknown", taken=True)])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    first, *_ = wiring.post.attempts
    wiring.clock.at += 3_600_000_000
    publish.reconcile(wiring, ISSUE, word=Decision(Verdict.RESEND, "I guess"))
    publish.resume(wiring, ISSUE)
    again = [
        attempt for attempt, readers in wiring.post.attempts.items() if 1 in readers and attempt != first
    ]
    _report(wiring, 1, "blocked", first)
    _report(wiring, 1, "delivered", *again)
    _report(wiring, 2, "delivered", first)
    _report(wiring, 2, "blocked", *again)
    _report(wiring, 3, "blocked", first)
    _report(wiring, 3, "dropped", *again)
    _mend(wiring)
    assert publish.plan_correction(wiring, ISSUE).readers == 9
