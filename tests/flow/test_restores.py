"""A restored database, or a copy of it, mails nobody twice: it refuses, and says what to do."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from restores import HOUR, Opened, Place
from scripted import Answer

from newsletter import publish
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.request_log import Entry, LoggedRequest
from newsletter.errors import DeliveryError, NotTheSender, SendingStopped, StoreError, UsageError
from newsletter.files.request_log import NAME, LogWriter, RequestLog
from newsletter.store.database import read
from newsletter.store.ledger import mailings

NAMES = [f"reader{n}" for n in range(10)]
TAKEN = Answer("accepted", taken=True)
KILLED = Answer("killed once it is taken", taken=True)
WHY = "the old machine is off"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Ten readers of “readers”, four to a request."""
    place = Place(tmp_path / "publication")
    place.join(*NAMES)
    return place


def everyone_once(place: Place, issue: str = "first") -> bool:
    return {who: n for (of, who), n in place.mailbox.received.items() if of == issue} == {
        f"{name}@example.org": 1 for name in NAMES
    }


def test_a_backup_from_before_a_send_mails_nobody_again(place: Place) -> None:
    backup = place.database()
    place.send()
    place.put_back_database(backup)
    for _ in range(2):
        said = place.refusal()
        assert "3 requests that mailed “first” to 10 readers" in said
        assert "newsletter reconcile first" in said
    done = place.reconcile()
    assert (done.taken_in.requests, done.proof.accepted, done.proof.candidates) == (3, 10, 10)
    place.resume()
    assert not place.refusal()
    assert everyone_once(place)
    assert place.standing().sure


def test_a_backup_from_the_middle_of_a_send_mails_only_who_was_left(place: Place) -> None:
    backups: list[bytes] = []
    place.mailbox.meanwhile = lambda: backups.append(place.database())
    place.send("first", TAKEN, KILLED)
    place.mailbox.meanwhile = lambda: None
    place.mailbox.searched = False
    place.put_back_database(backups[0])
    assert "1 request that mailed “first” to 4 readers" in place.refusal()
    done = place.reconcile()
    # Of the request that was on the wire when the backup was made, the log has the answer.
    assert (done.proof.accepted, done.proof.unknown, done.proof.pending) == (4, 4, 2)
    assert done.proof.state == "paused", "nothing goes on before somebody looked"
    place.resume()
    assert everyone_once(place)


@pytest.mark.slow
@pytest.mark.parametrize("searched", [True, False])
def test_a_lost_request_without_an_answer_is_unknown_until_evidence_decides(
    place: Place, searched: bool
) -> None:
    place.mailbox.searched = searched
    backup = place.database()
    place.send("first", TAKEN, KILLED)
    place.put_back_database(backup)
    done = place.reconcile()
    assert (done.proof.accepted, done.proof.unknown, done.proof.pending) == (
        (8, 0, 2) if searched else (4, 4, 2)
    )
    place.resume()
    if not searched:
        assert len(place.mailbox.received) == 10
        place.clock.at += HOUR
        place.reconcile(word=Decision("accepted", "An editor's word: the page shows it"))
    proof = place.proof()
    assert proof is not None
    assert (proof.accepted, proof.candidates) == (10, 10)
    assert everyone_once(place)


@pytest.mark.slow
def test_what_the_provider_certainly_did_not_take_is_mailed_after_a_restore(place: Place) -> None:
    backup = place.database()
    place.send("first", TAKEN, Answer("not accepted"), Answer("account"))
    assert len(place.mailbox.received) < 10
    place.put_back_database(backup)
    assert "1 request that mailed “first” to 4 readers" in place.refusal()
    done = place.reconcile()
    assert (done.proof.unknown, done.proof.pending) == (0, 6)
    place.resume()
    assert everyone_once(place)


@pytest.mark.slow
def test_an_issue_that_the_database_never_heard_of_goes_on_byte_for_byte(place: Place) -> None:
    backup = place.database()
    place.send("first", TAKEN, KILLED)
    with place.opened() as wiring, read(wiring.engine) as connection:
        before = mailings.frozen_of(connection, mailings.of_issue(connection, "first")[0].id)
    place.put_back_database(backup)
    (place.root / "issues" / "first.md").unlink()
    place.reconcile()
    place.resume()
    with place.opened() as wiring, read(wiring.engine) as connection:
        [mailing] = mailings.of_issue(connection, "first")
        assert mailings.frozen_of(connection, mailing.id) == before
    assert everyone_once(place)


