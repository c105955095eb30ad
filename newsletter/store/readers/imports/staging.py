"""Staging: an import's rows in a table of its connection alone, before any of them touches a list.

It holds no lock, so a send goes on meanwhile, and it is gone with its connection, however that ends. Every
statement here is one that SQLite and PostgreSQL both have.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import Row as Found
from sqlalchemy.schema import CreateIndex, CreateTable

from newsletter.chunks import chunks
from newsletter.contacts.consent.standing import rank
from newsletter.contacts.table.occurrences import Occurrences
from newsletter.contacts.table.row import Row
from newsletter.store.readers.erasures import among
from newsletter.store.readers.imports.tally import Merged

MAX_CONSENTS = 1_000  # of one reader in one file
SLICE = 25_000  # addresses a statement: Ctrl-C is handled, and progress shown, between two
STAGED_AT_ONCE = 5_000  # rows a statement: enough to be quick, few enough to keep memory flat

_PLAIN = Row._fields.index("suppressed")  # the fields before it are those of any file
_NOTHING_MORE = tuple(Row._field_defaults.values())


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
        Column("paused_until", BigInteger),
        Column("held", Integer, nullable=False, server_default="0"),  # 1: suppressed before, and on the list
    ]


_temporary = MetaData()
staged = Table("staging", _temporary, *_columns(), prefixes=["TEMPORARY"])
_folded = Table("folded", _temporary, *_columns(), prefixes=["TEMPORARY"])
# Made after the rows are in: sorting once is far cheaper than keeping a tree in order row by row.
_by_email = Index("ix_staging_email", staged.c.email, staged.c.line)


class Staging:
    """The staged rows of one import, within its connection's open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._came = 0
        self._erased = Occurrences()
        connection.execute(CreateTable(staged))
        connection.execute(CreateTable(_folded))
        # Compiled once and given tuples: the builder's own way, rows as dicts, costs three times as much.
        dialect = connection.dialect
        if not dialect.positional:  # psycopg takes tuples, too
            kind: Any = type(dialect)
            dialect = kind(paramstyle="format")
        self._whole, self._plain = (
            str(insert(staged).compile(dialect=dialect, column_keys=fields))
            for fields in (Row._fields, Row._fields[:_PLAIN])
        )

    def add(self, rows: Sequence[Row]) -> None:
        """Take in some rows, about STAGED_AT_ONCE, but for those of readers who had themselves erased."""
        erased = among(self._connection, [row.email for row in rows])
        if erased:
            for row in rows:
                if row.email in erased:
                    self._erased.add(row.line)
            rows = [row for row in rows if row.email not in erased]
        # Most files say nothing but who their readers are: fewer values to bind take half the time.
        if short := [row[:_PLAIN] for row in rows if row[_PLAIN:] == _NOTHING_MORE]:
            self._connection.exec_driver_sql(self._plain, short)
        if len(short) < len(rows):
            rest = [row for row in rows if row[_PLAIN:] != _NOTHING_MORE]
            self._connection.exec_driver_sql(self._whole, rest)
        self._came += len(rows)

    def fold(self) -> Merged:
        """Fold the rows of one address into one; return the count of what became of rows so far."""
        self._connection.execute(CreateIndex(_by_email))
        _fold_repeated(self._connection)
        left = self._connection.scalar(select(func.count()).select_from(staged)) or 0
        rows = self._came + self._erased.count
        return Merged(rows=rows, repeated=self._came - left, erased=self._erased)


def _fold_repeated(connection: Connection) -> None:
    repeated = select(staged.c.email).group_by(staged.c.email).having(func.count() > 1)
    found = connection.execute(
        select(staged)
        .where(staged.c.email.in_(repeated))
        .order_by(staged.c.email, staged.c.line)
        .execution_options(yield_per=1000)
    )
    for chunk in chunks(_fold(found), STAGED_AT_ONCE):
        connection.execute(insert(_folded), chunk)
    connection.execute(delete(staged).where(staged.c.email.in_(select(_folded.c.email))))
    connection.execute(insert(staged).from_select(list(staged.c.keys()), select(_folded)))


def _fold(rows: Iterable[Found[Any]]) -> Iterator[dict[str, object]]:
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
        "paused_until": stands["paused_until"],
        "suppressed": never["suppressed"],
        "suppressed_since": never["suppressed_since"],
        "joined": _earlier(before["joined"], after["joined"]),
        "known_since": _earlier(before["known_since"], after["known_since"]),
    }


def _earlier(first: int | None, second: int | None) -> int | None:
    return min((at for at in (first, second) if at is not None), default=None)


def slices(connection: Connection) -> Iterator[tuple[ColumnElement[bool], int]]:
    """Yield the condition for each stretch of staged addresses in order, and how many there are."""
    before = ""
    while True:
        after = select(staged.c.email).where(staged.c.email > before)
        page = after.order_by(staged.c.email).limit(SLICE).subquery()
        last, n = connection.execute(select(func.max(page.c.email), func.count())).one()
        if not n:
            return
        yield and_(staged.c.email > before, staged.c.email <= last), n
        before = last
