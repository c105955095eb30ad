"""Erased readers: their addresses as keyed hashes alone, which keep them from ever coming back unasked."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from newsletter.chunks import chunks
from newsletter.contacts.mentions import ERASED, pattern, without
from newsletter.delivery.states import RecipientState
from newsletter.errors import AudienceError
from newsletter.store.prepared import Prepared
from newsletter.store.tables import (
    adoption,
    alarm,
    attempt,
    batch,
    column_answer,
    consent,
    decision,
    erased,
    event,
    mailing,
    mailing_background,
    secret,
    subscriber,
    suppression,
    unmailed,
    variant,
)
from newsletter.store.upsert import insert_into

KEY_NAME = "erased"
KEY_BYTES = 32
AT_ONCE = 500
_PAGE = 10_000
_PURPOSE = b"newsletter: fingerprint of the erasure key\0"

# Every column of free text that may mention an address. What a mailing froze (its mail, its sender) is not
# among them: an approval is signed over those bytes.
FREE_TEXT = (
    attempt.c.detail,
    unmailed.c.reason,
    event.c.reason,
    event.c.raw,
    alarm.c.detail,
    decision.c.evidence,
    mailing.c.note,
    adoption.c.reason,
    consent.c.wording,
    consent.c.form,
    consent.c.evidence,
)


def erased_at(connection: Connection, email: str) -> int | None:
    """Return when the reader of a normalised address was erased (microseconds, UTC), or None."""
    key = key_of(connection)
    if key is None:
        return None
    at: int | None = _ERASED_AT.scalar(connection, hashed=_hash(key, email))
    return at


def anybody(connection: Connection) -> bool:
    """Say whether anybody was erased."""
    return _ANYBODY.first(connection) is not None


_ERASED_AT = Prepared(lambda: select(erased.c.at).where(erased.c.hash == bindparam("hashed")))
_ANYBODY = Prepared(lambda: select(erased.c.at).limit(1))


def among(connection: Connection, emails: Sequence[str]) -> set[str]:
    """Return those of normalised addresses whose readers were erased; one query when nobody ever was."""
    if not emails or not anybody(connection):
        return set()
    key = key_of(connection)
    if key is None:
        raise AssertionError("there are hashes without the key they were made with")
    found: set[str] = set()
    for some in chunks(emails, AT_ONCE):
        by_hash = {_hash(key, email): email for email in some}
        held = connection.scalars(select(erased.c.hash).where(erased.c.hash.in_(list(by_hash))))
        found |= {by_hash[bytes(hashed)] for hashed in held}
    return found


def _hash(key: bytes, email: str) -> bytes:
    return hmac.digest(key, email.encode(), hashlib.sha256)


def key_of(connection: Connection) -> bytes | None:
    """Return the key that addresses are hashed under, or None when nobody was erased yet."""
    value = _KEY.scalar(connection)
    return None if value is None else bytes(value)


_KEY = Prepared(lambda: select(secret.c.value).where(secret.c.name == KEY_NAME))


def count_erased(connection: Connection) -> int:
    """Return how many addresses were erased."""
    return connection.scalar(select(func.count()).select_from(erased)) or 0


def fingerprint(connection: Connection) -> str | None:
    """Return 16 hexadecimal digits by which the key is known without being shown, or None without a key."""
    key = key_of(connection)
    return None if key is None else hashlib.sha256(_PURPOSE + key).hexdigest()[:16]


def ensure_key(connection: Connection, *, key_if_new: bytes) -> bytes:
    """Return the key; ``key_if_new`` (32 random bytes) becomes it where there is none."""
    if len(key_if_new) != KEY_BYTES:
        raise ValueError(f"an erasure key has {KEY_BYTES} bytes")
    row = {"name": KEY_NAME, "value": key_if_new}
    connection.execute(insert_into(connection, secret).values(**row).on_conflict_do_nothing())
    key = key_of(connection)
    if key is None:
        raise AssertionError("the key was just written")
    return key


def set_key(connection: Connection, key: bytes) -> None:
    """Take another publication's key, so that its erased addresses are known here.

    Raises AudienceError for what is no key, and where readers were erased under another one: their hashes
    could never be found again.
    """
    if len(key) != KEY_BYTES:
        raise AudienceError(f"An erasure key has {KEY_BYTES} bytes, and this has {len(key)}.")
    held = key_of(connection)
    if held is not None and hmac.compare_digest(held, key):
        return
    if anybody(connection):
        raise AudienceError(
            "Readers were erased here under another key, which must stay.",
            hint="A key can be brought only to a publication that has erased nobody.",
        )
    connection.execute(delete(secret).where(secret.c.name == KEY_NAME))
    ensure_key(connection, key_if_new=key)


def hashes(connection: Connection) -> Iterator[tuple[bytes, int]]:
    """Yield each erased address's hash and the instant it was erased, in order of the hashes."""
    rows = connection.execute(
        select(erased.c.hash, erased.c.at).order_by(erased.c.hash).execution_options(yield_per=1000)
    )
    for row in rows:
        yield bytes(row.hash), row.at


