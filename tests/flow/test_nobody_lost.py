"""Readers who fall out of the account once an older mailing's lost answer is decided about."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.reconcile import Decision

ISSUE = "first"


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _lost_then_newcomers(wiring: Wired, *script: Answer) -> None:
    wiring.post.script = deque([Answer("unknown")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    wiring.post.script = deque(script)
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.candidates, proof.unknown) == (11, 2)


@pytest.mark.slow
@pytest.mark.parametrize(("verdict", "state"), [("resend", "pending"), ("drop", "rejected")])
def test_decided_about_after_newcomers_were_mailed_its_readers_are_still_in_the_proof(
    wiring: Wired, verdict: str, state: str
) -> None:
    _lost_then_newcomers(wiring)
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(wiring, ISSUE, word=Decision(verdict, "I looked"))  # type: ignore[arg-type]
    proof = publish.status(wiring, ISSUE)
    assert (proof.candidates, getattr(proof, state)) == (11, 2)
    emails = {recipient["email"] for recipient in publish.recipients(wiring, ISSUE)}
    assert {"reader0@example.org", "reader1@example.org"} <= emails


def test_who_left_before_they_are_mailed_again_is_still_in_the_proof(wiring: Wired) -> None:
    _lost_then_newcomers(wiring)
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    readership.remove(wiring.engine, "reader0@example.org", now=wiring.clock.now)
    proof = publish.resume(wiring, ISSUE)
    assert (proof.candidates, proof.accepted, proof.excluded) == (11, 10, {"unsubscribed": 1})


def test_a_cancel_ends_all_of_an_issue_also_what_an_older_mailing_was_to_send_again(wiring: Wired) -> None:
    _lost_then_newcomers(wiring, Answer("account"))
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    publish.cancel(wiring, ISSUE)
    wiring.post.mailed.clear()
    assert publish.resume(wiring, ISSUE).state == "cancelled"
    assert wiring.post.mailed.total() == 0


def test_who_was_not_taken_as_it_turns_out_once_others_were_mailed_is_still_in_the_proof(
    wiring: Wired,
) -> None:
    def cancel() -> None:
        wiring.post.meanwhile = lambda: None
        publish.cancel(wiring, ISSUE)

    wiring.post.late_held, wiring.post.meanwhile = True, cancel
    wiring.post.script = deque([Answer("unknown", late=True)])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True))
    assert (proof.accepted, proof.unknown) == (8, 2)
    wiring.post.late_held = False
    wiring.post.close()  # which tells at last that none of it was taken
    proof = publish.status(wiring, ISSUE)
    assert (proof.candidates, proof.excluded) == (10, {"cancelled": 2})
    assert len(list(publish.recipients(wiring, ISSUE))) == 10
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True))
    assert proof.accepted == 10


def test_who_got_it_by_another_list_has_an_address_among_those_a_cancel_left_out(wiring: Wired) -> None:
    def cancel() -> None:
        wiring.post.meanwhile = lambda: None
        publish.cancel(wiring, ISSUE)

    for n in range(4):
        readership.add(wiring.engine, "evening", f"reader{n}@example.org", now=wiring.clock.now)
    wiring.post.meanwhile = cancel
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="evening"))
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    left_out = [row["email"] for row in publish.recipients(wiring, ISSUE) if row["state"] == "excluded"]
    assert left_out == ["reader2@example.org", "reader3@example.org"]


def test_who_was_rejected_is_in_the_proof_of_a_later_mailing_though_the_clock_was_put_back(
    wiring: Wired,
) -> None:
    wiring.post.script = deque([Answer("named", places=(0,))])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    wiring.clock.at -= 3600 * SECOND  # type: ignore[attr-defined]
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.candidates, proof.accepted, proof.rejected) == (11, 10, 1)


def test_newcomers_can_be_mailed_once_all_that_a_cancel_left_out_are_gone(wiring: Wired) -> None:
    def meanwhile() -> None:
        if wiring.post.mailed.total() >= 4:
            wiring.post.meanwhile = lambda: None
            publish.cancel(wiring, ISSUE)

    wiring.post.meanwhile = meanwhile
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    for n in range(6, 10):
        readership.remove(wiring.engine, f"reader{n}@example.org", now=wiring.clock.now)
    assert publish.plan_send(wiring, ISSUE, only_missing=True).nothing_to_do
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    assert publish.plan_send(wiring, ISSUE).readers == 1
