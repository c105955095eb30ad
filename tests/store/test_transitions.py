"""Every transition of delivery/states.py, made by what the store does; and what it must not move stays."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from databases import empty_database
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

import newsletter.store
from newsletter.delivery.events import Event
from newsletter.delivery.id_set import encode
from newsletter.delivery.outcomes import Accepted, NotAccepted, Outcome, PerMessage, Refused, Unknown
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.states import (
    IN_THE_LEDGER,
    AttemptOutcome,
    BatchState,
    BatchTransition,
    MailingState,
    MailingTransition,
    RecipientState,
    SubscriptionState,
    SubscriptionTransition,
    Transition,
)
from newsletter.store.database import open_database, write
from newsletter.store.events import decisions, ingest
from newsletter.store.ledger import claims, mailings, outcomes
from newsletter.store.ledger.claims import Alone
from newsletter.store.ledger.transitions import BatchReaders, Claim, Reader
from newsletter.store.readers import subscribers
from newsletter.store.tables import (
    attempt,
    batch,
    mailing,
    mailing_list,
    subscriber,
    subscription,
    unmailed,
)

NOW = 1_000_000_000
READERS = (1, 2)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with a list of two readers, whose mailing is being sent."""
    (tmp_path / "newsletter.db").write_bytes(empty_database())
    made = open_database(f"sqlite:///{tmp_path}/newsletter.db")
    with write(made) as connection:
        connection.execute(insert(mailing_list).values(id=1, name="readers", key="readers", created_at=1))
        for reader in READERS:
            connection.execute(
                insert(subscriber).values(id=reader, email=f"r{reader}@example.org", created_at=1)
            )
            _subscribe(connection, reader)
    yield made
    made.dispose()


def _subscribe(
    connection: Connection, reader: int, status: SubscriptionState = SubscriptionState.CONFIRMED
) -> None:
    row = {"list_id": 1, "subscriber_id": reader, "status": status}
    connection.execute(insert(subscription).values({**row, "since": 1, "created_at": 1}))


def _mail(connection: Connection, state: str = MailingState.SENDING) -> None:
    row = {"issue": "first", "kind": "first", "provider": "sandbox", "list_id": 1, "audience_at": 2}
    frozen = {"manifest": "{}", "envelope": "{}", "created_at": 1}
    connection.execute(insert(mailing).values({"id": 1, "state": state, **row, **frozen}))


def _cut(connection: Connection, state: str, number: int = 1, **values: object) -> None:
    held = state not in (BatchState.PENDING, BatchState.SPLIT, BatchState.REJECTED, BatchState.EMPTY)
    row = {"mailing_id": 1, "variant": "everyone", "lo": 1, "hi": 2, "candidates": 2, "changed_at": 1}
    sent = {"n": 2, "reader_ids": encode(READERS), "lease_until": NOW * 2} if held else {}
    newest = {"attempt": f"a{number}"} if held or state == BatchState.REJECTED else {}
    connection.execute(
        insert(batch).values({"id": number, "state": state, **row, **sent, **newest, **values})
    )


def _post(connection: Connection, name: str = "a1", **values: object) -> None:
    connection.execute(insert(attempt).values({"id": name, "batch_id": 1, "posted_at": 5, **values}))


def _claimed(*readers: int) -> Claim:
    return Claim(
        1, 1, "a1", 1, BatchReaders.of(Reader(reader, "", "", "{}") for reader in readers or READERS)
    )


def _claim(connection: Connection, **how: Alone) -> object:
    return claims.claim(
        connection,
        mailings.get(connection, 1),
        claims.ClaimTerms("test", lease_seconds=60, rate_per_second=0),
        attempt_id="a9",
        now=NOW,
        **how,
    )


MAILINGS: Mapping[MailingTransition, Callable[[Connection, MailingState], object]] = {
    MailingTransition.BEGIN: lambda on, state: mailings.begin(on, 1, state),
    MailingTransition.PUT_OFF: lambda on, _: mailings.put_off(on, 1, until=NOW, note=""),
    MailingTransition.FINISH: lambda on, _: mailings.finish(on, 1, now=NOW),
    MailingTransition.PAUSE: lambda on, _: mailings.pause(on, 1, note=""),
    MailingTransition.HOLD: lambda on, _: mailings.hold(on, 1, note=""),
    MailingTransition.RELEASE: lambda on, _: mailings.release(on, 1, send_at=None, note=""),
    MailingTransition.RELEASE_FOR_LATER: lambda on, _: mailings.release(on, 1, send_at=NOW, note=""),
    MailingTransition.WAIT: lambda on, _: mailings.schedule_again(on, 1),
    MailingTransition.UNDO: lambda on, _: mailings.undo(on, 1, note=""),
    MailingTransition.CANCEL: lambda on, _: mailings.cancel(on, 1, note=""),
}


