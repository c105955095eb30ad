"""Skipping: staged rows of readers who must not come in: the erased, and those who are never mailed."""

from sqlalchemy import Connection, and_, delete, or_, select, update

from newsletter.store.readers.erasures import among, count_erased
from newsletter.store.readers.imports.staging import slices, staged
from newsletter.store.readers.imports.tally import Merged, count_found
from newsletter.store.tables import subscriber, subscription, suppression


def skip_erased(connection: Connection, merged: Merged, *, erased_before: int) -> None:
    """Leave out who was erased while the file was being read, if anybody was.

    ``erased_before`` is how many were erased when the reading began.
    """
    if count_erased(connection) == erased_before:
        return
    for within, _ in slices(connection):
        emails = list(connection.scalars(select(staged.c.email).where(within)))
        for email in sorted(among(connection, emails)):
            same = staged.c.email == email
            count_found(connection, merged.erased, select(staged.c.line).where(same))
            connection.execute(delete(staged).where(same))


def skip_suppressed(connection: Connection, list_id: int, merged: Merged) -> None:
    """Leave out who is never mailed; a subscription made before stays: the proof can name its reason.

    A row that itself says so comes in: it makes a list whole again that was exported.
    """
    never = select(suppression.c.email)
    on_list = (
        select(subscriber.c.email)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list_id == list_id, subscriber.c.suppressed.is_not(None))
    )
    held = and_(staged.c.email.in_(never), or_(staged.c.suppressed == "", staged.c.email.in_(on_list)))
    count_found(connection, merged.suppressed, select(staged.c.line).where(held))
    connection.execute(delete(staged).where(held, staged.c.email.not_in(on_list)))
    connection.execute(update(staged).where(held).values(held=1))
