"""Consents: what an import's rows say that readers agreed to, or that they came or left by this file."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import BigInteger, case, literal, select

from newsletter.contacts.consent.standing import ConsentKind
from newsletter.delivery.states import SubscriptionState
from newsletter.store.readers.consent import STEP, record_all
from newsletter.store.readers.imports.slice import Slice, on_list
from newsletter.store.readers.imports.staging import staged
from newsletter.store.tables import consent, subscriber, subscription
from newsletter.store.upsert import insert_into

SOURCE = "import"  # where a consent came from of which the file itself says nothing


def keep_consent_of_file(part: Slice) -> None:
    """Add what the file says of consent."""
    found = part.connection.execute(
        select(subscriber.c.id, staged.c.consent, part.changed.label("changed"))
        .join(subscriber, subscriber.c.email == staged.c.email)
        .join(subscription, on_list(part.list_id))
        .where(part.within, staged.c.consent != "")
    )
    record_all(part.connection, _steps(found, part.list_id, part.dates.now))


def _steps(found: Iterable[Any], list_id: int, now: int) -> Iterator[dict[str, object]]:
    """Yield the consents of rows; an undated one only where the import changed something: its date is now."""
    for row in found:
        for at, *rest in orjson.loads(row.consent):
            if at is not None or row.changed:
                yield dict(zip(STEP, (row.id, list_id, now if at is None else at, *rest), strict=True))


def keep_consent_by_import(part: Slice, *, evidence: str) -> None:
    """Add, for readers of whose consent the file says nothing, that they came or left by this file."""
    kind = case(
        (subscription.c.status == SubscriptionState.UNSUBSCRIBED, ConsentKind.UNSUBSCRIBED),
        else_=ConsentKind.IMPORTED,
    )
    silent = (
        select(subscriber.c.id, literal(part.list_id, BigInteger), literal(part.dates.now, BigInteger), kind)
        .add_columns(literal(SOURCE), literal(""), literal(""), literal(evidence))
        .join(subscriber, subscriber.c.email == staged.c.email)
        .join(subscription, on_list(part.list_id))
        .where(part.within, staged.c.consent == "", part.changed)
        .order_by(subscriber.c.id)
    )
    new = insert_into(part.connection, consent).from_select(STEP, silent)
    part.connection.execute(new.on_conflict_do_nothing())
