"""Single moments of the ledger that once went wrong: each told on its own."""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from filelock import FileLock
from scripted import Answer, House, Killed, Scripted, Ticking
from sqlalchemy import delete

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.proof import Proof
from newsletter.delivery.states import MailingState
from newsletter.errors import AlreadySending, SendingStopped
from newsletter.store.database import read, write
from newsletter.store.ledger import cutting, mailings
from newsletter.store.tables import subscriber

ISSUE = "first"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), wait_for_lock=0.05)
    _join(made, "morning", 6)
    yield made
    made.engine.dispose()


def _join(house: House, name: str, count: int, *, first: int = 0) -> None:
    for n in range(first, first + count):
        readership.add(house.engine, name, f"reader{n}@example.org", now=house.clock.now)


def _send(house: House, *script: Answer, name: str = "morning") -> Proof:
    house.post.script = deque(script)
    return publish.send(house, publish.plan_send(house, ISSUE, list_name=name))


def _status(house: House) -> Proof:
    proof = publish.status(house, ISSUE)
    assert proof is not None
    return proof


def _listed(house: House, state: str) -> list[tuple[str, str]]:
    return [(each["email"], each["reason"]) for each in publish.recipients(house, ISSUE, state=state)]


def _erase(house: House, *numbers: int) -> None:
    with write(house.engine) as connection:
        for n in numbers:
            connection.execute(delete(subscriber).where(subscriber.c.email == f"reader{n}@example.org"))


def _begin_and_die(house: House, name: str, *, cut: int = 0) -> None:
    sending = publish.plan_send(house, ISSUE, list_name=name)
    with write(house.engine) as connection:
        key = mailings.create(connection, sending.frozen, state=MailingState.SENDING, now=house.clock.now())
        if cut:
            each = mailings.get(connection, key)
            cutting.cut(connection, each, batch_size=10, now=house.clock.now(), at_once=cut)


def test_a_planning_killed_half_way_counts_its_own_list_alone(house: House) -> None:
    _send(house)
    # Of the second list two were mailed by the first; the first's other four are none of its business.
    _join(house, "evening", 2)
    _join(house, "evening", 5, first=20)
    _begin_and_die(house, "evening", cut=3)
    proof = _status(house)
    assert (proof.candidates, proof.accepted, proof.pending) == (11, 6, 5)
    assert len(_listed(house, "pending")) == 5
    finished = _send(house, name="evening")
    assert (finished.candidates, finished.accepted, finished.pending) == (11, 11, 0)


def test_a_planning_killed_and_then_cancelled_leaves_nobody_pending(house: House) -> None:
    _begin_and_die(house, "morning", cut=2)
    with write(house.engine) as connection:
        mailings.cancel(connection, 1, note="")
    assert (_status(house).excluded, _status(house).pending) == ({"cancelled": 6}, 0)
    assert [reason for _, reason in _listed(house, "excluded")] == ["cancelled"] * 6


def test_who_was_erased_before_his_batch_was_claimed_keeps_a_line_without_an_address(house: House) -> None:
    _begin_and_die(house, "morning", cut=6)
    _erase(house, 1, 4)
    assert sorted(_listed(house, "pending"))[:2] == [("", ""), ("", "")]
    assert len(_listed(house, "pending")) == _status(house).pending == 6
    proof = _send(house)
    assert (proof.accepted, proof.excluded, proof.candidates) == (4, {"removed": 2}, 6)
    assert _listed(house, "excluded") == [("", "removed")] * 2


def test_a_pause_does_not_undo_a_cancel(house: House) -> None:
    def cancel() -> None:
        with write(house.engine) as connection:
            mailings.cancel(connection, 1, note="")

    house.post.meanwhile = cancel
    proof = _send(house, Answer("account"))
    assert (proof.state, proof.excluded, proof.pending) == ("cancelled", {"cancelled": 6}, 0)


class _Freeing(Ticking):
    """A clock during whose first wait a busy database becomes free."""

    def __init__(self, holder: sqlite3.Connection) -> None:
        super().__init__()
        self.holder = holder

    def wait(self, seconds: float, stop: Event) -> None:
        if self.holder.in_transaction:
            self.holder.rollback()
        super().wait(seconds, stop)


