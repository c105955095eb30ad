"""What was mailed of a living background, to which lists and how many readers; only read."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, func, select

from newsletter.backgrounds.history import MailedUse
from newsletter.delivery.frozen import MailingKind
from newsletter.delivery.states import ON_THE_WIRE, BatchState, MailingState
from newsletter.store.backgrounds.kept import background_of
from newsletter.store.tables import batch, mailing, mailing_background, mailing_list

_READERS = {
    name: func.coalesce(func.sum(case((batch.c.state.in_(states), batch.c.n), else_=0)), 0).label(name)
    for name, states in {"accepted": [BatchState.ACCEPTED], "unknown": ON_THE_WIRE}.items()
}
_USES: Select[Any] = (
    select(
        mailing_background,
        mailing.c.issue,
        mailing.c.kind,
        mailing.c.state,
        mailing.c.list_id,
        mailing.c.created_at,
        func.coalesce(mailing_list.c.name, "").label("list_name"),
        *_READERS.values(),
    )
    .join(mailing, mailing.c.id == mailing_background.c.mailing_id)
    .outerjoin(mailing_list, mailing_list.c.id == mailing.c.list_id)
    .outerjoin(batch, batch.c.mailing_id == mailing.c.id)
    .where(mailing.c.provider == bindparam("provider"))
    .group_by(mailing_background.c.mailing_id, mailing_background.c.name, mailing.c.id, mailing_list.c.id)
    .order_by(mailing.c.id)
)


def uses(connection: Connection, provider: str, names: Collection[str] = ()) -> Sequence[MailedUse]:
    """Return every use of the backgrounds of these names, or of all, through a provider, the oldest first.

    What was cancelled before it reached anybody is as if it had never been. Readers of a request that has no
    answer yet are unknown: its sender may have died on the way.
    """
    query = _USES.where(mailing_background.c.name.in_(names)) if names else _USES
    found = (_read(row) for row in connection.execute(query, {"provider": provider}))
    return [use for use in found if use.state != MailingState.CANCELLED or use.accepted or use.unknown]


def _read(row: Row[Any]) -> MailedUse:
    return MailedUse(
        mailing=row.mailing_id,
        issue=row.issue,
        kind=MailingKind(row.kind),
        state=MailingState(row.state),
        list_id=row.list_id,
        list_name=row.list_name,
        at=row.created_at,
        accepted=int(row.accepted),
        unknown=int(row.unknown),
        background=background_of(row),
    )
