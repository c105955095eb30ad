"""A second person's approval that is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from scripted import House, Scripted
from sqlalchemy import update

from newsletter import publish, readership
from newsletter.delivery.manifest import new_key, public_of
from newsletter.errors import DeliveryError
from newsletter.store.database import write
from newsletter.store.tables import mailing

ISSUE = "first"
ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))
PERSONAL = ("person", "approver")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    made = House(tmp_path, Scripted(), batch_size=3, approval=rules)
    for n in range(10):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _as(house: House, key: str) -> House:
    other = House.__new__(House)
    other.__dict__.update({name: value for name, value in house.__dict__.items() if name not in PERSONAL})
    other.settings = house.settings.model_copy(update={"approval_key": SecretStr(key)})
    return other


def test_what_was_cancelled_meanwhile_is_not_told_to_be_approved(house: House) -> None:
    publish.send(_as(house, ANA), publish.foresee(house, ISSUE))
    ben = _as(house, BEN)
    what = publish.foresee_approval(ben, ISSUE)
    publish.cancel(house, ISSUE)
    with pytest.raises(DeliveryError):
        publish.approve(ben, what)


def test_who_asked_is_part_of_what_is_signed(house: House) -> None:
    ana = _as(house, ANA)
    publish.send(ana, publish.foresee(ana, ISSUE))
    ben = _as(house, BEN)
    publish.approve(ben, publish.foresee_approval(ben, ISSUE))
    with write(house.engine) as connection:
        connection.execute(update(mailing).values(requested_by="ben"))
    with pytest.raises(DeliveryError):
        publish.resume(house, ISSUE)


def test_what_needs_no_approval_cannot_be_approved(house: House) -> None:
    ana, ben = _as(house, ANA), _as(house, BEN)
    publish.send(ana, publish.foresee(ana, ISSUE))
    publish.approve(ben, publish.foresee_approval(ben, ISSUE))
    with pytest.raises(DeliveryError):  # it is approved: nothing waits
        publish.foresee_approval(ben, ISSUE)


def test_whom_a_correction_is_for_is_part_of_what_is_signed(house: House) -> None:
    """Its audience hangs on the list of wrong mailings, which lies in the mailing's row."""
    import orjson
    from sqlalchemy import select

    from newsletter.store.database import read

    ana, ben = _as(house, ANA), _as(house, BEN)
    publish.send(ana, publish.foresee(ana, ISSUE))
    publish.approve(ben, publish.foresee_approval(ben, ISSUE))
    assert publish.resume(house, ISSUE).accepted == 10
    file = house.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("number: 7", "number: 7\ncorrection: In 2019."))
    publish.send(ana, publish.foresee_correction(ana, ISSUE))
    own = "first.correction-1"
    publish.approve(ben, publish.foresee_approval(ben, own))
    with read(house.engine) as connection:
        text = connection.scalar(select(mailing.c.manifest).where(mailing.c.issue == own))
    changed = orjson.loads(text) | {"wrong": []}
    with write(house.engine) as connection:
        connection.execute(
            update(mailing).where(mailing.c.issue == own).values(manifest=orjson.dumps(changed).decode())
        )
    house.post.mailed.clear()
    with pytest.raises(DeliveryError):
        publish.resume(house, own)
