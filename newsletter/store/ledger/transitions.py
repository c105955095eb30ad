"""A batch's transitions from state to state: what claims and answers share."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import compress
from typing import Any, NamedTuple, Self, overload

from sqlalchemy import BindParameter, Connection, Update, bindparam, func, insert, select, update

from newsletter.delivery.id_set import decode, encode
from newsletter.delivery.states import BatchState, BatchTransition
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, unmailed
from newsletter.store.tables import mailing as mailings

FIRST = -1  # a time before all others: pieces of a batch go out while there are others to compare them with


class Reader(NamedTuple):
    """A member of a batch, as the ledger saw them at the claim. ``attrs`` is JSON."""

    id: int
    email: str
    name: str
    attrs: str


_reader = partial(tuple.__new__, Reader)  # what Reader's own ``_make`` does, at half the cost


class BatchReaders(Sequence[Reader]):
    """The readers of a batch, by ascending ids: one column for each of what is known of them.

    A loop over them gets a ``Reader`` at a time. What is done to a thousand at once takes ``columns``,
    since a value made for each of them costs more than all that is done with it.
    """

    __slots__ = ("columns",)

    def __init__(
        self, ids: Sequence[int], emails: Sequence[str], names: Sequence[str], attrs: Sequence[str]
    ) -> None:
        self.columns = ids, emails, names, attrs

    @classmethod
    def of(cls, readers: Iterable[Reader]) -> Self:
        """Return readers, in the order they come, by columns."""
        columns = tuple(zip(*readers, strict=True))
        return cls(*columns) if columns else cls((), (), (), ())

    @property
    def ids(self) -> Sequence[int]:
        """Return their ids."""
        return self.columns[0]

    def those(self, wanted: Sequence[object]) -> "BatchReaders":
        """Return the readers in whose place ``wanted`` holds something true."""
        ids, *texts = self.columns
        return BatchReaders([*compress(ids, wanted)], *([*compress(text, wanted)] for text in texts))

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Reader]:
        return map(_reader, zip(*self.columns, strict=True))

    @overload
    def __getitem__(self, place: int) -> Reader: ...
    @overload
    def __getitem__(self, place: slice) -> "BatchReaders": ...
    def __getitem__(self, place: int | slice) -> "Reader | BatchReaders":
        ids, emails, names, attrs = self.columns
        if isinstance(place, slice):
            return BatchReaders(ids[place], emails[place], names[place], attrs[place])
        return Reader(ids[place], emails[place], names[place], attrs[place])


class BatchRow(NamedTuple):
    """A batch as it stands in its row, as far as claiming and splitting it go."""

    id: int
    mailing_id: int
    variant: str
    lo: int
    hi: int
    candidates: int
    tries: int
    not_before: int
    only: bytes | None
    decided_after: int | None


BATCH_ROW = [batch.c[name] for name in BatchRow._fields]


def batch_row(connection: Connection, batch_id: int) -> BatchRow:
    """Return a batch as it stands."""
    return BatchRow(*_BATCH.first(connection, batch=batch_id))


_BATCH = Prepared(lambda: select(*BATCH_ROW).where(batch.c.id == bindparam("batch")))


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch in this sender's hands, until it is given back or its outcome is recorded."""

    batch: int
    mailing: int
    attempt: str
    tries: int
    readers: BatchReaders


def move_if_mine(
    connection: Connection, claimed: Claim, transition: BatchTransition, *, now: int, **values: object
) -> bool:
    """Take the batch out of this sender's hands if it still is this attempt's; False when it is not."""
    moved = _move_if_mine(transition, tuple(values)).run(
        connection, batch=claimed.batch, mine=claimed.attempt, changed_at=now, **values
    )
    return bool(moved.rowcount)


def move(
    connection: Connection, batch_id: int, transition: BatchTransition, *, now: int, **values: object
) -> None:
    """Move a batch, in any sender's hands or in none."""
    _move(transition, tuple(values)).run(connection, batch=batch_id, changed_at=now, **values)


@lru_cache
def _move(transition: BatchTransition, names: tuple[str, ...]) -> Prepared:
    return Prepared(lambda: _update(transition, names))


def _update(transition: BatchTransition, names: tuple[str, ...]) -> Update:
    new: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in ("changed_at", *names)}
    return (
        update(batch)
        .where(batch.c.id == bindparam("batch"), batch.c.state.in_(transition.before))
        .values(new)
        .values(state=transition.after)
    )


@lru_cache
def _move_if_mine(transition: BatchTransition, names: tuple[str, ...]) -> Prepared:
    mine = batch.c.attempt == bindparam("mine")
    return Prepared(lambda: _update(transition, names).where(mine).values(owner=None, lease_until=None))


def cut_in_two(
    connection: Connection, row: BatchRow, readers: Sequence[int], middle: int, *, now: int
) -> tuple[int, int]:
    """Replace a batch that waits by two, the first up to the reader ``middle``; return the batches' ids."""
    move(connection, row.id, BatchTransition.CUT, now=now, n=0, reader_ids=None)
    return add_halves(connection, row, readers, middle, now=now)


def add_halves(
    connection: Connection, row: BatchRow, readers: Sequence[int], middle: int, *, now: int
) -> tuple[int, int]:
    """Add the halves of a split batch, the first up to the reader ``middle``; return the batches' ids.

    Who was turned away goes along.
    """
    halves: list[int] = []
    turned_away = select(func.count()).where(unmailed.c.batch_id == row.id, unmailed.c.subscriber_id > middle)
    upper = sum(reader > middle for reader in readers) + int(connection.scalar(turned_away) or 0)
    only = None if row.only is None else decode(row.only)
    for lo, hi, candidates in ((row.lo, middle, row.candidates - upper), (middle + 1, row.hi, upper)):
        key = connection.execute(
            insert(batch).values(
                mailing_id=row.mailing_id,
                variant=row.variant,
                lo=lo,
                hi=hi,
                candidates=candidates,
                state=BatchState.PENDING,
                tries=row.tries,  # its readers were in as many requests
                only=None if only is None else encode(reader for reader in only if lo <= reader <= hi),
                decided_after=row.decided_after,
                not_before=FIRST,
                changed_at=now,
            )
        ).inserted_primary_key
        connection.execute(
            update(unmailed)
            .where(unmailed.c.batch_id == row.id, unmailed.c.subscriber_id.between(lo, hi))
            .values(batch_id=key[0] if key else None)
        )
        halves.append(key[0] if key else 0)
    return halves[0], halves[1]


def set_apart(connection: Connection, batch_id: int, reader_ids: bytes) -> dict[str, object]:
    """Return the values of a batch that may have been taken, and was not: its readers wait, or are given up.

    Mailings of the issue since then, to whatever list, looked again at those it left out, and not at them.
    Where none came since it was set apart before, who was turned away by a claim in between is its own still.
    """
    held = select(batch.c.mailing_id, batch.c.only, batch.c.decided_after).where(batch.c.id == batch_id)
    mailing_id, only, decided_after = connection.execute(held).one()
    own = select(mailings.c.issue, mailings.c.provider).where(mailings.c.id == mailing_id)
    issue, provider = connection.execute(own).one()
    latest = connection.scalar(
        select(func.max(mailings.c.id)).where(mailings.c.issue == issue, mailings.c.provider == provider)
    )
    still = only is not None and decided_after == latest
    return {"n": 0, "reader_ids": None, "only": only if still else reader_ids, "decided_after": latest}
