"""Take in requests that the database lost: unknown until evidence decides, and not resent on a guess."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.delivery.frozen import FrozenMailing
from newsletter.delivery.request_log import LoggedAnswer, LoggedMailing, LoggedRequest, checksum_key
from newsletter.errors import DeliveryError
from newsletter.publish.copies.comparing import entries, is_logged, lost_requests, standing
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from newsletter.files.request_log import LogWriter
    from newsletter.store.ledger.mailings import Mailing

Run = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What was taken in: requests, their readers, and those of them that this database does not know."""

    requests: int = 0
    readers: int = 0
    unfamiliar: int = 0


def take_in(wiring: Wiring) -> TakenIn:
    """Take in every request that the database lost, all or none.

    The provider's answer, where the log has it, counts as evidence. A mailing that was lost too comes back as
    it was frozen, paused. Raises AlreadySending while another process sends, SettingsError without the secret
    key: it tells whether the database means the same people.
    """
    if not standing(wiring).lost:
        return TakenIn()
    from newsletter.store.copies import lost_requests as ledger
    from newsletter.store.database import write
    from newsletter.store.ledger import claims

    with wiring.sender_lock():
        lost = lost_requests(wiring)
        answers = {entry.attempt: entry for entry in entries(wiring) if isinstance(entry, LoggedAnswer)}
        keys = [checksum_key(key) for key in wiring.link_keys]
        readers = unfamiliar = 0
        now = wiring.clock.now()
        with write(wiring.engine) as connection:
            claims.recover(connection, now=now)
            mailings = _mailings(wiring, connection, lost)
            for logged in lost:
                mailing, answer = mailings[logged.run], answers.get(logged.attempt)
                unfamiliar += ledger.take_in(connection, mailing, logged, answer, keys=keys, now=now)
                readers += len(logged.readers)
            for run in mailings:
                ledger.accept_answered(connection, run[0], run[1], answers, now=now)
    return TakenIn(len(lost), readers, unfamiliar)


def _mailings(
    wiring: Wiring, connection: "Connection", lost: Sequence[LoggedRequest]
) -> "dict[Run, Mailing]":
    """Return the mailings of lost requests, all cut into batches, and stopped until a person looks."""
    from newsletter.store.copies import lost_requests as ledger
    from newsletter.store.ledger import mailings

    found: dict[Run, Mailing] = {}
    frozen: dict[Run, LoggedMailing] = {}
    now = wiring.clock.now()
    for run in dict.fromkeys(logged.run for logged in lost):
        mailing = ledger.mailing_of(connection, run)
        if mailing is None:
            frozen = frozen or _frozen(wiring)
            mailing = ledger.restore_mailing(connection, _as_logged(wiring, frozen, run), now=now)
        mailings.pause(connection, mailing.id, note=ledger.NOTE)
        ledger.cut_to_the_end(connection, mailing, batch_size=wiring.settings.batch_size, now=now)
        found[run] = mailing
    return found


def _frozen(wiring: Wiring) -> dict[Run, LoggedMailing]:
    return {entry.run: entry for entry in entries(wiring) if isinstance(entry, LoggedMailing)}


def _as_logged(wiring: Wiring, frozen: dict[Run, LoggedMailing], run: Run) -> LoggedMailing:
    if run not in frozen:
        raise DeliveryError(
            f"The log of requests no longer says what “{run[0]}” was, so it cannot be taken in.",
            hint=f"Put back a copy of {wiring.request_log.path} that is whole.",
        )
    return frozen[run]


@contextmanager
def opened_log(wiring: Wiring, mailing: "Mailing", frozen: FrozenMailing) -> "Iterator[LogWriter | None]":
    """Open the log for a send, and begin with the mailing as it is frozen; None where nothing is logged."""
    if not is_logged(wiring):
        yield None
        return
    from newsletter.store.copies import adoptions
    from newsletter.store.database import read, write

    with read(wiring.engine) as connection:
        publication = adoptions.publication_of(connection)
    with wiring.request_log.opened(publication) as log:
        with write(wiring.engine) as connection:
            adoptions.remember_place(connection)
        log.add(LoggedMailing(mailing.id, frozen, mailing.list_name, mailing.list_key))
        yield log
