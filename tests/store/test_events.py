"""What reports do to the ledger: counts, settled requests, alarms, suppressions, pauses."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import pytest
from databases import empty_database
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples
from sqlalchemy import Engine, insert, select, update

from newsletter.delivery.event_kinds import Kind
from newsletter.delivery.events import Event
from newsletter.delivery.id_set import decode, encode
from newsletter.delivery.reports import PauseAt
from newsletter.errors import StoreError
from newsletter.readership.reports import Taken, take_reports
from newsletter.store.database import open_database, read, write
from newsletter.store.events.alarms import Alarm, alarms_of
from newsletter.store.events.decisions import first_report
from newsletter.store.events.tallies import tallies
from newsletter.store.readers import suppressions
from newsletter.store.tables import (
    attempt,
    batch,
    decision,
    event,
    mailing,
    mailing_list,
    metadata,
    subscriber,
    subscription,
    unmailed,
)

pytestmark = pytest.mark.slow

NEVER = PauseAt(bounces=0, complaints=0, after=1)
SECOND = 1_000_000


def attempt_id(n: int) -> str:
    return f"{n:020x}"


@dataclass
class Ledger:
    """A database with one list of ten readers, and what is needed to put requests into it."""

    engine: Engine
    at: int = 1_700_000_000 * SECOND
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        with write(self.engine) as connection:
            connection.execute(insert(mailing_list).values(id=1, name="readers", created_at=1))
            for n in range(1, 11):
                connection.execute(insert(subscriber).values(id=n, email=f"r{n}@example.org", created_at=1))
                connection.execute(
                    insert(subscription).values(
                        list_id=1, subscriber_id=n, status="confirmed", since=1, created_at=1
                    )
                )

    def now(self) -> int:
        with self.lock:
            self.at += SECOND
            return self.at

    def mail(self, issue: str = "first", **values: object) -> int:
        row = {
            "issue": issue, "kind": "first", "provider": "sandbox", "state": "sending", "list_id": 1,
            "audience_at": 1, "manifest": "{}", "envelope": "{}", "created_at": 1, **values,
        }  # fmt: skip
        with write(self.engine) as connection:
            return int(connection.execute(insert(mailing).values(**row)).inserted_primary_key[0])

    def post(
        self,
        of: int,
        n: int,
        readers: Sequence[int] = (1, 2, 3),
        *,
        state: str = "accepted",
        kept: Sequence[int] | None = None,
        latest: int | None = None,
    ) -> int:
        """Write a batch whose request ``n`` was posted; return the batch's id."""
        reader_ids = encode(readers) if readers else None
        with write(self.engine) as connection:
            key = connection.execute(
                insert(batch).values(
                    mailing_id=of,
                    variant="everyone",
                    lo=1,
                    hi=10,
                    candidates=3,
                    state=state,
                    attempt=attempt_id(latest or n),
                    n=len(readers),
                    reader_ids=reader_ids,
                    changed_at=1,
                    owner="other" if state in ("claimed", "posting") else None,
                )
            ).inserted_primary_key[0]
            connection.execute(
                insert(attempt).values(
                    id=attempt_id(n), batch_id=key, posted_at=1, reader_ids=encode(kept) if kept else None
                )
            )
        return int(key)

    def take(self, *events: Event, pause: PauseAt = NEVER) -> Taken:
        return take_reports(self.engine, events, now=self.now, pause=pause)

    def batch(self, key: int) -> tuple[str, str, list[int], str | None]:
        with read(self.engine) as connection:
            row = connection.execute(select(batch).where(batch.c.id == key)).one()
        assert row.owner is None or row.state in ("claimed", "posting")
        return row.state, row.attempt, decode(row.reader_ids or b""), row.message_id

    def alarms(self) -> dict[str, Alarm]:
        with read(self.engine) as connection:
            return {alarm.kind: alarm for alarm in alarms_of(connection)}

    def rows(self, table: object) -> list[tuple[object, ...]]:
        with read(self.engine) as connection:
            return [tuple(row) for row in connection.execute(select(table))]  # type: ignore[call-overload]

    def tallies(self, of: int) -> dict[str, int]:
        with read(self.engine) as connection:
            return tallies(connection, of)

    def state(self, of: int) -> tuple[str, str]:
        with read(self.engine) as connection:
            row = connection.execute(select(mailing).where(mailing.c.id == of)).one()
        return row.state, row.note

    def status(self, reader: int) -> str:
        with read(self.engine) as connection:
            return str(
                connection.scalar(select(subscription.c.status).where(subscription.c.subscriber_id == reader))
            )

    def suppressed(self) -> dict[str, str]:
        with read(self.engine) as connection:
            return {found.email: found.reason for found in suppressions.all_suppressions(connection)}


