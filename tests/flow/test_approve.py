"""Where a publication asks for it, nothing leaves that a second person did not sign."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr
from scripted import Scripted, Wired
from sqlalchemy import select, update

from newsletter import publish, readership
from newsletter.delivery.manifest import new_key, public_of
from newsletter.errors import DeliveryError, SettingsError
from newsletter.store.database import write
from newsletter.store.tables import approval, mailing, variant

ISSUE = "first"
ANA, BEN, EVE = (new_key(bytes([n]) * 32) for n in (1, 2, 3))


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    made = Wired(tmp_path, Scripted(), batch_size=3, approval=rules)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _as(wiring: Wired, key: str) -> Wired:
    """The same publication, as the holder of this key sees it."""
    other = Wired.__new__(Wired)
    other.__dict__.update({name: value for name, value in wiring.__dict__.items() if name not in PERSONAL})
    other.settings = wiring.settings.model_copy(update={"approval_key": SecretStr(key)})
    return other


PERSONAL = ("person", "approver")


def _ask(wiring: Wired, key: str = ANA) -> None:
    ana = _as(wiring, key)
    proof = publish.send(ana, publish.plan_send(ana, ISSUE))
    assert (proof.state, proof.pending) == ("held", 10)
    assert not wiring.post.mailed


def _approve(wiring: Wired, key: str = BEN) -> str:
    ben = _as(wiring, key)
    return publish.approve(ben, publish.plan_approval(ben, ISSUE))


@pytest.mark.slow
def test_nothing_leaves_before_a_second_person_signed_and_then_everything_does(wiring: Wired) -> None:
    _ask(wiring)
    with pytest.raises(DeliveryError, match="newsletter approve first"):
        publish.resume(wiring, ISSUE)
    what = publish.plan_approval(wiring, ISSUE)
    assert (what.requested_by, what.manifest.readers) == ("ana", 10)
    assert _approve(wiring) == "ben"
    assert publish.resume(wiring, ISSUE).accepted == 10


def test_who_asked_cannot_approve(wiring: Wired) -> None:
    _ask(wiring)
    with pytest.raises(DeliveryError, match="second person"):
        _approve(wiring, ANA)


def test_a_key_that_is_nobodys_approves_nothing(wiring: Wired) -> None:
    _ask(wiring)
    with pytest.raises(SettingsError, match="not the key of any approver"):
        _approve(wiring, EVE)
    with pytest.raises(SettingsError, match="NEWSLETTER_APPROVAL_KEY is not set"):
        publish.approve(wiring, publish.plan_approval(wiring, ISSUE))


@pytest.mark.slow
def test_after_the_approval_leavers_alone_change_the_count(wiring: Wired) -> None:
    _ask(wiring)
    _approve(wiring)
    readership.remove(wiring.engine, "reader3@example.org", now=wiring.clock.now)
    readership.add(wiring.engine, "readers", "late@example.org", now=wiring.clock.now)
    proof = publish.resume(wiring, ISSUE)
    assert (proof.candidates, proof.accepted, proof.excluded) == (10, 9, {"unsubscribed": 1})


@pytest.mark.slow
def test_who_may_be_mailed_again_after_the_approval_is_not_slipped_in(wiring: Wired) -> None:
    readership.suppress(wiring.engine, ["reader5@example.org"], now=wiring.clock.now)
    _ask(wiring)
    _approve(wiring)
    readership.remove(wiring.engine, "reader3@example.org", now=wiring.clock.now)
    readership.unsuppress(wiring.engine, "reader5@example.org", now=wiring.clock.now)
    proof = publish.resume(wiring, ISSUE)
    assert proof.accepted == 8
    assert 6 not in wiring.post.mailed


@pytest.mark.parametrize(
    "meddle",
    [
        update(variant).values(html=variant.c.html + "<p>Buy!</p>"),
        update(variant).values(subject="Another subject"),
        update(mailing).values(envelope='{"from_email": "eve@example.org"}'),
        update(mailing).values(audience_at=mailing.c.audience_at + 60_000_000),
        update(approval).values(manifest=approval.c.manifest + " "),
        update(approval).values(signature="A" * 86),
        update(approval).values(approver="eve"),
    ],
    ids=["text", "subject", "sender", "audience", "manifest", "signature", "approver"],
)
def test_whatever_was_changed_after_the_approval_is_refused(wiring: Wired, meddle: object) -> None:
    _ask(wiring)
    _approve(wiring)
    with write(wiring.engine) as connection:
        connection.execute(meddle)  # type: ignore[call-overload]
    with pytest.raises(DeliveryError, match="approve"):
        publish.resume(wiring, ISSUE)
    assert not wiring.post.mailed


def test_an_approver_taken_out_of_the_settings_approves_no_more(wiring: Wired) -> None:
    _ask(wiring)
    _approve(wiring)
    rules = wiring.settings.approval.model_copy(update={"approvers": {"ana": public_of(ANA)}})
    wiring.settings = wiring.settings.model_copy(update={"approval": rules})
    with pytest.raises(DeliveryError, match="not signed by anybody"):
        publish.resume(wiring, ISSUE)


def test_what_was_asked_for_a_later_hour_goes_out_then_and_not_before_it_is_approved(wiring: Wired) -> None:
    ana, at = _as(wiring, ANA), wiring.clock.now() + 60_000_000
    publish.schedule(ana, publish.plan_send(ana, ISSUE), at)
    assert publish.due(wiring) == []
    _approve(wiring)
    assert publish.resume(wiring, ISSUE).accepted == 10
    assert wiring.clock.now() >= at


def test_who_asks_without_a_key_could_be_anybody_so_nothing_is_asked(wiring: Wired) -> None:
    with pytest.raises(SettingsError, match="who asks for it"):
        publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert publish.status(wiring, ISSUE) is None


def test_what_was_cancelled_meanwhile_is_not_offered_for_approval(wiring: Wired) -> None:
    _ask(wiring)
    what = publish.plan_approval(wiring, ISSUE)
    publish.cancel(wiring, ISSUE)
    with pytest.raises(DeliveryError, match="nothing to approve"):
        publish.approve(_as(wiring, BEN), what)


def test_who_asked_is_part_of_what_is_signed(wiring: Wired) -> None:
    _ask(wiring)
    _approve(wiring)
    with write(wiring.engine) as connection:
        connection.execute(update(mailing).values(requested_by="ben"))
    with pytest.raises(DeliveryError, match="requested_by"):
        publish.resume(wiring, ISSUE)


def test_what_is_approved_does_not_wait_for_it_again(wiring: Wired) -> None:
    _ask(wiring)
    _approve(wiring)
    with pytest.raises(DeliveryError, match="Nothing of “first” waits"):
        publish.plan_approval(wiring, ISSUE)


def test_the_audience_of_a_correction_is_part_of_what_is_signed(wiring: Wired) -> None:
    _ask(wiring)
    _approve(wiring)
    assert publish.resume(wiring, ISSUE).accepted == 10
    file = wiring.settings.root / "issues" / "first.md"
    file.write_text(
        file.read_text().replace("number: 7", "number: 7\ncorrection: It was in 2019, not in 2018.")
    )
    ana, own = _as(wiring, ANA), "first.correction-1"
    publish.send(ana, publish.plan_correction(ana, ISSUE))
    ben = _as(wiring, BEN)
    publish.approve(ben, publish.plan_approval(ben, own))
    with write(wiring.engine) as connection:
        mine = mailing.c.issue == own
        manifest = orjson.loads(connection.scalar(select(mailing.c.manifest).where(mine)) or "")
        changed = orjson.dumps(manifest | {"wrong": []}).decode()
        connection.execute(update(mailing).where(mine).values(manifest=changed))
    with pytest.raises(DeliveryError, match="wrong"):
        publish.resume(wiring, own)