def add_hash(connection: Connection, hashed: bytes, *, now: int) -> bool:
    """Take over an erased address's hash, made under this database's key; False when it was known.

    A reader who has that address here already is found by ``erase_again`` alone. Raises AudienceError for
    what is no hash, or without a key.
    """
    if len(hashed) != hashlib.sha256().digest_size:
        raise AudienceError("An erased address is a hash of 32 bytes.")
    if key_of(connection) is None:
        raise AudienceError(
            "Erased addresses are hashes under a key, and this publication has none.",
            hint="Bring it along: newsletter subscribers erasure-key --set FILE",
        )
    new = insert_into(connection, erased).values(hash=hashed, at=now)
    return bool(connection.execute(new.on_conflict_do_nothing()).rowcount)


def forget_hash(connection: Connection, email: str) -> bool:
    """Let an erased reader come back who asks to; False when they were not erased."""
    key = key_of(connection)
    if key is None:
        return False
    return bool(connection.execute(delete(erased).where(erased.c.hash == _hash(key, email))).rowcount)


def erase_address(connection: Connection, email: str, *, key_if_new: bytes, now: int) -> bool:
    """Erase the reader of a normalised address; False when nothing was kept of them in a row of their own.

    Their subscriber, subscriptions, consent and suppression go, the words of their events and rejections too,
    and every mention in other texts. A hash stays, whatever was kept. Ids stay in the ledger, which keeps
    adding up.
    """
    key = ensure_key(connection, key_if_new=key_if_new)
    new = insert_into(connection, erased).values(hash=_hash(key, email), at=now)
    connection.execute(new.on_conflict_do_nothing())
    subscriber_id = connection.scalar(select(subscriber.c.id).where(subscriber.c.email == email))
    if subscriber_id is not None:
        _forget_words_about(connection, subscriber_id)
        connection.execute(delete(subscriber).where(subscriber.c.id == subscriber_id))
    held = connection.execute(delete(suppression).where(suppression.c.email == email)).rowcount
    _forget_mentions(connection, email)
    return subscriber_id is not None or bool(held)


def erase_again(connection: Connection, *, now: int) -> int:
    """Erase readers who are here although their hash is, as after a backup was brought back; return how many.

    Subscribers and suppressions are gone through; a million take some seconds.
    """
    key = key_of(connection)
    if key is None or not anybody(connection):
        return 0
    number = 0
    for table in (subscriber, suppression):
        for emails in _pages(connection, table):
            for email in sorted(among(connection, emails)):
                number += erase_address(connection, email, key_if_new=key, now=now)
    return number


def _pages(connection: Connection, table: Table) -> Iterator[list[str]]:
    last = ""
    while True:
        page = select(table.c.email).where(table.c.email > last).order_by(table.c.email).limit(_PAGE)
        emails = list(connection.scalars(page))
        if not emails:
            return
        yield emails
        last = emails[-1]


