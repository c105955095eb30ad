"""What was sent before: how many readers, which subjects, which days."""

from collections.abc import Mapping

import orjson
from sqlalchemy import Connection, func, select
from sqlalchemy.sql.elements import ColumnElement

from newsletter.delivery.frozen import MailingKind
from newsletter.delivery.states import MailingState
from newsletter.store.tables import batch, mailing, variant

LATEST = 10


def audiences(connection: Connection, provider: str, *, but: str) -> tuple[int, ...]:
    """Return how many readers each of the last ten issues was first sent to, the latest first."""
    rows = connection.execute(
        select(func.sum(batch.c.n))
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(*_first(provider, but), mailing.c.state == MailingState.FINISHED)
        .group_by(mailing.c.id)
        .order_by(mailing.c.id.desc())
        .limit(LATEST)
    )
    return tuple(int(row[0] or 0) for row in rows)


def subjects(connection: Connection, provider: str, *, but: str) -> Mapping[str, str]:
    """Return the subject each other issue was sent with."""
    rows = connection.execute(
        select(mailing.c.issue, variant.c.subject)
        .join(variant, variant.c.mailing_id == mailing.c.id)
        .where(*_first(provider, but), mailing.c.state != MailingState.CANCELLED)
        .order_by(mailing.c.id)
    )
    return {row[0]: row[1] for row in rows}


def dates(connection: Connection, provider: str, *, but: str) -> Mapping[str, str]:
    """Return the date each other issue bore, where it bore one."""
    rows = connection.execute(
        select(mailing.c.issue, mailing.c.manifest).where(
            *_first(provider, but), mailing.c.state != MailingState.CANCELLED
        )
    )
    found = {row[0]: str(orjson.loads(row[1]).get("date", "")) for row in rows}
    return {issue: day for issue, day in found.items() if day}


def _first(provider: str, but: str) -> tuple[ColumnElement[bool], ...]:
    return mailing.c.provider == provider, mailing.c.kind == MailingKind.FIRST, mailing.c.issue != but