@pytest.mark.parametrize("transition", MailingTransition)
def test_a_mailing_moves_from_the_states_of_the_table_and_from_no_others(
    engine: Engine, transition: MailingTransition
) -> None:
    for state in IN_THE_LEDGER:
        if transition is MailingTransition.BEGIN and state == MailingState.CANCELLED:
            continue  # nobody plans to go on with one
        with write(engine) as connection:
            _mail(connection, state)
            MAILINGS[transition](connection, state)
            after = connection.scalar(select(mailing.c.state))
            connection.execute(mailing.delete())
        expected = transition.after if state in transition.before else state
        assert after == expected, (transition, state)


def _reported(connection: Connection) -> None:
    report = Event(b"k", "delivered", 9, "r1@example.org", attempt="a1", reader=1, message_id="m")
    ingest.take(connection, [report], now=NOW, pause=PauseAt(0, 0, 1))


def _decided(verdict: str) -> Callable[[Connection], object]:
    def decide(connection: Connection) -> None:
        (unanswered,) = decisions.unanswered(connection, "first", "sandbox")
        decisions.carry_out(connection, unanswered, Decision(verdict, "why"), now=NOW)  # type: ignore[arg-type]

    return decide


def _unsubscribed(connection: Connection) -> None:
    for reader in READERS:
        subscribers.set_status(connection, 1, reader, "unsubscribed", now=2)


def _none_may_be_mailed(connection: Connection) -> None:
    _unsubscribed(connection)
    _claim(connection)


def _rejected_and_asked_again(connection: Connection) -> None:
    row = {"mailing_id": 1, "subscriber_id": 1, "batch_id": 1, "reason": "no"}
    connection.execute(insert(unmailed).values({**row, "kind": RecipientState.REJECTED}))
    outcomes.take_back(connection, 1, READERS, now=NOW)


def _taken_by_an_earlier_request(connection: Connection) -> None:
    _post(connection, "a0", outcome=AttemptOutcome.ACCEPTED, reader_ids=encode(READERS))
    outcomes.record_late(connection, _claimed(), NotAccepted("no"), now=NOW)


def _in_another_batch(connection: Connection) -> None:
    """A report on an earlier request, of another batch, shows that a claimed reader has the mail."""
    _cut(connection, BatchState.UNKNOWN, 2, attempt="b")
    _post(connection, "b", batch_id=2, reader_ids=encode(READERS))
    report = Event(b"k", "delivered", 9, "r1@example.org", attempt="b", reader=1, message_id="m")
    connection.execute(batch.update().where(batch.c.id == 2).values(attempt="c"))
    ingest.take(connection, [report], now=NOW, pause=PauseAt(0, 0, 1))


def _whole_reported(connection: Connection) -> None:
    """The batch at hand was cut from another one, which a report shows to have been taken."""
    _cut(connection, BatchState.SPLIT, 2, attempt="b")
    _post(connection, "b", batch_id=2, reader_ids=encode(READERS))
    report = Event(b"k", "delivered", 9, "r1@example.org", attempt="b", reader=1, message_id="m")
    ingest.take(connection, [report], now=NOW, pause=PauseAt(0, 0, 1))


def _report_on_what_was_kept(connection: Connection) -> None:
    connection.execute(attempt.update().values(reader_ids=encode(READERS)))
    if connection.scalar(select(batch.c.state).where(batch.c.id == 1)) == BatchState.SPLIT:
        _cut(connection, BatchState.PENDING, 2)
    _reported(connection)


def _record(outcome: Outcome, *readers: int) -> Callable[[Connection], object]:
    return lambda connection: outcomes.record(connection, _claimed(*readers), outcome, now=NOW)


BATCHES: Mapping[BatchTransition, Callable[[Connection], object]] = {
    BatchTransition.CLAIM: _claim,
    BatchTransition.EMPTY: _none_may_be_mailed,
    BatchTransition.CUT: lambda on: _claim(on, alone=Alone(1, 2)),
    BatchTransition.GIVE_BACK: lambda on: claims.give_back(on, _claimed(), now=NOW),
    BatchTransition.FREE: lambda on: claims.recover(on, now=NOW),
    BatchTransition.CLAIM_ANEW: _in_another_batch,
    BatchTransition.POST: lambda on: claims.begin_posting(on, _claimed(), now=NOW),
    BatchTransition.LOSE: lambda on: claims.recover(on, now=NOW),
    BatchTransition.DOUBT: _record(Unknown("silence")),
    BatchTransition.ACCEPT: _record(Accepted("m")),
    BatchTransition.ACCEPT_EARLIER: _taken_by_an_earlier_request,
    BatchTransition.TRY_AGAIN: _record(NotAccepted("busy")),
    BatchTransition.TRY_AGAIN_LATE: lambda on: outcomes.record_late(
        on, _claimed(), NotAccepted("no"), now=NOW
    ),
    BatchTransition.REJECT: _record(Refused("no"), 1),
    BatchTransition.TURN_AWAY: _record(PerMessage((Refused("no"), Unknown("silence")))),
    BatchTransition.HALVE: _record(Refused("no")),
    BatchTransition.ASK_AGAIN: _rejected_and_asked_again,
    BatchTransition.REPORT: _report_on_what_was_kept,
    BatchTransition.PUT_TOGETHER: _whole_reported,
    BatchTransition.RECONCILE: _decided("accepted"),
    BatchTransition.RESEND: _decided("resend"),
    BatchTransition.DROP: _decided("drop"),
}
UNPOSTED_YET = (BatchTransition.CLAIM, BatchTransition.EMPTY, BatchTransition.CUT, BatchTransition.POST)


