"""A claim takes the readers as the list has them, and nobody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import postgres
import pytest
from databases import empty_database
from pace import until
from sqlalchemy import URL, Connection, Engine, event, insert, select, text, update

from newsletter.delivery.id_set import decode, encode
from newsletter.delivery.states import (
    BatchState,
    BatchTransition,
    Exclusion,
    MailingState,
    RecipientState,
    SubscriptionState,
)
from newsletter.errors import StoreError
from newsletter.store.database import open_database, read, write
from newsletter.store.ledger import claims, cutting, mailings
from newsletter.store.ledger.limits import Ceiling
from newsletter.store.ledger.transitions import Claim, Reader, move
from newsletter.store.tables import batch, limiter, mailing, mailing_list, subscriber, subscription, unmailed

ODD = (
    "Ana", "", 'Ana "Bo" O’Neill', "back\\slash \\u0041", "two\nlines\ttab", "unit\x1fseparator\x00nul",
    "Дарья", "👩‍🚀", "\u2028\u202e", "[1,null]", "null", "x" * 5_000,
)  # fmt: skip
STEP = 3  # ids do not follow one another: others were erased


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with a mailing to readers whose names are odd, cut into batches of five."""
    (tmp_path / "newsletter.db").write_bytes(empty_database())
    made = open_database(f"sqlite:///{tmp_path}/newsletter.db")
    fill(made, _readers())
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def on_postgresql() -> Iterator[URL]:
    """Run a server for all tests here."""
    with postgres.server() as url:
        yield url


def fill(engine: Engine, readers: list[Reader], *, mailing_ids: tuple[int, ...] = (1,)) -> None:
    """Write down a mailing to these readers, cut into batches of five; or several."""
    with write(engine) as connection:
        connection.execute(insert(mailing_list).values(id=1, name="readers", key="readers", created_at=1))
        connection.execute(insert(subscriber), [{**r._asdict(), "created_at": 1} for r in readers])
        row = {"list_id": 1, "status": SubscriptionState.CONFIRMED, "since": 1, "created_at": 1}
        connection.execute(insert(subscription), [{**row, "subscriber_id": r.id} for r in readers])
        run = {"kind": "first", "provider": "sandbox", "list_id": 1, "audience_at": 2}
        kept = {"manifest": "{}", "envelope": "{}", "created_at": 1, "state": MailingState.SENDING}
        for number in mailing_ids:
            connection.execute(insert(mailing).values({"id": number, "issue": f"i{number}", **run, **kept}))
            cutting.cut(connection, mailings.get(connection, number), batch_size=5, now=3)


def _readers() -> list[Reader]:
    return [
        Reader(2 + place * STEP, f"r{place}@example.org", name, '{"first_name":"' + str(place) + '"}')
        for place, name in enumerate(ODD)
    ]


def _claim_all(connection: Connection) -> list[Claim]:
    terms = claims.ClaimTerms("test", lease_seconds=60, rate_per_second=0)
    found: list[Claim] = []
    while True:
        of = mailings.get(connection, 1)
        claimed = claims.claim(connection, of, terms, attempt_id=f"a{len(found)}", now=4)
        if claimed is None:
            return found
        assert isinstance(claimed, Claim)
        found.append(claimed)


def test_readers_come_out_of_a_claim_as_they_were_written(engine: Engine) -> None:
    with write(engine) as connection:
        found = _claim_all(connection)
        assert [len(claimed.readers) for claimed in found] == [5, 5, 2]
        assert [reader for claimed in found for reader in claimed.readers] == _readers()
        assert [claimed.readers[-1] for claimed in found] == [_readers()[n] for n in (4, 9, 11)]
        kept = connection.scalars(select(batch.c.reader_ids).order_by(batch.c.id))
        assert [decode(ids) for ids in kept] == [list(claimed.readers.ids) for claimed in found]


def test_who_is_left_out_of_a_claim_shifts_nothing_of_the_others(engine: Engine) -> None:
    first, second, third, *others = _readers()
    with write(engine) as connection:
        connection.execute(
            update(subscription)
            .where(subscription.c.subscriber_id == second.id)
            .values(status=SubscriptionState.UNSUBSCRIBED, since=3)
        )
        connection.execute(
            update(subscriber).where(subscriber.c.id == others[0].id).values(suppressed="bounce")
        )
        found = _claim_all(connection)
        assert [reader for claimed in found for reader in claimed.readers] == [first, third, *others[1:]]
        rows = connection.execute(
            select(unmailed.c.subscriber_id, unmailed.c.kind, unmailed.c.reason).order_by(
                unmailed.c.subscriber_id
            )
        )
        assert [tuple(row) for row in rows] == [
            (second.id, RecipientState.EXCLUDED, Exclusion.UNSUBSCRIBED),
            (others[0].id, RecipientState.EXCLUDED, "bounce"),
        ]


def test_only_the_readers_that_a_batch_is_for_are_claimed_from_among_those_between_its_ends(
    engine: Engine,
) -> None:
    wanted = [reader for place, reader in enumerate(_readers()[:5]) if place in (0, 3)]
    with write(engine) as connection:
        connection.execute(
            update(batch)
            .where(batch.c.lo == wanted[0].id)
            .values(only=encode(reader.id for reader in wanted), candidates=2)
        )
        first, *_ = _claim_all(connection)
        assert list(first.readers) == wanted