def _ledger_in(folder: Path) -> Ledger:
    (folder / "newsletter.db").write_bytes(empty_database())
    return Ledger(open_database(f"sqlite:///{folder}/newsletter.db"))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return _ledger_in(tmp_path)


def reported(
    kind: Kind, n: int, reader: int | None = 1, *, at: int = 100, reason: str = "", **rest: str
) -> Event:
    text = f"{kind} {n} {reader} {at}"
    return Event(
        key=blake2b(text.encode(), digest_size=16).digest(),
        kind=kind,
        at=at * SECOND,
        email=rest.get("email", f"r{reader}@example.org"),
        attempt=attempt_id(n),
        reader=reader,
        message_id=rest.get("message_id", f"m{n}"),
        reason=reason,
        suppresses=rest.get("suppresses", ""),
    )


class TestCounting:
    def test_a_report_counts_once_however_often_it_comes(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        one = reported("delivered", 1)
        assert ledger.take(one, one) == Taken(new=1, repeated=1)
        assert ledger.take(one) == Taken(repeated=1)
        assert len(ledger.rows(event)) == 1

    def test_a_reader_counts_once_a_kind(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        ledger.take(reported("open", 1, 1, at=1), reported("open", 1, 1, at=2), reported("open", 1, 2))
        ledger.take(reported("open", 1, 1, at=3), reported("open", 1, 3), reported("delivered", 1, 1))
        assert ledger.tallies(of) == {"open": 3, "delivered": 1}

    def test_no_events_are_no_trouble(self, ledger: Ledger) -> None:
        assert ledger.take() == Taken()

    def test_mail_that_is_not_ours_is_kept_and_raises_no_alarm(self, ledger: Ledger) -> None:
        assert ledger.take(reported("delivered", 9), reported("bounce", 9)) == Taken(
            new=2, strangers=2, suppressed=1
        )
        assert ledger.alarms() == {}
        assert {row[5] for row in ledger.rows(event)} == {None}

    def test_a_reader_nobody_named_is_kept(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        assert ledger.take(reported("delivered", 1, None)).new == 1
        assert ledger.tallies(of) == {}

    def test_more_events_than_one_query_names_are_taken_in_one_go(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1, range(1, 2501))
        assert ledger.take(*(reported("delivered", 1, n) for n in range(1, 2501))).new == 2500
        assert ledger.tallies(of) == {"delivered": 2500}
        assert ledger.alarms() == {}

    def test_the_first_report_is_the_earliest_that_shows_that_a_mail_exists(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        ledger.post(of, 2, (4, 5), state="unknown")
        ledger.take(
            reported("delivered", 1, 1, at=7),
            reported("processed", 1, 2, at=5),
            reported("unsubscribe", 2, 4),
        )
        with read(ledger.engine) as connection:
            assert first_report(connection, [attempt_id(1), attempt_id(2)]) == 5 * SECOND
            assert first_report(connection, [attempt_id(2)]) is None


class TestSettledByEvent:
    @pytest.mark.parametrize("state", ["unknown", "posting"])
    @pytest.mark.parametrize("kind", ["processed", "delivered", "bounce", "dropped", "deferred", "complaint"])
    def test_a_mail_that_exists_was_taken(self, ledger: Ledger, state: str, kind: Kind) -> None:
        key = ledger.post(ledger.mail(), 1, state=state)
        assert ledger.take(reported(kind, 1)).settled_by_event == 1
        assert ledger.batch(key) == ("accepted", attempt_id(1), [1, 2, 3], "m1")
        ((_, _, posted, answered, outcome, detail, _),) = ledger.rows(attempt)
        assert (posted, outcome, detail) == (1, "accepted", "reported")
        assert answered == ledger.at
        assert len(ledger.rows(decision)) == (state == "unknown")

    def test_the_decision_says_what_it_rests_on(self, ledger: Ledger) -> None:
        of = ledger.mail()
        key = ledger.post(of, 1, state="unknown")
        ledger.take(reported("delivered", 1, at=86400))
        ((_, mailing_id, batch_id, of_attempt, n, verdict, evidence, _),) = ledger.rows(decision)
        assert (mailing_id, batch_id, of_attempt, n, verdict) == (of, key, attempt_id(1), 3, "accepted")
        assert "delivered" in str(evidence)
        assert "1970-01-02" in str(evidence)

    def test_an_unsubscription_proves_nothing_of_a_request(self, ledger: Ledger) -> None:
        key = ledger.post(ledger.mail(), 1, state="unknown")
        assert ledger.take(reported("unsubscribe", 1)).settled_by_event == 0
        assert ledger.batch(key)[0] == "unknown"

    def test_an_event_without_a_message_id_does_not_hide_one_with_it(self, ledger: Ledger) -> None:
        key = ledger.post(ledger.mail(), 1, state="unknown")
        ledger.take(reported("bounce", 1, 1, message_id=""), reported("delivered", 1, 2))
        assert ledger.batch(key)[3] == "m1"

    @pytest.mark.parametrize("state", ["pending", "claimed", "empty", "rejected"])
    def test_readers_of_an_earlier_request_are_not_mailed_again(self, ledger: Ledger, state: str) -> None:
        of = ledger.mail()
        key = ledger.post(of, 1, (2,) if state == "claimed" else (), state=state, kept=(1, 2, 3), latest=2)
        with write(ledger.engine) as connection:
            for reader, kind in ((3, "excluded"), (2, "rejected"), (8, "excluded")):
                connection.execute(
                    insert(unmailed).values(
                        mailing_id=of, subscriber_id=reader, batch_id=key, kind=kind, reason="why"
                    )
                )
        assert ledger.take(reported("delivered", 1)).settled_by_event == 1
        assert ledger.batch(key) == ("accepted", attempt_id(1), [1, 2, 3], "m1")
        assert [row[1] for row in ledger.rows(unmailed)] == [8]
        assert len(ledger.rows(decision)) == 1
        assert ledger.alarms() == {}

    def test_an_earlier_request_settles_a_later_unknown_one(self, ledger: Ledger) -> None:
        key = ledger.post(ledger.mail(), 1, state="unknown", kept=(1, 2, 3), latest=2)
        assert ledger.take(reported("delivered", 1)).settled_by_event == 1
        assert ledger.batch(key)[:3] == ("accepted", attempt_id(1), [1, 2, 3])

    def test_a_later_request_on_the_wire_is_left_alone(self, ledger: Ledger) -> None:
        key = ledger.post(ledger.mail(), 1, state="posting", kept=(1, 2, 3), latest=2)
        assert ledger.take(reported("delivered", 1)).settled_by_event == 0
        assert ledger.batch(key)[:2] == ("posting", attempt_id(2))

    def test_mail_of_a_request_whose_batch_was_cut_up_since_pauses_the_issue(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1, (), state="split", kept=(1, 2, 3))
        assert ledger.take(reported("delivered", 1)).paused == ("first",)
        assert ledger.state(of)[0] == "paused"

    def test_mail_of_a_request_said_not_to_be_taken_pauses_the_issue(self, ledger: Ledger) -> None:
        of = ledger.mail()
        key = ledger.post(of, 1, (), state="pending")
        assert ledger.take(reported("delivered", 1)).paused == ("first",)
        state, note = ledger.state(of)
        assert state == "paused"
        assert "twice" in note
        assert ledger.batch(key)[0] == "pending"
        assert ledger.alarms()["never_mailed"].n == 1


class TestAlarms:
    def test_mail_of_two_requests_is_an_alarm_with_its_readers_counted(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        ledger.post(of, 2, (2, 3, 4))
        ledger.take(reported("delivered", 1, 1))
        alarm = ledger.alarms()["accepted_twice"]
        assert (alarm.issue, alarm.n) == ("first", 2)
        assert "@" not in alarm.detail
        assert attempt_id(1) in alarm.detail
        ledger.take(reported("processed", 2, 2), reported("delivered", 2, 3), reported("delivered", 1, 2))
        assert ledger.alarms()["accepted_twice"].n == 2

    def test_as_long_as_the_other_request_may_not_have_been_taken_there_is_no_alarm(
        self, ledger: Ledger
    ) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        ledger.post(of, 2, (3, 4), state="unknown")
        ledger.take(reported("delivered", 1, 1))
        assert ledger.alarms() == {}
        ledger.take(reported("delivered", 2, 4))
        assert ledger.alarms()["accepted_twice"].n == 1

    def test_mail_of_a_request_said_not_to_be_taken_is_a_second_one_for_who_was_mailed_since(
        self, ledger: Ledger
    ) -> None:
        key = ledger.post(ledger.mail(), 1, latest=2)
        with write(ledger.engine) as connection:  # the first was answered “not taken”, the second accepted
            connection.execute(insert(attempt).values(id=attempt_id(2), batch_id=key, posted_at=2))
        ledger.take(reported("delivered", 1, 1), reported("delivered", 1, 2))
        assert ledger.alarms()["accepted_twice"].n == 2
        ledger.take(reported("delivered", 1, 3), reported("open", 1, 1))
        assert ledger.alarms()["accepted_twice"].n == 3

    def test_two_requests_in_one_post_are_seen_too(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        ledger.post(of, 2)
        ledger.take(reported("delivered", 1, 1), reported("delivered", 2, 1))
        assert ledger.alarms()["accepted_twice"].n == 3

    def test_two_mailings_of_one_issue_count_together(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.post(ledger.mail(kind="newcomers"), 2)
        ledger.take(reported("delivered", 1, 1))
        ledger.take(reported("delivered", 2, 1))
        assert ledger.alarms()["accepted_twice"].n == 3

    @pytest.mark.parametrize(
        "other",
        [
            {"issue": "second"},
            {"provider": "sendgrid"},
            {"kind": "correction", "corrects": "first"},
        ],
    )
    def test_another_issue_provider_or_correction_is_no_second_mail(
        self, ledger: Ledger, other: dict[str, object]
    ) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.post(ledger.mail(**other), 2)  # type: ignore[arg-type]
        ledger.take(reported("delivered", 1, 1))
        ledger.take(reported("delivered", 2, 1))
        assert ledger.alarms() == {}

    def test_mail_to_a_reader_who_was_in_no_request_is_an_alarm(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.take(reported("processed", 1, 7), reported("delivered", 1, 7), reported("delivered", 1, 1))
        ledger.take(reported("open", 1, 7))
        alarm = ledger.alarms()["never_mailed"]
        assert alarm.n == 1
        assert "Reader 7" in alarm.detail

    def test_more_deliveries_than_mails_are_an_alarm(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.take(*(reported("delivered", 1, n) for n in (1, 2, 3)))
        assert ledger.alarms() == {}
        ledger.take(reported("delivered", 1, 4), reported("delivered", 1, 5))
        assert ledger.alarms()["more_delivered_than_accepted"].n == 2
        assert ledger.alarms()["never_mailed"].n == 2

    def test_an_alarm_keeps_when_it_was_first_raised(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.take(reported("delivered", 1, 7))
        first = ledger.alarms()["never_mailed"]
        ledger.take(reported("delivered", 1, 8))
        second = ledger.alarms()["never_mailed"]
        assert (second.n, second.first_at) == (2, first.first_at)
        assert second.last_at > first.last_at


class TestReaders:
    @pytest.mark.parametrize(
        ("kind", "suppresses", "expected"),
        [
            ("bounce", "", "bounce"),
            ("complaint", "", "complaint"),
            ("unsubscribe", "", "unsubscribed"),
            ("dropped", "invalid", "invalid"),
        ],
    )
    def test_the_address_is_suppressed_and_the_reader_with_it(
        self, ledger: Ledger, kind: Kind, suppresses: str, expected: str
    ) -> None:
        ledger.post(ledger.mail(), 1)
        assert ledger.take(reported(kind, 1, suppresses=suppresses)).suppressed == 1
        assert ledger.suppressed() == {"r1@example.org": expected}
        assert ledger.rows(subscriber)[0][4] == expected

    @pytest.mark.parametrize("kind", ["blocked", "deferred", "delivered", "dropped", "open", "other"])
    def test_other_kinds_suppress_nobody(self, ledger: Ledger, kind: Kind) -> None:
        ledger.post(ledger.mail(), 1)
        assert ledger.take(reported(kind, 1)).suppressed == 0
        assert ledger.suppressed() == {}

    def test_the_address_of_the_report_counts_and_not_the_readers_new_one(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.take(reported("bounce", 1, 1, email="before@example.org"))
        assert ledger.suppressed() == {"before@example.org": "bounce"}

    def test_the_first_reason_by_the_providers_clock_stands(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.take(reported("complaint", 1, at=20), reported("bounce", 1, at=10))
        assert ledger.suppressed() == {"r1@example.org": "bounce"}
        assert ledger.take(reported("unsubscribe", 1, at=30)).suppressed == 0

    def test_a_repeated_report_does_not_undo_what_an_editor_lifted(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        ledger.take(reported("bounce", 1))
        with write(ledger.engine) as connection:
            assert suppressions.unsuppress(connection, "r1@example.org", now=1)
        ledger.take(reported("bounce", 1))
        assert ledger.suppressed() == {}

    def test_leaving_at_the_provider_is_leaving_that_list(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        assert ledger.take(reported("group_unsubscribe", 1)).left == 1
        assert ledger.status(1) == "unsubscribed"
        assert ledger.status(2) == "confirmed"
        assert ledger.suppressed() == {}
        assert ledger.take(reported("group_resubscribe", 1, at=200)).rejoined == 1
        assert ledger.status(1) == "confirmed"

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    @pytest.mark.parametrize("together", [True, False])
    def test_the_last_choice_counts_in_whatever_order_it_comes(
        self, ledger: Ledger, order: tuple[int, int], together: bool
    ) -> None:
        ledger.post(ledger.mail(), 1)
        events = [reported("group_unsubscribe", 1, at=10), reported("group_resubscribe", 1, at=20)]
        events += [reported("group_resubscribe", 1, 2, at=10), reported("group_unsubscribe", 1, 2, at=20)]
        posts = [[events[n], events[2 + n]] for n in order]
        for post in [posts[0] + posts[1]] if together else posts:
            ledger.take(*post)
        assert (ledger.status(1), ledger.status(2)) == ("confirmed", "unsubscribed")

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    @pytest.mark.parametrize("together", [True, False])
    def test_of_two_choices_at_the_same_instant_leaving_counts(
        self, ledger: Ledger, order: tuple[int, int], together: bool
    ) -> None:
        ledger.post(ledger.mail(), 1)
        events = [reported("group_unsubscribe", 1, at=10), reported("group_resubscribe", 1, at=10)]
        for post in [[events[n] for n in order]] if together else [[events[n]] for n in order]:
            ledger.take(*post)
        assert ledger.status(1) == "unsubscribed"
        assert ledger.take(reported("group_resubscribe", 1, at=11)).rejoined == 1

    def test_a_reader_who_left_by_themselves_is_not_put_back(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        with write(ledger.engine) as connection:
            connection.execute(update(subscription).values(status="unsubscribed", since=5))
        assert ledger.take(reported("group_resubscribe", 1)).rejoined == 0
        assert ledger.status(1) == "unsubscribed"


class TestSlices:
    def test_a_large_post_leaves_others_room_to_write_between_its_slices(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1)
        events = [reported("open", 1, at=at) for at in range(1, 3_501)]
        written: list[int] = []

        def rest(seconds: float) -> None:
            assert seconds > 0.1  # SQLite's waiting programs look every 100 ms
            with write(ledger.engine) as connection:  # would wait a minute, and fail, were the lock held
                connection.execute(update(subscription).values(since=len(written)))
            written.append(len(ledger.rows(event)))

        taken = take_reports(ledger.engine, events, now=ledger.now, pause=NEVER, rest=rest)
        assert taken == Taken(new=3_500)
        assert written == [1_000, 2_000, 3_000]
        assert ledger.tallies(of) == {"open": 1}

    @pytest.mark.slow
    def test_a_large_post_that_broke_off_is_taken_again_as_if_it_had_not(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        events = [reported("open", 1, at=at) for at in range(1, 2_501)]
        events.append(reported("bounce", 1, 2))

        def broken(_seconds: float) -> None:
            raise StoreError("The database is locked.")

        with pytest.raises(StoreError):
            take_reports(ledger.engine, events, now=ledger.now, pause=NEVER, rest=broken)
        assert ledger.suppressed() == {}
        again = ledger.take(*events)
        assert again == Taken(new=1_501, repeated=1_000, suppressed=1)
        assert ledger.take(*events) == Taken(repeated=2_501)

    def test_a_post_of_an_ordinary_size_never_rests(self, ledger: Ledger) -> None:
        ledger.post(ledger.mail(), 1)
        events = [reported("open", 1, at=at) for at in range(1, 1_001)]
        take_reports(ledger.engine, events, now=ledger.now, pause=NEVER, rest=lambda _: pytest.fail("rested"))


class TestPausing:
    AT = PauseAt(bounces=0.5, complaints=0.5, after=4)

    def test_an_issue_that_bounces_too_much_stops_by_itself(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1, range(1, 11))
        taken = ledger.take(
            *(reported("delivered", 1, n) for n in (1, 2)), reported("bounce", 1, 3), pause=self.AT
        )
        assert taken.paused == ()
        assert ledger.take(reported("bounce", 1, 4), pause=self.AT).paused == ("first",)
        assert ledger.state(of) == ("paused", "2 of 4 mails reported on bounced (50.0%).")

    def test_once_resumed_it_is_measured_anew(self, ledger: Ledger) -> None:
        of = ledger.mail()
        ledger.post(of, 1, range(1, 11))
        ledger.take(*(reported("bounce", 1, n) for n in range(1, 5)), pause=self.AT)
        with write(ledger.engine) as connection:
            connection.execute(update(mailing).values(state="sending"))
        assert ledger.take(reported("bounce", 1, 5), pause=self.AT).paused == ()
        assert ledger.take(*(reported("bounce", 1, n) for n in (6, 7, 8)), pause=self.AT).paused == ("first",)
        assert ledger.tallies(of) == {"bounce": 8}

    @pytest.mark.parametrize("state", ["finished", "cancelled", "paused"])
    def test_an_issue_that_is_not_being_sent_keeps_its_state(self, ledger: Ledger, state: str) -> None:
        of = ledger.mail(state=state)
        ledger.post(of, 1)
        assert ledger.take(*(reported("bounce", 1, n) for n in range(1, 5)), pause=self.AT).paused == ()
        assert ledger.state(of)[0] == state


def story() -> list[Event]:
    """Return what is reported of ten readers: two requests unknown, all sorts of fates."""
    events = [reported("processed", 1 + (n > 5), n) for n in range(1, 11)]
    events += [reported("delivered", 1 + (n > 5), n, at=110) for n in range(1, 8)]
    events += [
        reported("open", 1, 1, at=120),
        reported("open", 1, 1, at=121),
        reported("click", 1, 1, at=122),
    ]
    events += [reported("bounce", 2, 8), reported("blocked", 2, 9), reported("complaint", 1, 2, at=130)]
    events += [reported("group_unsubscribe", 1, 3, at=140), reported("group_resubscribe", 1, 3, at=150)]
    events += [reported("group_unsubscribe", 1, 4, at=140), reported("unsubscribe", 1, 5, at=160)]
    return [
        *events,
        reported("other", 1, 6),
        reported("delivered", 2, 1, at=170),
        reported("delivered", 77, 1),
    ]


def final_state(ledger: Ledger) -> dict[str, object]:
    """Return all that matters in the end, without when and in what order it came about."""
    stamps = (
        "id",
        "received_at",
        "since",
        "changed_at",
        "at",
        "first_at",
        "last_at",
        "answered_at",
        "evidence",
        "detail",
    )
    with read(ledger.engine) as connection:
        found = {
            name: sorted(
                tuple(value for key, value in row._mapping.items() if key not in stamps)
                for row in connection.execute(select(table))
            )
            for name, table in metadata.tables.items()
            if name in ("event", "tally", "alarm", "decision", "batch", "suppression", "subscription")
        }
    return {name: [repr(row) for row in rows] for name, rows in found.items()}


def reported_story(
    path: Path, posts: Sequence[Sequence[Event]], *, threads: int = 1
) -> tuple[dict[str, object], list[Taken]]:
    ledger = _ledger_in(path)
    of = ledger.mail()
    ledger.post(of, 1, (1, 2, 3, 4, 5), state="unknown")
    ledger.post(of, 2, (6, 7, 8, 9, 10), state="unknown")
    taken: list[Taken] = []
    shares = [posts[n::threads] for n in range(threads)]
    workers = [
        threading.Thread(target=lambda mine=mine: taken.extend(ledger.take(*post) for post in mine))  # type: ignore[misc]
        for mine in shares
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    state = final_state(ledger)
    ledger.engine.dispose()
    return state, taken


def test_five_shuffled_replays_on_parallel_threads_end_as_one_in_order_does(tmp_path: Path) -> None:
    events = story()
    posts: list[list[Event]] = []
    for seed in range(5):
        shuffled = random.Random(seed).sample(events, len(events))  # noqa: S311  (an order, not a secret)
        posts += [shuffled[start : start + 4] for start in range(0, len(shuffled), 4)]
    (tmp_path / "once").mkdir()
    (tmp_path / "often").mkdir()
    once, _ = reported_story(tmp_path / "once", [events])
    often, taken = reported_story(tmp_path / "often", posts, threads=4)
    assert often == once
    assert sum(post.new for post in taken) == len(events)
    assert sum(post.repeated for post in taken) == 4 * len(events)
    assert sum(post.suppressed for post in taken) == 3
    assert sum(post.settled_by_event for post in taken) == 2


@pytest.mark.slow
@settings(max_examples=examples(20))
@given(data=st.data())
def test_any_order_and_any_cutting_into_posts_ends_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    events = data.draw(st.permutations(story()))
    size = data.draw(st.integers(1, len(events)))
    posts = [events[start : start + size] for start in range(0, len(events), size)]
    assert (
        reported_story(tmp_path_factory.mktemp("any"), posts)[0]
        == reported_story(tmp_path_factory.mktemp("one"), [story()])[0]
    )


def test_a_post_that_cannot_be_taken_whole_is_not_taken_at_all(ledger: Ledger) -> None:
    ledger.post(ledger.mail(), 1, state="unknown")
    bad = reported("open", 1, 2)._replace(at="no instant")  # type: ignore[arg-type]
    huge = bad._replace(at=2**70)
    with pytest.raises(OverflowError):
        ledger.take(reported("bounce", 1), huge)
    assert ledger.rows(event) == []
    assert ledger.suppressed() == {}
