"""Check the ledger against itself: the readers of its batches, one by one."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from newsletter.delivery.id_set import decode
from newsletter.delivery.states import POSTED
from newsletter.store.events.alarms import ACCEPTED_TWICE
from newsletter.store.tables import batch, mailing

MISCOUNTED = "miscounted"
_PAGE_BITS = 10  # 1,024 ids
_PAGE_BYTES = (1 << _PAGE_BITS) // 8


def faults(connection: Connection, issue: str, provider: str) -> Iterator[tuple[str, int, str]]:
    """Yield an alarm's kind, count and detail when a reader is in two batches of an issue, or a batch
    does not hold as many readers as it counts.

    A bit for each subscriber id, in pages of those that are near each other: 3 MB for ten million readers,
    however large their ids are.
    """
    rows = connection.execute(
        select(batch.c.id, batch.c.lo, batch.c.hi, batch.c.n, batch.c.reader_ids)
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(
            mailing.c.issue == issue,
            mailing.c.provider == provider,
            batch.c.state.in_(POSTED),
        )
        .execution_options(yield_per=50)
    )
    pages: dict[int, bytearray] = {}
    number, page = -1, bytearray()
    twice, wrong, last = 0, 0, 0
    for row in rows:
        readers = decode(row.reader_ids or b"")
        if len(readers) != row.n or (readers and not row.lo <= readers[0] <= readers[-1] <= row.hi):
            wrong, last = wrong + 1, row.id
        for reader in readers:
            if reader >> _PAGE_BITS != number:
                number = reader >> _PAGE_BITS
                page = pages.setdefault(number, bytearray(_PAGE_BYTES))
            place, bit = reader >> 3 & (_PAGE_BYTES - 1), 1 << (reader & 7)
            if page[place] & bit:
                twice, last = twice + 1, row.id
            page[place] |= bit
    if twice:
        yield ACCEPTED_TWICE, twice, f"Two batches hold them; one is {last}."
    if wrong:
        yield MISCOUNTED, wrong, f"Batch {last} does not hold as many readers as it counts."
