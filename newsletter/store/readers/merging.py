"""Merging: staged rows into a list by whole sets, slice by slice, and the count of what became of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    Update,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from newsletter.contacts.consent.standing import STRICTEST_FIRST
from newsletter.contacts.fields import MAX_ATTRIBUTES, fits
from newsletter.contacts.table.occurrences import Occurrences
from newsletter.store.readers.consent import record_all
from newsletter.store.readers.erasures import among, count_erased
from newsletter.store.readers.import_tally import Import, Merged, count_found
from newsletter.store.readers.lists import add_attributes, ensure_list
from newsletter.store.readers.staging import slices, staging
from newsletter.store.tables import consent, subscriber, subscription, suppression

SLICE = 25_000  # addresses a statement: Ctrl-C is heard, and progress told, between two


def merge(
    connection: Connection,
    wanted: Import,
    merged: Merged,
    total: int,
    progress: Callable[[int, int], None],
) -> None:
    """Bring the ``total`` staged rows into a list, and count into ``merged`` what becomes of each."""
    now = wanted.clock()
    key, merged.list_made = ensure_list(connection, wanted.list_name, now=now)
    add_attributes(connection, key, wanted.attributes)
    _skip_erased(connection, merged, wanted.erased_before)
    _skip_suppressed(connection, key, merged)
    dated = _Dates(now, as_told=_has_nobody(connection, key))
    suppressing = _any_staged(connection, staging.c.suppressed != "")
    telling = _any_staged(connection, staging.c.consent != "")
    done = 0
    for before, last, n in slices(connection, SLICE):
        within = and_(staging.c.email > before, staging.c.email <= last)
        _count(connection, key, within, merged)
        if suppressing:
            _suppress(connection, within, now, merged)
        _keep_within_bounds(connection, within, merged)
        connection.execute(_upsert_subscribers(connection, within, dated))
        if suppressing:
            connection.execute(_mirror_suppressions(within))
        connection.execute(_upsert_subscriptions(connection, key, within, dated))
        if telling and not dated.as_told:
            connection.execute(_confirm_pending(key, within, now))
        if telling:
            _keep_told_consent(connection, key, within, dated)
        _keep_untold_consent(connection, key, within, dated, wanted)
        done += n
        progress(done, total)
    wanted.after_writing(connection, key)


@dataclass(frozen=True, slots=True)
class _Dates:
    """Which instants of a file are taken as they are.

    In a list that has nobody yet, all. Elsewhere who joins, joins now: a mailing that is being prepared, or
    went out, must not find readers dated before it. What the file says stays in their consent.
    """

    now: int
    as_told: bool

    def of(self, *told: ColumnElement[Any]) -> ColumnElement[Any]:
        now = literal(self.now, BigInteger)
        if not self.as_told:
            return now
        found = func.coalesce(*told, now)
        return case((found > now, now), else_=found)


def _any_staged(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.scalar(select(staging.c.line).where(condition).limit(1)) is not None


def _has_nobody(connection: Connection, key: int) -> bool:
    return (
        connection.scalar(select(subscription.c.list_id).where(subscription.c.list_id == key).limit(1))
        is None
    )


def _skip_erased(connection: Connection, merged: Merged, before: int) -> None:
    """Leave out who was erased while the file was being read, if anybody was."""
    if count_erased(connection) == before:
        return
    for after, last, _ in slices(connection, SLICE):
        within = and_(staging.c.email > after, staging.c.email <= last)
        emails = list(connection.scalars(select(staging.c.email).where(within)))
        for email in sorted(among(connection, emails)):
            same = staging.c.email == email
            count_found(connection, merged.erased, select(staging.c.line).where(same))
            connection.execute(delete(staging).where(same))


def _skip_suppressed(connection: Connection, key: int, merged: Merged) -> None:
    """Leave out who is never mailed; a subscription made before stays: the proof can name its reason.

    A row that itself says so comes in: it makes a list whole again that was exported.
    """
    never = select(suppression.c.email)
    member = (
        select(subscriber.c.email)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list_id == key, subscriber.c.suppressed.is_not(None))
    )
    held = and_(staging.c.email.in_(never), or_(staging.c.suppressed == "", staging.c.email.in_(member)))
    count_found(connection, merged.suppressed, select(staging.c.line).where(held))
    connection.execute(delete(staging).where(held, staging.c.email.not_in(member)))
    connection.execute(update(staging).where(held).values(held=1))


def _with_subscription(key: int, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(staging)
        .outerjoin(subscriber, subscriber.c.email == staging.c.email)
        .outerjoin(subscription, _held_on(key))
        .where(staging.c.held == 0)
    )


def _count(connection: Connection, key: int, within: ColumnElement[bool], merged: Merged) -> None:
    says_stop = or_(staging.c.status == "unsubscribed", staging.c.suppressed != "")
    fate = case(
        (subscription.c.subscriber_id.is_(None), "joined"),
        (and_(subscription.c.status == "unsubscribed", staging.c.status != "unsubscribed"), "left"),
        (and_(subscription.c.status != "unsubscribed", says_stop), "stopped"),
        else_="known",
    )
    standing = case((staging.c.suppressed != "", "suppressed"), else_=staging.c.status)
    rows = connection.execute(
        _with_subscription(key, fate.label("fate"), standing.label("standing"), func.count().label("n"))
        .where(within)
        .group_by("fate", "standing")
    )
    named: dict[str, Occurrences] = {}
    for row in rows.all():
        if row.fate == "joined":
            merged.joined += row.n
            merged.joined_as[row.standing] += row.n
        elif row.fate == "known":
            merged.known += row.n
        else:
            named[row.fate] = merged.left if row.fate == "left" else merged.stopped
    for name, occurrences in named.items():
        lines = _with_subscription(key, staging.c.line).where(within, fate == name)
        count_found(connection, occurrences, lines)


def _suppress(connection: Connection, within: ColumnElement[bool], now: int, merged: Merged) -> None:
    """Suppress those whom the file says so of; the stricter of two reasons stands."""
    told = and_(within, staging.c.suppressed != "")
    new = connection.execute(
        select(staging.c.suppressed, func.count().label("n"))
        .where(told, staging.c.email.not_in(select(suppression.c.email)))
        .group_by(staging.c.suppressed)
    ).all()
    merged.suppressions.update({row.suppressed: row.n for row in new})
    since = _Dates(now, as_told=True).of(staging.c.suppressed_since)
    found = select(staging.c.email, staging.c.suppressed, since).where(told)
    statement = _insert(connection, suppression).from_select(["email", "reason", "since"], found)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["email"],
            set_={"reason": statement.excluded.reason, "since": statement.excluded.since},
            where=_ranked(statement.excluded.reason) < _ranked(suppression.c.reason),
        )
    )


def _ranked(reason: ColumnElement[str]) -> ColumnElement[int]:
    return case(*((reason == standing, at) for at, standing in enumerate(STRICTEST_FIRST)), else_=99)


def _mirror_suppressions(within: ColumnElement[bool]) -> Update:
    emails = select(staging.c.email).where(within, staging.c.suppressed != "")
    reason = select(suppression.c.reason).where(suppression.c.email == subscriber.c.email)
    return (
        update(subscriber).where(subscriber.c.email.in_(emails)).values(suppressed=reason.scalar_subquery())
    )


def _keep_within_bounds(connection: Connection, within: ColumnElement[bool], merged: Merged) -> None:
    """Drop new attributes that would break the bound of a reader's values together with the old ones."""
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
    connection: Connection, within: ColumnElement[bool], dated: _Dates
) -> sqlite.Insert | postgresql.Insert:
    """Add subscribers, and bring the known up to date; an empty cell erases nothing."""
    known_since = dated.of(staging.c.known_since, staging.c.joined, staging.c.since)
    found = select(staging.c.email, staging.c.name, staging.c.attrs, known_since)
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
    connection: Connection, key: int, within: ColumnElement[bool], dated: _Dates
) -> sqlite.Insert | postgresql.Insert:
    """Add subscriptions; of those held, a row's word ends one.

    Readers who unsubscribed stay so, and a reader's own confirmation is not taken back by a file.
    """
    since, joined = dated.of(staging.c.since), dated.of(staging.c.joined, staging.c.since)
    found = select(literal(key, BigInteger), subscriber.c.id, staging.c.status, since, joined).join(
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
        where=and_(held != "unsubscribed", said == "unsubscribed"),
    )


