"""Tell what was decided about requests without an answer: each decision, on what evidence, when."""

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from newsletter.store.prepared import Prepared
from newsletter.store.tables import decision, mailing


class Decided(NamedTuple):
    """One line of the record: what was decided about a batch, on what evidence, when."""

    batch: int
    attempt: str
    readers: int
    verdict: str
    evidence: str
    at: int


def decisions(connection: Connection, issue: str, provider: str) -> list[Decided]:
    """Return every decision about an issue's requests, the oldest first."""
    return [Decided(*row) for row in _DECISIONS.run(connection, of=issue, provider=provider).fetchall()]


_DECISIONS = Prepared(
    lambda: (
        select(
            decision.c.batch_id,
            decision.c.attempt,
            decision.c.n,
            decision.c.verdict,
            decision.c.evidence,
            decision.c.at,
        )
        .join(mailing, mailing.c.id == decision.c.mailing_id)
        .where(mailing.c.issue == bindparam("of"), mailing.c.provider == bindparam("provider"))
        .order_by(decision.c.id)
    )
)
