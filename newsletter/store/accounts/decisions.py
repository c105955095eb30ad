"""Tell what was decided about requests without an answer: each decision, on what evidence, when."""

from typing import NamedTuple

from sqlalchemy import Connection, select

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
    rows = connection.execute(
        select(
            decision.c.batch_id,
            decision.c.attempt,
            decision.c.n,
            decision.c.verdict,
            decision.c.evidence,
            decision.c.at,
        )
        .join(mailing, mailing.c.id == decision.c.mailing_id)
        .where(mailing.c.issue == issue, mailing.c.provider == provider)
        .order_by(decision.c.id)
    )
    return [Decided(*row) for row in rows]
