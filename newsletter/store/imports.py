"""Imports: staged rows into a list by whole sets, in one transaction: a kill leaves all or nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from newsletter.audience.fields import MAX_ATTRIBUTES, fits
from newsletter.audience.rows import Row as Reader
from newsletter.errors import AudienceError
from newsletter.store.database import store_errors
from newsletter.store.lists import add_attributes, ensure_list
from newsletter.store.staging import slices, stage, staging
from newsletter.store.tables import subscriber, subscription, suppression

SLICE = 25_000  # addresses a statement: Ctrl-C is heard, and progress told, between two
LINES_TOLD = 10


@dataclass(slots=True)
class Tally:
    """How many rows something befell, and the lines of the first of them."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one row; rows come in order of line."""
        self.count += 1
        if len(self.lines) < LINES_TOLD:
            self.lines.append(line)

    def take(self, connection: Connection, lines: Select[tuple[int]]) -> None:
        """Count the rows whose lines a query finds."""
        found = lines.subquery()
        self.count += connection.scalar(select(func.count()).select_from(found)) or 0
        first = connection.scalars(select(found.c.line).order_by(found.c.line).limit(LINES_TOLD))
        self.lines = sorted([*self.lines, *first])[:LINES_TOLD]


@dataclass(slots=True)
class Merged:
    """What became of the rows: ``rows`` is the sum of repeated, suppressed, left, joined and known.

    repeated: rows of an address that has another row in the file, folded into that one. suppressed: never
    mailed, so not taken in. left: unsubscribed from the list before and still so. joined: new on the list.
    known: on it already. overfull: of the known, those whose new attributes would not fit beside the old.
    """

    list_made: bool = False
    rows: int = 0
    repeated: int = 0
    suppressed: Tally = field(default_factory=Tally)
    left: Tally = field(default_factory=Tally)
    joined: int = 0
    known: int = 0
    overfull: Tally = field(default_factory=Tally)


def import_rows(
    engine: Engine,
    list_name: str,
    rows: Iterable[Reader],
    *,
    attributes: Iterable[str],
    clock: Callable[[], int],
    progress: Callable[[int, int], None],
) -> Merged:
    """Bring rows into a list, which is made if need be, all or nothing.

    ``attributes`` is read once all rows are. ``clock`` (microseconds, UTC) is asked with the right to write
    already held: a send that begins meanwhile must not find readers dated before itself. ``progress`` gets
    addresses done and to do. Raises StoreError, and AudienceError when stopped by Ctrl-C.
    """
    with store_errors(engine), engine.connect() as connection:
        connection.detach()  # closed at the end instead of kept: the staging goes with it
        with connection.begin(), _stop_told():
            came, left = stage(connection, rows)
        merged = Merged(rows=came, repeated=came - left)
        connection.execution_options(write=True)
        with connection.begin(), _stop_told():
            _merge(connection, list_name, merged, left, attributes, clock(), progress)
    return merged


@contextmanager
def _stop_told() -> Iterator[None]:
    # Within, not around, the transactions: an interrupted commit must claim nothing about what it kept.
    try:
        yield
    except KeyboardInterrupt:
        raise AudienceError(
            "Stopped; nothing of the file was imported.", hint="Run the same command again to import it."
        ) from None


def _merge(
    connection: Connection,
    list_name: str,
    merged: Merged,
    total: int,
    attributes: Iterable[str],
    now: int,
    progress: Callable[[int, int], None],
) -> None:
    key, merged.list_made = ensure_list(connection, list_name, now=now)
    add_attributes(connection, key, attributes)
    _skip_suppressed(connection, key, merged)
    done = 0
    for before, last, n in slices(connection, SLICE):
        within = and_(staging.c.email > before, staging.c.email <= last)
        _count(connection, key, within, merged)
        _keep_within_bounds(connection, within, merged)
        connection.execute(_upsert_subscribers(connection, within, now))
        connection.execute(_upsert_subscriptions(connection, key, within, now))
        done += n
        progress(done, total)


def _skip_suppressed(connection: Connection, key: int, merged: Merged) -> None:
    """Leave out who is never mailed; a subscription made before stays: the proof can name its reason."""
    never = select(suppression.c.email)
    merged.suppressed.take(connection, select(staging.c.line).where(staging.c.email.in_(never)))
    member = (
        select(subscriber.c.email)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list_id == key, subscriber.c.suppressed.is_not(None))
    )
    connection.execute(delete(staging).where(staging.c.email.in_(never), staging.c.email.not_in(member)))


