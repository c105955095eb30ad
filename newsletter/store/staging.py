"""Staging: an import's rows in a table of this connection alone, before any of them touches a list.

It holds no lock, so a send goes on meanwhile, and it is gone with its connection, however that ends. Every
statement here is one that SQLite and PostgreSQL both have.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
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

from newsletter.audience.rows import Row as Reader

STAGED_AT_ONCE = 5_000  # rows a statement: enough to be quick, few enough to keep memory flat


def _columns() -> list[Column[Any]]:
    return [
        Column("line", BigInteger, nullable=False),
        Column("email", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("attrs", Text, nullable=False),
        Column("status", Text, nullable=False),
    ]


_temporary = MetaData()
staging = Table("staging", _temporary, *_columns(), prefixes=["TEMPORARY"])
_folded = Table("folded", _temporary, *_columns(), prefixes=["TEMPORARY"])
# Made after the rows are in: sorting once is far cheaper than keeping a tree in order row by row.
_by_email = Index("ix_staging_email", staging.c.email, staging.c.line)


def stage(connection: Connection, rows: Iterable[Reader]) -> tuple[int, int]:
    """Take in rows and fold those of one address into one; return how many came and how many are left."""
    connection.execute(CreateTable(staging))
    connection.execute(CreateTable(_folded))
    # Compiled once and given tuples: the builder's own way through rows as dicts costs three times as much.
    statement = str(insert(staging).compile(dialect=connection.dialect))
    came, iterator = 0, iter(rows)
    while chunk := list(itertools.islice(iterator, STAGED_AT_ONCE)):
        connection.exec_driver_sql(statement, chunk)
        came += len(chunk)
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

    Whoever any row calls unsubscribed is: nobody is mailed against a line of the file.
    """
    for email, group in itertools.groupby(rows, key=lambda row: row.email):
        line, name, status, left = 0, "", "", False
        attrs: dict[str, str] = {}
        for row in group:
            line, name, status = row.line, row.name or name, row.status
            attrs |= orjson.loads(row.attrs)
            left = left or status == "unsubscribed"
        yield {
            "line": line,
            "email": email,
            "name": name,
            "attrs": orjson.dumps(attrs).decode(),
            "status": "unsubscribed" if left else status,
        }


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