@pytest.mark.parametrize("transition", BatchTransition)
def test_a_batch_makes_each_transition_of_the_table(engine: Engine, transition: BatchTransition) -> None:
    for state in transition.before:
        with write(engine) as connection:
            _mail(connection)
            _cut(connection, BatchState(state))
            if transition not in UNPOSTED_YET:
                _post(connection)
            BATCHES[transition](connection)
            after = connection.scalar(select(batch.c.state).where(batch.c.id == 1))
            assert after == transition.after, (transition, state)
            for table in (unmailed, attempt, batch, mailing, subscription):
                connection.execute(table.delete())
            for reader in READERS:
                _subscribe(connection, reader)


@pytest.mark.parametrize(
    "transition",
    [
        *(BatchTransition.GIVE_BACK, BatchTransition.POST, BatchTransition.DOUBT, BatchTransition.ACCEPT),
        *(BatchTransition.TRY_AGAIN, BatchTransition.TRY_AGAIN_LATE),
        *(BatchTransition.REJECT, BatchTransition.HALVE),
    ],
)
def test_a_sender_moves_no_batch_that_stands_elsewhere_by_now(
    engine: Engine, transition: BatchTransition
) -> None:
    with write(engine) as connection:
        _mail(connection)
        for state in set(BatchState) - set(transition.before):
            _cut(connection, state, attempt="a1", lease_until=2 * NOW)
            _post(connection)
            BATCHES[transition](connection)
            assert connection.scalar(select(batch.c.state)) == state, (transition, state)
            connection.execute(batch.delete())


@pytest.mark.parametrize("transition", SubscriptionTransition)
def test_a_subscription_makes_each_transition_of_the_table(
    engine: Engine, transition: SubscriptionTransition
) -> None:
    for state in transition.before:
        with write(engine) as connection:
            connection.execute(subscription.delete())
            _subscribe(connection, 1, SubscriptionState(state))
            subscribers.set_status(connection, 1, 1, transition.after.value, now=NOW)  # type: ignore[arg-type]
            assert connection.scalar(select(subscription.c.status)) == transition.after


@pytest.mark.parametrize(
    ("table", "states", "transitions"),
    [
        (mailing, IN_THE_LEDGER, MailingTransition),
        (batch, tuple(BatchState), BatchTransition),
        (subscription, tuple(SubscriptionState), SubscriptionTransition),
    ],
)
def test_the_tests_databases_refuse_what_no_table_has(
    engine: Engine, table: object, states: Iterable[str], transitions: Iterable[Transition]
) -> None:
    known = {(before, move.after) for move in transitions for before in move.before}
    column = subscription.c.status if table is subscription else table.c.state  # type: ignore[attr-defined]
    with write(engine) as connection:
        connection.execute(subscription.delete())
        for before, after in product(states, states):
            whole = connection.begin_nested()
            _mail(connection, before if table is mailing else MailingState.SENDING)
            _cut(connection, before if table is batch else BatchState.PENDING)
            _subscribe(connection, 1, before if table is subscription else SubscriptionState.PENDING)
            change = table.update().values({column: after})  # type: ignore[attr-defined]
            if before == after or (before, after) in known:
                connection.execute(change)
            else:
                with pytest.raises(IntegrityError, match="not a transition of"):
                    connection.execute(change)
            whole.rollback()


def test_whatever_sets_a_state_says_from_which_it_may_come() -> None:
    """In its WHERE, so that two processes at once cannot make a transition that no table has."""
    for path in sorted(Path(newsletter.store.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _sets_a_state(node):
                assert isinstance(node.func, ast.Attribute)
                chain = ast.unparse(node.func.value)
                of = re.match(r"update\((\w+)\)", chain)
                table = of[1] if of else r"\w+"
                says = re.search(rf"{table}\.c\.(state|status)(\.in_\(| ==)", chain)
                assert "insert(" in chain or says, f"{path.name}:{node.lineno}: {chain}"


def _sets_a_state(node: ast.Call) -> bool:
    """Say whether a call is ``….values(state=…)``; the functions that pass values on are given no state."""
    named = any(keyword.arg in {"state", "status"} for keyword in node.keywords)
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    assert not (named and name in {"move", "move_if_mine", "_move"}), "a state comes from a transition"
    return named and name == "values"