def _with_subscription(key: int, *columns: ColumnElement[Any]) -> Select[Any]:
    held = and_(subscription.c.list_id == key, subscription.c.subscriber_id == subscriber.c.id)
    return (
        select(*columns)
        .select_from(staging)
        .outerjoin(subscriber, subscriber.c.email == staging.c.email)
        .outerjoin(subscription, held)
        .where(subscriber.c.suppressed.is_(None))
    )


def _count(connection: Connection, key: int, within: ColumnElement[bool], merged: Merged) -> None:
    stays_away = and_(subscription.c.status == "unsubscribed", staging.c.status != "unsubscribed")
    rows = connection.execute(
        _with_subscription(
            key,
            func.count(),
            func.coalesce(func.sum(case((subscription.c.subscriber_id.is_(None), 1), else_=0)), 0),
            func.coalesce(func.sum(case((stays_away, 1), else_=0)), 0),
        ).where(within)
    )
    n, joined, left = rows.one()
    merged.joined += joined
    merged.known += n - joined - left
    if left:
        merged.left.take(connection, _with_subscription(key, staging.c.line).where(within, stays_away))


def _keep_within_bounds(connection: Connection, within: ColumnElement[bool], merged: Merged) -> None:
    """Drop new attributes that would break the bound of a reader's values together with his old ones."""
    # One character can cost seven bytes (a quotation mark, and again as an entity); below that all fits.
    near = func.length(subscriber.c.attrs) + func.length(staging.c.attrs) > MAX_ATTRIBUTES // 7
    found = connection.execute(
        select(staging.c.line, staging.c.email, subscriber.c.attrs.label("old"), staging.c.attrs)
        .join(subscriber, subscriber.c.email == staging.c.email)
        .where(within, staging.c.attrs != "{}", near)
    )
    full = [row for row in found if not fits(orjson.loads(row.old) | orjson.loads(row.attrs))]
    for row in sorted(full, key=lambda row: row.line):
        merged.overfull.add(row.line)
        connection.execute(update(staging).where(staging.c.email == row.email).values(attrs="{}"))


def _upsert_subscribers(
    connection: Connection, within: ColumnElement[bool], now: int
) -> sqlite.Insert | postgresql.Insert:
    """Add subscribers, and bring the known up to date; an empty cell erases nothing."""
    found = select(staging.c.email, staging.c.name, staging.c.attrs, literal(now, BigInteger))
    new = _insert(connection, subscriber).from_select(
        ["email", "name", "attrs", "created_at"], found.where(within).order_by(staging.c.email)
    )
    name = case((new.excluded.name != "", new.excluded.name), else_=subscriber.c.name)
    attrs = case(
        (new.excluded.attrs != "{}", _Merged(subscriber.c.attrs, new.excluded.attrs)),
        else_=subscriber.c.attrs,
    )
    return new.on_conflict_do_update(
        index_elements=["email"],
        set_={"name": name, "attrs": attrs},
        where=or_(name != subscriber.c.name, attrs != subscriber.c.attrs),
    )


def _upsert_subscriptions(
    connection: Connection, key: int, within: ColumnElement[bool], now: int
) -> sqlite.Insert | postgresql.Insert:
    """Add subscriptions; of those held, only pending ones are confirmed and only the row's word ends one.

    Whoever unsubscribed stays so, and a reader's own confirmation is not taken back by a file.
    """
    at = literal(now, BigInteger)
    found = select(literal(key, BigInteger), subscriber.c.id, staging.c.status, at, at).join(
        subscriber, subscriber.c.email == staging.c.email
    )
    new = _insert(connection, subscription).from_select(
        ["list_id", "subscriber_id", "status", "since", "created_at"],
        found.where(within).order_by(subscriber.c.id),
    )
    held, said = subscription.c.status, new.excluded.status
    return new.on_conflict_do_update(
        index_elements=["list_id", "subscriber_id"],
        set_={"status": said, "since": new.excluded.since},
        where=or_(
            and_(held == "pending", said != "pending"), and_(held == "confirmed", said == "unsubscribed")
        ),
    )


def _insert(connection: Connection, table: Any) -> sqlite.Insert | postgresql.Insert:
    # ON CONFLICT is spelt alike in both, but SQLAlchemy keeps it per dialect.
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class _Merged(FunctionElement[str]):
    """One JSON object over another, as text: the one thing the databases spell differently."""

    type = Text()
    inherit_cache = True


@compiles(_Merged, "sqlite")
def _merged_sqlite(element: _Merged, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_patch({compiler.process(element.clauses, **options)})"


@compiles(_Merged, "postgresql")
def _merged_postgresql(element: _Merged, compiler: SQLCompiler, **options: Any) -> str:
    from sqlalchemy.dialects.postgresql import JSONB

    old, new = (cast(each, JSONB) for each in element.clauses)
    return compiler.process(cast(old.op("||")(new), Text), **options)
