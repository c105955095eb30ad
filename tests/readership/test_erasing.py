"""An erased reader is nowhere in the publication's files, comes back by no door, and every proof adds up."""

import io
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from backgrounds.leap import ISSUE, LEAP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import examples
from scripted import Answer, Scripted, Wired
from sqlalchemy import Text, insert, select, update

from newsletter import publish, readership
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import ReportedSuppression
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Recipient
from newsletter.errors import AudienceError
from newsletter.readership import Erasure
from newsletter.sandbox.file.messages import MessageStore
from newsletter.store.database import read, write
from newsletter.store.ledger import mailings
from newsletter.store.readers import erasures, subscribers
from newsletter.store.tables import alarm, attempt, column_answer, decision, metadata

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from conftest import Publication
    from readership.conftest import Store

ANN = "ann.lee@bücher.example"
SPELLINGS = (b"ann.lee@b\xc3\xbccher", b"ann.lee@xn--", b"ann.lee%40", b"Ann.Lee@", b"Annabel")


def _erase(wiring: Wired, email: str) -> Erasure:
    root = wiring.settings.root
    return readership.erase(
        wiring.engine,
        email,
        now=wiring.clock.now,
        key_if_new=bytes(range(32)),
        folder=root,
        sandbox=root / "sandbox.db",
    )


def _bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    """A publication with four readers, and a provider of the test's own."""
    made = Wired(tmp_path, Scripted(), batch_size=2)
    for email in ("a@example.org", "b@example.org", "c@example.org", "d@example.org"):
        readership.add(made.engine, "readers", email, now=made.clock.now)
    yield made
    made.engine.dispose()


# ---- nothing is left


def test_no_file_holds_an_erased_reader_in_any_spelling(wiring: Wired) -> None:
    readership.add(
        wiring.engine,
        "readers",
        ANN,
        now=wiring.clock.now,
        joining=readership.Joining(name="Annabel", attributes={"City": "Annabel"}),
    )
    readership.suppress(wiring.engine, [ANN], now=wiring.clock.now)
    readership.unsuppress(wiring.engine, ANN, now=wiring.clock.now)
    wiring.post.script.extend([Answer("accepted", taken=True), Answer("unknown"), Answer("refused")])
    publish.send(wiring, publish.plan_send(wiring, "first"))
    with read(wiring.engine) as connection:
        found = subscribers.find(connection, ANN)
        (mailing,) = mailings.of_issue(connection, "first")
    assert found is not None
    said = (
        f"550 <Ann.Lee@bücher.example>, ann.lee%40xn--bcher-kva.example, ann.lee@xn--bcher-kva.example, {ANN}"
    )
    with write(wiring.engine) as connection:
        for column in erasures.FREE_TEXT:
            if column.table not in {alarm.c.detail.table, decision.c.evidence.table}:
                connection.execute(update(column.table).values({column: said}))
        at = {"first_at": 1, "last_at": 1}
        connection.execute(insert(alarm).values(issue="first", kind="x", n=1, detail=said, **at))
        about = {"mailing_id": mailing.id, "batch_id": 1, "attempt": "x", "n": 1, "verdict": "hold"}
        connection.execute(insert(decision).values(**about, evidence=said, at=1))
        answer = {"list_id": 1, "header": "Contact", "value": ANN.upper(), "meaning": "ignore"}
        connection.execute(insert(column_answer).values(**answer))
    reports = [_report(wiring, found.id, kind) for kind in ("bounce", "other")]
    readership.take_reports(wiring.engine, reports, now=wiring.clock.now, pause=readership.PauseAt())
    assert all(spelling in _bytes_of(wiring.settings.root) for spelling in SPELLINGS)
    done = _erase(wiring, ANN)
    assert (done.known, done.problems, done.issues) == (True, [], [])
    left = _bytes_of(wiring.settings.root)
    assert [spelling for spelling in SPELLINGS if spelling.lower() in left.lower()] == []
    assert b"(erased)" in left


