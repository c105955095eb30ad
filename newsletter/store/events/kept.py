"""The table of events: which reports are new, what it says of readers already, and the new ones added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from newsletter.delivery.event_kinds import TAKEN
from newsletter.delivery.events import Event
from newsletter.store.events.settle_by_event import Request
from newsletter.store.prepared import Prepared
from newsletter.store.readers import erasures
from newsletter.store.tables import event
from newsletter.store.upsert import insert_by


@dataclass(slots=True)
class Known:
    """What was reported before of the readers at hand."""

    kinds: set[tuple[int, int, str]] = field(default_factory=set)  # mailing, reader, kind
    mails: set[tuple[str, int]] = field(default_factory=set)  # attempt, reader


def new_among(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """Return the events whose key is not kept yet, each once."""
    by_key = {report.key: report for report in events}
    known = set(_KNOWN.scalars(connection, keys=list(by_key)))
    return [report for key, report in by_key.items() if key not in known]


def known_of(connection: Connection, readers: Iterable[int], mailings: Iterable[int]) -> Known:
    """Return what is kept of these readers and mailings."""
    known = Known()
    rows = _BEFORE.run(connection, readers=list(readers), mailings=list(mailings))
    for mailing_id, reader, kind, of in rows.fetchall():
        known.kinds.add((mailing_id, reader, kind))
        if kind in TAKEN:
            known.mails.add((of, reader))
    return known


_KNOWN = Prepared(lambda: select(event.c.key).where(event.c.key.in_(bindparam("keys", expanding=True))))
_BEFORE = Prepared(
    lambda: select(event.c.mailing_id, event.c.subscriber_id, event.c.kind, event.c.attempt).where(
        event.c.subscriber_id.in_(bindparam("readers", expanding=True)),
        event.c.mailing_id.in_(bindparam("mailings", expanding=True)),
    )
)


def keep(connection: Connection, new: Sequence[Event], requests: Mapping[str, Request], *, now: int) -> None:
    """Add new events, each with the request that it is about; of erased readers without words."""
    silent = _of_erased(connection, new, requests)
    rows = [
        {
            "key": report.key,
            "kind": report.kind,
            "at": report.at,
            "received_at": now,
            "mailing_id": requests[report.attempt].mailing if report.attempt in requests else None,
            "attempt": report.attempt or None,
            "subscriber_id": report.reader,
            "message_id": report.message_id,
            "reason": "" if report.key in silent else report.reason,
            "machine": int(report.machine),
            "raw": None if report.key in silent else report.raw or None,
        }
        for report in new
    ]
    _new_events(connection.dialect.name).run_many(connection, rows)


@cache
def _new_events(dialect: str) -> Prepared:
    columns: dict[str, Any] = {
        column.name: bindparam(column.name) for column in event.c if not column.primary_key
    }
    # Two posts at once may bring the same stranger's event: the first one is kept.
    return Prepared(lambda: insert_by(dialect, event).values(columns).on_conflict_do_nothing())


def _of_erased(connection: Connection, new: Sequence[Event], requests: Mapping[str, Request]) -> set[bytes]:
    """Return the keys of events whose words are not kept, as their readers were erased."""
    spoken = [report for report in new if report.reason or report.raw]
    emails = erasures.among(connection, [report.email for report in spoken if report.email])
    readers = {report.reader for report in spoken if report.reader is not None and report.attempt in requests}
    gone = erasures.gone(connection, sorted(readers))
    return {report.key for report in spoken if report.email in emails or report.reader in gone}
