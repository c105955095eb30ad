"""An editor stands where no command leads on; or the account forgets what it knew."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from scripted import Answer, House, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.reconcile import Decision
from newsletter.errors import DeliveryError

ISSUE = "first"
ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _cancel_at(house: House, mailed: int) -> None:
    def meanwhile() -> None:
        if house.post.mailed.total() >= mailed:
            house.post.meanwhile = lambda: None
            publish.cancel(house, ISSUE)

    house.post.meanwhile = meanwhile


def test_newcomers_can_be_mailed_after_a_cancel_that_came_too_late_to_stop_anybody(house: House) -> None:
    _cancel_at(house, 8)  # the last request is on the wire
    assert publish.send(house, publish.plan_send(house, ISSUE)).accepted == 10
    readership.add(house.engine, "readers", "late@example.org", now=house.clock.now)
    assert publish.plan_send(house, ISSUE).readers == 1


def test_another_list_can_be_mailed_after_one_was_cancelled_half_way(house: House) -> None:
    readership.add(house.engine, "others", "other@example.org", now=house.clock.now)
    _cancel_at(house, 4)
    publish.send(house, publish.plan_send(house, ISSUE, list_name="readers"))
    assert publish.plan_send(house, ISSUE, list_name="others").readers == 1


def test_an_undone_mailing_to_newcomers_changes_nothing_in_the_proof(house: House) -> None:
    house.post.script = deque([Answer("named", places=(1,))])
    before = publish.send(house, publish.plan_send(house, ISSUE))
    assert (before.state, before.accepted, before.rejected) == ("finished", 9, 1)
    readership.add(house.engine, "readers", "late@example.org", now=house.clock.now)
    publish.schedule(house, publish.plan_send(house, ISSUE), house.clock.now() + 60 * SECOND)
    assert publish.undo(house, ISSUE)
    after = publish.status(house, ISSUE)
    assert (after.state, after.accepted, after.rejected) == ("finished", 9, 1)


def test_what_is_to_be_sent_again_after_approvals_were_switched_on_can_be_approved(house: House) -> None:
    house.post.script = deque([Answer("unknown")])
    publish.send(house, publish.plan_send(house, ISSUE))
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    approval = house.settings.approval.model_copy(update=rules)
    house.settings = house.settings.model_copy(update={"approval": approval, "approval_key": SecretStr(BEN)})
    house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    with pytest.raises(DeliveryError, match="newsletter approve first"):
        publish.resume(house, ISSUE)
    for personal in ("person", "approver"):
        house.__dict__.pop(personal, None)  # another process, with ben's key
    publish.approve(house, publish.plan_approval(house, ISSUE))
    assert publish.resume(house, ISSUE).accepted == 10


def test_nothing_is_scheduled_for_nobody(house: House) -> None:
    publish.send(house, publish.plan_send(house, ISSUE))
    sending = publish.plan_send(house, ISSUE)
    assert sending.nothing_to_do
    with pytest.raises(DeliveryError):
        publish.schedule(house, sending, house.clock.now() + 60 * SECOND)


def test_each_list_has_its_own_list_id(house: House) -> None:
    readership.add(house.engine, "others", "other@example.org", now=house.clock.now)
    publish.send(house, publish.plan_send(house, ISSUE, list_name="readers"))
    assert (
        publish.plan_send(house, ISSUE, list_name="others").frozen.envelope.list_id == "<others.example.org>"
    )
