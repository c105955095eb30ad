"""States: the one home of every word for where a mailing, a batch, a request or a subscription stands."""

from enum import StrEnum


class MailingState(StrEnum):
    """Where one run of an issue stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    HELD = "held"
    CANCELLED = "cancelled"
    FINISHED = "finished"


class BatchState(StrEnum):
    """Where a batch of a mailing stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    POSTING = "posting"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    EMPTY = "empty"
    SPLIT = "split"


class AttemptOutcome(StrEnum):
    """What became of one request, as the ledger keeps it."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    REFUSED = "refused"
    ACCOUNT_REFUSED = "account_refused"
    UNKNOWN = "unknown"


class RecipientState(StrEnum):
    """How a proof counts one candidate."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"
    PENDING = "pending"


class SubscriptionState(StrEnum):
    """Where a reader stands with one list."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
