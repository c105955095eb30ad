"""An export holds a list whole: in a new publication every state, date, consent and value is as before."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import examples
from sqlalchemy import Table, insert, select

from newsletter import readership
from newsletter.contacts.consent.standing import SUPPRESSING
from newsletter.contacts.fields import clean
from newsletter.delivery.states import SubscriptionState
from newsletter.store.database import read, write
from newsletter.store.readers.erasures import add_hash, key_of, set_key
from newsletter.store.readers.lists import add_attributes, ensure_list
from newsletter.store.tables import consent, list_attribute, subscriber, subscription, suppression

if TYPE_CHECKING:
    from readership.conftest import Store

INSTANTS = st.integers(min_value=946_684_800_000_000, max_value=1_699_999_999_999_999)
TEXTS = st.text(
    st.one_of(
        st.sampled_from("=+-@＝'\",;|\t aé漢🙂{}[]:\\"),
        st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Cf", "Cn"), max_codepoint=0x2FFF),
    ),
    max_size=12,
).map(clean)  # as every value is that comes in
FIELDS = st.sampled_from(["city", "status", "since", "consent", "joined", "email_2", "notes", "unsubscribed"])
CONSENTS = st.tuples(
    INSTANTS,
    st.sampled_from(["joined", "confirmed", "imported", "unsubscribed"]),
    st.sampled_from(["import", "command", "link", "provider", "mailchimp"]),
    TEXTS,
    TEXTS,
    TEXTS,
)
READERS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "attrs": st.dictionaries(FIELDS, TEXTS.filter(bool), max_size=4),
        "status": st.sampled_from(list(SubscriptionState)),
        "paused_until": st.none() | INSTANTS,
        "since": INSTANTS,
        "joined": INSTANTS,
        "known_since": INSTANTS,
        "suppressed": st.sampled_from([None, None, None, *sorted(SUPPRESSING), "unsubscribed"]),
        "suppressed_since": INSTANTS,
        "consents": st.lists(CONSENTS, max_size=3, unique_by=lambda step: step[:3]),
    }
)
LISTS = st.tuples(
    st.dictionaries(
        st.from_regex(r"[a-z0-9]{1,6}(\.[a-z]{1,3})?@[a-z]{1,5}\.org", fullmatch=True), READERS, max_size=6
    ),
    st.dictionaries(st.binary(min_size=32, max_size=32), INSTANTS, max_size=2),
)


def fill(store: "Store", readers: Mapping[str, Mapping[str, Any]], erased: Mapping[bytes, int]) -> None:
    """Put readers into the list as years of use would have left them."""
    with write(store.engine) as connection:
        key, _ = ensure_list(connection, "readers", now=store.clock())
        add_attributes(connection, key, {name for reader in readers.values() for name in reader["attrs"]})
        for number, (email, reader) in enumerate(readers.items(), 1):
            connection.execute(
                insert(subscriber).values(
                    id=number,
                    email=email,
                    name=reader["name"],
                    attrs=orjson.dumps(reader["attrs"]).decode(),
                    suppressed=reader["suppressed"],
                    created_at=reader["known_since"],
                )
            )
            connection.execute(
                insert(subscription).values(
                    list_id=key,
                    subscriber_id=number,
                    status=reader["status"],
                    since=reader["since"],
                    created_at=reader["joined"],
                    paused_until=reader["paused_until"] if reader["status"] == "paused" else None,
                )
            )
            if reader["suppressed"]:
                connection.execute(
                    insert(suppression).values(
                        email=email, reason=reader["suppressed"], since=reader["suppressed_since"]
                    )
                )
            for at, kind, source, wording, form, evidence in reader["consents"]:
                connection.execute(
                    insert(consent).values(
                        subscriber_id=number, list_id=key, at=at, kind=kind, source=source, wording=wording,
                        form=form, evidence=evidence,
                    )
                )  # fmt: skip
        if erased:
            set_key(connection, b"k" * 32)
        for digest, at in erased.items():
            add_hash(connection, digest, now=at)


def erase(store: "Store", email: str) -> None:
    """Erase a reader of a publication that erased nobody before."""
    readership.erase(
        store.engine,
        email,
        now=store.clock,
        key_if_new=b"k" * 32,
        folder=store.folder,
        sandbox=store.folder / "sandbox.db",
    )


def exported(store: "Store") -> str:
    out = io.StringIO()
    readership.export(store.engine, out, list_name="readers")
    return out.getvalue()


def kept(store: "Store") -> Mapping[str, set[tuple[object, ...]]]:
    """Return what is kept of the list's readers, by address instead of by number."""

    def table(of: Table, *columns: str, by: bool = True) -> set[tuple[object, ...]]:
        with read(store.engine) as connection:
            wanted = [of.c[name] for name in columns]
            query = select(subscriber.c.email, *wanted).join(of) if by else select(*wanted)
            return set(map(tuple, connection.execute(query)))

    with read(store.engine) as connection:
        people = set(map(tuple, connection.execute(
            select(subscriber.c.email, subscriber.c.name, subscriber.c.suppressed, subscriber.c.created_at)
        )))  # fmt: skip
        values = {
            (email, *sorted(orjson.loads(attrs).items()))
            for email, attrs in connection.execute(select(subscriber.c.email, subscriber.c.attrs))
        }
    return {
        "people": people,
        "values": values,
        "subscriptions": table(subscription, "status", "since", "created_at", "paused_until"),
        "consents": table(consent, "at", "kind", "source", "wording", "form", "evidence"),
        "suppressions": table(suppression, "email", "reason", "since", by=False),
        "fields": table(list_attribute, "name", by=False),
    }


