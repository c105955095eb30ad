"""Mailings: one run of an issue to one audience, with the frozen bytes; and the proof over all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, case, func, insert, select, update

from newsletter.delivery.members import decode
from newsletter.delivery.proof import Proof, State
from newsletter.rendering.message import MergeField, RenderedMessage
from newsletter.store.tables import batch, exception, mailing, mailing_list, picture, subscription, variant

OPEN = ("sending", "paused")
UNDONE = ("pending", "claimed")
UNSETTLED = (*UNDONE, "cancelled")  # whose exclusions are looked at anew, or count for nothing
UNCUT_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Mailing:
    """One row of ``mailing``, its JSON read."""

    id: int
    issue: str
    kind: str
    provider: str
    state: State
    list_id: int | None
    list_name: str
    audience_at: int
    plan_cursor: int
    planned: bool
    manifest: Mapping[str, object]
    envelope: Mapping[str, str]
    note: str


def create(
    connection: Connection,
    *,
    issue: str,
    kind: str,
    provider: str,
    list_id: int | None,
    audience_at: int,
    now: int,
    source_digest: str,
    envelope: Mapping[str, str],
    message: RenderedMessage,
) -> int:
    """Write a mailing and its frozen message; return its id."""
    manifest = {"source": source_digest, "variants": {"everyone": message.digest}, "audience_at": audience_at}
    key = connection.execute(
        insert(mailing).values(
            issue=issue,
            kind=kind,
            provider=provider,
            state="sending",
            list_id=list_id,
            audience_at=audience_at,
            manifest=orjson.dumps(manifest).decode(),
            envelope=orjson.dumps(dict(envelope)).decode(),
            created_at=now,
        )
    ).inserted_primary_key
    assert key is not None  # noqa: S101  (an INSERT of one row has one key)
    fields = [[each.key, each.name, each.default] for each in message.fields]
    connection.execute(
        insert(variant).values(
            mailing_id=key[0],
            name="everyone",
            subject=message.subject,
            preheader=message.preheader,
            html=message.html,
            text=message.text,
            fields=orjson.dumps(fields).decode(),
        )
    )
    return int(key[0])


def of_issue(connection: Connection, issue: str) -> list[Mailing]:
    """Return an issue's mailings, oldest first, trials left out."""
    rows = connection.execute(
        _MAILINGS.where(mailing.c.issue == issue, mailing.c.kind != "trial").order_by(mailing.c.id)
    )
    return [_read(row) for row in rows]


def get(connection: Connection, mailing_id: int) -> Mailing:
    """Return one mailing."""
    return _read(connection.execute(_MAILINGS.where(mailing.c.id == mailing_id)).one())


_MAILINGS = select(mailing, func.coalesce(mailing_list.c.name, "").label("list_name")).outerjoin(
    mailing_list, mailing_list.c.id == mailing.c.list_id
)


def _read(row: Row[Any]) -> Mailing:
    return Mailing(
        id=row.id,
        issue=row.issue,
        kind=row.kind,
        provider=row.provider,
        state=row.state,
        list_id=row.list_id,
        list_name=row.list_name,
        audience_at=row.audience_at,
        plan_cursor=row.plan_cursor,
        planned=bool(row.planned),
        manifest=orjson.loads(row.manifest),
        envelope=orjson.loads(row.envelope),
        note=row.note,
    )


def issues_mailed(connection: Connection) -> list[str]:
    """Return the ids of all issues that have a mailing, the latest last."""
    rows = connection.execute(
        select(mailing.c.issue)
        .where(mailing.c.kind != "trial")
        .group_by(mailing.c.issue)
        .order_by(func.max(mailing.c.id))
    )
    return [row.issue for row in rows]


def message_of(connection: Connection, mailing_id: int) -> RenderedMessage:
    """Return the frozen message of a mailing."""
    row = connection.execute(select(variant).where(variant.c.mailing_id == mailing_id)).one()
    fields = tuple(MergeField(*each) for each in orjson.loads(row.fields))
    return RenderedMessage(row.subject, row.preheader, row.html, row.text, fields)


