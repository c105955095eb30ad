"""Single moments of the ledger that once went wrong, one by one."""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from filelock import FileLock
from scripted import Answer, Killed, Scripted, Ticking, Wired
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
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), wait_for_lock=0.05)
    _join(made, "morning", 6)
    yield made
    made.engine.dispose()


def _join(wiring: Wired, name: str, count: int, *, first: int = 0) -> None:
    for n in range(first, first + count):
        readership.add(wiring.engine, name, f"reader{n}@example.org", now=wiring.clock.now)


def _send(wiring: Wired, *script: Answer, name: str = "morning") -> Proof:
    wiring.post.script = deque(script)
    return publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name=name))


def _status(wiring: Wired) -> Proof:
    proof = publish.status(wiring, ISSUE)
    assert proof is not None
    return proof


def _listed(wiring: Wired, state: str) -> list[tuple[str, str]]:
    recipients = publish.recipients(wiring, ISSUE, state=state)
    return [(recipient["email"], recipient["reason"]) for recipient in recipients]


def _erase(wiring: Wired, *numbers: int) -> None:
    with write(wiring.engine) as connection:
        for n in numbers:
            connection.execute(delete(subscriber).where(subscriber.c.email == f"reader{n}@example.org"))


def _begin_and_die(wiring: Wired, name: str, *, cut: int = 0) -> None:
    plan = publish.plan_send(wiring, ISSUE, list_name=name)
    with write(wiring.engine) as connection:
        key = mailings.create(connection, plan.frozen, state=MailingState.SENDING, now=wiring.clock.now())
        if cut:
            each = mailings.get(connection, key)
            cutting.cut(connection, each, batch_size=10, now=wiring.clock.now(), at_once=cut)


def test_a_planning_killed_half_way_counts_its_own_list_alone(wiring: Wired) -> None:
    _send(wiring)
    # Of the second list two were mailed by the first; the first's other four are none of its business.
    _join(wiring, "evening", 2)
    _join(wiring, "evening", 5, first=20)
    _begin_and_die(wiring, "evening", cut=3)
    proof = _status(wiring)
    assert (proof.candidates, proof.accepted, proof.pending) == (11, 6, 5)
    assert len(_listed(wiring, "pending")) == 5
    finished = _send(wiring, name="evening")
    assert (finished.candidates, finished.accepted, finished.pending) == (11, 11, 0)


def test_a_planning_killed_and_then_cancelled_leaves_nobody_pending(wiring: Wired) -> None:
    _begin_and_die(wiring, "morning", cut=2)
    with write(wiring.engine) as connection:
        mailings.cancel(connection, 1, note="")
    assert (_status(wiring).excluded, _status(wiring).pending) == ({"cancelled": 6}, 0)
    assert [reason for _, reason in _listed(wiring, "excluded")] == ["cancelled"] * 6


def test_who_was_erased_before_their_batch_was_claimed_keeps_a_line_without_an_address(wiring: Wired) -> None:
    _begin_and_die(wiring, "morning", cut=6)
    _erase(wiring, 1, 4)
    assert sorted(_listed(wiring, "pending"))[:2] == [("", ""), ("", "")]
    assert len(_listed(wiring, "pending")) == _status(wiring).pending == 6
    proof = _send(wiring)
    assert (proof.accepted, proof.excluded, proof.candidates) == (4, {"removed": 2}, 6)
    assert _listed(wiring, "excluded") == [("", "removed")] * 2


def test_a_pause_does_not_undo_a_cancel(wiring: Wired) -> None:
    def cancel() -> None:
        with write(wiring.engine) as connection:
            mailings.cancel(connection, 1, note="")

    wiring.post.meanwhile = cancel
    proof = _send(wiring, Answer("account"))
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


def _holder(wiring: Wired) -> sqlite3.Connection:
    return sqlite3.connect(
        wiring.settings.root / "newsletter.db", isolation_level=None, check_same_thread=False
    )


def _take(holder: sqlite3.Connection) -> None:
    holder.execute("BEGIN IMMEDIATE")


