"""Readers given up or sent again: no other mailing takes them in by mistake, and none forgets who has it."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr
from scripted import Answer, House, Killed, Scripted

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt

pytestmark = pytest.mark.slow

ISSUE = "first"
HOUR = 3600 * SECOND
TAKEN, LOST = Answer("unknown", taken=True), Answer("unknown")
WARM_UP = {"start": "2001-09-09", "first": 5, "growth": 1.5}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, Scripted(), batch_size=2)
    _join(made, 10)
    yield made
    made.engine.dispose()


def _join(house: House, count: int, *, first: int = 0, name: str = "readers") -> None:
    for n in range(first, first + count):
        readership.add(house.engine, name, f"reader{n}@example.org", now=house.clock.now)


def _leave(house: House, reader: int) -> None:
    readership.remove(house.engine, f"reader{reader - 1}@example.org", now=house.clock.now)


def _send(house: House, *script: Answer) -> Proof:
    house.post.script = deque(script)
    return publish.send(house, publish.plan_send(house, ISSUE))


def _status(house: House) -> Proof:
    proof = publish.status(house, ISSUE)
    assert proof is not None
    return proof


def _much_later(house: House) -> None:
    house.clock.at += HOUR  # type: ignore[attr-defined]


def _attempt_of(house: House, reader: int) -> str:
    return [each for each, readers in house.post.attempts.items() if reader in readers][-1]


def _event(house: House, reader: int, attempt: str = "", kind: str = "delivered") -> Event:
    of = attempt or _attempt_of(house, reader)
    key = f"{kind} {reader} {of}".encode()
    return Event(key, kind, house.clock.now(), f"reader{reader - 1}@example.org", of, reader, "m")  # type: ignore[arg-type]


def _report(house: House, *events: Event) -> None:
    readership.take_reports(house.engine, events, now=house.clock.now, pause=PauseAt())


def _lost_and_to_be_sent_again(house: House) -> str:
    """The answer for readers 1 and 2 is lost, though they were mailed; return that request's attempt."""
    _send(house, TAKEN)
    first = _attempt_of(house, 1)
    _much_later(house)
    assert publish.reconcile(house, ISSUE, word=Decision("resend", "I looked")).readers == {"resend": 2}
    return first


def test_given_up_while_another_lists_mailing_waits_its_readers_stay_out_of_that(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, Scripted(), batch_size=2)
    for name, some in {"others": (0, 1, 2, 3), "readers": (1, 2)}.items():
        for n in some:
            _join(house, 1, first=n, name=name)
    house.post.script = deque([LOST])
    publish.send(house, publish.plan_send(house, ISSUE, list_name="readers"))
    house.post.script = deque([Answer("account")])
    waiting = publish.send(house, publish.plan_send(house, ISSUE, list_name="others"))
    assert (waiting.candidates, waiting.pending, waiting.unknown) == (4, 2, 2)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    house.post.attempts.clear()
    proof = publish.resume(house, ISSUE)
    assert [len(ids) for ids in house.post.attempts.values()] == [2]
    assert (proof.candidates, proof.accepted, proof.rejected) == (4, 2, 2)


def _again(house: House, reader: int) -> None:
    readership.add(
        house.engine,
        "readers",
        f"reader{reader - 1}@example.org",
        now=house.clock.now,
        joining=readership.Joining(again=True),
    )


def test_who_got_the_first_request_and_left_before_the_second_is_no_newcomer_later(
    house: House,
) -> None:
    first = _lost_and_to_be_sent_again(house)
    _leave(house, 2)
    assert publish.resume(house, ISSUE).accepted == 9
    _report(house, _event(house, 2, first))  # he has it, as is now known
    _again(house, 2)
    publish.send(house, publish.plan_send(house, ISSUE))
    assert house.post.mailed[2] == 1


def test_the_same_reported_while_they_are_claimed_as_a_newcomer(house: House) -> None:
    first = _lost_and_to_be_sent_again(house)
    _leave(house, 2)
    assert publish.resume(house, ISSUE).accepted == 9
    _again(house, 2)
    done = iter([True])

    def look(ids: list[int]) -> None:
        if 2 in ids and next(done, False):
            _report(house, _event(house, 2, first))

    house.post.look = look
    publish.send(house, publish.plan_send(house, ISSUE))
    assert not next(done, False), "they were never claimed"
    assert house.post.mailed[2] == 1
    assert _counts(house, 10).accepted == 10


def test_the_same_reported_while_the_second_is_on_the_wire(house: House) -> None:
    first = _lost_and_to_be_sent_again(house)
    _leave(house, 2)
    done = iter([True])
    house.post.meanwhile = lambda: _report(house, _event(house, 2, first)) if next(done, False) else None
    proof = publish.resume(house, ISSUE)
    assert proof.state == "finished"
    _again(house, 2)
    publish.send(house, publish.plan_send(house, ISSUE))
    assert house.post.mailed[2] == 1