def set_state(connection: Connection, mailing_id: int, state: State, *, now: int, note: str = "") -> None:
    """Move a mailing to a state, saying why."""
    finished = now if state == "finished" else None
    connection.execute(
        update(mailing).where(mailing.c.id == mailing_id).values(state=state, note=note, finished_at=finished)
    )


def pause(connection: Connection, mailing_id: int, *, note: str) -> None:
    """Stop a mailing that is being sent until an editor looks; one cancelled meanwhile stays so."""
    connection.execute(
        update(mailing)
        .where(mailing.c.id == mailing_id, mailing.c.state == "sending")
        .values(state="paused", note=note)
    )


def keep_picture(connection: Connection, digest: str, media_type: str, content: bytes) -> None:
    """Keep a picture's bytes for as long as mails may ask for it."""
    if not connection.scalar(select(func.count()).where(picture.c.digest == digest)):
        connection.execute(insert(picture).values(digest=digest, media_type=media_type, content=content))


def picture_of(connection: Connection, digest: str) -> tuple[str, bytes] | None:
    """Return a kept picture's media type and bytes."""
    row = connection.execute(select(picture).where(picture.c.digest == digest)).first()
    return (row.media_type, row.content) if row else None


def mailed_between(
    connection: Connection, issue: str, provider: str, lo: int, hi: int, but: int = 0
) -> set[int]:
    """Return the readers with ids in ``lo``…``hi`` whom other mailings of the issue mailed, or may have.

    This is what keeps a later mailing, of whatever kind or list, from mailing anybody twice.
    """
    rows = connection.execute(
        select(batch.c.members)
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(
            mailing.c.issue == issue,
            mailing.c.provider == provider,
            mailing.c.id != but,
            batch.c.state.in_(("accepted", "unknown", "posting")),
            batch.c.lo <= hi,
            batch.c.hi >= lo,
            batch.c.members.is_not(None),
        )
    )
    return {each for row in rows for each in decode(row.members) if lo <= each <= hi}


def rejected_between(
    connection: Connection, issue: str, provider: str, lo: int, hi: int, but: int = 0
) -> dict[int, str]:
    """Return the readers whom other mailings of the issue saw rejected, with the provider's reason.

    They are no newcomers: only a mailing to the missing tries them again.
    """
    rows = connection.execute(
        select(exception.c.subscriber_id, exception.c.reason)
        .join(mailing, mailing.c.id == exception.c.mailing_id)
        .where(
            mailing.c.issue == issue,
            mailing.c.provider == provider,
            mailing.c.id != but,
            exception.c.kind == "rejected",
            exception.c.subscriber_id.between(lo, hi),
        )
    )
    return {row.subscriber_id: row.reason for row in rows}


def proof(connection: Connection, issue: str, provider: str, *, sender_alive: bool) -> Proof | None:
    """Count who got an issue, over all its mailings by one provider; None when there are none.

    A later mailing to the same list looks again at everyone not mailed before, so its exclusions and
    rejections stand in place of the earlier one's. What a dead sender left on the wire is unknown.
    """
    mailings = [each for each in of_issue(connection, issue) if each.provider == provider]
    if not mailings:
        return None
    last_of_list = {each.list_id: each.id for each in mailings}
    total = _Count()
    for each in mailings:
        total.add(connection, each, last=last_of_list[each.list_id] == each.id, sender_alive=sender_alive)
    latest = mailings[-1]
    return Proof(
        issue=issue,
        state=latest.state,
        candidates=total.candidates,
        accepted=total.accepted,
        rejected=total.rejected,
        excluded={reason: n for reason, n in total.excluded.items() if n},
        unknown=total.unknown,
        pending=total.pending,
        provider=provider,
        note=latest.note or _left_alone(latest.state, sender_alive=sender_alive),
    )


def _left_alone(state: State, *, sender_alive: bool) -> str:
    return "interrupted: nobody is sending it now" if state == "sending" and not sender_alive else ""


