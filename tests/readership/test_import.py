"""Imports: what becomes of every row, and of what was there before."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter import readership
from newsletter.contacts.fields import MAX_ATTRIBUTES
from newsletter.errors import AudienceError, StoreError
from newsletter.store.readers.lists import attribute_names

if TYPE_CHECKING:
    from readership.conftest import Store


def test_an_import_makes_the_list_and_its_readers(store: "Store") -> None:
    report = store.bring(
        "email,name,Home Town,status\nAnn@Example.com,Ann,Oslo,\nbob@example.com,,,pending\n"
    )
    assert (report.list_made, report.rows, report.joined) == (True, 2, 2)
    found = store.on_list()
    assert found["ann@example.com"].attrs == {"home_town": "Oslo"}
    assert found["ann@example.com"].status == "confirmed"
    assert found["bob@example.com"].status == "pending"
    assert attribute_names(store.engine) == {"home_town"}


def test_importing_again_changes_nothing(store: "Store") -> None:
    text = "email,name,city\nann@example.com,Ann,Oslo\nbob@example.com,Bob,\n"
    store.bring(text)
    before = store.dump()
    report = store.bring(text)
    assert (report.joined, report.known, report.list_made) == (0, 2, False)
    assert store.dump() == before


def test_a_later_import_updates_and_an_empty_cell_erases_nothing(store: "Store") -> None:
    store.bring("email,name,city,plan\nann@example.com,Ann,Oslo,gold\n")
    store.bring("email,name,city,plan\nann@example.com,,Bergen,\n")
    ann = store.on_list()["ann@example.com"]
    assert (ann.name, ann.attrs) == ("Ann", {"city": "Bergen", "plan": "gold"})


def test_rows_of_one_address_are_folded_into_the_last(store: "Store") -> None:
    report = store.bring(
        "email,name,city\nann@example.com,Ann,Oslo\nbob@example.com,Bob,\nANN@example.com,Anna,\nann@EXAMPLE.com,,Rome\n"
    )
    assert (report.rows, report.joined, report.repeated) == (4, 2, 2)
    ann = store.on_list()["ann@example.com"]
    assert (ann.name, ann.attrs) == ("Anna", {"city": "Rome"})


def test_a_reader_that_one_row_calls_unsubscribed_is(store: "Store") -> None:
    store.bring("email,status\nann@example.com,unsubscribed\nann@example.com,confirmed\n")
    assert store.on_list()["ann@example.com"].status == "unsubscribed"


def test_who_left_a_list_is_not_brought_back_and_is_reported(store: "Store") -> None:
    store.bring("email\nann@example.com\nbob@example.com\n")
    readership.remove(store.engine, "ann@example.com", now=store.clock, list_name="readers")
    report = store.bring("email,name\nbob@example.com,\nann@example.com,Ann\n")
    assert (report.left.count, report.left.lines, report.known) == (1, [3], 1)
    assert store.on_list()["ann@example.com"].status == "unsubscribed"


def test_a_file_can_confirm_and_unsubscribe_but_not_take_a_confirmation_back(store: "Store") -> None:
    store.bring("email,status\na@example.com,pending\nb@example.com,confirmed\nc@example.com,confirmed\n")
    before = store.on_list()["b@example.com"]
    store.bring("email,status\na@example.com,confirmed\nb@example.com,pending\nc@example.com,unsubscribed\n")
    found = store.on_list()
    assert [found[f"{x}@example.com"].status for x in "abc"] == ["confirmed", "confirmed", "unsubscribed"]
    assert found["b@example.com"].since == before.since
    assert found["a@example.com"].since > before.since


def test_suppressed_addresses_are_skipped_and_reported(store: "Store") -> None:
    store.bring("email\nann@example.com\n")
    readership.suppress(
        store.engine, ["ann@example.com", "new@example.com"], now=store.clock, reason="complaint"
    )
    report = store.bring("email\nbob@example.com\nnew@example.com\nann@example.com\n")
    assert (report.suppressed.count, report.suppressed.lines, report.joined) == (2, [3, 4], 1)
    found = store.on_list()
    assert set(found) == {"ann@example.com", "bob@example.com"}
    assert found["ann@example.com"].suppressed == "complaint"


def test_a_suppressed_reader_can_still_be_unsubscribed_by_a_file(store: "Store") -> None:
    store.bring("email\nann@example.com\n")
    readership.suppress(store.engine, ["ann@example.com"], now=store.clock)
    store.bring("email,status\nann@example.com,unsubscribed\n")
    assert store.on_list()["ann@example.com"].status == "unsubscribed"


def test_one_reader_on_two_lists_is_one_subscriber(store: "Store") -> None:
    store.bring("email,name\nann@example.com,Ann\n")
    report = store.bring("email\nann@example.com\n", into="members")
    assert (report.joined, report.list_made) == (1, True)
    assert len(store.dump()["subscriber"]) == 1
    assert store.on_list("members")["ann@example.com"].name == "Ann"


def test_new_values_that_do_not_fit_with_the_old_are_left_out_and_counted(store: "Store") -> None:
    much = "x" * (MAX_ATTRIBUTES // 2 - 10)
    store.bring(f"email,a\nann@example.com,{much}\n")
    report = store.bring(f"email,b\nann@example.com,{much}\nbob@example.com,{much}\n")
    assert (report.overfull.count, report.overfull.lines, report.known) == (1, [2], 1)
    found = store.on_list()
    assert set(found["ann@example.com"].attrs) == {"a"}
    assert set(found["bob@example.com"].attrs) == {"b"}


def test_refused_rows_go_next_to_the_file_with_line_and_reason(store: "Store") -> None:
    report = store.bring('email;name\nann@example.com;Ann\nbad;=1+1\n;Bob\n"open@example.com;O\n')
    assert report.rejected_file == store.folder / "readers.refused.csv"
    assert {why: (tally.count, tally.lines) for why, tally in report.rejected.items()} == {
        "invalid address": (1, [3]),
        "no address": (1, [4]),
        "broken quotation": (1, [5]),
    }
    rows = list(csv.reader(io.StringIO(report.rejected_file.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert rows[0] == ["line", "reason", "email", "name"]
    assert [row[0] for row in rows[1:]] == ["3", "4", "5"]
    assert rows[1][1].startswith("invalid address: ")
    assert rows[1][2:] == ["bad", "'=1+1"]
    assert not list(store.folder.glob(".*.part"))


def test_a_clean_import_takes_an_earlier_file_of_refused_rows_away(store: "Store") -> None:
    store.bring("email\nbad\nbob@example.com\n")
    assert (store.folder / "readers.refused.csv").exists()
    report = store.bring("email\nann@example.com\n")
    assert report.rejected_file is None
    assert not (store.folder / "readers.refused.csv").exists()


def test_another_file_of_that_name_is_left_alone(store: "Store") -> None:
    (store.folder / "readers.refused.csv").write_text("my notes")
    store.bring("email\nann@example.com\n")
    assert (store.folder / "readers.refused.csv").read_text() == "my notes"


def test_refused_rows_never_take_another_files_place(store: "Store") -> None:
    (store.folder / "readers.refused.csv").write_text("my notes")
    with pytest.raises(AudienceError, match="stays as it is"):
        store.bring("email\nann.example.com\n")
    assert (store.folder / "readers.refused.csv").read_text() == "my notes"


def test_corrected_refused_rows_import_without_becoming_attributes(store: "Store") -> None:
    store.bring("email,city\nann.example.com,Oslo\nbob@example.com,\n")
    text = (store.folder / "readers.refused.csv").read_text(encoding="utf-8-sig")
    report = store.bring(text.replace("ann.example.com", "ann@example.com"), name="readers.refused.csv")
    assert (report.joined, report.rejected_count) == (1, 0)
    assert store.on_list()["ann@example.com"].attrs == {"city": "Oslo"}


def test_no_place_for_refused_rows_is_said_before_anything_is_stored(store: "Store") -> None:
    path = store.folder / "readers.csv"
    path.write_text("email\nann@example.com\nbad\n")
    with pytest.raises(AudienceError, match="refused rows cannot be written") as caught:
        readership.import_subscribers(
            store.engine,
            "readers",
            path,
            now=store.clock,
            options=readership.ImportOptions(rejected_to=Path("/nowhere/refused.csv")),
        )
    assert "--refused" in caught.value.hint
    assert not store.dump()["list"]


def test_a_file_that_turns_out_wrong_at_its_end_leaves_nothing(store: "Store") -> None:
    path = store.folder / "readers.csv"
    text = "email\nbad\n" + "".join(f"r{n}@example.com\n" for n in range(20_000))
    path.write_bytes(text.encode("utf-16") + b"\x00")
    with pytest.raises(AudienceError) as caught:
        readership.import_subscribers(store.engine, "readers", path, now=store.clock)
    assert caught.value.line == 20_003
    assert not store.dump()["list"]
    assert not list(store.folder.glob("*refused*"))
    assert not list(store.folder.glob(".*"))


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_cannot_be_read_is_named(store: "Store", name: str) -> None:
    with pytest.raises(AudienceError, match=r"There is no such file|This is a folder"):
        readership.import_subscribers(store.engine, "readers", store.folder / name, now=store.clock)


def test_a_header_without_rows_makes_an_empty_list(store: "Store") -> None:
    report = store.bring("email,name\n")
    assert (report.rows, report.list_made) == (0, True)


@pytest.mark.parametrize("name", ["", " \n", "x" * 101])
def test_a_list_needs_a_name(store: "Store", name: str) -> None:
    with pytest.raises(AudienceError, match="name"):
        store.bring("email\nann@example.com\n", into=name)


def test_readers_who_join_are_dated_after_the_right_to_write_was_held(store: "Store") -> None:
    store.bring("email\nann@example.com\n")
    path = store.folder / "more.csv"
    path.write_text("email\n" + "".join(f"r{n}@example.com\n" for n in range(10)))
    staged = []

    def tell(step: str, _done: int, _of: int) -> None:
        staged.append((step, store.clock.at))

    before = store.clock.at
    readership.import_subscribers(store.engine, "readers", path, now=store.clock, progress=tell)
    assert staged[0] == ("Reading", before)
    assert store.on_list()["r0@example.com"].since > before


def test_a_send_can_write_while_a_file_is_being_read(store: "Store") -> None:
    path = store.folder / "readers.csv"
    path.write_text("email\nann@example.com\n")
    seen = []

    def meanwhile(step: str, _done: int, _of: int) -> None:
        if step == "Reading":
            seen.append(readership.make_list(store.engine, "others", now=store.clock))

    readership.import_subscribers(store.engine, "readers", path, now=store.clock, progress=meanwhile)
    assert seen == [True]


def test_two_imports_at_once_both_arrive(make_store: "Callable[[], Store]") -> None:
    from concurrent.futures import ThreadPoolExecutor

    store = make_store()
    for name in "ab":
        rows = "".join(f"{name}{n}@example.com\n" for n in range(3_000))
        (store.folder / f"{name}.csv").write_text(f"email\nshared@example.com\n{rows}")
    with ThreadPoolExecutor(2) as pool:
        reports = list(
            pool.map(
                lambda name: readership.import_subscribers(
                    store.engine, "readers", store.folder / f"{name}.csv", now=store.clock
                ),
                "ab",
            )
        )
    assert sorted(report.joined for report in reports) == [3_000, 3_001]
    assert len(store.on_list()) == 6_001


def test_a_read_only_database_is_said(store: "Store") -> None:
    from newsletter.store.database import connect

    store.engine.dispose()
    reader = connect(f"sqlite:///file:{store.folder}/newsletter.db?mode=ro&uri=true")
    with pytest.raises(StoreError, match="cannot be written"):
        readership.make_list(reader, "readers", now=store.clock)


_address = st.sampled_from([f"{name}@example.com" for name in "abcdef"] + ["A@example.com", "bad", "", "a@b"])
_row = st.tuples(
    _address,
    st.sampled_from(["", "Ann", 'B "b"', "x\ny"]),
    st.sampled_from(["", "pending", "bounced", "unsubscribed"]),
)


def _csv(rows: list[tuple[str, str, str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["email", "name", "status"])
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.slow
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    first=st.lists(_row, max_size=10),
    second=st.lists(_row, max_size=10),
    silenced=st.sets(_address, max_size=3),
)
def test_every_row_is_accounted_for_and_a_second_import_is_idle(
    make_store: "Callable[[], Store]",
    first: list[tuple[str, str, str]],
    second: list[tuple[str, str, str]],
    silenced: set[str],
) -> None:
    store = make_store()
    someone = ("someone@example.com", "", "")  # a file of which every row is refused is refused itself
    first, second = [someone, *first], [someone, *second]
    store.bring(_csv(first))
    addresses = [address for address in silenced if address.endswith("example.com")]
    readership.suppress(store.engine, addresses, now=store.clock)
    left = {
        subscriber.email for subscriber in store.on_list().values() if subscriber.status == "unsubscribed"
    }
    report = store.bring(_csv(second))
    assert report.rows == sum(1 for row in second if any(row))
    found = store.on_list()
    assert all(found[email].status == "unsubscribed" for email in left)
    before = store.dump()
    again = store.bring(_csv(second))
    assert (again.rows, again.joined) == (report.rows, 0)
    assert store.dump() == before
    store.engine.dispose()
