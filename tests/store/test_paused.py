"""A reader who paused a subscription gets nothing until then, and is mailed again once it is over."""

from pathlib import Path
from threading import Event

from scripted import House, Scripted
from sqlalchemy import delete, insert, select

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.states import SubscriptionState
from newsletter.store.database import read, write
from newsletter.store.tables import subscriber, subscription

DAY = 86_400 * SECOND


def _reader(house: House, name: str) -> int:
    with read(house.engine) as connection:
        found = select(subscriber.c.id).where(subscriber.c.email == f"{name}@example.org")
        return int(connection.scalar(found) or 0)


def _pause(house: House, name: str, until: int | None) -> None:
    """Put a pause in place of a subscription: nothing makes one yet."""
    reader = _reader(house, name)
    with write(house.engine) as connection:
        of = subscription.c.subscriber_id == reader
        row = dict(connection.execute(select(subscription).where(of)).mappings().one())
        connection.execute(delete(subscription).where(of))
        row |= {"status": SubscriptionState.PAUSED, "paused_until": until}
        connection.execute(insert(subscription).values(row))


def test_a_pause_counts_until_its_time_and_no_longer(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted())
    for name in ("ana", "ben", "cara", "dan"):
        readership.add(house.engine, "readers", f"{name}@example.org", now=house.clock.now)
    _pause(house, "ana", house.clock.now() + DAY)
    _pause(house, "ben", house.clock.now())
    _pause(house, "cara", None)
    plan = publish.plan_send(house, "first")
    assert (plan.readers, plan.excluded) == (2, {"paused": 2})
    proof = publish.send(house, plan)
    assert (proof.accepted, proof.excluded, proof.candidates) == (2, {"paused": 2}, 4)
    assert set(house.post.mailed) == {_reader(house, "ben"), _reader(house, "dan")}
    house.clock.wait(2 * DAY / SECOND, Event())
    later = publish.plan_send(house, "first")
    assert (later.readers, later.excluded) == (1, {"paused": 1})
    assert publish.send(house, later).accepted == 3
    assert house.post.mailed.total() == 3