class _Count:
    def __init__(self) -> None:
        self.accepted = self.rejected = self.unknown = self.pending = 0
        self.excluded: Counter[str] = Counter()

    @property
    def candidates(self) -> int:
        excluded = sum(self.excluded.values())
        return self.accepted + self.rejected + excluded + self.unknown + self.pending

    def add(self, connection: Connection, each: Mailing, *, last: bool, sender_alive: bool) -> None:
        tallies = {row.state: row for row in _tallies(connection, each.id)}
        for state, row in tallies.items():
            if state == "accepted":
                self.accepted += row.n
            elif state == "unknown" or (state == "posting" and not sender_alive):
                self.unknown += row.n
            elif state == "posting":
                self.pending += row.n
        if last:
            self._not_mailed(connection, each, tallies)

    def _not_mailed(self, connection: Connection, each: Mailing, tallies: Mapping[str, Any]) -> None:
        undone = sum(tallies[state].left for state in UNDONE if state in tallies)
        undone += not_yet_cut(connection, each)
        if each.state == "cancelled":
            self.excluded["cancelled"] += undone
        else:
            self.pending += undone
        for state, row in tallies.items():
            if state == "cancelled":
                self.excluded["cancelled"] += row.left
            elif state not in UNDONE:
                self.excluded["removed"] += row.removed
        for row in _reasons(connection, each.id):
            if row.kind == "rejected":
                self.rejected += row.n
            elif row.state not in UNSETTLED:
                self.excluded[row.reason] += row.n


def _tallies(connection: Connection, mailing_id: int) -> Sequence[Any]:
    """Count by a batch's state: readers in it, candidates left to do, and those removed since the plan.

    Whoever was erased between the plan and his batch's claim is in neither the batch nor its exceptions.
    """
    told = (
        select(
            exception.c.batch_id,
            func.count().label("n"),
            func.sum(case((exception.c.kind == "rejected", 1), else_=0)).label("rejected"),
        )
        .where(exception.c.mailing_id == mailing_id)
        .group_by(exception.c.batch_id)
        .subquery()
    )
    left = batch.c.candidates - func.coalesce(told.c.rejected, 0)
    removed = batch.c.candidates - batch.c.n - func.coalesce(told.c.n, 0)
    return connection.execute(
        select(
            batch.c.state,
            func.sum(batch.c.n).label("n"),
            func.sum(case((left > 0, left), else_=0)).label("left"),
            func.sum(case((removed > 0, removed), else_=0)).label("removed"),
        )
        .outerjoin(told, told.c.batch_id == batch.c.id)
        .where(batch.c.mailing_id == mailing_id, batch.c.state != "split")
        .group_by(batch.c.state)
    ).all()


def _reasons(connection: Connection, mailing_id: int) -> Sequence[Any]:
    return connection.execute(
        select(exception.c.kind, exception.c.reason, batch.c.state, func.count().label("n"))
        .join(batch, batch.c.id == exception.c.batch_id)
        .where(exception.c.mailing_id == mailing_id)
        .group_by(exception.c.kind, exception.c.reason, batch.c.state)
    ).all()


def stretch(connection: Connection, each: Mailing, after: int, at_once: int) -> tuple[list[int], int | None]:
    """Return the next candidates with ids beyond ``after``, and the last id looked at; None at the end.

    Whom another mailing of the issue mailed is left out: one to another list may have come first.
    """
    ids = list(
        connection.scalars(
            select(subscription.c.subscriber_id)
            .where(
                subscription.c.list_id == each.list_id,
                subscription.c.subscriber_id > after,
                subscription.c.created_at <= each.audience_at,
            )
            .order_by(subscription.c.subscriber_id)
            .limit(at_once)
        )
    )
    if not ids:
        return [], None
    mailed = mailed_between(connection, each.issue, each.provider, ids[0], ids[-1], but=each.id)
    return [one for one in ids if one not in mailed] if mailed else ids, ids[-1]


def uncut(connection: Connection, each: Mailing) -> Iterator[list[int]]:
    """Yield, a stretch at a time, the candidates that a killed planning had not reached."""
    cursor: int | None = None if each.planned or each.list_id is None else each.plan_cursor
    while cursor is not None:
        ids, cursor = stretch(connection, each, cursor, UNCUT_AT_ONCE)
        yield ids


def not_yet_cut(connection: Connection, each: Mailing) -> int:
    """Count candidates that a killed planning had not reached."""
    return sum(map(len, uncut(connection, each)))