def test_an_answer_that_finds_the_database_busy_is_written_a_little_later(wiring: Wired) -> None:
    holder = _holder(wiring)
    wiring.clock = _Freeing(holder)  # type: ignore[assignment]
    wiring.clock.at = 2_000_000_000_000_000  # type: ignore[attr-defined]
    wiring.post.meanwhile = partial(_take, holder)
    proof = _send(wiring)
    holder.close()
    assert (proof.accepted, proof.state) == (6, "finished")


def test_an_answer_that_cannot_be_written_leaves_its_readers_unknown(wiring: Wired) -> None:
    holder = _holder(wiring)
    wiring.post.meanwhile = partial(_take, holder)
    with pytest.raises(SendingStopped, match="locked by another program") as stopped:
        _send(wiring)
    assert "newsletter resume first" in stopped.value.hint
    holder.close()
    assert (_status(wiring).unknown, _status(wiring).pending) == (6, 0)
    assert _send(wiring).unknown == 6
    assert set(wiring.post.mailed.values()) == {1}


def test_asking_how_it_stands_does_not_keep_a_send_from_beginning(wiring: Wired) -> None:
    lock = FileLock(wiring._lock_path, thread_local=False)
    lock.acquire()
    freed = threading.Timer(0.1, lock.release)
    freed.start()
    assert _send(wiring).accepted == 6
    freed.join()


@pytest.mark.slow
def test_of_two_sends_at_once_one_is_refused(wiring: Wired) -> None:
    with FileLock(wiring._lock_path), pytest.raises(AlreadySending):
        _send(wiring)
    with read(wiring.engine) as connection:
        assert not mailings.of_issue(connection, ISSUE)


def test_a_sender_killed_on_the_wire_leaves_unknowns_and_the_rest_pending(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=2)
    _join(wiring, "morning", 6)
    with pytest.raises(Killed):
        _send(wiring, Answer("accepted", taken=True), Answer("killed on the wire", taken=True))
    proof = _status(wiring)
    assert (proof.accepted, proof.unknown, proof.pending) == (2, 2, 2)
    assert _send(wiring).accepted == 4
    assert set(wiring.post.mailed.values()) == {1}
    wiring.engine.dispose()


class _Fatal(Ticking):
    """A clock whose first wait the sender does not survive."""

    def wait(self, seconds: float, stop: Event) -> None:
        raise Killed


def test_a_batch_the_provider_asked_to_wait_with_waits_also_for_the_next_sender(wiring: Wired) -> None:
    wiring.clock = _Fatal()  # type: ignore[assignment]
    wiring.clock.at = 2_000_000_000_000_000  # type: ignore[attr-defined]
    turned_away = wiring.clock.now()
    with pytest.raises(Killed):
        _send(wiring, Answer("not accepted", retry_after=40))
    wiring.clock = Ticking()  # type: ignore[assignment]
    wiring.clock.at = turned_away  # type: ignore[attr-defined]
    posted: list[int] = []
    wiring.post.meanwhile = lambda: posted.append(wiring.clock.now())
    assert publish.resume(wiring, ISSUE).accepted == 6
    assert posted[0] >= turned_away + 40 * SECOND


def test_a_claim_whose_lease_ran_out_while_it_was_made_ready_does_not_leave(wiring: Wired) -> None:
    def take_too_long(_: list[int]) -> None:
        wiring.post.look = lambda _: None
        wiring.clock.at += 3600 * SECOND  # type: ignore[attr-defined]

    wiring.post.look = take_too_long
    assert _send(wiring).accepted == 6
    stale, fresh = wiring.post.attempts
    assert wiring.post.taken == [fresh]
    assert stale != fresh


def test_the_missing_are_looked_for_among_newcomers_too(wiring: Wired) -> None:
    _send(wiring)
    _join(wiring, "morning", 2, first=6)
    refused = Answer("named", places=(0,))
    assert (_send(wiring, refused).rejected, _status(wiring).candidates) == (1, 8)
    _join(wiring, "morning", 1, first=8)  # who joins later is no missing one
    missing = publish.plan_send(wiring, ISSUE, only_missing=True)
    assert missing.readers == 1
    proof = publish.send(wiring, missing)
    assert (proof.candidates, proof.accepted, proof.rejected) == (8, 8, 0)
