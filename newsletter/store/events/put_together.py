"""Put a batch together again that was cut up: a report shows that a request of all of it was taken.

Its readers have the mail, so what waits of it must not leave. What left already, with readers who may have it
twice now, stays a batch of its own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from newsletter.delivery.states import BatchState, BatchTransition
from newsletter.store.events.one_batch_only import give_up
from newsletter.store.tables import batch, unmailed

_AGAIN = BatchTransition.PUT_TOGETHER


def put_together(connection: Connection, batch_id: int, readers: Sequence[int], *, now: int) -> bool:
    """Let a batch hold the pieces of it that did not leave, for its caller to count; False without pieces.

    ``readers`` were in the request that was taken. Who of them is in a piece that left counts there or in
    the batch, as elsewhere; those that its claim turned away have the mail, and count in the batch.
    """
    whole = connection.execute(select(batch).where(batch.c.id == batch_id)).one()
    pieces = _pieces(connection, whole)
    waiting = [piece.id for piece in pieces if piece.state in _AGAIN.before]
    others = sum(give_up(connection, piece, readers) for piece in pieces if piece.state not in _AGAIN.before)
    connection.execute(
        update(batch)
        .where(batch.c.id.in_(waiting), batch.c.state.in_(_AGAIN.before))
        .values(state=_AGAIN.after, n=0, reader_ids=None, changed_at=now)
    )
    connection.execute(update(unmailed).where(unmailed.c.batch_id.in_(waiting)).values(batch_id=whole.id))
    connection.execute(
        update(batch).where(batch.c.id == whole.id).values(candidates=max(0, whole.candidates - others))
    )
    return bool(pieces)


def _pieces(connection: Connection, whole: Row[Any]) -> Sequence[Row[Any]]:
    return connection.execute(
        select(batch).where(
            batch.c.mailing_id == whole.mailing_id,
            batch.c.lo.between(whole.lo, whole.hi),
            batch.c.id != whole.id,
            batch.c.state != BatchState.SPLIT,
        )
    ).all()
