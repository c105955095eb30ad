"""The ledger compared with itself: readers in two batches, batches that do not hold what they count."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Scripted, Wired
from sqlalchemy import select, update
from ten_readers import ISSUE, join, send_answered

from newsletter.delivery.id_set import encode
from newsletter.store.accounts.audit import faults
from newsletter.store.database import read, write
from newsletter.store.tables import batch


@pytest.fixture(params=[0, 10**12, 2**48 - 2, 2**62])
def wiring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wired]:
    """Thirty readers in three batches, the second of which has ids that begin somewhere else."""
    made = Wired(tmp_path, Scripted(), batch_size=10)
    join(made, 10)
    with write(made.engine) as connection:
        connection.exec_driver_sql(
            "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'subscriber'", (request.param,)
        )
    join(made, 20, first=10)
    assert send_answered(made).accepted == 30
    yield made
    made.engine.dispose()


def _faults(wiring: Wired) -> list[tuple[str, int]]:
    with read(wiring.engine) as connection:
        return [(kind, n) for kind, n, _ in faults(connection, ISSUE, wiring.post.identity)]


def _batches(wiring: Wired) -> list[tuple[int, bytes]]:
    with read(wiring.engine) as connection:
        return [(row.id, row.reader_ids) for row in connection.execute(select(batch).order_by(batch.c.id))]


def test_a_sound_ledger_has_no_faults_however_large_its_ids(wiring: Wired) -> None:
    assert _faults(wiring) == []


def test_readers_in_two_batches_or_in_the_wrong_one_are_found_however_large_the_ids(
    wiring: Wired,
) -> None:
    first, _, third = _batches(wiring)
    with write(wiring.engine) as connection:
        connection.execute(update(batch).where(batch.c.id == third[0]).values(reader_ids=first[1]))
    assert _faults(wiring) == [("accepted_twice", 10), ("miscounted", 1)]
    with write(wiring.engine) as connection:
        connection.execute(update(batch).where(batch.c.id == third[0]).values(reader_ids=encode([2**62])))
    assert _faults(wiring) == [("miscounted", 1)]
