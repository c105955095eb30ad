"""Mailings: one run of an issue to one audience, with the frozen bytes."""

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, update

from newsletter.delivery.frozen import SENDER, Envelope, FrozenMailing, MailingKind
from newsletter.delivery.states import MAY_HAVE_ARRIVED, MailingState, MailingTransition
from newsletter.store.backgrounds.kept import backgrounds_in, keep_backgrounds
from newsletter.store.prepared import Prepared
from newsletter.store.tables import batch, mailing, mailing_list, picture, variant

if TYPE_CHECKING:
    from newsletter.rendering.message import RenderedMessage


class Mailing(NamedTuple):
    """Where one run of an issue stands: a row of ``mailing``, but for its bytes (see ``frozen_of``)."""

    id: int
    issue: str
    kind: MailingKind
    provider: str
    state: MailingState
    list_id: int
    list_name: str  # as it is called now
    list_key: str  # as approvals call it, for ever
    audience_at: int
    plan_cursor: int
    planned: bool
    source: str  # the digest of the text and pictures it was rendered from
    corrects: str | None
    wrong_mailings: tuple[int, ...]  # which carried what it corrects
    right_mailings: tuple[int, ...]  # which carried a background as it should be
    note: str
    send_at: int | None  # as it was frozen, whatever happened since
    put_off_until: int | None  # once a day's ceiling was reached
    requested_by: str
    unfamiliar: int  # readers of requests taken in from the log that this database does not know

    @property
    def put_off(self) -> bool:
        """Say whether it goes on at another time than it was to begin: a day's ceiling was reached."""
        return self.put_off_until is not None

    @property
    def due_at(self) -> int | None:
        """Return when it is to begin or, once it was put off, to go on; None: at once."""
        return self.send_at if self.put_off_until is None else self.put_off_until


def create(
    connection: Connection,
    frozen: FrozenMailing,
    *,
    state: MailingState,
    now: int,
    note: str = "",
    own_id: int | None = None,
) -> int:
    """Write a mailing, as it is frozen, and its message; return its id: a new one, or its ``own_id``."""
    values = {
        **({} if own_id is None else {"id": own_id}),
        "issue": frozen.issue,
        "kind": str(frozen.kind),
        "provider": frozen.provider,
        "state": str(state),
        "note": note,
        "send_at": frozen.send_at,
        "requested_by": frozen.requested_by,
        "corrects": frozen.corrects,
        "list_id": frozen.list_id,
        "audience_at": frozen.audience_at,
        "manifest": orjson.dumps(_manifest(frozen)).decode(),
        "envelope": orjson.dumps(frozen.envelope.sender).decode(),
        "created_at": now,
    }
    key = int(_new(tuple(values)).scalar(connection, **values))
    message = frozen.message
    fields = [[field.key, field.name, field.default] for field in message.fields]
    _VARIANT.run(
        connection,
        mailing_id=key,
        name="everyone",
        subject=message.subject,
        preheader=message.preheader,
        html=message.html,
        text=message.text,
        fields=orjson.dumps(fields).decode(),
    )
    keep_backgrounds(connection, key, frozen.backgrounds)
    return key


@lru_cache
def _new(names: tuple[str, ...]) -> Prepared:
    return Prepared(
        lambda: insert(mailing).values({name: bindparam(name) for name in names}).returning(mailing.c.id)
    )


_VARIANT_NAMES = "mailing_id", "name", "subject", "preheader", "html", "text", "fields"
_VARIANT = Prepared(lambda: insert(variant).values({name: bindparam(name) for name in _VARIANT_NAMES}))


def _manifest(frozen: FrozenMailing) -> dict[str, object]:
    """Return what no column holds."""
    manifest: dict[str, object] = {
        "source": frozen.source,
        "variants": {"everyone": frozen.message.digest},
        "date": frozen.date,
    }
    if frozen.corrects is not None:
        manifest["wrong"] = list(frozen.wrong_mailings)
    if frozen.right_mailings:
        manifest["right"] = list(frozen.right_mailings)
    return manifest


