"""Readers who fall out of the account once an older mailing's lost answer is decided about."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.reconcile import Decision

ISSUE = "first"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _lost_then_newcomers(house: House, *script: Answer) -> None:
    house.post.script = deque([Answer("unknown")])
    publish.send(house, publish.plan_send(house, ISSUE))
    readership.add(house.engine, "readers", "late@example.org", now=house.clock.now)
    house.post.script = deque(script)
    proof = publish.send(house, publish.plan_send(house, ISSUE))
    assert (proof.candidates, proof.unknown) == (11, 2)


@pytest.mark.parametrize(("verdict", "told"), [("resend", "pending"), ("drop", "rejected")])
def test_decided_about_after_newcomers_were_mailed_its_readers_are_still_in_the_proof(
    house: House, verdict: str, told: str
) -> None:
    _lost_then_newcomers(house)
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(house, ISSUE, word=Decision(verdict, "I looked"))  # type: ignore[arg-type]
    proof = publish.status(house, ISSUE)
    assert (proof.candidates, getattr(proof, told)) == (11, 2)
    emails = {each["email"] for each in publish.recipients(house, ISSUE)}
    assert {"reader0@example.org", "reader1@example.org"} <= emails


def test_who_left_before_he_is_mailed_again_is_still_in_the_proof(house: House) -> None:
    _lost_then_newcomers(house)
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    readership.remove(house.engine, "reader0@example.org", now=house.clock.now)
    proof = publish.resume(house, ISSUE)
    assert (proof.candidates, proof.accepted, proof.excluded) == (11, 10, {"unsubscribed": 1})


def test_a_cancel_ends_all_of_an_issue_also_what_an_older_mailing_was_to_send_again(house: House) -> None:
    _lost_then_newcomers(house, Answer("account"))
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    publish.cancel(house, ISSUE)
    house.post.mailed.clear()
    assert publish.resume(house, ISSUE).state == "cancelled"
    assert house.post.mailed.total() == 0


def test_newcomers_can_be_mailed_once_all_whom_a_cancel_left_out_are_gone(house: House) -> None:
    def meanwhile() -> None:
        if house.post.mailed.total() >= 4:
            house.post.meanwhile = lambda: None
            publish.cancel(house, ISSUE)

    house.post.meanwhile = meanwhile
    publish.send(house, publish.plan_send(house, ISSUE))
    for n in range(6, 10):
        readership.remove(house.engine, f"reader{n}@example.org", now=house.clock.now)
    assert publish.plan_send(house, ISSUE, only_missing=True).nothing_to_do
    readership.add(house.engine, "readers", "late@example.org", now=house.clock.now)
    assert publish.plan_send(house, ISSUE).readers == 1
