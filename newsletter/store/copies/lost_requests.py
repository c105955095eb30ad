"""Requests that the log of requests has and this database lost: taken in, they are unknown and never resent.

A database that was restored from a backup takes their readers for pending. Each lost request becomes a batch
of its own whose outcome is unknown, with the readers who were in it, and these are taken out of all others:
so its reports settle it, ``reconcile`` decides about it, and nobody in it is mailed on a guess.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, insert, select, text, update

from newsletter.chunks import chunks
from newsletter.delivery.id_set import encode
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.request_log import LoggedAnswer, LoggedMailing, LoggedRequest, not_the_same
from newsletter.delivery.states import AttemptOutcome, BatchState, BatchTransition, MailingState, Verdict
from newsletter.store.events.decisions import Unanswered, carry_out, unanswered
from newsletter.store.events.one_batch_only import candidates_in, not_counted_elsewhere, withdraw
from newsletter.store.ledger import cutting, mailings
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.ledger.transitions import move
from newsletter.store.readers.lists import ensure_list
from newsletter.store.tables import attempt, batch, mailing, mailing_list, subscriber

IDS_AT_ONCE = 500
EVIDENCE = "The log of requests holds the provider's answer that it took it."
NOTE = "sent in part since the backup that this database was restored from"


def known_among(connection: Connection, attempts: Iterable[str]) -> set[str]:
    """Return which of these requests the database knows of."""
    known: set[str] = set()
    for some in chunks(sorted(set(attempts)), IDS_AT_ONCE):
        known.update(connection.scalars(select(attempt.c.id).where(attempt.c.id.in_(some))))
    return known


def newest_accepted(connection: Connection, provider: str, since: int) -> str | None:
    """Return the latest accepted request of a provider's latest mailings that left after an instant."""
    newest = select(mailing.c.id).where(mailing.c.provider == provider).order_by(mailing.c.id.desc()).limit(5)
    found: str | None = connection.scalar(
        select(attempt.c.id)
        .join(batch, batch.c.id == attempt.c.batch_id)
        .where(
            batch.c.mailing_id.in_(newest),
            attempt.c.outcome == AttemptOutcome.ACCEPTED,
            attempt.c.detail == "",  # by the provider's own answer: it certainly left
            attempt.c.posted_at > since,
        )
        .order_by(attempt.c.posted_at.desc())
        .limit(1)
    )
    return None if found is None else found.partition(".")[0]  # one reader's message shares its request's id


def mailing_of(connection: Connection, run: tuple[str, str, str, int]) -> Mailing | None:
    """Return the mailing that a request in the log belongs to, if the database has it."""
    issue, provider, kind, audience_at = run
    for found in mailings.of_issue(connection, issue):
        if (found.provider, found.kind, found.audience_at) == (provider, kind, audience_at):
            return found
    return None


def restore_mailing(connection: Connection, logged: LoggedMailing, *, now: int) -> Mailing:
    """Write a mailing that the database lost as the log has it, paused; under its own id, if that is free.

    Links in its mails hold that id.
    """
    frozen = logged.frozen._replace(list_id=_list_of(connection, logged, now))
    taken = connection.scalar(select(mailing.c.id).where(mailing.c.id == logged.id))
    own_id = logged.id if taken is None else None
    made = mailings.create(connection, frozen, state=MailingState.PAUSED, note=NOTE, now=now, own_id=own_id)
    if connection.dialect.name == "postgresql" and own_id is not None:
        # SQLite goes on from the greatest id by itself.
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence('mailing', 'id'), (SELECT max(id) FROM mailing))")
        )
    return mailings.get(connection, made)


def _list_of(connection: Connection, logged: LoggedMailing, now: int) -> int:
    by_key = select(mailing_list.c.id).where(mailing_list.c.key == logged.list_key)
    found = connection.scalar(by_key)
    return ensure_list(connection, logged.list_name, now=now)[0] if found is None else int(found)