def frozen_of(connection: Connection, mailing_id: int) -> FrozenMailing:
    """Return a mailing as it was frozen: what ``create`` was given."""
    [row] = _FROZEN.rows(connection, mailing=mailing_id)
    manifest, kept = orjson.loads(row.manifest), orjson.loads(row.envelope)
    # A damaged one is for an approval to notice, which signs every part of it.
    sender = {name: kept.get(name, "") for name in SENDER}
    return FrozenMailing(
        kind=MailingKind(row.kind),
        provider=row.provider,
        list_id=row.list_id,
        audience_at=row.audience_at,
        envelope=Envelope(issue=row.issue, message=message_of(connection, mailing_id), **sender),
        source=manifest.get("source", ""),
        date=manifest.get("date", ""),
        corrects=row.corrects,
        wrong_mailings=tuple(manifest.get("wrong", ())),
        requested_by=row.requested_by,
        send_at=row.send_at,
        backgrounds=backgrounds_in(connection, mailing_id),
        right_mailings=tuple(manifest.get("right", ())),
    )


def of_issue(connection: Connection, issue: str) -> list[Mailing]:
    """Return an issue's mailings, oldest first."""
    return [*map(_read, _OF_ISSUE.rows(connection, of=issue))]


def get(connection: Connection, mailing_id: int) -> Mailing:
    """Return one mailing."""
    return _read(*_ONE.rows(connection, mailing=mailing_id))


def _mailings(*conditions: ColumnElement[bool]) -> Select[Any]:
    names = (
        func.coalesce(mailing_list.c.name, "").label("list_name"),
        func.coalesce(mailing_list.c.key, "").label("list_key"),
    )
    query = select(mailing, *names).outerjoin(mailing_list, mailing_list.c.id == mailing.c.list_id)
    return query.where(*conditions)


def _due() -> Select[Any]:
    at = func.coalesce(mailing.c.put_off_until, mailing.c.send_at)
    return _mailings(mailing.c.state == MailingState.SCHEDULED, bindparam("now") >= at).order_by(at)


_ONE = Prepared(lambda: _mailings(mailing.c.id == bindparam("mailing")))
_OF_ISSUE = Prepared(lambda: _mailings(mailing.c.issue == bindparam("of")).order_by(mailing.c.id))
_DUE = Prepared(_due)
_FROZEN = Prepared(lambda: select(mailing).where(mailing.c.id == bindparam("mailing")))
_MESSAGE = Prepared(lambda: select(variant).where(variant.c.mailing_id == bindparam("mailing")))
_ISSUES = Prepared(lambda: select(mailing.c.issue).group_by(mailing.c.issue).order_by(func.max(mailing.c.id)))


def _read(row: Any) -> Mailing:
    manifest = orjson.loads(row.manifest)
    return Mailing(
        id=row.id,
        issue=row.issue,
        kind=MailingKind(row.kind),
        provider=row.provider,
        state=MailingState(row.state),
        list_id=row.list_id,
        list_name=row.list_name,
        list_key=row.list_key,
        audience_at=row.audience_at,
        plan_cursor=row.plan_cursor,
        planned=bool(row.planned),
        source=manifest.get("source", ""),
        corrects=row.corrects,
        wrong_mailings=tuple(manifest.get("wrong", ())),
        right_mailings=tuple(manifest.get("right", ())),
        note=row.note,
        send_at=row.send_at,
        put_off_until=row.put_off_until,
        requested_by=row.requested_by,
        unfamiliar=row.unfamiliar,
    )


def issues_mailed(connection: Connection) -> list[str]:
    """Return the ids of all issues that have a mailing, the latest last."""
    return [*_ISSUES.scalars(connection)]


def message_of(connection: Connection, mailing_id: int) -> "RenderedMessage":
    """Return the frozen message of a mailing."""
    from newsletter.rendering.message import MergeField, RenderedMessage

    [row] = _MESSAGE.rows(connection, mailing=mailing_id)
    fields = tuple(MergeField(*field) for field in orjson.loads(row.fields))
    return RenderedMessage(row.subject, row.preheader, row.html, row.text, fields)


def finish(connection: Connection, mailing_id: int, *, now: int) -> bool:
    """End a mailing of which nothing is left to send; False when it is no longer being sent."""
    return _move(connection, mailing_id, MailingTransition.FINISH, note="", finished_at=now)


def pause(connection: Connection, mailing_id: int, *, note: str) -> bool:
    """Stop a mailing that is being sent, or will be, until an editor looks; False when it was neither."""
    return _move(connection, mailing_id, MailingTransition.PAUSE, note=note)


def cancel(connection: Connection, mailing_id: int, *, note: str) -> bool:
    """End a mailing, or what a reconciled one has left to do; False when it was ended already."""
    return _move(connection, mailing_id, MailingTransition.CANCEL, note=note)


