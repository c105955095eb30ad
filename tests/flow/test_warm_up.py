"""A new sender's ceiling: as many as it allows, no more, no fewer, whatever else happened."""

from collections import deque
from pathlib import Path
from threading import Event as Sign

import pytest
from conftest import BRIEF
from scripted import Answer, Killed, Scripted, Wired
from sqlalchemy import func, select

from newsletter import publish, readership
from newsletter.store.database import read
from newsletter.store.tables import batch

ISSUE = "first"


def _wiring(tmp_path: Path, readers: int, batch_size: int, first: int, **delivery: object) -> Wired:
    warm_up = {"start": "2001-09-09", "first": first, "growth": 1.0}
    wiring = Wired(tmp_path / "new", Scripted(), batch_size=batch_size, warm_up=warm_up, delivery=delivery)
    for n in range(readers):
        readership.add(wiring.engine, "readers", f"reader{n}@example.org", now=wiring.clock.now)
    return wiring


def test_the_ceiling_cuts_one_batch_a_day_not_all_that_are_left(tmp_path: Path) -> None:
    wiring = _wiring(tmp_path, 40, 4, 6)
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    with read(wiring.engine) as connection:
        split = connection.scalar(select(func.count()).where(batch.c.state == "split"))
    assert split == 1


@pytest.mark.slow
def test_threads_together_mail_as_many_as_the_ceiling_allows(tmp_path: Path) -> None:
    wiring = _wiring(tmp_path, 12, 3, 6, threads=4)
    full = Sign()
    real = wiring.clock.wait

    def look(_ids: list[int]) -> None:
        full.wait(1.0)  # rendering takes its time: another thread meanwhile finds no room

    def wait(seconds: float, stop: Sign) -> None:
        full.set()
        stop.wait(0.01)  # in which the others write; this clock would run past their leases meanwhile
        real(seconds, stop)

    wiring.post.look = look
    wiring.clock.wait = wait  # type: ignore[method-assign]
    proof = publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert (proof.state, proof.accepted) == ("scheduled", 6)


def test_what_a_dead_sender_of_another_issue_held_takes_no_room(tmp_path: Path) -> None:
    wiring = _wiring(tmp_path, 8, 5, 5)
    (wiring.settings.root / "issues" / "second.md").write_text(BRIEF)
    wiring.post.script = deque([Answer("killed before the wire")])
    with pytest.raises(Killed):
        publish.send(wiring, publish.plan_send(wiring, ISSUE))
    publish.cancel(wiring, ISSUE)
    proof = publish.send(wiring, publish.plan_send(wiring, "second"))
    assert (proof.state, proof.accepted) == ("scheduled", 5)
