"""Readers rejected for good: by a refusal, or by a decision about a request without an answer."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, insert

from newsletter.delivery.states import RecipientState
from newsletter.store.prepared import Prepared
from newsletter.store.tables import unmailed

_COLUMNS = "mailing_id", "subscriber_id", "batch_id", "kind", "reason"
MAX_WORDS = 500  # characters of a provider's words


def write_rejected(
    connection: Connection, reasons: Mapping[int, str], *, mailing_id: int, batch_id: int
) -> None:
    """Write down readers of a batch as rejected, each with the reason."""
    rows = [
        {
            "mailing_id": mailing_id,
            "subscriber_id": reader,
            "batch_id": batch_id,
            "kind": RecipientState.REJECTED,
            "reason": reason[:MAX_WORDS],
        }
        for reader, reason in reasons.items()
    ]
    UNMAILED.run_many(connection, rows)


UNMAILED = Prepared(lambda: insert(unmailed).values({name: bindparam(name) for name in _COLUMNS}))