def _forget_words_about(connection: Connection, subscriber_id: int) -> None:
    """Drop what was said of one reader: it may hold a part of the address, or a name."""
    connection.execute(
        update(event).where(event.c.subscriber_id == subscriber_id).values(reason="", raw=None)
    )
    connection.execute(
        update(unmailed)
        .where(unmailed.c.subscriber_id == subscriber_id, unmailed.c.kind == RecipientState.REJECTED)
        .values(reason=ERASED)
    )
    alone = select(batch.c.id).where(batch.c.lo == subscriber_id, batch.c.hi == subscriber_id)
    connection.execute(
        update(attempt).where(attempt.c.batch_id.in_(alone), attempt.c.detail != "").values(detail=ERASED)
    )


def _forget_mentions(connection: Connection, email: str) -> None:
    found = pattern(email)
    for column, keys, mentioning in _MENTIONING:
        rows = connection.execute(mentioning)
        for *key, text in [row for row in rows if found.search(row[-1])]:
            same = [held == value for held, value in zip(keys, key, strict=True)]
            connection.execute(update(column.table).where(*same).values({column: without(text, found)}))
    rows = connection.execute(_ANSWERS_MENTIONING)
    for value in {row.value for row in rows if found.search(row.value)}:
        connection.execute(delete(column_answer).where(column_answer.c.value == value))


def _may_mention(column: ColumnElement[str]) -> ColumnElement[bool]:
    # However an address is written, its sign @ is one of these; most texts hold none and are not read.
    return or_(*(column.contains(sign) for sign in ("@", "40", "=", "&")))


def _mentioning(column: Column[str]) -> tuple[Column[str], list[Column[Any]], Select[Any]]:
    """Return a column, its table's keys, and the query for both where an address may be mentioned."""
    keys = list(column.table.primary_key.columns)
    found = select(*keys, column).where(_may_mention(column)).execution_options(yield_per=1000)
    return column, keys, found


# Queries are built once: building one takes SQLAlchemy longer than SQLite takes to answer it.
_MENTIONING = [*map(_mentioning, FREE_TEXT)]
_ANSWERS_MENTIONING = select(column_answer.c.value).where(_may_mention(column_answer.c.value))


def still_mentioned(connection: Connection, email: str) -> list[str]:
    """Return the issues whose frozen mail or sender names an address: those bytes stay as they went out."""
    found = pattern(email)
    texts = (
        mailing.c.envelope,
        variant.c.html,
        variant.c.text,
        variant.c.subject,
        variant.c.preheader,
        variant.c.fields,
    )
    rows = connection.execute(
        select(mailing.c.issue, *texts)
        .outerjoin(variant, variant.c.mailing_id == mailing.c.id)
        .where(or_(*map(_may_mention, texts)))
        .execution_options(yield_per=20)
    )
    named = {row[0] for row in rows if any(found.search(text or "") for text in row[1:])}
    return sorted(named | _backgrounds_mentioning(connection, found))


def _backgrounds_mentioning(connection: Connection, found: re.Pattern[str]) -> set[str]:
    """Return the issues that carried a background whose words or sources mention somebody."""
    own = mailing_background.c
    texts = (own.title, own.text, own.reviewer, own.changed, own.sources)
    rows = connection.execute(
        select(mailing.c.issue, *texts)
        .join(mailing, mailing.c.id == own.mailing_id)
        .where(or_(*map(_may_mention, texts)))
        .execution_options(yield_per=20)
    )
    return {row[0] for row in rows if any(found.search(text) for text in row[1:])}


def gone(connection: Connection, subscriber_ids: Sequence[int]) -> set[int]:
    """Return those of some ids that no subscriber has now."""
    there: set[int] = set()
    for some in chunks(subscriber_ids, AT_ONCE):
        there.update(_THERE.scalars(connection, subscribers=some))
    return set(subscriber_ids) - there


_THERE = Prepared(
    lambda: select(subscriber.c.id).where(subscriber.c.id.in_(bindparam("subscribers", expanding=True)))
)
