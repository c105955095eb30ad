"""Upserts: a slice of staged rows into subscribers, subscriptions and suppressions, by whole sets."""

from collections import Counter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from newsletter.contacts.consent.standing import STRICTEST_FIRST
from newsletter.delivery.states import SubscriptionState
from newsletter.store.readers.imports.slice import Dates, Slice
from newsletter.store.readers.imports.staging import staged
from newsletter.store.tables import subscriber, subscription, suppression
from newsletter.store.upsert import insert_into


def suppress(part: Slice) -> Counter[str]:
    """Suppress the addresses that the file says so about; return how many are new, by reason.

    The stricter of two reasons stands.
    """
    suppressed = and_(part.within, staged.c.suppressed != "")
    new = part.connection.execute(
        select(staged.c.suppressed, func.count().label("n"))
        .where(suppressed, staged.c.email.not_in(select(suppression.c.email)))
        .group_by(staged.c.suppressed)
    ).all()
    since = Dates(part.dates.now, as_in_file=True).of(staged.c.suppressed_since)
    found = select(staged.c.email, staged.c.suppressed, since).where(suppressed)
    statement = insert_into(part.connection, suppression).from_select(["email", "reason", "since"], found)
    part.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["email"],
            set_={"reason": statement.excluded.reason, "since": statement.excluded.since},
            where=_ranked(statement.excluded.reason) < _ranked(suppression.c.reason),
        )
    )
    return Counter({row.suppressed: row.n for row in new})


def _ranked(reason: ColumnElement[str]) -> ColumnElement[int]:
    return case(*((reason == standing, at) for at, standing in enumerate(STRICTEST_FIRST)), else_=99)


def mirror_suppressions(part: Slice) -> None:
    """Note on subscribers why they are never mailed, once they are stored."""
    emails = select(staged.c.email).where(part.within, staged.c.suppressed != "")
    reason = select(suppression.c.reason).where(suppression.c.email == subscriber.c.email)
    suppressed = update(subscriber).where(subscriber.c.email.in_(emails))
    part.connection.execute(suppressed.values(suppressed=reason.scalar_subquery()))


def upsert_subscribers(part: Slice) -> None:
    """Add subscribers, and bring the known up to date; an empty cell erases nothing."""
    known_since = part.dates.of(staged.c.known_since, staged.c.joined, staged.c.since)
    found = select(staged.c.email, staged.c.name, staged.c.attrs, known_since)
    new = insert_into(part.connection, subscriber).from_select(
        ["email", "name", "attrs", "created_at"], found.where(part.within).order_by(staged.c.email)
    )
    name = case((new.excluded.name != "", new.excluded.name), else_=subscriber.c.name)
    attrs = case(
        (new.excluded.attrs != "{}", _ObjectOver(subscriber.c.attrs, new.excluded.attrs)),
        else_=subscriber.c.attrs,
    )
    part.connection.execute(
        new.on_conflict_do_update(
            index_elements=["email"],
            set_={"name": name, "attrs": attrs},
            where=or_(name != subscriber.c.name, attrs != subscriber.c.attrs),
        )
    )


def upsert_subscriptions(part: Slice) -> None:
    """Add subscriptions; of those held, a row that says so ends one.

    Readers who unsubscribed stay so, and a reader's own confirmation, or pause, is not taken back by a file.
    """
    since, joined = part.dates.of(staged.c.since), part.dates.of(staged.c.joined, staged.c.since)
    found = select(
        literal(part.list_id, BigInteger),
        subscriber.c.id,
        staged.c.status,
        since,
        joined,
        staged.c.paused_until,
    ).join(subscriber, subscriber.c.email == staged.c.email)
    new = insert_into(part.connection, subscription).from_select(
        ["list_id", "subscriber_id", "status", "since", "created_at", "paused_until"],
        found.where(part.within).order_by(subscriber.c.id),
    )
    held, in_file = subscription.c.status, new.excluded.status
    part.connection.execute(
        new.on_conflict_do_update(
            index_elements=["list_id", "subscriber_id"],
            set_={"status": in_file, "since": new.excluded.since, "paused_until": None},
            where=and_(held != SubscriptionState.UNSUBSCRIBED, in_file == SubscriptionState.UNSUBSCRIBED),
        )
    )


def confirm_pending(part: Slice) -> None:
    """Confirm pending readers where the file says that they confirmed; that it names them says nothing."""
    confirmed = (
        select(subscriber.c.id)
        .join(staged, staged.c.email == subscriber.c.email)
        .where(
            part.within,
            staged.c.held == 0,
            staged.c.status == SubscriptionState.CONFIRMED,
            staged.c.consent.not_in(("", "[]")),
        )
    )
    part.connection.execute(
        update(subscription)
        .where(
            subscription.c.list_id == part.list_id,
            subscription.c.status == SubscriptionState.PENDING,
            subscription.c.subscriber_id.in_(confirmed),
        )
        .values(status=SubscriptionState.CONFIRMED, since=part.dates.now)
    )


class _ObjectOver(FunctionElement[str]):
    """One JSON object over another, as text: the one thing the databases spell differently."""

    type = Text()
    inherit_cache = True


@compiles(_ObjectOver, "sqlite")
def _object_over_in_sqlite(element: _ObjectOver, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_patch({compiler.process(element.clauses, **options)})"


@compiles(_ObjectOver, "postgresql")
def _object_over_in_postgresql(element: _ObjectOver, compiler: SQLCompiler, **options: Any) -> str:
    from sqlalchemy.dialects.postgresql import JSONB

    old, new = (cast(side, JSONB) for side in element.clauses)
    return compiler.process(cast(old.op("||")(new), Text), **options)
