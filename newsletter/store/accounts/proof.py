"""Count who got an issue: the proof, over all its mailings by one provider."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, case, func, select

from newsletter.delivery.event_kinds import KINDS
from newsletter.delivery.id_set import decode
from newsletter.delivery.proof import Proof
from newsletter.delivery.states import UNPOSTED, BatchState, Exclusion, MailingState, RecipientState
from newsletter.store.copies import adoptions
from newsletter.store.events.alarms import alarms_of
from newsletter.store.events.tallies import tallies
from newsletter.store.ledger.already_mailed import not_yet_cut
from newsletter.store.ledger.mailings import Mailing, of_issue, reached_anybody
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, unmailed


def proof(connection: Connection, issue: str, provider: str, *, sender_alive: bool) -> Proof | None:
    """Count who got an issue, over all its mailings by one provider; None when there are none.

    A later mailing to the same list looks again at everyone not mailed before, so its exclusions and
    rejections stand in place of the earlier one's. What a dead sender left on the wire is unknown.
    """
    mailings = counted(connection, issue, provider)
    if not mailings:
        return None
    total, latest_of = _Count(), latest_of_lists(mailings)
    for mailing in mailings:
        total.add(connection, mailing, latest=latest_of[mailing.list_id], sender_alive=sender_alive)
    latest = mailings[-1]
    reported: Counter[str] = Counter()
    for mailing in mailings:
        reported.update(tallies(connection, mailing.id))
    return Proof(
        issue=issue,
        state=latest.state,
        candidates=total.candidates,
        accepted=total.accepted,
        rejected=total.rejected,
        excluded={str(reason): n for reason, n in total.excluded.items() if n},
        unknown=total.unknown,
        pending=total.pending,
        provider=provider,
        note=latest.note or _left_alone(latest.state, sender_alive=sender_alive),
        send_at=latest.due_at if latest.state == MailingState.SCHEDULED else None,
        reported={kind: n for kind, n in reported.items() if kind in KINDS},
        unfamiliar=sum(mailing.unfamiliar for mailing in mailings),
        adoptions=tuple(adoptions.concerning(connection, issue, provider)),
        alarms={alarm.kind: alarm.n for alarm in alarms_of(connection, issue)},
    )


def counted(connection: Connection, issue: str, provider: str) -> list[Mailing]:
    """Return the mailings of an issue by one provider that count, oldest first.

    What was cancelled before it reached anybody is as if it never was, unless it holds readers set apart,
    which later mailings left out; where there was nothing else, the latest of these is all there is.
    """
    found = [mailing for mailing in of_issue(connection, issue) if mailing.provider == provider]
    kept = [
        mailing
        for mailing in found
        if mailing.state != MailingState.CANCELLED
        or reached_anybody(connection, mailing.id)
        or _holds_apart(connection, mailing.id)
    ]
    return kept or found[-1:]


def _holds_apart(connection: Connection, mailing_id: int) -> bool:
    return _HELD_APART.first(connection, mailing=mailing_id) is not None


_HELD_APART = Prepared(
    lambda: (
        select(batch.c.id)
        .where(
            batch.c.mailing_id == bindparam("mailing"),
            batch.c.only.is_not(None),
            batch.c.state != BatchState.SPLIT,
        )
        .limit(1)
    )
)


def latest_of_lists(mailings: Sequence[Mailing]) -> dict[int | None, int]:
    """Return the id of the latest mailing to each list: it looked again at all that earlier ones left out."""
    return {mailing.list_id: mailing.id for mailing in mailings}


class Apart(NamedTuple):
    """A batch that is of its own readers alone: those turned away, with the reason, and the ``others``."""

    row: Any
    others: list[int]
    turned_away: Mapping[int, tuple[str, str]]


def apart(connection: Connection, mailing: Mailing, latest: int) -> Iterator[Apart]:
    """Yield an earlier mailing's batches that no later one looked at again: answers long lost, decided since.

    ``latest`` is the latest mailing to the list.
    """
    for row in _APART.rows(connection, mailing=mailing.id, latest=latest):
        turned_away = _TURNED_AWAY.run(connection, batch=row.id).fetchall()
        readers = decode(row.only)
        inside = set(readers)
        unsettled = row.state in UNPOSTED
        reasons = {
            reader: (kind, why)
            for reader, kind, why in turned_away
            if reader in inside and (kind == RecipientState.REJECTED or not unsettled)
        }
        yield Apart(row, [reader for reader in readers if reader not in reasons], reasons)


_APART = Prepared(
    lambda: select(batch).where(
        batch.c.mailing_id == bindparam("mailing"),
        batch.c.only.is_not(None),
        batch.c.decided_after >= bindparam("latest"),
        batch.c.state != BatchState.SPLIT,
    )
)
_TURNED_AWAY = Prepared(
    lambda: (
        select(unmailed.c.subscriber_id, unmailed.c.kind, unmailed.c.reason)
        .where(unmailed.c.batch_id == bindparam("batch"))
        .order_by(unmailed.c.subscriber_id)
    )
)


def _left_alone(state: MailingState, *, sender_alive: bool) -> str:
    return (
        "interrupted: nobody is sending it now" if state == MailingState.SENDING and not sender_alive else ""
    )


class _Count:
    def __init__(self) -> None:
        self.accepted = self.rejected = self.unknown = self.pending = 0
        self.excluded: Counter[str] = Counter()

    @property
    def candidates(self) -> int:
        excluded = sum(self.excluded.values())
        return self.accepted + self.rejected + excluded + self.unknown + self.pending

    def add(self, connection: Connection, mailing: Mailing, *, latest: int, sender_alive: bool) -> None:
        tallies = {row.state: row for row in _tallies(connection, mailing.id)}
        for state, row in tallies.items():
            if state == BatchState.ACCEPTED:
                self.accepted += row.n
            elif state == BatchState.UNKNOWN or (state == BatchState.POSTING and not sender_alive):
                self.unknown += row.n
            elif state == BatchState.POSTING:
                self.pending += row.n
        if latest == mailing.id:
            self._not_mailed(connection, mailing, tallies)
        else:
            for separate in apart(connection, mailing, latest):
                self._not_mailed_apart(mailing, separate)

    def _not_mailed(self, connection: Connection, mailing: Mailing, tallies: Mapping[str, Any]) -> None:
        undone = sum(int(tallies[state].left) for state in UNPOSTED if state in tallies)
        undone += not_yet_cut(connection, mailing)
        if mailing.state == MailingState.CANCELLED:
            self.excluded[Exclusion.CANCELLED] += undone
        else:
            self.pending += undone
        for state, row in tallies.items():
            if state not in UNPOSTED:
                self.excluded[Exclusion.REMOVED] += int(row.removed)
        for row in _REASONS.rows(connection, mailing=mailing.id):
            if row.kind == RecipientState.REJECTED:
                self.rejected += row.n
            elif row.state not in UNPOSTED:
                self.excluded[row.reason] += row.n

    def _not_mailed_apart(self, mailing: Mailing, separate: Apart) -> None:
        for kind, why in separate.turned_away.values():
            if kind == RecipientState.REJECTED:
                self.rejected += 1
            else:
                self.excluded[why] += 1
        if separate.row.state not in UNPOSTED:
            self.excluded[Exclusion.REMOVED] += max(0, len(separate.others) - separate.row.n)
        elif mailing.state == MailingState.CANCELLED:
            self.excluded[Exclusion.CANCELLED] += len(separate.others)
        else:
            self.pending += len(separate.others)


def _tallies(connection: Connection, mailing_id: int) -> Sequence[Any]:
    """Count by a batch's state: readers in it, candidates left to do, and those removed since the plan.

    Who was erased between the plan and their batch's claim is neither in the batch nor among its unmailed.
    """
    return _TALLIES.rows(connection, mailing=mailing_id)


def _tallied() -> Select[Any]:
    left_out = (
        select(
            unmailed.c.batch_id,
            func.count().label("n"),
            func.sum(case((unmailed.c.kind == RecipientState.REJECTED, 1), else_=0)).label("rejected"),
        )
        .where(unmailed.c.mailing_id == bindparam("mailing"))
        .group_by(unmailed.c.batch_id)
        .subquery()
    )
    left = batch.c.candidates - func.coalesce(left_out.c.rejected, 0)
    removed = batch.c.candidates - batch.c.n - func.coalesce(left_out.c.n, 0)
    return (
        select(
            batch.c.state,
            func.sum(batch.c.n).label("n"),
            func.sum(case((left > 0, left), else_=0)).label("left"),
            func.sum(case((removed > 0, removed), else_=0)).label("removed"),
        )
        .outerjoin(left_out, left_out.c.batch_id == batch.c.id)
        .where(batch.c.mailing_id == bindparam("mailing"), batch.c.state != BatchState.SPLIT)
        .group_by(batch.c.state)
    )


_TALLIES = Prepared(_tallied)
_REASONS = Prepared(
    lambda: (
        select(unmailed.c.kind, unmailed.c.reason, batch.c.state, func.count().label("n"))
        .join(batch, batch.c.id == unmailed.c.batch_id)
        .where(unmailed.c.mailing_id == bindparam("mailing"))
        .group_by(unmailed.c.kind, unmailed.c.reason, batch.c.state)
    )
)