def test_what_earlier_versions_left_in_unused_pages_goes_too(wiring: Wired) -> None:
    readership.add(wiring.engine, "readers", ANN, now=wiring.clock.now)
    path = wiring.settings.root / "newsletter.db"
    with write(wiring.engine) as connection:  # as a database did before anything was overwritten
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
        connection.exec_driver_sql("CREATE TABLE old (email TEXT)")
        connection.exec_driver_sql("INSERT INTO old VALUES (?)", (ANN,))
        connection.exec_driver_sql("DROP TABLE old")
    wiring.engine.dispose()
    copy = sqlite3.connect(path)
    copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy.close()
    assert path.read_bytes().count(ANN.encode()) > 2  # its row, its index, and the page that is free
    assert _erase(wiring, ANN).problems == []
    assert ANN.encode() not in _bytes_of(wiring.settings.root)


def test_every_column_of_text_is_gone_through_or_has_its_reason_not_to_be() -> None:
    whole_rows = {
        "subscriber",
        "suppression",
        "consent",
        "column_answer",
        "subscription",
    }  # the row itself goes
    editors_own = {
        *("list.name", "list.key", "list.title", "list_attribute.name", "mailing.issue", "mailing.corrects"),
        *("alarm.issue", "mailing.requested_by", "approval.approver", "adoption.issue", "adoption.person"),
    }
    # An approval is signed over these; ``erase`` names the issues that mention the address.
    frozen = {
        *("mailing.manifest", "mailing.envelope", "approval.manifest", "approval.signature"),
        *(f"variant.{name}" for name in ("name", "subject", "preheader", "html", "text", "fields")),
    }
    own = ("title", "text", "reviewed", "reviewer", "changed", "sources", "formerly", "name", "digest")
    frozen |= {f"mailing_background.{name}" for name in own}
    # Words of a fixed set, and ids.
    ours = {
        *(
            "mailing.kind",
            "mailing.provider",
            "mailing.state",
            "batch.variant",
            "batch.state",
            "batch.attempt",
        ),
        *(
            "batch.owner",
            "batch.message_id",
            "attempt.id",
            "attempt.outcome",
            "unmailed.kind",
            "limiter.name",
            "sync_cursor.provider",
        ),
        *("event.kind", "event.attempt", "event.message_id", "tally.kind", "alarm.kind", "decision.attempt"),
        *("decision.verdict", "picture.digest", "picture.media_type", "secret.name", "adoption.place"),
    }
    texts = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text) and table.name not in whole_rows
    }
    gone_through = {f"{column.table.name}.{column.name}" for column in erasures.FREE_TEXT}
    assert (
        texts
        == {text for text in gone_through if not text.startswith("consent")} | editors_own | frozen | ours
    )


def _report(wiring: Wired, reader: int, kind: Any, *, key: bytes = b"", email: str = ANN) -> Event:
    with read(wiring.engine) as connection:
        attempt = connection.exec_driver_sql("SELECT id FROM attempt LIMIT 1").scalar() or ""
    return Event(
        key=key or kind.encode().ljust(16),
        kind=kind,
        at=wiring.clock.now(),
        email=email,
        attempt=str(attempt),
        reader=reader,
        message_id="",
        reason="550 no such user: Annabel",
        machine=False,
        raw='{"who": "Annabel"}' if kind == "other" else "",
        issue="first",
    )


# ---- nobody comes back


def _erased_reader(wiring: Wired) -> int:
    readership.add(wiring.engine, "readers", ANN, now=wiring.clock.now)
    publish.send(wiring, publish.plan_send(wiring, "first"))
    with read(wiring.engine) as connection:
        found = subscribers.find(connection, ANN)
    assert found is not None
    _erase(wiring, ANN)
    return found.id


def test_an_erased_address_is_not_added_again_in_any_spelling(wiring: Wired) -> None:
    _erased_reader(wiring)
    for spelling in (ANN, ANN.upper(), f" {ANN} ", "ann.lee@xn--bcher-kva.example"):
        with pytest.raises(AudienceError, match="never mailed: erased") as caught:
            readership.add(wiring.engine, "readers", spelling, now=wiring.clock.now)
        assert "suppressions remove" in caught.value.hint
    with write(wiring.engine) as connection, pytest.raises(AudienceError, match="was erased"):
        subscribers.put(connection, ANN, name="", attrs={}, now=1)