def _holder(house: House) -> sqlite3.Connection:
    return sqlite3.connect(
        house.settings.root / "newsletter.db", isolation_level=None, check_same_thread=False
    )


def _take(holder: sqlite3.Connection) -> None:
    holder.execute("BEGIN IMMEDIATE")


def test_an_answer_that_finds_the_database_busy_is_written_a_little_later(house: House) -> None:
    holder = _holder(house)
    house.clock = _Freeing(holder)  # type: ignore[assignment]
    house.clock.at = 2_000_000_000_000_000  # type: ignore[attr-defined]
    house.post.meanwhile = partial(_take, holder)
    proof = _send(house)
    holder.close()
    assert (proof.accepted, proof.state) == (6, "finished")


def test_an_answer_that_cannot_be_written_leaves_its_readers_unknown(house: House) -> None:
    holder = _holder(house)
    house.post.meanwhile = partial(_take, holder)
    with pytest.raises(SendingStopped, match="locked by another program") as stopped:
        _send(house)
    assert "newsletter resume first" in stopped.value.hint
    holder.close()
    assert (_status(house).unknown, _status(house).pending) == (6, 0)
    assert _send(house).unknown == 6
    assert set(house.post.mailed.values()) == {1}


def test_whoever_asks_how_it_stands_does_not_keep_a_send_from_beginning(house: House) -> None:
    lock = FileLock(house._lock_path, thread_local=False)
    lock.acquire()
    freed = threading.Timer(0.1, lock.release)
    freed.start()
    assert _send(house).accepted == 6
    freed.join()


@pytest.mark.slow
def test_two_sends_at_once_are_told_apart(house: House) -> None:
    with FileLock(house._lock_path), pytest.raises(AlreadySending):
        _send(house)
    with read(house.engine) as connection:
        assert not mailings.of_issue(connection, ISSUE)


def test_a_sender_killed_on_the_wire_leaves_unknowns_and_the_rest_pending(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), batch_size=2)
    _join(house, "morning", 6)
    with pytest.raises(Killed):
        _send(house, Answer("accepted", taken=True), Answer("killed on the wire", taken=True))
    proof = _status(house)
    assert (proof.accepted, proof.unknown, proof.pending) == (2, 2, 2)
    assert _send(house).accepted == 4
    assert set(house.post.mailed.values()) == {1}
    house.engine.dispose()


class _Fatal(Ticking):
    """A clock whose first wait the sender does not survive."""

    def wait(self, seconds: float, stop: Event) -> None:
        raise Killed


def test_a_batch_the_provider_asked_to_wait_with_waits_also_for_the_next_sender(house: House) -> None:
    house.clock = _Fatal()  # type: ignore[assignment]
    house.clock.at = 2_000_000_000_000_000  # type: ignore[attr-defined]
    turned_away = house.clock.now()
    with pytest.raises(Killed):
        _send(house, Answer("not accepted", retry_after=40))
    house.clock = Ticking()  # type: ignore[assignment]
    house.clock.at = turned_away  # type: ignore[attr-defined]
    posted: list[int] = []
    house.post.meanwhile = lambda: posted.append(house.clock.now())
    assert publish.resume(house, ISSUE).accepted == 6
    assert posted[0] >= turned_away + 40 * SECOND


def test_a_claim_whose_lease_ran_out_while_it_was_made_ready_does_not_leave(house: House) -> None:
    def take_too_long(_: list[int]) -> None:
        house.post.look = lambda _: None
        house.clock.at += 3600 * SECOND  # type: ignore[attr-defined]

    house.post.look = take_too_long
    assert _send(house).accepted == 6
    stale, fresh = house.post.attempts
    assert house.post.taken == [fresh]
    assert stale != fresh


def test_the_missing_are_looked_for_among_newcomers_too(house: House) -> None:
    _send(house)
    _join(house, "morning", 2, first=6)
    refused = Answer("named", places=(0,))
    assert (_send(house, refused).rejected, _status(house).candidates) == (1, 8)
    _join(house, "morning", 1, first=8)  # who joins later is no missing one
    missing = publish.plan_send(house, ISSUE, only_missing=True)
    assert missing.readers == 1
    proof = publish.send(house, missing)
    assert (proof.candidates, proof.accepted, proof.rejected) == (8, 8, 0)
