"""What an answer leaves in the ledger whatever it says: the request's own row, and rejected readers."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from newsletter.contacts.mentions import ERASED
from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Refused, Unknown, Whole
from newsletter.delivery.states import AttemptOutcome
from newsletter.store.events.one_batch_only import not_counted_elsewhere
from newsletter.store.ledger.rejected import MAX_WORDS, write_rejected
from newsletter.store.ledger.transitions import Claim
from newsletter.store.prepared import Prepared
from newsletter.store.readers import erasures
from newsletter.store.tables import attempt


class EarlierRequest(NamedTuple):
    """An earlier request of a batch, and who was in it."""

    id: str
    reader_ids: bytes


def earlier_request(connection: Connection, claimed: Claim) -> EarlierRequest | None:
    """Return the earlier request of a batch that is known to be taken, with who was in it."""
    found = _EARLIER.first(connection, batch=claimed.batch, mine=claimed.attempt)
    return None if found is None else EarlierRequest(*found)


_EARLIER = Prepared(
    lambda: (
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
    if detail and len(claimed.readers) == 1 and erasures.gone(connection, [claimed.readers.ids[0]]):
        detail = ERASED
    answered = _ANSWERED.run(
        connection, mine=claimed.attempt, answered_at=now, outcome=str(name), detail=detail
    )
    return any(kept is not None for [kept] in answered.fetchall())


_ANSWERED = Prepared(
    lambda: (
        update(attempt)
        .where(attempt.c.id == bindparam("mine"))
        .values({name: bindparam(name) for name in ("answered_at", "outcome", "detail")})
        .returning(attempt.c.reader_ids)
    )
)


def reject(connection: Connection, claimed: Claim, readers: Sequence[tuple[int, str]]) -> None:
    """Write down readers that a refusal names, with its words."""
    gone = erasures.gone(connection, [reader for reader, _ in readers])
    # While this was on the wire, an earlier request may have been reported that mailed some of them.
    here = set(not_counted_elsewhere(connection, claimed.batch, sorted(reader for reader, _ in readers)))
    # Of somebody erased since the request was made, nothing is written down again.
    reasons = {reader: ERASED if reader in gone else why for reader, why in readers if reader in here}
    write_rejected(connection, reasons, mailing_id=claimed.mailing, batch_id=claimed.batch)