@pytest.mark.slow
def test_while_anything_is_lost_no_other_issue_goes_out_either(place: Place) -> None:
    backup = place.database()
    place.send("first")
    place.put_back_database(backup)
    assert "first" in place.refusal("second")
    for refused in (_schedule, _correct, _approve):
        with place.opened() as wiring, pytest.raises(NotTheSender):
            refused(wiring)
    place.reconcile()
    assert not place.refusal("second")
    assert everyone_once(place, "second")


@pytest.mark.slow
def test_a_plan_from_before_a_restore_is_refused_too(place: Place) -> None:
    backup = place.database()
    with place.opened() as wiring:
        plan = publish.plan_send(wiring, "second")
    place.send()
    place.put_back_database(backup)
    with place.opened() as wiring:
        with pytest.raises(NotTheSender):
            publish.send(wiring, plan)
        with pytest.raises(NotTheSender):
            publish.schedule(wiring, plan, wiring.clock.now() + HOUR)
        assert publish.mailed_issues(wiring) == []


@pytest.mark.slow
def test_a_restored_database_plans_nothing_and_waits_for_no_scheduled_time(place: Place) -> None:
    with place.opened() as wiring:
        publish.schedule(wiring, publish.plan_send(wiring, "second"), wiring.clock.now() + 5 * HOUR)
    backup = place.database()
    place.send()
    place.put_back_database(backup)
    before = place.clock.at
    with place.opened() as wiring:
        with pytest.raises(NotTheSender):
            publish.plan_send(wiring, "first")
        with pytest.raises(NotTheSender):
            publish.resume(wiring, "second")
    assert place.clock.at - before < HOUR, "refused at once, not when its time has come"


@pytest.mark.slow
def test_a_mailing_comes_back_under_the_id_that_links_in_its_mails_hold(place: Place) -> None:
    backup = place.database()
    with place.opened() as wiring:
        publish.schedule(wiring, publish.plan_send(wiring, "second"), wiring.clock.now() + HOUR)
        publish.cancel(wiring, "second")
    place.send()
    place.put_back_database(backup)
    place.reconcile()
    with place.opened() as wiring, read(wiring.engine) as connection:
        assert [mailing.id for mailing in mailings.of_issue(connection, "first")] == [2]
    place.send("second")
    assert everyone_once(place, "second")


def _schedule(wiring: Opened) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, "second"), wiring.clock.now() + HOUR)


def _correct(wiring: Opened) -> None:
    publish.plan_correction(wiring, "first")


def _approve(wiring: Opened) -> None:
    publish.plan_approval(wiring, "first")


@pytest.mark.slow
def test_all_issues_that_were_lost_are_taken_in_together(place: Place) -> None:
    backup = place.database()
    place.send("first")
    place.send("second")
    place.put_back_database(backup)
    assert {lost.issue for lost in place.standing().lost} == {"first", "second"}
    assert place.reconcile("second").taken_in.requests == 6
    assert place.standing().sure
    assert not place.refusal("first")
    assert max(place.mailbox.received.values()) == 1


@pytest.mark.slow
def test_who_joined_after_the_backup_and_again_is_not_mailed_unless_somebody_says_so(place: Place) -> None:
    backup = place.database()
    place.join("late0", "late1")
    place.send()
    place.put_back_database(backup)
    place.join("late1", "late0")  # under each other's ids
    assert place.reconcile().taken_in.unfamiliar
    for issue in ("first", "first"):
        assert "joined after the backup" in place.refusal(issue)
    with place.opened() as wiring:
        publish.adopt(wiring, "the two got it by hand", "first")
    proof = place.proof()
    assert proof is not None
    assert [made.reason for made in proof.adoptions] == ["the two got it by hand"]
    place.resume()
    assert not place.mailbox.twice


@pytest.mark.slow
def test_a_database_made_anew_in_the_same_order_knows_who_was_mailed(place: Place) -> None:
    place.send("first", TAKEN, KILLED)
    place.put_back({})
    place.join(*NAMES)
    assert "2 requests" in place.refusal()
    assert place.reconcile().taken_in.unfamiliar == 0
    place.resume()
    assert not place.mailbox.twice


