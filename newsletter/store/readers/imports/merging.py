"""Merging: staged rows into a list by whole sets, slice by slice, and the count of what became of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, update

from newsletter.contacts.fields import MAX_ATTRIBUTES, fits
from newsletter.contacts.table.occurrences import Occurrences
from newsletter.delivery.states import SubscriptionState
from newsletter.store.readers.imports import consents, skipping, upserts
from newsletter.store.readers.imports.slice import Dates, Slice, on_list
from newsletter.store.readers.imports.staging import slices, staged
from newsletter.store.readers.imports.tally import Merged, count_found
from newsletter.store.readers.lists import add_attributes, ensure_list
from newsletter.store.tables import subscriber, subscription


@dataclass(frozen=True, slots=True)
class Destination:
    """Where staged rows go: into which list, with which attributes, ``now`` (microseconds, UTC).

    ``evidence`` is kept as the consent of readers where the file itself says nothing of it. ``erased_before``
    is how many addresses were erased when the reading of the file began.
    """

    list_name: str
    attributes: Collection[str]
    now: int
    evidence: str = ""
    erased_before: int = 0


def merge(
    connection: Connection, merged: Merged, into: Destination, *, progress: Callable[[int, int], None]
) -> int:
    """Bring the staged rows into a list, which is made if need be; return its id.

    Counts into ``merged`` what becomes of each row. ``progress`` gets addresses done and to do.
    """
    list_id, merged.list_made = ensure_list(connection, into.list_name, now=into.now)
    add_attributes(connection, list_id, into.attributes)
    total = merged.rows - merged.repeated - merged.erased.count
    skipping.skip_erased(connection, merged, erased_before=into.erased_before)
    skipping.skip_suppressed(connection, list_id, merged)
    dates = Dates(into.now, as_in_file=_has_nobody(connection, list_id))
    suppressing = _any_staged(connection, staged.c.suppressed != "")
    consenting = _any_staged(connection, staged.c.consent != "")
    done = 0
    for within, n in slices(connection):
        part = Slice(connection, list_id, dates, within)
        _count(part, merged)
        if suppressing:
            merged.suppressions.update(upserts.suppress(part))
        _keep_within_bounds(part, merged)
        upserts.upsert_subscribers(part)
        if suppressing:
            upserts.mirror_suppressions(part)
        upserts.upsert_subscriptions(part)
        if consenting and not dates.as_in_file:
            upserts.confirm_pending(part)
        if consenting:
            consents.keep_consent_of_file(part)
        consents.keep_consent_by_import(part, evidence=into.evidence)
        done += n
        progress(done, total)
    return list_id


def _any_staged(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.scalar(select(staged.c.line).where(condition).limit(1)) is not None


def _has_nobody(connection: Connection, list_id: int) -> bool:
    held = select(subscription.c.list_id).where(subscription.c.list_id == list_id)
    return connection.scalar(held.limit(1)) is None


def _count(part: Slice, merged: Merged) -> None:
    says_stop = or_(staged.c.status == SubscriptionState.UNSUBSCRIBED, staged.c.suppressed != "")
    fate = case(
        (subscription.c.subscriber_id.is_(None), "joined"),
        (
            and_(
                subscription.c.status == SubscriptionState.UNSUBSCRIBED,
                staged.c.status != SubscriptionState.UNSUBSCRIBED,
            ),
            "left",
        ),
        (and_(subscription.c.status != SubscriptionState.UNSUBSCRIBED, says_stop), "stopped"),
        else_="known",
    )
    standing = case((staged.c.suppressed != "", "suppressed"), else_=staged.c.status)
    rows = part.connection.execute(
        _with_subscription(
            part, fate.label("fate"), standing.label("standing"), func.count().label("n")
        ).group_by("fate", "standing")
    )
    listed: dict[str, Occurrences] = {}
    for row in rows.all():
        if row.fate == "joined":
            merged.joined += row.n
            merged.joined_as[row.standing] += row.n
        elif row.fate == "known":
            merged.known += row.n
        else:
            listed[row.fate] = merged.left if row.fate == "left" else merged.stopped
    for name, occurrences in listed.items():
        lines = _with_subscription(part, staged.c.line).where(fate == name)
        count_found(part.connection, occurrences, lines)


def _with_subscription(part: Slice, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(staged)
        .outerjoin(subscriber, subscriber.c.email == staged.c.email)
        .outerjoin(subscription, on_list(part.list_id))
        .where(staged.c.held == 0, part.within)
    )


def _keep_within_bounds(part: Slice, merged: Merged) -> None:
    """Drop new attributes that would break the bound of a reader's values together with the old ones."""
    # One character can cost seven bytes (a quotation mark, and again as an entity); below that all fits.
    near = func.length(subscriber.c.attrs) + func.length(staged.c.attrs) > MAX_ATTRIBUTES // 7
    found = part.connection.execute(
        select(staged.c.line, staged.c.email, subscriber.c.attrs.label("old"), staged.c.attrs)
        .join(subscriber, subscriber.c.email == staged.c.email)
        .where(part.within, staged.c.attrs != "{}", near)
    )
    full = [row for row in found if not fits(orjson.loads(row.old) | orjson.loads(row.attrs))]
    for row in sorted(full, key=lambda row: row.line):
        merged.overfull.add(row.line)
        part.connection.execute(update(staged).where(staged.c.email == row.email).values(attrs="{}"))