def _as(house: House, key: str) -> None:
    for personal in ("person", "approver"):
        house.__dict__.pop(personal, None)
    house.settings = house.settings.model_copy(update={"approval_key": SecretStr(key)})


ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))


def _approved(house: House, **how: object) -> None:
    _as(house, ANA)
    publish.send(house, publish.plan_send(house, ISSUE, **how))
    _as(house, BEN)
    publish.approve(house, publish.plan_approval(house, ISSUE))


def test_what_is_given_up_after_a_later_mailing_was_approved_changes_nothing_in_that(
    tmp_path: Path,
) -> None:
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    house = House(tmp_path, Scripted(), batch_size=2, approval=rules)
    _join(house, 6)
    _approved(house)
    house.post.script = deque([LOST, Answer("named", places=(0,))])
    assert publish.resume(house, ISSUE).rejected == 1
    _approved(house, only_missing=True)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    proof = publish.resume(house, ISSUE)
    assert (proof.accepted, proof.rejected) == (4, 2)


def test_what_was_to_be_sent_again_and_was_cancelled_can_be_mailed_as_missing(house: House) -> None:
    _send(house, LOST)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    proof = publish.cancel(house, ISSUE)
    assert (proof.excluded, proof.pending) == ({"cancelled": 2}, 0)
    missing = publish.plan_send(house, ISSUE, only_missing=True)
    assert missing.readers == 2
    assert publish.send(house, missing).accepted == 10
    assert set(house.post.mailed.values()) == {1}


# ── given up, taken in by a later mailing, and reported after all ───────────────────────────────────────


def _counts(house: House, candidates: int) -> Proof:
    """See that each of so many candidates stands in one place, in the proof and in the list of recipients."""
    proof = _status(house)
    accounts = list(publish.recipients(house, ISSUE))
    assert proof.adds_up
    assert proof.candidates == len(accounts) == candidates
    assert len({each["email"] for each in accounts}) == candidates
    return proof


def _given_up(house: House, *script: Answer, place: int = 0) -> str:
    """A request that was taken is given up; return its attempt."""
    proof = _send(house, *script)
    assert proof.unknown
    lost = [each for each in house.post.attempts if each in house.post.taken][place]
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    return lost


def _begin_missing(house: House, *script: Answer) -> Proof:
    house.post.script = deque(script)
    return publish.send(house, publish.plan_send(house, ISSUE, only_missing=True))


@pytest.mark.parametrize("stop", ["scheduled", "paused", "cancelled"])
def test_reported_while_the_mailing_to_the_missing_waits_they_count_once(house: House, stop: str) -> None:
    lost = _given_up(house, TAKEN)
    if stop == "scheduled":
        missing = publish.plan_send(house, ISSUE, only_missing=True)
        publish.schedule(house, missing, house.clock.now() + SECOND)
    else:
        _begin_missing(house, Answer("account"))  # cut into batches, then stopped
        assert _counts(house, 10).pending == 2
    if stop == "cancelled":
        publish.cancel(house, ISSUE)
    _report(house, _event(house, 1, lost))
    assert _counts(house, 10).accepted == 10
    publish.resume(house, ISSUE)
    proof = _counts(house, 10)
    assert (proof.accepted, proof.excluded, proof.pending) == (10, {}, 0)
    assert set(house.post.mailed.values()) == {1}


def test_reported_while_some_of_the_missing_wait_in_the_same_batch_those_are_still_mailed(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, Scripted(), batch_size=6)
    _join(house, 6)
    lost = _given_up(house, Answer("named", places=(0, 5)), TAKEN)
    assert _begin_missing(house, Answer("account")).pending == 6
    _report(house, _event(house, 3, lost))
    proof = _counts(house, 6)
    assert (proof.accepted, proof.pending) == (4, 2)
    assert publish.resume(house, ISSUE).accepted == 6
    assert (_counts(house, 6).excluded, set(house.post.mailed.values())) == ({}, {1})
    house.engine.dispose()


def test_reported_while_they_are_claimed_beside_others_they_count_once(tmp_path: Path) -> None:
    house = House(tmp_path, Scripted(), batch_size=6)
    _join(house, 6)
    lost = _given_up(house, Answer("named", places=(0, 5)), TAKEN)
    done = iter([True])

    def look(_: list[int]) -> None:
        if next(done, False):
            _report(house, _event(house, 3, lost))
            proof = _counts(house, 6)
            assert (proof.accepted, proof.pending) == (4, 2)

    house.post.look = look
    assert _begin_missing(house).accepted == 6
    assert (_counts(house, 6).excluded, set(house.post.mailed.values())) == ({}, {1})
    house.engine.dispose()


