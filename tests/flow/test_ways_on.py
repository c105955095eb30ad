"""An editor stands where no command leads on; or the account forgets what it knew."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.reconcile import Decision
from newsletter.errors import DeliveryError

ISSUE = "first"
ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _cancel_at(wiring: Wired, mailed: int) -> None:
    def meanwhile() -> None:
        if wiring.post.mailed.total() >= mailed:
            wiring.post.meanwhile = lambda: None
            publish.cancel(wiring, ISSUE)

    wiring.post.meanwhile = meanwhile


def test_newcomers_can_be_mailed_after_a_cancel_that_came_too_late_to_stop_anybody(wiring: Wired) -> None:
    _cancel_at(wiring, 8)  # the last request is on the wire
    assert publish.send(wiring, publish.plan_send(wiring, ISSUE)).accepted == 10
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    assert publish.plan_send(wiring, ISSUE).readers == 1


def test_another_list_can_be_mailed_after_one_was_cancelled_half_way(wiring: Wired) -> None:
    readership.add(wiring.engine, "others", "other@example.org", now=wiring.clock.now)
    _cancel_at(wiring, 4)
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    assert publish.plan_send(wiring, ISSUE, list_name="others").readers == 1


def test_an_undone_mailing_to_newcomers_changes_nothing_in_the_proof(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("named", places=(1,))])
    before = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (before.state, before.accepted, before.rejected) == ("finished", 9, 1)
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    publish.schedule(wiring, publish.plan_send(wiring, ISSUE), wiring.clock.now() + 60 * SECOND)
    assert publish.undo(wiring, ISSUE)
    after = publish.status(wiring, ISSUE)
    assert (after.state, after.accepted, after.rejected) == ("finished", 9, 1)


def test_what_is_to_be_sent_again_after_approvals_were_switched_on_can_be_approved(wiring: Wired) -> None:
    wiring.post.script = deque([Answer("unknown")])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    approval = wiring.settings.approval.model_copy(update=rules)
    changed = {"approval": approval, "approval_key": SecretStr(BEN)}
    wiring.settings = wiring.settings.model_copy(update=changed)
    wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    with pytest.raises(DeliveryError, match="newsletter approve first"):
        publish.resume(wiring, ISSUE)
    for personal in ("person", "approver"):
        wiring.__dict__.pop(personal, None)  # another process, with ben's key
    publish.approve(wiring, publish.plan_approval(wiring, ISSUE))
    assert publish.resume(wiring, ISSUE).accepted == 10


def test_nothing_is_scheduled_for_nobody(wiring: Wired) -> None:
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    plan = publish.plan_send(wiring, ISSUE)
    assert plan.nothing_to_do
    with pytest.raises(DeliveryError):
        publish.schedule(wiring, plan, wiring.clock.now() + 60 * SECOND)


def test_each_list_has_its_own_list_id(wiring: Wired) -> None:
    readership.add(wiring.engine, "others", "other@example.org", now=wiring.clock.now)
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    assert (
        publish.plan_send(wiring, ISSUE, list_name="others").frozen.envelope.list_id == "<others.example.org>"
    )