def test_a_suppression_of_an_erased_address_is_not_written_down(wiring: Wired) -> None:
    _erased_reader(wiring)
    (held,) = readership.suppress(wiring.engine, [ANN], now=wiring.clock.now, reason="bounce")
    assert held.reason == "erased"
    out = io.StringIO()
    assert readership.export_suppressions(wiring.engine, out) == 0
    assert ANN.encode() not in _bytes_of(wiring.settings.root)


@pytest.mark.parametrize(
    "kind", ["bounce", "complaint", "unsubscribe", "deferred", "group_unsubscribe", "other"]
)
def test_a_report_on_an_erased_reader_is_counted_and_not_written_down(wiring: Wired, kind: str) -> None:
    reader = _erased_reader(wiring)
    for email in (ANN, ""):  # a report that names the id alone is theirs as well
        event = _report(
            wiring, reader, kind, key=blake2b((kind + email).encode(), digest_size=16).digest(), email=email
        )
        taken = readership.take_reports(
            wiring.engine, [event], now=wiring.clock.now, pause=readership.PauseAt()
        )
        assert (taken.new, taken.suppressed, taken.left) == (1, 0, 0)
    held = _bytes_of(wiring.settings.root)
    assert ANN.encode() not in held
    assert b"Annabel" not in held


def test_the_providers_own_lists_do_not_bring_an_erased_address_back(wiring: Wired) -> None:
    _erased_reader(wiring)
    listed = [ReportedSuppression(email, "bounce", 1) for email in (ANN, "a@example.org")]
    wiring.post.suppressions = lambda since, until: iter(listed)  # type: ignore[method-assign]
    assert dict(readership.sync(wiring.engine, wiring.post, now=wiring.clock.now).suppressed) == {"bounce": 1}
    assert ANN.encode() not in _bytes_of(wiring.settings.root)


def test_who_asks_to_join_again_is_let_in(wiring: Wired) -> None:
    before = _erased_reader(wiring)
    found, held = readership.show(wiring.engine, ANN)
    assert found is None
    assert held is not None
    assert held.reason == "erased"
    assert readership.unsuppress(wiring.engine, ANN, now=wiring.clock.now) == ANN
    with pytest.raises(AudienceError, match="not suppressed"):
        readership.unsuppress(wiring.engine, ANN, now=wiring.clock.now)
    assert readership.add(wiring.engine, "readers", ANN, now=wiring.clock.now).joined
    with read(wiring.engine) as connection:
        again = subscribers.find(connection, ANN)
    assert again is not None
    assert again.id != before


def test_erasing_twice_and_erasing_a_stranger_are_harmless(wiring: Wired) -> None:
    readership.add(wiring.engine, "readers", ANN, now=wiring.clock.now)
    assert [_erase(wiring, ANN).known for _ in range(2)] == [True, False]
    assert not _erase(wiring, "stranger@example.org").known
    with pytest.raises(AudienceError, match="never mailed: erased"):
        readership.add(wiring.engine, "readers", "stranger@example.org", now=wiring.clock.now)
    (counts,) = readership.list_counts(wiring.engine)
    assert counts.confirmed == 4


EMAILS = st.lists(
    st.builds(
        "{}@{}.example".format, st.text("abcxyzäé", min_size=1, max_size=6), st.sampled_from(["a", "bü"])
    ),
    unique=True,
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EMAILS, st.data())
def test_exactly_those_erased_are_known_as_such(
    make_store: Callable[[], "Store"], emails: list[str], data: st.DataObject
) -> None:
    store = make_store()
    gone = set(data.draw(st.lists(st.sampled_from(emails), unique=True))) if emails else set()
    with write(store.engine) as connection:
        for email in gone:
            erasures.erase_address(connection, email, key_if_new=bytes(32), now=1)
        assert erasures.among(connection, emails) == gone
        assert {email for email in emails if erasures.erased_at(connection, email) is not None} == gone
        assert len(list(erasures.hashes(connection))) == len(gone)


# ---- the ledger stays exact


