"""Readers given up or sent again: no other mailing takes them in by mistake, and none forgets who has it."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr
from scripted import Answer, Killed, Scripted, Wired
from ten_readers import (
    HOUR,
    ISSUE,
    LOST,
    TAKEN,
    event_of,
    join,
    leave,
    lost_and_to_be_sent_again,
    much_later,
    proof_of,
    send_answered,
    take,
)

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision

pytestmark = pytest.mark.slow

WARM_UP = {"start": "2001-09-09", "first": 5, "growth": 1.5}


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=2)
    join(made, 10)
    yield made
    made.engine.dispose()


def test_given_up_while_another_lists_mailing_waits_its_readers_stay_out_of_that(
    tmp_path: Path,
) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=2)
    for name, some in {"others": (0, 1, 2, 3), "readers": (1, 2)}.items():
        for n in some:
            join(wiring, 1, first=n, name=name)
    wiring.post.script = deque([LOST])
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    wiring.post.script = deque([Answer("account")])
    waiting = publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="others"))
    assert (waiting.candidates, waiting.pending, waiting.unknown) == (4, 2, 2)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    wiring.post.attempts.clear()
    proof = publish.resume(wiring, ISSUE)
    assert [len(ids) for ids in wiring.post.attempts.values()] == [2]
    assert (proof.candidates, proof.accepted, proof.rejected) == (4, 2, 2)


def _again(wiring: Wired, reader: int) -> None:
    readership.add(
        wiring.engine,
        "readers",
        f"reader{reader - 1}@example.org",
        now=wiring.clock.now,
        joining=readership.Joining(again=True),
    )


def test_who_got_the_first_request_and_left_before_the_second_is_no_newcomer_later(
    wiring: Wired,
) -> None:
    first = lost_and_to_be_sent_again(wiring)
    leave(wiring, 2)
    assert publish.resume(wiring, ISSUE).accepted == 9
    take(wiring, event_of(wiring, 2, first))  # they have it, as is now known
    _again(wiring, 2)
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert wiring.post.mailed[2] == 1


def test_who_left_before_the_second_request_is_in_the_account_though_that_is_given_up_as_well(
    wiring: Wired,
) -> None:
    wiring.post.script = deque([LOST])
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    join(wiring, 1, first=10)
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I guess"))
    leave(wiring, 1)
    wiring.post.script = deque([LOST])
    publish.resume(wiring, ISSUE)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I guess"))
    proof = proof_of(wiring)
    assert (proof.candidates, proof.accepted, proof.rejected) == (11, 9, 1)
    assert proof.excluded == {"unsubscribed": 1}
    assert len(list(publish.recipients(wiring, ISSUE))) == 11


def test_the_same_reported_while_they_are_claimed_as_a_newcomer(wiring: Wired) -> None:
    first = lost_and_to_be_sent_again(wiring)
    leave(wiring, 2)
    assert publish.resume(wiring, ISSUE).accepted == 9
    _again(wiring, 2)
    done = iter([True])

    def look(ids: list[int]) -> None:
        if 2 in ids and next(done, False):
            take(wiring, event_of(wiring, 2, first))

    wiring.post.look = look
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert not next(done, False), "they were never claimed"
    assert wiring.post.mailed[2] == 1
    assert _counts(wiring, 10).accepted == 10


def test_the_same_reported_while_the_second_is_on_the_wire(wiring: Wired) -> None:
    first = lost_and_to_be_sent_again(wiring)
    leave(wiring, 2)
    done = iter([True])
    wiring.post.meanwhile = lambda: take(wiring, event_of(wiring, 2, first)) if next(done, False) else None
    proof = publish.resume(wiring, ISSUE)
    assert proof.state == "finished"
    _again(wiring, 2)
    publish.send(wiring, publish.plan_send(wiring, ISSUE))
    assert wiring.post.mailed[2] == 1


def _as(wiring: Wired, key: str) -> None:
    for personal in ("person", "approver"):
        wiring.__dict__.pop(personal, None)
    wiring.settings = wiring.settings.model_copy(update={"approval_key": SecretStr(key)})


ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))


def _approved(wiring: Wired, **how: object) -> None:
    _as(wiring, ANA)
    publish.send(wiring, publish.plan_send(wiring, ISSUE, **how))
    _as(wiring, BEN)
    publish.approve(wiring, publish.plan_approval(wiring, ISSUE))


def test_what_is_given_up_after_a_later_mailing_was_approved_changes_nothing_in_that(
    tmp_path: Path,
) -> None:
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    wiring = Wired(tmp_path, Scripted(), batch_size=2, approval=rules)
    join(wiring, 6)
    _approved(wiring)
    wiring.post.script = deque([LOST, Answer("named", places=(0,))])
    assert publish.resume(wiring, ISSUE).rejected == 1
    _approved(wiring, only_missing=True)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    proof = publish.resume(wiring, ISSUE)
    assert (proof.accepted, proof.rejected) == (4, 2)


def test_what_was_to_be_sent_again_and_was_cancelled_can_be_mailed_as_missing(wiring: Wired) -> None:
    send_answered(wiring, LOST)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    proof = publish.cancel(wiring, ISSUE)
    assert (proof.excluded, proof.pending) == ({"cancelled": 2}, 0)
    missing = publish.plan_send(wiring, ISSUE, only_missing=True)
    assert missing.readers == 2
    assert publish.send(wiring, missing).accepted == 10
    assert set(wiring.post.mailed.values()) == {1}


# ── given up, taken in by a later mailing, and reported after all ───────────────────────────────────────


def _counts(wiring: Wired, candidates: int) -> Proof:
    """See that each of so many candidates stands in one place, in the proof and in the list of recipients."""
    proof = proof_of(wiring)
    accounts = list(publish.recipients(wiring, ISSUE))
    assert proof.adds_up
    assert proof.candidates == len(accounts) == candidates
    assert len({recipient["email"] for recipient in accounts}) == candidates
    return proof


def _given_up(wiring: Wired, *script: Answer, place: int = 0) -> str:
    """A request that was taken is given up; return its attempt."""
    proof = send_answered(wiring, *script)
    assert proof.unknown
    lost = [attempt for attempt in wiring.post.attempts if attempt in wiring.post.taken][place]
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    return lost


def _begin_missing(wiring: Wired, *script: Answer) -> Proof:
    wiring.post.script = deque(script)
    return publish.send(wiring, publish.plan_send(wiring, ISSUE, only_missing=True))


@pytest.mark.parametrize("stop", ["scheduled", "paused", "cancelled"])
def test_reported_while_the_mailing_to_the_missing_waits_they_count_once(wiring: Wired, stop: str) -> None:
    lost = _given_up(wiring, TAKEN)
    if stop == "scheduled":
        missing = publish.plan_send(wiring, ISSUE, only_missing=True)
        publish.schedule(wiring, missing, wiring.clock.now() + SECOND)
    else:
        _begin_missing(wiring, Answer("account"))  # cut into batches, then stopped
        assert _counts(wiring, 10).pending == 2
    if stop == "cancelled":
        publish.cancel(wiring, ISSUE)
    take(wiring, event_of(wiring, 1, lost))
    assert _counts(wiring, 10).accepted == 10
    publish.resume(wiring, ISSUE)
    proof = _counts(wiring, 10)
    assert (proof.accepted, proof.excluded, proof.pending) == (10, {}, 0)
    assert set(wiring.post.mailed.values()) == {1}


def test_reported_while_some_of_the_missing_wait_in_the_same_batch_those_are_still_mailed(
    tmp_path: Path,
) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=6)
    join(wiring, 6)
    lost = _given_up(wiring, Answer("named", places=(0, 5)), TAKEN)
    assert _begin_missing(wiring, Answer("account")).pending == 6
    take(wiring, event_of(wiring, 3, lost))
    proof = _counts(wiring, 6)
    assert (proof.accepted, proof.pending) == (4, 2)
    assert publish.resume(wiring, ISSUE).accepted == 6
    assert (_counts(wiring, 6).excluded, set(wiring.post.mailed.values())) == ({}, {1})
    wiring.engine.dispose()


def test_reported_while_they_are_claimed_along_with_others_they_count_once(tmp_path: Path) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=6)
    join(wiring, 6)
    lost = _given_up(wiring, Answer("named", places=(0, 5)), TAKEN)
    done = iter([True])

    def look(_: list[int]) -> None:
        if next(done, False):
            take(wiring, event_of(wiring, 3, lost))
            proof = _counts(wiring, 6)
            assert (proof.accepted, proof.pending) == (4, 2)

    wiring.post.look = look
    assert _begin_missing(wiring).accepted == 6
    assert (_counts(wiring, 6).excluded, set(wiring.post.mailed.values())) == ({}, {1})
    wiring.engine.dispose()


def test_reported_after_the_missing_had_it_and_some_of_them_had_left_each_counts_once(
    tmp_path: Path,
) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=4)
    join(wiring, 4)
    lost = _given_up(wiring, TAKEN)
    leave(wiring, 2)  # turned away by the second mailing; the first had reached them
    proof = _begin_missing(wiring, Answer("named", places=(0,)))
    assert (proof.accepted, proof.rejected, proof.excluded) == (2, 1, {"unsubscribed": 1})
    take(wiring, event_of(wiring, 1, lost))
    proof = _counts(wiring, 4)
    assert (proof.accepted, proof.rejected, proof.excluded) == (4, 0, {})
    assert proof.alarms == {"accepted_twice": 2}
    wiring.engine.dispose()


def test_reported_after_newcomers_were_mailed_too_they_are_rejected_no_longer(
    wiring: Wired,
) -> None:
    lost = _given_up(wiring, TAKEN)
    join(wiring, 1, first=10)
    proof = send_answered(wiring)  # a reader who was given up is no newcomer
    assert (proof.accepted, proof.rejected) == (9, 2)
    take(wiring, event_of(wiring, 1, lost))
    proof = _counts(wiring, 11)
    assert (proof.accepted, proof.rejected, proof.alarms) == (11, 0, {})


def test_reported_while_a_third_mailing_waits_and_a_second_turned_them_away_they_count_once(
    tmp_path: Path,
) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=1)
    join(wiring, 10)
    lost = _given_up(wiring, Answer("named", places=(0,)), TAKEN)  # reader 1 is refused, reader 2 given up
    _begin_missing(wiring, Answer("accepted", taken=True), Answer("named", places=(0,)))
    assert _counts(wiring, 10).rejected == 1
    _begin_missing(wiring, Answer("account"))
    take(wiring, event_of(wiring, 2, lost))
    proof = _counts(wiring, 10)
    assert (proof.accepted, proof.rejected, proof.pending) == (10, 0, 0)
    publish.resume(wiring, ISSUE)
    assert (_counts(wiring, 10).excluded, set(wiring.post.mailed.values())) == ({}, {1})
    wiring.engine.dispose()


def test_reported_after_another_lists_mailing_had_it_they_count_once(wiring: Wired) -> None:
    join(wiring, 2, name="others")
    wiring.post.script = deque([TAKEN])
    publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="readers"))
    lost = wiring.post.taken[0]
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("drop", "I looked"))
    assert publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="others")).accepted == 10
    take(wiring, event_of(wiring, 1, lost))
    proof = _counts(wiring, 10)
    assert (proof.accepted, proof.rejected, proof.excluded) == (10, 0, {})
    assert proof.alarms == {"accepted_twice": 2}


@pytest.mark.parametrize("then", [LOST, Answer("killed on the wire")])
def test_reported_while_the_second_request_is_unknown_they_are_accepted_and_never_mailed_a_third_time(
    wiring: Wired, then: Answer
) -> None:
    lost = _given_up(wiring, TAKEN)
    with suppress(Killed):
        _begin_missing(wiring, then)
    assert _counts(wiring, 10).unknown == 2
    take(wiring, event_of(wiring, 1, lost))
    assert (_counts(wiring, 10).accepted, proof_of(wiring).unknown) == (10, 0)
    much_later(wiring)
    publish.reconcile(wiring, ISSUE, word=Decision("resend", "I looked"))
    publish.resume(wiring, ISSUE)
    assert (_counts(wiring, 10).accepted, set(wiring.post.mailed.values())) == (10, {1})


# ── cancelled before anything left ──────────────────────────────────────────────────────────────────────


def test_cancelled_before_anything_left_another_lists_mailing_counts_for_nothing(wiring: Wired) -> None:
    join(wiring, 3, first=20, name="others")
    for name in ("readers", "others"):
        plan = publish.plan_send(wiring, ISSUE, list_name=name)
        publish.schedule(wiring, plan, wiring.clock.now() + HOUR)
        publish.cancel(wiring, ISSUE)
    assert _counts(wiring, 3).excluded == {"cancelled": 3}  # the latest, as there is nothing else
    assert publish.send(wiring, publish.plan_send(wiring, ISSUE, list_name="others")).accepted == 3
    assert _counts(wiring, 3).accepted == 3


def test_who_was_refused_by_a_mailing_that_was_cancelled_before_anything_left_is_a_newcomer_still(
    wiring: Wired,
) -> None:
    send_answered(
        wiring, Answer("named", places=(1,)), Answer("account")
    )  # it refused reader 2, and took nothing
    assert publish.cancel(wiring, ISSUE).rejected == 0  # nobody was reached, so nobody counts as refused
    leave(wiring, 2)
    assert send_answered(wiring).accepted == 9
    _again(wiring, 2)
    newcomers = publish.plan_send(wiring, ISSUE)
    assert newcomers.readers == 1
    assert publish.send(wiring, newcomers).accepted == 10


def test_a_mailing_to_the_missing_that_was_cancelled_before_anything_left_changes_no_later_proof(
    wiring: Wired,
) -> None:
    lost = _given_up(wiring, TAKEN)
    _begin_missing(wiring, Answer("account"))
    publish.cancel(wiring, ISSUE)
    assert (_counts(wiring, 10).rejected, proof_of(wiring).excluded) == (2, {})
    _begin_missing(wiring, Answer("account"))
    publish.cancel(wiring, ISSUE)
    take(wiring, event_of(wiring, 1, lost))
    proof = _counts(wiring, 10)
    assert (proof.accepted, proof.rejected, proof.excluded) == (10, 0, {})
