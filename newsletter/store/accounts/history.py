"""What was sent before: how many readers, which subjects, which days."""

from collections.abc import Mapping

import orjson
from sqlalchemy import Connection, and_, bindparam, func, select
from sqlalchemy.sql.elements import ColumnElement

from newsletter.delivery.frozen import MailingKind
from newsletter.delivery.states import MailingState
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, mailing, variant

LATEST = 10


def audiences(connection: Connection, provider: str, *, but: str) -> tuple[int, ...]:
    """Return how many readers each of the last ten issues was first sent to, the latest first."""
    return tuple(int(n or 0) for n in _AUDIENCES.scalars(connection, provider=provider, but=but))


def subjects(connection: Connection, provider: str, *, but: str) -> Mapping[str, str]:
    """Return the subject each other issue was sent with."""
    return dict(_SUBJECTS.run(connection, provider=provider, but=but).fetchall())


def dates(connection: Connection, provider: str, *, but: str) -> Mapping[str, str]:
    """Return the date each other issue bore, where it bore one."""
    rows = _MANIFESTS.run(connection, provider=provider, but=but).fetchall()
    found = {issue: str(orjson.loads(manifest).get("date", "")) for issue, manifest in rows}
    return {issue: day for issue, day in found.items() if day}


def _others(state: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(
        mailing.c.provider == bindparam("provider"),
        mailing.c.kind == MailingKind.FIRST,
        mailing.c.issue != bindparam("but"),
        state,
    )


_AUDIENCES = Prepared(
    lambda: (
        select(func.sum(batch.c.n))
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(_others(mailing.c.state == MailingState.FINISHED))
        .group_by(mailing.c.id)
        .order_by(mailing.c.id.desc())
        .limit(LATEST)
    )
)
_SUBJECTS = Prepared(
    lambda: (
        select(mailing.c.issue, variant.c.subject)
        .join(variant, variant.c.mailing_id == mailing.c.id)
        .where(_others(mailing.c.state != MailingState.CANCELLED))
        .order_by(mailing.c.id)
    )
)
_MANIFESTS = Prepared(
    lambda: select(mailing.c.issue, mailing.c.manifest).where(
        _others(mailing.c.state != MailingState.CANCELLED)
    )
)
