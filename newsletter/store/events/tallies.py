"""Tallies: how many readers of a mailing had at least one event of a kind; and whether that can be."""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Connection, bindparam, func, select

from newsletter.delivery.event_kinds import PAUSED
from newsletter.delivery.states import MAY_HAVE_ARRIVED
from newsletter.store.events.alarms import MORE_DELIVERED, sound
from newsletter.store.events.one_batch_only import counted_elsewhere
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, tally
from newsletter.store.upsert import insert_by, insert_into


def tallies(connection: Connection, mailing_id: int) -> dict[str, int]:
    """Return how many readers of a mailing had an event of each kind."""
    found = counts(connection, mailing_id)
    found.pop(PAUSED, None)
    return found


def counts(connection: Connection, mailing_id: int) -> dict[str, int]:
    """Return a mailing's tallies and, as ``PAUSED``, how many mails had a last word at its last pause."""
    return dict(_COUNTS.run(connection, mailing=mailing_id).fetchall())


_COUNTS = Prepared(lambda: select(tally.c.kind, tally.c.n).where(tally.c.mailing_id == bindparam("mailing")))
_SENT = Prepared(
    lambda: select(func.coalesce(func.sum(batch.c.n), 0)).where(
        batch.c.mailing_id == bindparam("mailing"), batch.c.state.in_(MAY_HAVE_ARRIVED)
    )
)


def add(connection: Connection, more: Mapping[tuple[int, str], int]) -> None:
    """Add to the tallies so many readers of a mailing and a kind each."""
    rows = [
        {"mailing_id": mailing_id, "kind": kind, "n": n} for (mailing_id, kind), n in sorted(more.items())
    ]
    _more(connection.dialect.name).run_many(connection, rows)


@cache
def _more(dialect: str) -> Prepared:
    new = insert_by(dialect, tally).values({column.name: bindparam(column.name) for column in tally.c})
    sums = {"n": tally.c.n + new.excluded.n}
    return Prepared(lambda: new.on_conflict_do_update(index_elements=["mailing_id", "kind"], set_=sums))


def remember_pause(connection: Connection, mailing_id: int, final: int) -> None:
    """Keep how many mails had a last word when a mailing paused itself."""
    new = insert_into(connection, tally).values(mailing_id=mailing_id, kind=PAUSED, n=final)
    connection.execute(new.on_conflict_do_update(index_elements=["mailing_id", "kind"], set_={"n": final}))


def compare_delivered(
    connection: Connection, issue: str, mailing_id: int, delivered: int, *, now: int
) -> None:
    """Sound the alarm when more mails of a mailing were delivered than it may have had taken."""
    if not delivered:
        return
    sent = int(_SENT.scalar(connection, mailing=mailing_id))
    if delivered > sent:
        sent += counted_elsewhere(connection, mailing_id)
    if delivered > sent:
        detail = f"Mailing {mailing_id}: {delivered:,} delivered, {sent:,} accepted or unknown."
        sound(connection, issue, MORE_DELIVERED, n=delivered - sent, detail=detail, now=now)
