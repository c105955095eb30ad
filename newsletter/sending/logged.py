"""Each request of a send in the log of requests: before it leaves, and what was answered."""

from newsletter.delivery.outcomes import Accepted, Outcome, PerMessage, Unknown
from newsletter.delivery.request_log import LoggedAnswer, LoggedRequest, checksum_key, checksums
from newsletter.files.request_log import LogWriter
from newsletter.store.ledger.mailings import Mailing
from newsletter.store.ledger.transitions import Claim


class RequestLogger:
    """Log the requests of a send; without a log, do nothing. Raises StoreError where no line can be added."""

    def __init__(self, log: LogWriter | None, secret_key: bytes = b"") -> None:
        """Write to a log, or to none; ``secret_key`` signs links."""
        self._log = log
        self._key = checksum_key(secret_key)

    def leaving(self, mailing: Mailing, claimed: Claim, now: int) -> None:
        """Put a request that the database knows of on the disk; only then may it leave."""
        if self._log is None:
            return
        self._log.add(
            LoggedRequest(
                claimed.attempt,
                now,
                mailing.issue,
                mailing.provider,
                mailing.kind,
                mailing.audience_at,
                tuple([reader.id for reader in claimed.readers]),
                checksums([reader.email for reader in claimed.readers], self._key),
            )
        )

    def answered(self, claimed: Claim, outcome: Outcome) -> None:
        """Log an answer that holds for all of a request; a restored database takes it as evidence."""
        if self._log is None or isinstance(outcome, Unknown | PerMessage):
            return
        taken = isinstance(outcome, Accepted)
        message_id = outcome.message_id if isinstance(outcome, Accepted) else ""
        self._log.add(LoggedAnswer(claimed.attempt, taken, message_id), durable=False)


UNLOGGED = RequestLogger(None)