@pytest.mark.slow
def test_people_are_the_same_under_an_old_key_too_and_nobody_can_tell_without_the_key(place: Place) -> None:
    backup = place.database()
    place.send("first", TAKEN, KILLED)
    place.put_back_database(backup)
    place.reopen(secret_key=SecretStr("n" * 32))
    assert place.reconcile().taken_in.unfamiliar == 8
    said = place.refusal()
    assert "or were mailed under another NEWSLETTER_SECRET_KEY" in said
    assert "put the\n  backup in its place once more, and reconcile again" in said
    place.reopen(secret_key=SecretStr("n" * 32), secret_keys_old=SecretStr("k" * 32))
    place.put_back_database(backup)
    assert place.reconcile().taken_in.unfamiliar == 0
    place.resume()
    assert not place.mailbox.twice


@pytest.mark.slow
def test_a_database_made_anew_in_another_order_sends_nothing_of_it(place: Place) -> None:
    place.send("first", TAKEN, KILLED)
    place.put_back({})
    place.join(*reversed(NAMES))
    assert place.reconcile().taken_in.unfamiliar == 8
    assert "joined after the backup" in place.refusal()
    assert not place.refusal("second")
    assert not place.mailbox.twice


@pytest.mark.slow
def test_reports_settle_what_was_taken_in(place: Place) -> None:
    from newsletter import readership
    from newsletter.delivery.events import Event
    from newsletter.delivery.reports import PauseAt

    place.mailbox.searched = False
    backup = place.database()
    place.send("first", KILLED)
    place.put_back_database(backup)
    assert place.reconcile().proof.unknown == 4
    [attempt] = place.mailbox.taken
    with place.opened() as wiring:
        event = Event(b"k", "delivered", wiring.clock.now(), "reader0@example.org", attempt, 1, "m")
        readership.take_reports(wiring.engine, [event], now=wiring.clock.now, pause=PauseAt())
    proof = place.proof()
    assert proof is not None
    assert (proof.accepted, proof.unknown) == (4, 0)


# Copies


def test_a_folder_that_was_copied_sends_only_once_it_is_adopted(place: Place, tmp_path: Path) -> None:
    place.send("first", TAKEN, KILLED)
    shutil.copytree(place.root, tmp_path / "copy")
    original, place.root = place.root, tmp_path / "copy"
    assert "copied, moved or restored as a whole" in place.refusal()
    with place.opened() as wiring, pytest.raises(UsageError):
        publish.adopt(wiring, "because")
    with place.opened() as wiring:
        publish.adopt(wiring, WHY)
    place.resume()
    proof = place.proof()
    assert proof is not None
    assert [made.reason for made in proof.adoptions] == [WHY]
    assert place.standing().sure
    place.root = original
    assert place.standing().sure, "the copy's sends cannot be known here"


@pytest.mark.slow
def test_a_folder_that_was_renamed_goes_on_as_it_was(place: Place, tmp_path: Path) -> None:
    place.send("first", TAKEN, KILLED)
    place.root = place.root.rename(tmp_path / "renamed")
    place.reconcile()
    place.resume()
    assert everyone_once(place)


@pytest.mark.slow
def test_the_same_folder_on_another_machine_has_to_be_adopted(place: Place) -> None:
    place.send("first", TAKEN, KILLED)

    class Elsewhere(Opened):
        @property
        def request_log(self) -> RequestLog:
            return RequestLog(self.settings.state_folder, machine="another")

    wiring = Elsewhere(place.root, place.mailbox, place.clock)
    with pytest.raises(NotTheSender, match="copied, moved"):
        publish.resume(wiring, "first")
    wiring.close()


@pytest.mark.slow
def test_a_database_copied_without_its_log_sends_nothing(place: Place, tmp_path: Path) -> None:
    place.send("first", TAKEN, KILLED)
    (tmp_path / "alone" / "issues").mkdir(parents=True)
    shutil.copy(place.root / "issues" / "first.md", tmp_path / "alone" / "issues")
    backup = place.database()
    place.root = tmp_path / "alone"
    place.put_back_database(backup)
    assert "is not there" in place.refusal()
    assert len(place.mailbox.received) == 8


def _deleted(path: Path) -> None:
    path.unlink()


def _emptied(path: Path) -> None:
    os.truncate(path, 0)


def _damaged(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"request"', b'"re\xffuest"', 1))


def _mixed_up(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + b"\n" + path.read_bytes())


def _cut(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:1]))


def _edited(path: Path) -> None:
    data = path.read_bytes()
    path.rename(path.with_suffix(".bak"))
    path.write_bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [_deleted, _emptied, _damaged, _mixed_up, _cut, _edited])