@pytest.mark.slow
@settings(
    max_examples=examples(200),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(LISTS)
def test_export_and_import_into_a_new_publication_change_nothing_in_the_database_nor_in_the_next_export(
    make_store: "Callable[[], Store]", filled: tuple[Mapping[str, Mapping[str, Any]], Mapping[bytes, int]]
) -> None:
    first, second = make_store(), make_store()
    fill(first, *filled)
    text = exported(first)
    if filled[1]:
        with write(second.engine) as connection:
            set_key(connection, b"k" * 32)
    if not filled[0] and not filled[1]:
        return  # a file without a row
    path = second.folder / "out.csv"
    path.write_text(text, encoding="utf-8", newline="")
    report = readership.import_subscribers(second.engine, "readers", path, now=second.clock)
    assert report.rejected == {}
    assert kept(second) == kept(first)
    assert exported(second) == text


def test_an_export_begins_with_the_mark_that_spreadsheets_know_utf_8_by_and_quotes_every_cell(
    store: "Store",
) -> None:
    store.bring("email,name\nann@example.com,Ann\n")
    lines = exported(store).splitlines()
    assert lines[0].startswith('\ufeff"email","name","status","since"')
    assert lines[1].startswith('"ann@example.com","Ann","confirmed","')


def test_erased_addresses_are_refused_under_another_key_and_nobody_else_is_lost(
    make_store: "Callable[[], Store]",
) -> None:
    first, second = make_store(), make_store()
    first.bring("email\nann@example.com\nbob@example.com\n")
    erase(first, "bob@example.com")
    path = second.folder / "out.csv"
    path.write_text(exported(first), encoding="utf-8", newline="")
    report = readership.import_subscribers(second.engine, "readers", path, now=second.clock)
    assert {reason: tally.count for reason, tally in report.rejected.items()} == {
        "erased under another key": 1
    }
    assert "erasure-key" in report.files[0].rejected_rows[0].sentence
    assert set(second.on_list()) == {"ann@example.com"}


def test_an_erased_address_is_not_taken_in_again_by_an_import_of_the_same_key(
    make_store: "Callable[[], Store]",
) -> None:
    first, second = make_store(), make_store()
    first.bring("email\nann@example.com\nbob@example.com\n")
    erase(first, "bob@example.com")
    with read(first.engine) as connection:
        key = key_of(connection)
    assert key is not None
    with write(second.engine) as connection:
        set_key(connection, key)
    assert len(key) == 32
    path = second.folder / "out.csv"
    path.write_text(exported(first), encoding="utf-8", newline="")
    assert readership.import_subscribers(second.engine, "readers", path, now=second.clock).erased == 1
    report = second.bring("email\nBOB@example.com\ncara@example.com\n", name="again.csv")
    assert report.merged.erased.count == 1
    assert set(second.on_list()) == {"ann@example.com", "cara@example.com"}


def test_who_complained_is_not_mailed_by_the_publication_that_takes_the_list_over(
    make_store: "Callable[[], Store]",
) -> None:
    first, second = make_store(), make_store()
    first.bring("email\na@example.org\n", into="main")
    readership.suppress(first.engine, ["a@example.org"], now=first.clock, reason="complaint")
    out = io.StringIO()
    readership.export(first.engine, out, list_name="main")
    Path(second.folder / "ex.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    readership.import_subscribers(second.engine, "main", second.folder / "ex.csv", now=second.clock)
    counts = readership.list_counts(second.engine)[0]
    assert (counts.confirmed, counts.suppressed) == (0, 1)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('"who knows"', "none of confirmed"),
        ('"confirmed","yesterday"', "no instant"),
        ('"confirmed","","","liked it"', "holds none of"),
        ('"confirmed","","","","","","[1]"', "not as it was exported"),
    ],
)
def test_a_row_that_is_not_as_it_was_exported_is_refused_with_what_is_wrong(
    store: "Store", cell: str, said: str
) -> None:
    store.bring("email\nann@example.com\n")
    header = exported(store).splitlines()[0]
    cells = cell.split(",") + ['""'] * (7 - len(cell.split(",")))
    row = ",".join(['"bob@example.com"', '""', *cells])
    report = store.bring(f"{header}\n{exported(store).splitlines()[1]}\n{row}\n", into="others")
    assert report.rejected_count == 1
    assert said in report.files[0].rejected_rows[0].sentence
