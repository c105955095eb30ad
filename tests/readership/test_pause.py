"""A paused subscription: kept with its end by export and import, shown, counted, and ended by leaving."""

import io
from typing import TYPE_CHECKING

import orjson
import pytest
from sqlalchemy import delete, insert, select

from newsletter import readership
from newsletter.delivery.states import SubscriptionState
from newsletter.instants import rfc3339
from newsletter.store.database import write
from newsletter.store.tables import subscription

if TYPE_CHECKING:
    from readership.conftest import Store

ANN, BOB = "ann@example.com", "bob@example.com"
UNTIL = 1_800_000_000_123_456


@pytest.fixture
def paused(store: "Store") -> "Store":
    """A list on which Ann is paused until an instant, and Bob until they take it up again."""
    store.bring(f"email\n{ANN}\n{BOB}\n")
    with write(store.engine) as connection:
        rows = connection.execute(select(subscription)).mappings().all()
        connection.execute(delete(subscription))  # no command pauses yet, so that no UPDATE does
        ends = zip(rows, (UNTIL, None), strict=True)
        about = [{**row, "status": SubscriptionState.PAUSED, "paused_until": end} for row, end in ends]
        connection.execute(insert(subscription), about)
    return store


def test_an_export_is_taken_back_with_every_pause_and_its_end(paused: "Store") -> None:
    out = io.StringIO()
    readership.export(paused.engine, out)
    assert '"paused until 2027-01-15T08:00:00.123456Z"' in out.getvalue()
    before = paused.on_list()
    report = paused.bring(out.getvalue(), into="copy")
    assert (report.joined, report.merged.joined_as, report.rejected_count) == (2, {"paused": 2}, 0)
    after = paused.on_list("copy")
    assert [(email, found.status, found.paused_until) for email, found in after.items()] == [
        (email, found.status, found.paused_until) for email, found in before.items()
    ]
    assert [found.paused_until for found in after.values()] == [UNTIL, None]


def test_a_pause_is_shown_and_counted(paused: "Store") -> None:
    out = io.StringIO()
    readership.export(paused.engine, out, as_json=True)
    assert [(row["status"], row.get("paused_until")) for row in orjson.loads(out.getvalue())] == [
        ("paused", rfc3339(UNTIL)),
        ("paused", None),
    ]
    found, _ = readership.show(paused.engine, ANN)
    assert found is not None
    assert [(held.status, held.paused_until) for held in found.subscriptions] == [("paused", UNTIL)]
    (counts,) = readership.list_counts(paused.engine)
    assert (counts.confirmed, counts.pending, counts.paused, counts.unsubscribed) == (0, 0, 2, 0)


def test_a_file_ends_no_pause_unless_it_says_that_they_left(paused: "Store") -> None:
    paused.bring(f"email,status\n{ANN},unsubscribed\n{BOB},confirmed\n")
    assert {email: (found.status, found.paused_until) for email, found in paused.on_list().items()} == {
        ANN: ("unsubscribed", None),
        BOB: ("paused", None),
    }


def test_who_is_paused_can_leave_and_who_is_added_again_is_paused_no_more(paused: "Store") -> None:
    still = readership.Joining(pending=True)  # which takes no confirmation back
    assert readership.add(paused.engine, "readers", BOB, now=paused.clock, joining=still).status == "paused"
    readership.remove(paused.engine, ANN, now=paused.clock)
    readership.add(paused.engine, "readers", BOB, now=paused.clock)
    assert {email: (found.status, found.paused_until) for email, found in paused.on_list().items()} == {
        ANN: ("unsubscribed", None),
        BOB: ("confirmed", None),
    }


@pytest.mark.parametrize("cell", ["paused until tomorrow", "confirmed until 2027-01-15T08:00:00Z"])
def test_a_pause_that_is_not_as_exported_is_refused_alone(paused: "Store", cell: str) -> None:
    out = io.StringIO()
    readership.export(paused.engine, out)
    text = out.getvalue().replace("paused until 2027-01-15T08:00:00.123456Z", cell)
    report = paused.bring(text, into="copy")
    assert (report.joined, list(report.rejected)) == (1, ["not as exported"])
    assert set(paused.on_list("copy")) == {BOB}
