"""Joining, leaving, never being mailed again; and lists written out."""

import io
from typing import TYPE_CHECKING

import orjson
import pytest

from newsletter import readership
from newsletter.errors import AudienceError

if TYPE_CHECKING:
    from readership.conftest import Store


def test_a_reader_added_by_hand_is_confirmed_on_a_list_that_is_made(store: "Store") -> None:
    done = readership.add(
        store.engine,
        "readers",
        " Ann@Example.com",
        now=store.clock,
        joining=readership.Joining(name="A\x00nn", attributes={"City": "Oslo"}),
    )
    assert (done.email, done.list_made, done.joined, done.status) == (
        "ann@example.com",
        True,
        True,
        "confirmed",
    )
    found, held = readership.show(store.engine, "ANN@example.com")
    assert found is not None
    assert (found.name, found.attrs, held) == ("Ann", {"city": "Oslo"}, None)
    assert [subscription.list_name for subscription in found.subscriptions] == ["readers"]


def test_adding_again_confirms_the_pending_and_takes_no_confirmation_back(store: "Store") -> None:
    first = readership.add(
        store.engine, "readers", "ann@example.com", now=store.clock, joining=readership.Joining(pending=True)
    )
    assert first.status == "pending"
    assert readership.add(store.engine, "readers", "ann@example.com", now=store.clock).joined
    last = readership.add(
        store.engine, "readers", "ann@example.com", now=store.clock, joining=readership.Joining(pending=True)
    )
    assert (last.joined, last.status) == (False, "confirmed")


def test_readers_who_left_come_back_only_when_they_asked(store: "Store") -> None:
    readership.add(store.engine, "readers", "ann@example.com", now=store.clock)
    assert readership.remove(store.engine, "ann@example.com", now=store.clock) == ["readers"]
    with pytest.raises(AudienceError, match="left the list") as caught:
        readership.add(store.engine, "readers", "ann@example.com", now=store.clock)
    assert "--again" in caught.value.hint
    assert readership.add(
        store.engine, "readers", "ann@example.com", now=store.clock, joining=readership.Joining(again=True)
    ).joined


def test_removing_takes_off_one_list_or_all_and_keeps_the_record(store: "Store") -> None:
    for name in ("one", "two", "three"):
        readership.add(store.engine, name, "ann@example.com", now=store.clock)
    assert readership.remove(store.engine, "ann@example.com", now=store.clock, list_name="two") == ["two"]
    assert readership.remove(store.engine, "ann@example.com", now=store.clock) == ["one", "three"]
    assert store.on_list("one")["ann@example.com"].status == "unsubscribed"
    for name in (None, "one"):
        with pytest.raises(AudienceError, match="is not on"):
            readership.remove(store.engine, "ann@example.com", now=store.clock, list_name=name)


def test_removing_a_stranger_or_from_a_misspelt_list_is_refused(store: "Store") -> None:
    readership.add(store.engine, "readers", "ann@example.com", now=store.clock)
    with pytest.raises(AudienceError, match="not on any list"):
        readership.remove(store.engine, "bob@example.com", now=store.clock)
    with pytest.raises(AudienceError, match="no list “raeders”") as caught:
        readership.remove(store.engine, "ann@example.com", now=store.clock, list_name="raeders")
    assert "readers" in caught.value.hint


def test_a_suppression_is_mirrored_and_the_first_reason_stands(store: "Store") -> None:
    readership.add(store.engine, "readers", "ann@example.com", now=store.clock)
    readership.suppress(store.engine, ["ann@example.com"], now=store.clock, reason="bounce")
    (held,) = readership.suppress(store.engine, ["Ann@example.com"], now=store.clock, reason="manual")
    assert held.reason == "bounce"
    assert store.on_list()["ann@example.com"].suppressed == "bounce"
    assert readership.unsuppress(store.engine, "ann@example.com", now=store.clock) == "ann@example.com"
    assert store.on_list()["ann@example.com"].suppressed is None
    with pytest.raises(AudienceError, match="not suppressed"):
        readership.unsuppress(store.engine, "ann@example.com", now=store.clock)


def test_a_suppressed_address_cannot_be_added_and_nothing_is_kept_of_the_attempt(store: "Store") -> None:
    readership.suppress(store.engine, ["ann@example.com"], now=store.clock)
    with pytest.raises(AudienceError, match="never mailed: manual") as caught:
        readership.add(store.engine, "readers", "ann@example.com", now=store.clock)
    assert "suppressions remove" in caught.value.hint
    assert not store.dump()["list"]
    found, held = readership.show(store.engine, "ann@example.com")
    assert found is None
    assert held is not None


def test_one_wrong_address_suppresses_none(store: "Store") -> None:
    with pytest.raises(AudienceError):
        readership.suppress(store.engine, ["ann@example.com", "bad"], now=store.clock)
    with pytest.raises(AudienceError, match="Reasons are"):
        readership.suppress(store.engine, ["ann@example.com"], now=store.clock, reason="dislike")
    assert not store.dump()["suppression"]


def test_what_is_exported_imports_to_the_same(store: "Store") -> None:
    store.bring(
        "email,name,First Name,city,status\n"
        'ann@example.com,=1+1,Ann,"Oslo, ""N""",\n'
        "+bob@example.com,'@x,,,pending\n"
        "ünï@bücher.example,Zoë,,-5,unsubscribed\n"
    )
    out = io.StringIO()
    assert readership.export(store.engine, out) == 3
    assert ',"\'=1+1",' in out.getvalue()
    before = store.on_list()
    other = store.bring(out.getvalue(), into="copy", name="copy.csv")
    assert (other.joined, other.rejected_count) == (3, 0)
    after = store.on_list("copy")
    for email, reader in before.items():
        assert (after[email].name, after[email].attrs, after[email].status) == (
            reader.name,
            reader.attrs,
            reader.status,
        )


def test_a_list_as_json_holds_status_since_and_suppression(store: "Store") -> None:
    store.bring("email,city\nann@example.com,Oslo\nbob@example.com,\n")
    readership.suppress(store.engine, ["bob@example.com"], now=store.clock, reason="bounce")
    out = io.StringIO()
    readership.export(store.engine, out, as_json=True)
    ann, bob = orjson.loads(out.getvalue())
    assert ann["attributes"] == {"city": "Oslo"}
    assert ann["since"].startswith("2023-11-14T22:13:2")
    assert bob["suppressed"] == "bounce"


def test_suppressions_are_written_out_by_reason(store: "Store") -> None:
    readership.suppress(store.engine, ["b@example.com", "a@example.com"], now=store.clock, reason="bounce")
    readership.suppress(store.engine, ["c@example.com"], now=store.clock)
    out = io.StringIO()
    assert readership.export_suppressions(store.engine, out, reason="bounce") == 2
    assert [line.split(",")[0] for line in out.getvalue().splitlines()] == [
        "email",
        "a@example.com",
        "b@example.com",
    ]


def test_lists_are_counted_by_status(store: "Store") -> None:
    store.bring(
        "email,status\na@example.com,\nb@example.com,\nc@example.com,pending\nd@example.com,unsubscribed\n"
    )
    readership.suppress(store.engine, ["b@example.com"], now=store.clock)
    assert readership.make_list(store.engine, "empty", now=store.clock)
    assert not readership.make_list(store.engine, "empty", now=store.clock)
    empty, readers = readership.list_counts(store.engine)
    assert (readers.confirmed, readers.pending, readers.unsubscribed, readers.suppressed) == (1, 1, 1, 1)
    assert (empty.confirmed, empty.suppressed) == (0, 0)