def test_a_mailing_that_no_longer_sends_has_nothing_to_claim(engine: Engine) -> None:
    with write(engine) as connection:
        connection.execute(update(mailing).values(state=MailingState.PAUSED))
        assert _claim_all(connection) == []
        assert set(connection.scalars(select(batch.c.state))) == {BatchState.PENDING}


def test_a_claim_that_sqlite_refuses_is_said_in_a_sentence(engine: Engine) -> None:
    with read(engine) as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(StoreError, match="The database"), write(engine) as connection:
        _claim_all(connection)


def test_a_batch_that_was_claimed_anew_passes_the_gate_with_its_newest_claim_alone(engine: Engine) -> None:
    with write(engine) as connection:
        slow, *_ = _claim_all(connection)
        # As a report does that shows one of its readers to have the mail by another request.
        move(connection, slow.batch, BatchTransition.CLAIM_ANEW, now=5, n=0, reader_ids=None)
        terms = claims.ClaimTerms("another", lease_seconds=60, rate_per_second=0)
        newest = claims.claim(connection, mailings.get(connection, 1), terms, attempt_id="newest", now=5)
        assert isinstance(newest, Claim)
        assert newest.batch == slow.batch
        assert not claims.begin_posting(connection, slow, now=6)
        assert claims.begin_posting(connection, newest, now=6)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [{"ceiling": Ceiling(readers=5, since=0, until=10)}, {"rate": 5}])
def test_threads_that_claim_at_once_on_postgresql_pass_no_limit_together(
    on_postgresql: URL, limit: dict[str, Any]
) -> None:
    terms = claims.ClaimTerms("test", 60, limit.get("rate", 0), limit.get("ceiling"))
    with postgres.database(on_postgresql) as url:
        engine = open_database(url)
        fill(engine, [Reader(number, f"r{number}@example.org", "", "{}") for number in range(1, 11)])

        def claimed_as(attempt: str) -> object:
            with write(engine) as connection:
                return claims.claim(connection, mailings.get(connection, 1), terms, attempt_id=attempt, now=4)

        with ThreadPoolExecutor(1) as elsewhere:
            with write(engine) as connection:
                of = mailings.get(connection, 1)
                first = claims.claim(connection, of, terms, attempt_id="a1", now=4)
                second = elsewhere.submit(claimed_as, "a2")
                until(lambda: second.done() or _somebody_waits(engine))
            assert isinstance(first, Claim)
            assert isinstance(second.result(), claims.Wait)
        engine.dispose()


@pytest.mark.slow
def test_two_mailings_whose_first_claims_meet_on_postgresql_both_count_for_the_rate(
    on_postgresql: URL,
) -> None:
    terms = claims.ClaimTerms("test", 60, rate_per_second=5)
    with postgres.database(on_postgresql) as url:
        engine = open_database(url)
        readers = [Reader(number, f"r{number}@example.org", "", "{}") for number in range(1, 6)]
        fill(engine, readers, mailing_ids=(1, 2))

        def first_claim(connection: Connection, number: int) -> object:
            of = mailings.get(connection, number)
            return claims.claim(connection, of, terms, attempt_id=f"a{number}", now=4)

        def claimed_elsewhere() -> object:
            with write(engine) as connection:
                return first_claim(connection, 2)

        with ThreadPoolExecutor(1) as elsewhere:
            with write(engine) as connection:
                ours = first_claim(connection, 1)
                theirs = elsewhere.submit(claimed_elsewhere)
                until(lambda: theirs.done() or _somebody_waits(engine))
            assert isinstance(ours, Claim)
            assert isinstance(theirs.result(), Claim)
        with read(engine) as connection:
            assert connection.scalar(select(limiter.c.tat)) == 4 + 2_000_000, "a second for each"
        engine.dispose()


def _somebody_waits(engine: Engine) -> bool:
    with read(engine) as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


@pytest.mark.slow
def test_what_comes_back_while_another_claims_on_postgresql_puts_nothing_off(on_postgresql: URL) -> None:
    terms = claims.ClaimTerms("test", 60, 0, Ceiling(readers=5, since=0, until=10))
    with postgres.database(on_postgresql) as url:
        engine = open_database(url)
        fill(engine, [Reader(number, f"r{number}@example.org", "", "{}") for number in range(1, 11)])
        for place in range(1, 6):  # of the statement after which it comes back
            with write(engine) as connection:
                of = mailings.get(connection, 1)
                held = claims.claim(connection, of, terms, attempt_id=f"a{place}", now=4)
            assert isinstance(held, Claim)
            ran: list[str] = []

            def come_back(*_: object, held: Claim = held, ran: list[str] = ran, place: int = place) -> None:
                ran.append("a statement")
                if len(ran) == place:
                    with write(engine) as other:
                        claims.give_back(other, held, now=4)

            with write(engine) as connection:
                event.listen(connection, "after_cursor_execute", come_back)
                found = claims.claim(connection, of, terms, attempt_id=f"b{place}", now=4)
                event.remove(connection, "after_cursor_execute", come_back)
                assert len(ran) >= 4
                assert not isinstance(found, claims.Full), place
                if isinstance(found, Claim):
                    claims.give_back(connection, found, now=4)
            if len(ran) < place:
                break
        engine.dispose()
