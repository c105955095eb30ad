"""What an answer leaves in the ledger whatever it says: the request's own row, and rejected readers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from newsletter.contacts.mentions import ERASED
from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Refused, Unknown, Whole
from newsletter.delivery.states import AttemptOutcome, RecipientState
from newsletter.store.events.one_batch_only import not_counted_elsewhere
from newsletter.store.ledger.transitions import Claim
from newsletter.store.readers import erasures
from newsletter.store.tables import attempt, unmailed

MAX_WORDS = 500  # characters of a provider's words


def earlier_request(connection: Connection, claimed: Claim) -> Row[Any, Any] | None:
    """Return the earlier request of a batch that is known to be taken, with who was in it."""
    found: Row[Any, Any] | None = connection.execute(
        _EARLIER, {"batch": claimed.batch, "mine": claimed.attempt}
    ).first()
    return found


_EARLIER = (
    select(attempt.c.id, attempt.c.reader_ids)
    .where(
        attempt.c.batch_id == bindparam("batch"),
        attempt.c.id != bindparam("mine"),
        attempt.c.outcome == AttemptOutcome.ACCEPTED,
        attempt.c.reader_ids.is_not(None),
    )
    .order_by(attempt.c.posted_at)
    .limit(1)
)


def write_answer(connection: Connection, claimed: Claim, outcome: Whole, now: int) -> bool:
    """Write the answer down; say whether the request keeps who was in it, as its batch lost some since."""
    name = {
        Accepted: AttemptOutcome.ACCEPTED,
        NotAccepted: AttemptOutcome.NOT_ACCEPTED,
        Refused: AttemptOutcome.REFUSED,
        AccountRefused: AttemptOutcome.ACCOUNT_REFUSED,
        Unknown: AttemptOutcome.UNKNOWN,
    }[type(outcome)]
    detail = "" if isinstance(outcome, Accepted) else outcome.reason[:MAX_WORDS]
    if detail and len(claimed.readers) == 1 and erasures.gone(connection, [claimed.readers[0].id]):
        detail = ERASED
    kept = connection.scalar(
        _ANSWERED, {"mine": claimed.attempt, "answered_at": now, "outcome": name, "detail": detail}
    )
    return kept is not None


_ANSWERED = (
    update(attempt)
    .where(attempt.c.id == bindparam("mine"))
    .values({name: bindparam(name) for name in ("answered_at", "outcome", "detail")})
    .returning(attempt.c.reader_ids)
)


def reject(connection: Connection, claimed: Claim, readers: Sequence[tuple[int, str]]) -> None:
    """Write down readers that a refusal names, with its words."""
    gone = erasures.gone(connection, [reader for reader, _ in readers])
    # While this was on the wire, an earlier request may have been reported that mailed some of them.
    here = set(not_counted_elsewhere(connection, claimed.batch, sorted(reader for reader, _ in readers)))
    if not here:
        return
    connection.execute(
        insert(unmailed),
        [
            {
                "mailing_id": claimed.mailing,
                "subscriber_id": reader,
                "batch_id": claimed.batch,
                "kind": RecipientState.REJECTED,
                # Of somebody erased since the request was made, nothing is written down again.
                "reason": ERASED if reader in gone else why[:MAX_WORDS],
            }
            for reader, why in readers
            if reader in here
        ],
    )