def _confirm_pending(key: int, within: ColumnElement[bool], now: int) -> Update:
    """Confirm who is pending and of whom the file says so; that a file names them says nothing."""
    confirmed = (
        select(subscriber.c.id)
        .join(staging, staging.c.email == subscriber.c.email)
        .where(
            within, staging.c.held == 0, staging.c.status == "confirmed", staging.c.consent.not_in(("", "[]"))
        )
    )
    return (
        update(subscription)
        .where(
            subscription.c.list_id == key,
            subscription.c.status == "pending",
            subscription.c.subscriber_id.in_(confirmed),
        )
        .values(status="confirmed", since=now)
    )


def _keep_told_consent(connection: Connection, key: int, within: ColumnElement[bool], dated: _Dates) -> None:
    """Add what the file tells of consent."""
    told = connection.execute(
        select(subscriber.c.id, staging.c.consent, _changed(dated).label("changed"))
        .join(subscriber, subscriber.c.email == staging.c.email)
        .join(subscription, _held_on(key))
        .where(within, staging.c.consent != "")
    )
    record_all(connection, _steps(told, key, dated.now))


def _held_on(key: int) -> ColumnElement[bool]:
    return and_(subscription.c.list_id == key, subscription.c.subscriber_id == subscriber.c.id)


def _changed(dated: _Dates) -> ColumnElement[bool]:
    """Say whether this import made or changed a subscription."""
    return true() if dated.as_told else subscription.c.since == dated.now


def _keep_untold_consent(
    connection: Connection, key: int, within: ColumnElement[bool], dated: _Dates, wanted: Import
) -> None:
    """Add, for readers of whose consent the file tells nothing, that they came or left by this file."""
    kind = case((subscription.c.status == "unsubscribed", "unsubscribed"), else_="imported")
    untold = (
        select(subscriber.c.id, literal(key, BigInteger), literal(dated.now, BigInteger), kind)
        .add_columns(literal(wanted.source), literal(""), literal(""), literal(wanted.evidence))
        .join(subscriber, subscriber.c.email == staging.c.email)
        .join(subscription, _held_on(key))
        .where(within, staging.c.consent == "", _changed(dated))
        .order_by(subscriber.c.id)
    )
    connection.execute(_insert(connection, consent).from_select(_STEP, untold).on_conflict_do_nothing())


_STEP = ["subscriber_id", "list_id", "at", "kind", "source", "wording", "form", "evidence"]


def _steps(told: Iterable[Any], key: int, now: int) -> Iterator[dict[str, object]]:
    """Yield the consents of rows; an undated one only where the import changed something: its date is now."""
    for row in told:
        for at, *rest in orjson.loads(row.consent):
            if at is not None or row.changed:
                yield dict(zip(_STEP, (row.id, key, now if at is None else at, *rest), strict=True))


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
