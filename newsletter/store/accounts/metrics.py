"""Figures for monitoring: a few cheap counts over the whole ledger, and no address in any."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from newsletter.delivery.event_kinds import KINDS
from newsletter.delivery.states import POSTED, UNFINISHED, BatchState, RecipientState
from newsletter.store.tables import alarm, batch, mailing, suppression, tally


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts as they stand now.

    ``mailings`` by state; ``readers`` by issue and state (accepted, unknown, pending) of the latest mailings;
    ``reported`` readers by kind of event, over all mailings; ``alarms`` readers by issue and kind;
    ``suppressions`` addresses by reason.
    """

    mailings: Mapping[str, int]
    readers: Mapping[tuple[str, str], int]
    reported: Mapping[str, int]
    alarms: Mapping[tuple[str, str], int]
    suppressions: Mapping[str, int]


def ask(connection: Connection) -> None:
    """Ask the ledger the cheapest question there is: it fails where the database does not answer."""
    connection.execute(select(mailing.c.id).limit(1)).first()


def figures(connection: Connection, *, latest: int) -> Figures:
    """Return the figures; those by issue of the ``latest`` mailings."""
    reported = select(tally.c.kind, func.sum(tally.c.n)).group_by(tally.c.kind)
    alarms = connection.execute(select(alarm.c.issue, alarm.c.kind, alarm.c.n))
    return Figures(
        mailings=_pairs(connection.execute(select(mailing.c.state, func.count()).group_by(mailing.c.state))),
        readers=_readers(connection, latest),
        reported={k: n for k, n in _pairs(connection.execute(reported)).items() if k in KINDS},
        alarms={(row.issue, row.kind): row.n for row in alarms},
        suppressions=_pairs(
            connection.execute(select(suppression.c.reason, func.count()).group_by(suppression.c.reason))
        ),
    )


def _pairs(rows: Iterable[Any]) -> dict[str, int]:
    return {name: int(n) for name, n in rows}


def _readers(connection: Connection, latest: int) -> dict[tuple[str, str], int]:
    """Add up batches, a thousand readers a row; those that a claim may yet leave out count as pending."""
    recent = select(mailing.c.id, mailing.c.issue).order_by(mailing.c.id.desc()).limit(latest).subquery()
    rows = connection.execute(
        select(recent.c.issue, batch.c.state, func.sum(batch.c.n), func.sum(batch.c.candidates))
        .join(batch, batch.c.mailing_id == recent.c.id)
        .group_by(recent.c.issue, batch.c.state)
    )
    found: Counter[tuple[str, str]] = Counter()
    for issue, state, n, candidates in rows:
        if state in POSTED:
            found[issue, state] += int(n)
        elif state in UNFINISHED:
            found[issue, RecipientState.PENDING] += int(n if state == BatchState.POSTING else candidates)
    return dict(found)