def undo(connection: Connection, mailing_id: int, *, note: str) -> bool:
    """Cancel a mailing that still waits for its time; False when it does not."""
    return _move(connection, mailing_id, MailingTransition.UNDO, note=note)


def hold(connection: Connection, mailing_id: int, *, note: str) -> bool:
    """Keep a scheduled mailing back until somebody decides; False when it was no longer scheduled."""
    return _move(connection, mailing_id, MailingTransition.HOLD, note=note)


def put_off(connection: Connection, mailing_id: int, *, until: int, note: str) -> bool:
    """Let a mailing go on at a later instant; False when it is no longer being sent."""
    return _move(connection, mailing_id, MailingTransition.PUT_OFF, note=note, put_off_until=until)


def release(connection: Connection, mailing_id: int, *, send_at: int | None, note: str) -> bool:
    """Let a held mailing go on: at its instant, or when it is resumed; False when it was not held."""
    transition = MailingTransition.RELEASE if send_at is None else MailingTransition.RELEASE_FOR_LATER
    return _move(connection, mailing_id, transition, note=note)


def schedule_again(connection: Connection, mailing_id: int) -> bool:
    """Let a paused or held mailing wait for its time again; False when it was neither."""
    return _move(connection, mailing_id, MailingTransition.WAIT, note="")


def begin(connection: Connection, mailing_id: int, planned: MailingState) -> bool:
    """Let a mailing be sent if it is as ``planned``, or a sender that died left it so; False otherwise."""
    before = planned, MailingState.SENDING
    statement = _transition(MailingTransition.BEGIN, before, ("note", "finished_at"))
    return bool(statement.run(connection, mailing=mailing_id, note="", finished_at=None).rowcount)


def _move(connection: Connection, mailing_id: int, transition: MailingTransition, **values: object) -> bool:
    statement = _transition(transition, tuple(transition.before), tuple(values))
    return bool(statement.run(connection, mailing=mailing_id, **values).rowcount)


@lru_cache
def _transition(
    transition: MailingTransition, before: tuple[StrEnum, ...], names: tuple[str, ...]
) -> Prepared:
    new: dict[str, object] = {name: bindparam(name) for name in names}
    return Prepared(
        lambda: (
            update(mailing)
            .where(mailing.c.id == bindparam("mailing"), mailing.c.state.in_(before))
            .values(state=transition.after, **new)
        )
    )


def due(connection: Connection, *, now: int) -> list[Mailing]:
    """Return the scheduled mailings whose time has come, the earliest first, whatever their provider."""
    return [*map(_read, _DUE.rows(connection, now=now))]


def reached_anybody(connection: Connection, mailing_id: int) -> bool:
    """Say whether a mailing was accepted for anybody, or may have been."""
    return _REACHED.first(connection, mailing=mailing_id) is not None


_REACHED = Prepared(
    lambda: (
        select(batch.c.id)
        .where(batch.c.mailing_id == bindparam("mailing"), batch.c.state.in_(MAY_HAVE_ARRIVED))
        .limit(1)
    )
)


def reached_readers(connection: Connection, *, but: str) -> bool:
    """Say whether a mailing to readers was accepted, or may have been, by another provider than this."""
    taken = (
        select(batch.c.id)
        .join(mailing, mailing.c.id == batch.c.mailing_id)
        .where(
            mailing.c.provider != but,
            batch.c.state.in_(MAY_HAVE_ARRIVED),
        )
    )
    return connection.execute(taken.limit(1)).first() is not None


def corrections_of(connection: Connection, issue: str, provider: str) -> list[Mailing]:
    """Return the mailings that correct an issue, oldest first."""
    return [*map(_read, _CORRECTIONS.rows(connection, of=issue, provider=provider))]


_CORRECTIONS = Prepared(
    lambda: _mailings(
        mailing.c.corrects == bindparam("of"), mailing.c.provider == bindparam("provider")
    ).order_by(mailing.c.id)
)


def keep_picture(connection: Connection, digest: str, media_type: str, content: bytes) -> None:
    """Keep a picture's bytes for as long as mails may ask for it."""
    if not connection.scalar(select(func.count()).where(picture.c.digest == digest)):
        connection.execute(insert(picture).values(digest=digest, media_type=media_type, content=content))


def picture_of(connection: Connection, digest: str) -> tuple[str, bytes] | None:
    """Return a kept picture's media type and bytes."""
    row = connection.execute(select(picture).where(picture.c.digest == digest)).first()
    return (row.media_type, row.content) if row else None