def cut_to_the_end(connection: Connection, of: Mailing, *, batch_size: int, now: int) -> None:
    """Cut the whole audience into batches, so that all its readers can be taken out of them."""
    if not of.planned:
        while cutting.cut(connection, of, batch_size=batch_size, now=now) is not None:
            pass


def take_in(
    connection: Connection,
    of: Mailing,
    logged: LoggedRequest,
    answer: LoggedAnswer | None,
    *,
    keys: Sequence[bytes],
    now: int,
) -> int:
    """Take in a request that the database lost: unknown or, where the log has the ``answer``, accepted.

    ``keys`` are those that its checksums may have been made with. Return how many of its readers the database
    does not know, or not for certain to be the same people.
    """
    emails = _emails(connection, logged.readers)
    readers = [reader for reader in logged.readers if reader in emails]
    made = connection.execute(
        insert(batch).values(
            mailing_id=of.id,
            variant="everyone",
            lo=readers[0] if readers else 0,
            hi=readers[-1] if readers else 0,
            candidates=0,
            state=BatchState.UNKNOWN,
            attempt=logged.attempt,
            tries=1,
            decided_after=0,  # no mailing saw them as mailed
            changed_at=now,
        )
    ).inserted_primary_key
    own = int(made[0]) if made else 0
    here = not_counted_elsewhere(connection, own, readers)
    kept = {} if len(here) == len(readers) else {"reader_ids": encode(readers)}
    connection.execute(
        insert(attempt).values(id=logged.attempt, batch_id=own, posted_at=logged.posted_at, **kept)
    )
    withdraw(connection, own, here, now=now)
    _leave_out_of_waiting(connection, of, here, now)
    connection.execute(
        update(batch)
        .where(batch.c.id == own)
        .values(candidates=len(here), n=len(here), reader_ids=encode(here), only=encode(here))
    )
    lost = not_the_same(logged, emails, keys)
    if lost:
        more = mailing.c.unfamiliar + lost
        connection.execute(update(mailing).where(mailing.c.id == of.id).values(unfamiliar=more))
    if answer is not None:
        request = Unanswered(own, of.id, logged.attempt, logged.posted_at, len(here), cancelled=False)
        _accept(connection, request, answer, now)
    return lost


def accept_answered(
    connection: Connection, issue: str, provider: str, answers: Mapping[str, LoggedAnswer], *, now: int
) -> None:
    """Accept an issue's unknown requests that the database kept, where the log has the answer it lost."""
    for request in unanswered(connection, issue, provider):
        answer = answers.get(request.attempt)
        if answer is not None and answer.taken:
            _accept(connection, request, answer, now)


def _accept(connection: Connection, request: Unanswered, answer: LoggedAnswer, now: int) -> None:
    carry_out(connection, request, Decision(Verdict.ACCEPTED, EVIDENCE, answer.message_id), now=now)


def _emails(connection: Connection, readers: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in chunks(readers, IDS_AT_ONCE):
        rows = connection.execute(
            select(subscriber.c.id, subscriber.c.email).where(subscriber.c.id.in_(some))
        )
        found.update((row.id, row.email) for row in rows)
    return found


def _leave_out_of_waiting(connection: Connection, of: Mailing, here: Sequence[int], now: int) -> None:
    """Let the mailing's own batches that wait be for their other readers; other mailings look themselves."""
    if not here:
        return
    rows = connection.execute(
        select(batch).where(
            batch.c.mailing_id == of.id,
            batch.c.state == BatchState.PENDING,
            batch.c.lo <= here[-1],
            batch.c.hi >= here[0],
        )
    ).all()
    for row in rows:
        waiting = candidates_in(connection, row, of.list_id, of.audience_at)
        left = waiting - set(here)
        if len(left) < len(waiting):
            connection.execute(update(batch).where(batch.c.id == row.id).values(only=encode(sorted(left))))
        if not left:
            move(connection, row.id, BatchTransition.EMPTY, now=now, n=0, reader_ids=None)
