"""A send ten times as large: what a reader costs, what the ledger takes, and what resuming it takes."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from figures import Figure, Scale
from material import Publication
from processes import newsletter
from sending import LATENCY, Sent, publication_of, send_to_all

LEDGER = ("mailing", "batch", "attempt", "unmailed")


def at_scale(scale: Scale, folder: Path) -> list[Figure]:
    """Send to ``scale.large`` readers and to a tenth of them in turn, then weigh and resume the large one.

    What a command takes to start is measured on a list of one and taken off both: with it in, a reader of the
    smaller send would look dearer than they are.
    """
    alone = publication_of(folder, "one", 1)
    small = publication_of(folder, "small", scale.large // 10)
    large = publication_of(folder, "large", scale.large)
    empty = _bytes(large, LEDGER)
    many = [send_to_all(large, "send-0")]
    ledger = _ledger(large, many[0].readers, empty)
    starts, few = [], []
    for n in range(scale.larges * 3):  # each kind of send has its turn, so that a busy hour meets all
        starts.append(send_to_all(alone, f"start-{n}"))
        few.append(send_to_all(small, f"send-{n}"))
        if n % 3 == 2 and len(many) < scale.larges:
            many.append(send_to_all(large, f"send-{n}"))
    return [
        _growth("million, wall", "wall", few, many, _median(starts, "wall") - LATENCY),
        _growth("million, CPU", "cpu", few, many, _median(starts, "cpu")),
        ledger,
        _resume(scale, large, many[0].readers),
    ]


def _ledger(publication: Publication, readers: int, empty: int) -> Figure:
    taken = _bytes(publication, LEDGER) - empty
    details: dict[str, float | int | str] = {
        "tables": ", ".join(LEDGER),
        "accepted": readers,
        "bytes": taken,
        "frozen message, kB": _bytes(publication, ("variant",)) / 1000,
    }
    # Bytes a reader are MB a million.
    return Figure("ledger", taken / readers, "MB a million", aim=3, runs=[taken], details=details)


def _median(sends: Sequence[Sent], what: str) -> float:
    return float(median(getattr(sent.cost, what) for sent in sends))


def _growth(name: str, what: str, few: Sequence[Sent], many: Sequence[Sent], start: float) -> Figure:
    """Compare what a reader takes in a large send with what they take in a small one."""
    small, large = (
        [(getattr(sent.cost, what) - start) / sent.readers * 1e6 for sent in sends] for sends in (few, many)
    )
    if min(median(small), *large) <= 0:
        raise RuntimeError(
            f"a start took longer ({start:.2f} s) than a send: the machine is too busy to tell"
        )
    growth = [(cost / median(small) - 1) * 100 for cost in large]
    details = {
        f"µs a reader at {many[0].readers:,}": median(large),
        f"at {few[0].readers:,}": median(small),
        "whole command, s": _median(many, what),
        "start, s": start,
        f"peak MB at {many[0].readers:,}": max(sent.cost.megabytes for sent in many),
        f"peak at {few[0].readers:,}": max(sent.cost.megabytes for sent in few),
    }
    return Figure(name, median(growth), "% more a reader", aim=25, runs=growth, details=details)


def _resume(scale: Scale, publication: Publication, readers: int) -> Figure:
    costs = []
    for _ in range(scale.starts):
        cost = newsletter("resume", "send-0", "--json", folder=publication.root)
        if (cost.document["state"], cost.document["accepted"]) != ("finished", readers):
            raise RuntimeError(f"the resumed send is not what was sent: {cost.said}")
        costs.append(cost)
    walls = [cost.wall for cost in costs]
    details = {"readers": readers, "best, s": min(walls), "CPU s": median(cost.cpu for cost in costs)}
    return Figure("resume", median(walls), "s", aim=1, runs=walls, details=details)


def _bytes(publication: Publication, tables: Sequence[str]) -> int:
    """Return what the pages of these tables and their indexes take in the file."""
    with closing(sqlite3.connect(publication.root / "newsletter.db")) as connection:
        try:
            rows = connection.execute(
                "SELECT schema.tbl_name, sum(dbstat.pgsize) FROM dbstat"
                " JOIN sqlite_schema AS schema ON schema.name = dbstat.name GROUP BY schema.tbl_name"
            ).fetchall()
        except sqlite3.OperationalError:  # SQLite was built without the table that knows
            return _bytes_by_vacuum(connection, tables)
    return sum(size for name, size in rows if name in tables)


def _bytes_by_vacuum(connection: sqlite3.Connection, tables: Sequence[str]) -> int:
    """Return by how much a copy of the file shrinks when the tables are emptied."""
    with closing(sqlite3.connect(":memory:")) as copy:
        connection.backup(copy)
        before = _packed(copy)
        for table in tables:
            copy.execute(f'DELETE FROM "{table}"')
        copy.commit()
        return before - _packed(copy)


def _packed(connection: sqlite3.Connection) -> int:
    connection.execute("VACUUM")
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)
