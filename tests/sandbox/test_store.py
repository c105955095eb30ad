"""The file: what it keeps, and what it says when it cannot."""

import sqlite3
import threading
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from local_sendgrid import letter

from newsletter.errors import StoreError
from newsletter.sandbox.behaviour.acceptance import accept
from newsletter.sandbox.file import report_queue
from newsletter.sandbox.file.messages import PAGE_SIZE, Counts, MessageStore
from newsletter.sandbox.server import email_activity


def add(store: MessageStore, request: dict[str, Any], at: int = 1_800_000_000_000_000) -> str:
    return accept(store.file, orjson.dumps(request), request, at)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.db"


def test_what_was_accepted_outlasts_the_process_that_accepted_it(path: Path) -> None:
    with MessageStore(path) as store:
        message_id = add(store, letter("ann@example.org"))
    with MessageStore(path) as store:
        (message,) = store.everything()
        assert (message.message_id, message.email) == (message_id, "ann@example.org")


def test_a_reader_gets_their_own_values_in_subject_and_both_parts_and_not_in_headers(path: Path) -> None:
    request = letter("ann@example.org", "bea@example.org", subject="For -nl.name-")
    request["personalizations"][1]["headers"]["X-Name"] = "-nl.name-"
    with MessageStore(path) as store:
        add(store, request)
        ann, bea = store.everything()
        assert store.message(bea.id) == bea
        assert store.messages("bea").messages[0].subject == "For Reader 1"
    assert (ann.subject, bea.subject) == ("For Reader 0", "For Reader 1")
    assert bea.text == "Hello Reader 1, here is the news."
    assert bea.html == "<p>Hello Reader &lt;1&gt;, here is the news.</p>"
    assert bea.headers["X-Name"] == "-nl.name-"
    assert bea.headers["List-Unsubscribe"] == "<https://news.example.org/u/1>"
    assert bea.custom_args == {"nl_issue": "first", "nl_batch": "1", "nl_reader": "1"}


def test_an_address_is_found_by_any_part_in_any_case_newest_first(path: Path) -> None:
    with MessageStore(path) as store:
        add(store, letter("Ann@Example.org", "bea@example.org"))
        add(store, letter("hanna@example.net"))
        assert [message.email for message in store.messages("ANN").messages] == [
            "hanna@example.net",
            "ann@example.org",
        ]
        assert store.messages("100%_").found == 0
        assert store.messages(" bea@").found == 1