class Counting(Scripted):
    """A provider that knows the addresses it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.emails: list[str] = []

    def build(self, envelope: Envelope, recipients: Any, *, batch: str, attempt: str) -> bytes:
        some: list[Recipient] = list(recipients)
        self.emails += [recipient.email for recipient in some]
        return super().build(envelope, some, batch=batch, attempt=attempt)


def _frozen(wiring: Wired) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, "first"), None)


def _paused_half_way(wiring: Wired) -> None:
    wiring.post.script.extend([Answer("accepted", taken=True), Answer("account")])
    publish.send(wiring, publish.plan_send(wiring, "first"))


def _unknown(wiring: Wired) -> None:
    wiring.post.script.extend([Answer("unknown"), Answer("accepted", taken=True), Answer("unknown")])
    publish.send(wiring, publish.plan_send(wiring, "first"))


def _rejected(wiring: Wired) -> None:
    wiring.post.script.extend([Answer("named", places=(0,)), Answer("named", places=(0,))])
    publish.send(wiring, publish.plan_send(wiring, "first"))


def _finished(wiring: Wired) -> None:
    publish.send(wiring, publish.plan_send(wiring, "first"))


def _cancelled(wiring: Wired) -> None:
    _paused_half_way(wiring)
    publish.cancel(wiring, "first")


STAGES = [_frozen, _paused_half_way, _unknown, _rejected, _finished, _cancelled]


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("status", ["confirmed", "pending", "suppressed", "unsubscribed"])
def test_a_reader_erased_in_the_midst_of_a_mailing_leaves_its_proof_exact(
    tmp_path: Path, stage: Callable[[Wired], None], status: str
) -> None:
    wiring = Wired(tmp_path, Counting(), batch_size=2)
    emails = [f"reader{n}@example.org" for n in range(7)]
    for email in emails:
        pending = status == "pending" and email in emails[::3]
        readership.add(
            wiring.engine, "readers", email, now=wiring.clock.now, joining=readership.Joining(pending=pending)
        )
    if status == "suppressed":
        readership.suppress(wiring.engine, emails[::3], now=wiring.clock.now)
    if status == "unsubscribed":
        for email in emails[::3]:
            readership.remove(wiring.engine, email, now=wiring.clock.now)
    stage(wiring)
    for email in emails[::3]:  # in the first batch, in the middle, and the last one
        _erase(wiring, email)
        _adds_up(wiring)
    wiring.post.script.clear()
    posted = len(wiring.post.emails)  # type: ignore[attr-defined]
    if stage not in (_finished, _cancelled):
        publish.send(wiring, publish.plan_send(wiring, "first"))
    # Nobody was a candidate yet of a mailing that was not cut into batches.
    assert _adds_up(wiring) == (4 if stage is _frozen else 7)
    later = set(wiring.post.emails[posted:])  # type: ignore[attr-defined]
    assert not later & set(emails[::3])
    wiring.engine.dispose()


def _adds_up(wiring: Wired) -> int:
    proof = publish.status(wiring, "first")
    assert proof is not None
    parts = proof.accepted + proof.rejected + sum(proof.excluded.values()) + proof.unknown + proof.pending
    assert parts == proof.candidates
    lines = list(publish.recipients(wiring, "first"))
    assert len(lines) == proof.candidates
    return proof.candidates


@pytest.mark.parametrize("answer", [Answer("named", places=(0,)), Answer("refused")], ids=["named", "alone"])
def test_who_is_erased_while_their_mail_is_on_the_wire_leaves_no_words_behind(
    tmp_path: Path, answer: Answer
) -> None:
    wiring = Wired(tmp_path, Scripted(), batch_size=1)
    for address in ("bob@example.org", ANN):
        readership.add(wiring.engine, "readers", address, now=wiring.clock.now)
    wiring.post.script += [Answer("accepted", taken=True), answer]

    def erase() -> None:
        if wiring.post.taken:  # the first is through, so this is the second's request
            _erase(wiring, ANN)

    wiring.post.meanwhile = erase
    publish.send(wiring, publish.plan_send(wiring, "first"))
    assert _adds_up(wiring) == 2
    _, line = publish.recipients(wiring, "first")
    assert (line["email"], line["state"], line["reason"]) == ("", "rejected", "(erased)")
    with read(wiring.engine) as connection:
        assert set(connection.scalars(select(attempt.c.detail))) == {"", "(erased)"}
    wiring.engine.dispose()


# ---- the command


def _run(publication: "Publication", *words: str) -> Any:
    return publication.run("subscribers", *words)


def test_the_command_asks_first_and_says_what_it_did(publication: "Publication") -> None:
    publication.subscribe(3)
    ran = _run(publication, "erase", "reader1@example.org")
    assert (ran.exit_code, "--yes" in ran.stderr) == (2, True)
    assert _run(publication, "show", "reader1@example.org").exit_code == 0
    ran = _run(publication, "erase", "Reader1@example.org", "--yes", "--json")
    assert ran.exit_code == 0
    assert ran.json["known"] is True
    assert "reader1@example.org is erased" in ran.stderr
    ran = _run(publication, "show", "reader1@example.org", "--json")
    assert orjson.loads(ran.stdout)["suppression"]["reason"] == "erased"
    assert "was erased" in _run(publication, "show", "reader1@example.org").stderr
    ran = _run(publication, "erase", "reader9@example.org", "--yes")
    assert "check that it is spelled" in ran.stderr
    assert _run(publication, "erase", "no address", "--yes").exit_code == 1


def test_refused_rows_and_half_files_are_cleaned_and_an_editors_own_are_named(
    publication: "Publication",
) -> None:
    root = publication.root
    rows = "email,name,note\nann@example.org,Ann,\n,No One,write to ann@example.org\nbad,Bob,\n"
    (root / "list.csv").write_text(rows)
    assert _run(publication, "import", str(root / "list.csv"), "--list", "readers").exit_code == 0
    (root / "below").mkdir()
    only = root / "below" / "only.refused.csv"
    only.write_text("\ufeffline;reason;email\n2;unknown status: x;ann@example.org\n")
    half = root / ".out.csv.part"
    half.write_text("email\nann@example.org\n")
    other = root / ".other.csv.part"
    other.write_text("email\njoann@example.org\n")
    publication.brief("second", "Write to ann@example.org\n")
    ran = _run(publication, "erase", "ann@example.org", "--yes")
    assert ran.exit_code == 0
    assert "bad" in (root / "list.refused.csv").read_text()
    assert "ann@" not in (root / "list.refused.csv").read_text()
    assert (only.exists(), half.exists(), other.exists()) == (False, False, True)
    assert f"change it yourself: {root / 'list.csv'}" in ran.stderr
    assert (root / "list.csv").read_text() == rows


def test_a_file_that_cannot_be_cleaned_is_named_and_the_command_fails(publication: "Publication") -> None:
    publication.subscribe(1)
    stuck = publication.root / "odd.refused.csv"
    stuck.write_text(
        "line,reason,email\n2,unknown status: x,reader0@example.org\n3,unknown status: x,b@c.de\n"
    )
    (publication.root / ".odd.refused.csv.part").mkdir()  # in the way of the new file
    ran = _run(publication, "erase", "reader0@example.org", "--yes")
    assert ran.exit_code == 1
    assert "reader0@example.org is erased" in ran.stderr
    assert f"Not done: {stuck} could not be searched" in ran.stderr
    assert "newsletter subscribers erase reader0@example.org" in ran.stderr
    (publication.root / ".odd.refused.csv.part").rmdir()
    assert _run(publication, "erase", "reader0@example.org", "--yes").exit_code == 0
    assert "reader0" not in stuck.read_text()


def test_an_issue_that_names_the_reader_in_its_mail_stays_and_is_reported(wiring: Wired) -> None:
    path = wiring.settings.root / "issues" / "first.md"
    path.write_text(path.read_text() + "\nWrite to [Ann](mailto:ann.lee@example.org).\n")
    publish.send(wiring, publish.plan_send(wiring, "first"))
    assert _erase(wiring, "ann.lee@example.org").issues == ["first"]


def test_an_issue_whose_backgrounds_sources_name_the_reader_is_reported(wiring: Wired) -> None:
    folder = wiring.settings.root / "backgrounds"
    folder.mkdir()
    (folder / "leap-second.md").write_text(LEAP.replace("The list", "Asked of Ann.Lee@example.org"))
    (wiring.settings.root / "issues" / "leap.md").write_text(ISSUE)
    publish.send(wiring, publish.plan_send(wiring, "leap"))
    assert _erase(wiring, "ann.lee@example.org").issues == ["leap"]
    assert _erase(wiring, "bob.lee@example.org").issues == []


def test_the_local_sendgrids_file_loses_mail_to_an_erased_reader_alone(publication: "Publication") -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(3)
    assert publication.run("send", "first", "--yes").exit_code == 0
    ran = _run(publication, "erase", "reader1@example.org", "--yes", "--json")
    assert (ran.exit_code, ran.json["local_mails"]) == (0, 1)
    assert b"reader1@example.org" not in _bytes_of(publication.root).replace(
        (publication.root / "readers.csv").read_bytes(), b""
    )
    inbox = MessageStore(publication.root / "sandbox.db")
    held = list(inbox.everything())
    inbox.close()
    assert [message.email for message in held] == ["reader0@example.org", "reader2@example.org"]
    assert ["Hello Reader" in message.text for message in held] == [True, True]
    assert not any(b"reader1@" in body for body in _requests(publication.root / "sandbox.db"))


def _requests(path: Path) -> list[bytes]:
    connection = sqlite3.connect(path)
    bodies = [zlib.decompress(row[0]) for row in connection.execute("SELECT body FROM request")]
    connection.close()
    return bodies


# ---- the key


def test_erased_addresses_are_known_elsewhere_once_the_key_is_there(
    wiring: Wired, make_publication: Callable[[str], "Publication"]
) -> None:
    here = make_publication("here")
    ran = here.run("subscribers", "erasure-key")
    assert (ran.exit_code, "Nobody was erased" in ran.stderr) == (1, True)
    here.run("subscribers", "erase", "ann@example.org", "--yes")
    ran = here.run("subscribers", "erasure-key")
    assert "secret" in ran.stderr
    key = ran.stdout.strip()
    there = make_publication("there")
    (there.root / "key.txt").write_text(key + "\n")
    assert there.run("subscribers", "erasure-key", "--set", "key.txt").exit_code == 0
    assert there.run("subscribers", "erasure-key").stdout == ran.stdout
    there.run("subscribers", "erase", "bob@example.org", "--yes")
    assert there.run("subscribers", "erasure-key", "--set", "key.txt").exit_code == 0  # the same one again
    for text, said in (("00" * 32, "under another key"), ("x", "no erasure key"), ("00" * 31, "32 bytes")):
        (there.root / "key.txt").write_text(text)
        ran = there.run("subscribers", "erasure-key", "--set", "key.txt")
        assert (ran.exit_code, said in ran.stderr) == (1, True), ran.stderr
    assert there.run("subscribers", "erasure-key", "--set", "none.txt").exit_code == 1


def test_a_hash_from_elsewhere_erases_the_reader_it_means_and_nobody_else(store: "Store") -> None:
    store.bring("email\nann@example.org\nbob@example.org\n")
    readership.suppress(store.engine, ["cem@example.org"], now=store.clock)
    with write(store.engine) as connection:
        with pytest.raises(AudienceError, match="erasure-key --set"):
            erasures.add_hash(connection, bytes(32), now=1)
        erasures.set_key(connection, bytes(32))
        with pytest.raises(AudienceError, match="32 bytes"):
            erasures.add_hash(connection, b"short", now=1)
    other = [
        erasures._hash(bytes(32), email) for email in ("ann@example.org", "cem@example.org", "x@example.org")
    ]
    with write(store.engine) as connection:
        added = [erasures.add_hash(connection, hashed, now=7) for hashed in (*other, other[0])]
        assert added == [True] * 3 + [False]
        assert erasures.erase_again(connection, now=8) == 2
        assert erasures.erase_again(connection, now=9) == 0
        assert sorted(erasures.hashes(connection)) == sorted((hashed, 7) for hashed in other)
    assert set(store.on_list()) == {"bob@example.org"}


def test_the_fingerprint_tells_keys_apart_and_is_no_part_of_them(store: "Store") -> None:
    prints = set()
    with write(store.engine) as connection:
        assert erasures.fingerprint(connection) is None
        for n in range(3):
            erasures.set_key(connection, bytes([n]) * 32)
            prints.add(erasures.fingerprint(connection))
    assert len(prints) == 3
    assert all(
        shown and len(shown) == 16 and shown not in (bytes([n]) * 32).hex()
        for n in range(3)
        for shown in prints
    )