def test_reported_after_the_missing_had_it_and_some_of_them_had_left_each_counts_once(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, Scripted(), batch_size=4)
    _join(house, 4)
    lost = _given_up(house, TAKEN)
    _leave(house, 2)  # turned away by the second mailing; the first had reached them
    proof = _begin_missing(house, Answer("named", places=(0,)))
    assert (proof.accepted, proof.rejected, proof.excluded) == (2, 1, {"unsubscribed": 1})
    _report(house, _event(house, 1, lost))
    proof = _counts(house, 4)
    assert (proof.accepted, proof.rejected, proof.excluded) == (4, 0, {})
    assert proof.alarms == {"accepted_twice": 2}
    house.engine.dispose()


def test_reported_after_newcomers_were_mailed_beside_them_they_are_rejected_no_longer(house: House) -> None:
    lost = _given_up(house, TAKEN)
    _join(house, 1, first=10)
    proof = _send(house)  # whoever was given up is no newcomer
    assert (proof.accepted, proof.rejected) == (9, 2)
    _report(house, _event(house, 1, lost))
    proof = _counts(house, 11)
    assert (proof.accepted, proof.rejected, proof.alarms) == (11, 0, {})


def test_reported_while_a_third_mailing_waits_and_a_second_turned_them_away_they_count_once(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, Scripted(), batch_size=1)
    _join(house, 10)
    lost = _given_up(house, Answer("named", places=(0,)), TAKEN)  # reader 1 is refused, reader 2 given up
    _begin_missing(house, Answer("accepted", taken=True), Answer("named", places=(0,)))
    assert _counts(house, 10).rejected == 1
    _begin_missing(house, Answer("account"))
    _report(house, _event(house, 2, lost))
    proof = _counts(house, 10)
    assert (proof.accepted, proof.rejected, proof.pending) == (10, 0, 0)
    publish.resume(house, ISSUE)
    assert (_counts(house, 10).excluded, set(house.post.mailed.values())) == ({}, {1})
    house.engine.dispose()


def test_reported_after_another_lists_mailing_had_it_they_count_once(house: House) -> None:
    _join(house, 2, name="others")
    house.post.script = deque([TAKEN])
    publish.send(house, publish.plan_send(house, ISSUE, list_name="readers"))
    lost = house.post.taken[0]
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("drop", "I looked"))
    assert publish.send(house, publish.plan_send(house, ISSUE, list_name="others")).accepted == 10
    _report(house, _event(house, 1, lost))
    proof = _counts(house, 10)
    assert (proof.accepted, proof.rejected, proof.excluded) == (10, 0, {})
    assert proof.alarms == {"accepted_twice": 2}


@pytest.mark.parametrize("then", [LOST, Answer("killed on the wire")])
def test_reported_while_the_second_request_is_unknown_they_are_accepted_and_never_mailed_a_third_time(
    house: House, then: Answer
) -> None:
    lost = _given_up(house, TAKEN)
    with suppress(Killed):
        _begin_missing(house, then)
    assert _counts(house, 10).unknown == 2
    _report(house, _event(house, 1, lost))
    assert (_counts(house, 10).accepted, _status(house).unknown) == (10, 0)
    _much_later(house)
    publish.reconcile(house, ISSUE, word=Decision("resend", "I looked"))
    publish.resume(house, ISSUE)
    assert (_counts(house, 10).accepted, set(house.post.mailed.values())) == (10, {1})


# ── cancelled before anything left ──────────────────────────────────────────────────────────────────────


def test_cancelled_before_anything_left_another_lists_mailing_counts_for_nothing(house: House) -> None:
    _join(house, 3, first=20, name="others")
    for name in ("readers", "others"):
        sending = publish.plan_send(house, ISSUE, list_name=name)
        publish.schedule(house, sending, house.clock.now() + HOUR)
        publish.cancel(house, ISSUE)
    assert _counts(house, 3).excluded == {"cancelled": 3}  # the latest, as there is nothing else
    assert publish.send(house, publish.plan_send(house, ISSUE, list_name="others")).accepted == 3
    assert _counts(house, 3).accepted == 3


def test_whom_a_mailing_refused_that_was_cancelled_before_anything_left_is_a_newcomer_still(
    house: House,
) -> None:
    _send(house, Answer("named", places=(1,)), Answer("account"))  # it refused reader 2, and took nothing
    assert publish.cancel(house, ISSUE).rejected == 0  # nobody was reached, so nobody counts as refused
    _leave(house, 2)
    assert _send(house).accepted == 9
    _again(house, 2)
    newcomers = publish.plan_send(house, ISSUE)
    assert newcomers.readers == 1
    assert publish.send(house, newcomers).accepted == 10


def test_a_mailing_to_the_missing_that_was_cancelled_before_anything_left_changes_no_later_proof(
    house: House,
) -> None:
    lost = _given_up(house, TAKEN)
    _begin_missing(house, Answer("account"))
    publish.cancel(house, ISSUE)
    assert (_counts(house, 10).rejected, _status(house).excluded) == (2, {})
    _begin_missing(house, Answer("account"))
    publish.cancel(house, ISSUE)
    _report(house, _event(house, 1, lost))
    proof = _counts(house, 10)
    assert (proof.accepted, proof.rejected, proof.excluded) == (10, 0, {})