def test_pages_hold_everything_once(path: Path) -> None:
    with MessageStore(path) as store:
        add(store, letter(*(f"r{n}@example.org" for n in range(2 * PAGE_SIZE + 1))))
        pages = [store.messages(page=number) for number in (1, 2, 3)]
        assert [len(page.messages) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
        assert len({message.id for page in pages for message in page.messages}) == 2 * PAGE_SIZE + 1
        assert pages[0].last == 3
        assert store.messages(page=99).number == 3
        assert store.messages(page=-1).number == 1


def test_an_empty_file_has_one_empty_page(path: Path) -> None:
    with MessageStore(path) as store:
        assert store.messages().messages == ()
        assert store.messages().last == 1
        assert store.counts() == Counts(0, 0, 0)
        assert store.message(1) is None


def test_an_address_that_an_issue_reached_twice_is_counted(path: Path) -> None:
    with MessageStore(path) as store:
        add(store, letter("ann@example.org", "bea@example.org"))
        assert store.counts() == Counts(2, 2, 0)
        add(store, letter("ann@example.org", custom_args={"nl_issue": "second"}))
        assert store.counts() == Counts(3, 2, 0)
        add(store, letter("ANN@example.org"))
        assert store.counts() == Counts(4, 2, 1)


def test_an_issue_named_by_a_personalization_counts_as_its_own(path: Path) -> None:
    request = letter("ann@example.org")
    request["personalizations"][0]["custom_args"]["nl_issue"] = "other"
    with MessageStore(path) as store:
        add(store, letter("ann@example.org"))
        add(store, request)
        assert store.counts().twice == 0
        assert [message.issue for message in store.messages().messages] == ["other", "first"]
        assert len(list(store.everything(issue="other"))) == 1


def test_mail_without_an_issue_is_never_counted_as_twice(path: Path) -> None:
    request = letter("ann@example.org")
    del request["custom_args"]
    with MessageStore(path) as store:
        add(store, request)
        add(store, request)
        assert store.counts() == Counts(2, 1, 0)


def test_everyone_in_to_cc_and_bcc_got_the_message(path: Path) -> None:
    one = {
        "to": [{"email": "ann@example.org"}, {"email": "bea@example.org"}],
        "cc": [{"email": "cy@example.org"}],
        "bcc": [{"email": "dee@example.org"}],
    }
    with MessageStore(path) as store:
        add(store, letter(personalizations=[one]))
        kept = list(store.everything())
    assert [message.email for message in kept] == [
        f"{name}@example.org" for name in ("ann", "bea", "cy", "dee")
    ]
    assert [person.email for person in kept[0].to] == ["ann@example.org", "bea@example.org"]


def test_two_processes_may_use_the_file_at_once(path: Path) -> None:
    stores: list[MessageStore] = []

    def use(name: str) -> None:
        store = MessageStore(path)
        stores.append(store)
        for number in range(20):
            add(store, letter(f"{name}{number}@example.org"))

    threads = [threading.Thread(target=use, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {store.counts() for store in stores} == {Counts(80, 80, 0)}
    for store in stores:
        store.close()


def test_a_thousand_messages_cost_little(path: Path) -> None:
    request = letter(*(f"reader{n}@example.org" for n in range(1_000)))
    request["content"][1]["value"] = "<p>Some of the news, at length.</p>" * 2_000
    with MessageStore(path) as store:
        for _ in range(5):
            add(store, request)
    assert path.stat().st_size < 5 * 250_000


def test_a_file_that_is_no_database_is_said(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to look like one" * 50)
    with pytest.raises(StoreError, match=r"sandbox\.db.*not a database"):
        MessageStore(path)


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere.*No such file"):
        MessageStore(tmp_path / "nowhere" / "sandbox.db")


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    MessageStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        MessageStore(path)


OLD = """
CREATE TABLE request (id INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, received_at INTEGER NOT NULL,
    subject TEXT NOT NULL, issue TEXT, body BLOB NOT NULL);
CREATE TABLE message (id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request,
    position INTEGER NOT NULL, email TEXT NOT NULL, subject TEXT, issue TEXT);
CREATE INDEX message_email ON message (email);
PRAGMA user_version=1;
"""


def test_a_file_of_the_first_version_keeps_its_mail_and_reports_none_of_it(path: Path) -> None:
    request = letter("ann@example.org", "bounce@example.org", custom_args={"nl_attempt": "ab" * 10})
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
        connection.execute(
            "INSERT INTO request VALUES (1, 'abc', 1, 'Old', NULL, ?)",
            (zlib.compress(orjson.dumps(request)),),
        )
        for number, personalization in enumerate(request["personalizations"], 1):
            row = (number, number - 1, personalization["to"][0]["email"])
            connection.execute("INSERT INTO message VALUES (?, 1, ?, ?, NULL, NULL)", row)
        connection.commit()
    with MessageStore(path) as store:
        assert [message.email for message in store.everything()] == ["ann@example.org", "bounce@example.org"]
        assert report_queue.count(store.file) == 0
        terms = email_activity.parse_query(f"unique_args['nl_attempt']='{'ab' * 10}'")
        assert len(email_activity.find(store.file, terms, 10)) == 2
        add(store, letter("cy@example.org"))
        assert report_queue.count(store.file) == 1
    MessageStore(path).close()


def test_a_request_that_cannot_be_kept_leaves_nothing(path: Path) -> None:
    with MessageStore(path) as store:
        blocker = sqlite3.connect(path)
        blocker.execute("CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'full'); END")
        blocker.commit()
        with pytest.raises(StoreError, match="full"):
            add(store, letter())
        blocker.execute("DROP TRIGGER full")
        blocker.commit()
        blocker.close()
        assert store.counts().total == 0
        add(store, letter())
        assert store.counts().total == 1
