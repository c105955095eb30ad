"""Staging: an import's rows in a table of this connection alone, before any of them touches a list.

It holds no lock, so a send goes on meanwhile, and it is gone with its connection, however that ends. Every
statement here is one that SQLite and PostgreSQL both have.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from newsletter.contacts.consent.standing import rank
from newsletter.contacts.table.row import Row as Reader

MAX_CONSENTS = 1_000  # of one reader in one file
STAGED_AT_ONCE = 5_000  # rows a statement: enough to be quick, few enough to keep memory flat


_PLAIN = Reader._fields.index("suppressed")  # the fields before it are those of any file
_NOTHING_MORE = tuple(Reader._field_defaults.values())

LeaveOut = Callable[[Connection, Sequence[Reader]], set[str]]


def _columns() -> list[Column[Any]]:
    return [
        Column("line", BigInteger, nullable=False),
        Column("email", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("attrs", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("suppressed", Text, nullable=False, server_default=""),
        Column("joined", BigInteger),
        Column("since", BigInteger),
        Column("suppressed_since", BigInteger),
        Column("known_since", BigInteger),
        Column("consent", Text, nullable=False, server_default=""),
        Column("held", Integer, nullable=False, server_default="0"),  # 1: suppressed before, and on the list
    ]


_temporary = MetaData()
staging = Table("staging", _temporary, *_columns(), prefixes=["TEMPORARY"])
_folded = Table("folded", _temporary, *_columns(), prefixes=["TEMPORARY"])
# Made after the rows are in: sorting once is far cheaper than keeping a tree in order row by row.
_by_email = Index("ix_staging_email", staging.c.email, staging.c.line)


def stage(connection: Connection, rows: Iterable[Reader], leave_out: LeaveOut) -> tuple[int, int]:
    """Take in rows and fold those of one address into one; return how many came and how many are left.

    ``leave_out`` gets some rows and returns the addresses that must not be taken in.
    """
    connection.execute(CreateTable(staging))
    connection.execute(CreateTable(_folded))
    # Compiled once and given tuples: the builder's own way through rows as dicts costs three times as much.
    whole, plain = (
        str(insert(staging).compile(dialect=connection.dialect, column_keys=fields))
        for fields in (Reader._fields, Reader._fields[:_PLAIN])
    )
    came, iterator = 0, iter(rows)
    while chunk := list(itertools.islice(iterator, STAGED_AT_ONCE)):
        refused = leave_out(connection, chunk)
        taken = [row for row in chunk if row.email not in refused] if refused else chunk
        # Most files tell nothing but who their readers are: fewer values to bind take half the time.
        if short := [row[:_PLAIN] for row in taken if row[_PLAIN:] == _NOTHING_MORE]:
            connection.exec_driver_sql(plain, short)
        if len(short) < len(taken):
            rest = [row for row in taken if row[_PLAIN:] != _NOTHING_MORE]
            connection.exec_driver_sql(whole, rest)
        came += len(taken)
    connection.execute(CreateIndex(_by_email))
    _fold_repeated(connection)
    left = connection.scalar(select(func.count()).select_from(staging))
    return came, int(left or 0)


def _fold_repeated(connection: Connection) -> None:
    repeated = select(staging.c.email).group_by(staging.c.email).having(func.count() > 1)
    found = connection.execute(
        select(staging)
        .where(staging.c.email.in_(repeated))
        .order_by(staging.c.email, staging.c.line)
        .execution_options(yield_per=1000)
    )
    folded = _fold(found)
    while chunk := list(itertools.islice(folded, STAGED_AT_ONCE)):
        connection.execute(insert(_folded), chunk)
    connection.execute(delete(staging).where(staging.c.email.in_(select(_folded.c.email))))
    connection.execute(insert(staging).from_select(list(staging.c.keys()), select(_folded)))


def _fold(rows: Iterable[Row[Any]]) -> Iterator[dict[str, object]]:
    """Yield one row an address: what a later row says wins, what it leaves empty stays.

    Of what the rows say of leaving, the strictest counts: nobody is mailed against a line of the file.
    """
    for _, same in itertools.groupby(rows, key=lambda row: row.email):
        folded: dict[str, Any] = {}
        consent: dict[bytes, None] = {}
        for row in same:
            folded = _over(folded, row._asdict()) if folded else row._asdict()
            if row.consent and len(consent) < MAX_CONSENTS:
                consent |= dict.fromkeys(map(orjson.dumps, orjson.loads(row.consent)))
        folded["consent"] = f"[{b','.join(consent).decode()}]" if consent else ""
        yield folded


def _over(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what two rows of one address say together."""
    stands = after if rank(after["status"]) <= rank(before["status"]) else before
    never = after if rank(after["suppressed"]) <= rank(before["suppressed"]) else before
    return {
        **after,
        "name": after["name"] or before["name"],
        "attrs": orjson.dumps(orjson.loads(before["attrs"]) | orjson.loads(after["attrs"])).decode(),
        "status": stands["status"],
        "since": stands["since"],
        "suppressed": never["suppressed"],
        "suppressed_since": never["suppressed_since"],
        "joined": _earlier(before["joined"], after["joined"]),
        "known_since": _earlier(before["known_since"], after["known_since"]),
    }


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((at for at in (one, other) if at is not None), default=None)


def slices(connection: Connection, size: int) -> Iterator[tuple[str, str, int]]:
    """Yield stretches of staged addresses in order: the bound before, the last one within, how many."""
    before = ""
    while True:
        after = select(staging.c.email).where(staging.c.email > before)
        page = after.order_by(staging.c.email).limit(size).subquery()
        last, n = connection.execute(select(func.max(page.c.email), func.count())).one()
        if not n:
            return
        yield before, last, n
        before = last
