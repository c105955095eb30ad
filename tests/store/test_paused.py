"""A reader who paused a subscription gets nothing until then, and is mailed again once it is over."""

from pathlib import Path
from threading import Event

from scripted import Scripted, Wired
from sqlalchemy import delete, insert, select

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.states import SubscriptionState
from newsletter.store.database import read, write
from newsletter.store.tables import subscriber, subscription

DAY = 86_400 * SECOND


def _reader(wired: Wired, name: str) -> int:
    with read(wired.engine) as connection:
        found = select(subscriber.c.id).where(subscriber.c.email == f"{name}@example.org")
        return int(connection.scalar(found) or 0)


def _pause(wired: Wired, name: str, until: int | None) -> None:
    """Put a pause in place of a subscription: nothing makes one yet."""
    reader = _reader(wired, name)
    with write(wired.engine) as connection:
        of = subscription.c.subscriber_id == reader
        row = dict(connection.execute(select(subscription).where(of)).mappings().one())
        connection.execute(delete(subscription).where(of))
        row |= {"status": SubscriptionState.PAUSED, "paused_until": until}
        connection.execute(insert(subscription).values(row))


def test_a_pause_counts_until_its_time_and_no_longer(tmp_path: Path) -> None:
    wired = Wired(tmp_path, Scripted())
    for name in ("ana", "ben", "cara", "dan"):
        readership.add(wired.engine, "readers", f"{name}@example.org", now=wired.clock.now)
    _pause(wired, "ana", wired.clock.now() + DAY)
    _pause(wired, "ben", wired.clock.now())
    _pause(wired, "cara", None)
    plan = publish.plan_send(wired, "first")
    assert (plan.readers, plan.excluded) == (2, {"paused": 2})
    proof = publish.send(wired, plan)
    assert (proof.accepted, proof.excluded, proof.candidates) == (2, {"paused": 2}, 4)
    assert set(wired.post.mailed) == {_reader(wired, "ben"), _reader(wired, "dan")}
    wired.clock.wait(2 * DAY / SECOND, Event())
    later = publish.plan_send(wired, "first")
    assert (later.readers, later.excluded) == (1, {"paused": 1})
    assert publish.send(wired, later).accepted == 3
    assert wired.post.mailed.total() == 3