def test_a_log_that_was_spoilt_stops_sending_until_somebody_says_so(
    place: Place, spoil: Callable[[Path], None]
) -> None:
    place.send("first", TAKEN, KILLED)
    place.reconcile()
    spoil(place.root / NAME)
    assert "newsletter adopt --because" in place.refusal()
    assert not place.standing().sure
    with place.opened() as wiring:
        publish.adopt(wiring, "somebody cleaned up here")
    place.resume()
    assert everyone_once(place)
    backup = place.database()
    place.send("second")
    place.put_back_database(backup)
    assert "“second”" in place.refusal("second"), "from then on it protects again"


@pytest.mark.slow
def test_the_torn_end_of_a_line_is_no_damage(place: Place) -> None:
    place.send("first", TAKEN, KILLED)
    with (place.root / NAME).open("ab") as file:
        file.write(b'{"request":"0123')  # as a full disk or a power cut leaves it: nothing of it left
    place.reconcile()
    place.resume()
    assert place.standing().sure
    assert everyone_once(place)


@pytest.mark.slow
def test_nothing_leaves_that_the_log_cannot_hold_and_nobody_is_unknown_by_it(place: Place) -> None:
    class Filling(LogWriter):
        def add(self, entry: Entry, *, durable: bool = True) -> None:
            if isinstance(entry, LoggedRequest):
                LogWriter(self._log, os.open("/dev/full", os.O_WRONLY), 0).add(entry)
            super().add(entry, durable=durable)

    class Full(RequestLog):
        @contextmanager
        def opened(self, publication: int) -> Iterator[LogWriter]:
            with super().opened(publication):
                yield Filling(self, os.open(self.path, os.O_WRONLY | os.O_APPEND), publication)

    class OnAFullDisk(Opened):
        @property
        def request_log(self) -> RequestLog:
            return Full(self.settings.state_folder)

    wiring = OnAFullDisk(place.root, place.mailbox, place.clock)
    with pytest.raises(SendingStopped, match="No space left"):
        publish.send(wiring, publish.plan_send(wiring, "first"))
    wiring.close()
    proof = place.proof()
    assert proof is not None
    assert (proof.pending, proof.unknown) == (10, 0)
    place.resume()
    assert everyone_once(place)


@pytest.mark.slow
def test_a_log_that_cannot_be_opened_stops_a_send_before_it_begins(place: Place) -> None:
    (place.root / NAME).mkdir()
    assert "cannot be read" in place.refusal()
    with place.opened() as wiring, pytest.raises(StoreError, match="cannot be written"):
        publish.adopt(wiring, WHY)
    assert place.proof() is None
    assert not place.mailbox.received
    (place.root / NAME).rmdir()
    place.send()
    assert everyone_once(place)


@pytest.mark.slow
def test_threads_that_send_at_once_lose_nothing_from_the_log(tmp_path: Path) -> None:
    place = Place(tmp_path / "publication", threads=4, batch_size=1)
    place.join(*NAMES)
    backups: list[bytes] = []
    place.mailbox.meanwhile = lambda: backups.append(place.database())
    place.send()
    place.mailbox.meanwhile = lambda: None
    for backup in backups:
        place.put_back_database(backup)
        place.refusal()
        place.reconcile()
        place.resume()
    assert everyone_once(place)


@pytest.mark.slow
def test_a_clock_that_went_back_changes_nothing(place: Place) -> None:
    place.send("first", TAKEN, KILLED)
    place.clock.at -= 24 * HOUR
    backup = place.database()
    place.reconcile()
    place.resume()
    assert place.standing().sure
    place.put_back_database(backup)
    assert place.refusal()
    place.reconcile()
    place.resume()
    assert everyone_once(place)


@pytest.mark.slow
def test_there_is_nothing_to_adopt_where_nothing_is_in_doubt(place: Place) -> None:
    place.send()
    with place.opened() as wiring:
        for issue in (None, "first"):
            with pytest.raises(DeliveryError, match="nothing to adopt"):
                publish.adopt(wiring, WHY, issue)


@pytest.mark.slow
def test_lost_requests_are_not_to_be_adopted_away(place: Place) -> None:
    backup = place.database()
    place.send()
    place.put_back_database(backup)
    with place.opened() as wiring, pytest.raises(DeliveryError, match="reconcile first"):
        publish.adopt(wiring, WHY)


def test_mail_that_stays_on_this_machine_is_in_no_log_and_may_begin_again(tmp_path: Path) -> None:
    place = Place(tmp_path / "publication", provider="sandbox")
    for _ in range(2):
        place.join(*NAMES)
        place.send()
        place.put_back({})
    assert not (place.root / NAME).exists()
    assert set(place.mailbox.received.values()) == {2}
