"""States: the one home of every word for where a mailing, a batch, a request or a subscription stands.

Each kind has its members, the sets that are asked for together, and one table of transitions. The store moves
a row only by a transition of these tables, and docs/architecture.md prints them.
"""

from enum import Enum, StrEnum


class MailingState(StrEnum):
    """Where one run of an issue stands; a *draft* was never sent, and is not in the ledger."""

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
    """Where a reader stands with one list; one that is paused is confirmed again once its time has passed."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"


class SuppressionReason(StrEnum):
    """Why an address is never mailed, on whatever list it is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    MANUAL = "manual"
    INVALID = "invalid"


class Exclusion(StrEnum):
    """Why a candidate is excluded, where it is not for the reason of a suppression."""

    UNCONFIRMED = "unconfirmed"
    UNSUBSCRIBED = "unsubscribed"
    PAUSED = "paused"
    CANCELLED = "cancelled"  # the mailing was, before their turn came
    REMOVED = "removed"  # erased between the plan and the claim


class Verdict(StrEnum):
    """What is decided about a request whose answer never came."""

    ACCEPTED = "accepted"
    HOLD = "hold"
    RESEND = "resend"
    DROP = "drop"


# Of mailings.
IN_THE_LEDGER = tuple(state for state in MailingState if state is not MailingState.DRAFT)
OPEN = MailingState.SCHEDULED, MailingState.HELD, MailingState.SENDING, MailingState.PAUSED

# Of batches.
UNPOSTED = BatchState.PENDING, BatchState.CLAIMED  # its exclusions are looked at anew by the next claim
IN_HAND = BatchState.CLAIMED, BatchState.POSTING  # of a sender
UNFINISHED = BatchState.PENDING, BatchState.CLAIMED, BatchState.POSTING
ON_THE_WIRE = BatchState.POSTING, BatchState.UNKNOWN  # its newest request may yet turn out either way
MAY_HAVE_ARRIVED = BatchState.ACCEPTED, BatchState.UNKNOWN, BatchState.POSTING
POSTED = BatchState.ACCEPTED, BatchState.UNKNOWN  # with nobody waiting for the answer
TURNED_AWAY = BatchState.REJECTED, BatchState.EMPTY  # done, and nobody in it is mailed
# None of its readers has it by its newest request.
UNTAKEN = *UNPOSTED, *TURNED_AWAY
# Where the readers of an earlier request may be by now: they must not be mailed again.
GIVEN_UP = *UNTAKEN, BatchState.UNKNOWN


class Transition(Enum):
    """A way from some states to another. Its name is the cause in a word, ``when`` the same in a sentence."""

    def __init__(self, before: tuple[StrEnum, ...], after: StrEnum, when: str) -> None:
        self.before = before
        self.after = after
        self.when = when


class MailingTransition(Transition):
    """What moves a mailing."""

    BEGIN = (
        (MailingState.SCHEDULED, MailingState.HELD, MailingState.PAUSED, MailingState.FINISHED),
        MailingState.SENDING,
        "its time has come, or somebody resumes it; a finished one, once readers were given back",
    )
    PUT_OFF = (MailingState.SENDING,), MailingState.SCHEDULED, "the day's ceiling is reached"
    FINISH = (MailingState.SENDING,), MailingState.FINISHED, "nothing is left to send"
    PAUSE = (
        (MailingState.SENDING, MailingState.SCHEDULED),
        MailingState.PAUSED,
        "somebody stops it, a limit or the provider does",
    )
    HOLD = (MailingState.SCHEDULED,), MailingState.HELD, "its time was missed"
    RELEASE = (MailingState.HELD,), MailingState.PAUSED, "it is approved, and had no time set"
    RELEASE_FOR_LATER = (MailingState.HELD,), MailingState.SCHEDULED, "it is approved, and has a time set"
    WAIT = (
        (MailingState.PAUSED, MailingState.HELD),
        MailingState.SCHEDULED,
        "it is resumed before its time",
    )
    UNDO = (MailingState.SCHEDULED,), MailingState.CANCELLED, "it is taken back within the undo window"
    CANCEL = (*OPEN, MailingState.FINISHED), MailingState.CANCELLED, "somebody ends it for good"


class BatchTransition(Transition):
    """What moves a batch."""

    CLAIM = (BatchState.PENDING,), BatchState.CLAIMED, "a sender takes it, with those who may be mailed now"
    EMPTY = (BatchState.PENDING,), BatchState.EMPTY, "a claim finds nobody who may be mailed"
    CUT = (
        (BatchState.PENDING,),
        BatchState.SPLIT,
        "a reader goes out alone, or a ceiling has room for some only",
    )
    GIVE_BACK = (BatchState.CLAIMED,), BatchState.PENDING, "its sender stops before the wire"
    FREE = (BatchState.CLAIMED,), BatchState.PENDING, "its sender died before the wire"
    CLAIM_ANEW = (
        (BatchState.CLAIMED,),
        BatchState.PENDING,
        "a reader in it turns out to have the mail by another request",
    )
    POST = (BatchState.CLAIMED,), BatchState.POSTING, "the gate just before the wire"
    LOSE = (BatchState.POSTING,), BatchState.UNKNOWN, "its sender died while it was on the wire"
    DOUBT = (BatchState.POSTING,), BatchState.UNKNOWN, "no clear answer came"
    ACCEPT = ON_THE_WIRE, BatchState.ACCEPTED, "the provider says that it took it"
    ACCEPT_EARLIER = (
        ON_THE_WIRE,
        BatchState.ACCEPTED,
        "the provider says that it took nothing, but an earlier request was reported meanwhile",
    )
    TRY_AGAIN = (BatchState.POSTING,), BatchState.PENDING, "the provider says that it took nothing"
    TRY_AGAIN_LATE = ON_THE_WIRE, BatchState.PENDING, "the provider says so after the deadline"
    REJECT = (BatchState.POSTING,), BatchState.REJECTED, "its only reader is refused"
    TURN_AWAY = (
        ON_THE_WIRE,
        BatchState.REJECTED,
        "the provider answers message by message, and none of those left in it waits",
    )
    HALVE = (BatchState.POSTING,), BatchState.SPLIT, "it is refused, and nobody is named"
    ASK_AGAIN = TURNED_AWAY, BatchState.PENDING, "refusals turn out to be no fault of its readers"
    REPORT = (
        (*ON_THE_WIRE, *UNTAKEN, BatchState.SPLIT),
        BatchState.ACCEPTED,
        "a report shows that a request of it was taken",
    )
    PUT_TOGETHER = UNTAKEN, BatchState.SPLIT, "a report shows that the batch it was cut from was taken"
    RECONCILE = (BatchState.UNKNOWN,), BatchState.ACCEPTED, "a decision: it was taken"
    RESEND = (BatchState.UNKNOWN,), BatchState.PENDING, "a decision: mail its readers again"
    DROP = (BatchState.UNKNOWN,), BatchState.REJECTED, "a decision: do not mail its readers"


class SubscriptionTransition(Transition):
    """What moves a subscription."""

    CONFIRM = (
        (SubscriptionState.PENDING, SubscriptionState.PAUSED),
        SubscriptionState.CONFIRMED,
        "an editor adds the reader, or a file says that they confirmed",
    )
    LEAVE = (
        (SubscriptionState.PENDING, SubscriptionState.CONFIRMED, SubscriptionState.PAUSED),
        SubscriptionState.UNSUBSCRIBED,
        "the reader, the provider, an editor or a file says so",
    )
    RETURN = (
        (SubscriptionState.UNSUBSCRIBED,),
        SubscriptionState.CONFIRMED,
        "the reader asks to come back, or takes leaving at the provider back",
    )
    ASK_TO_RETURN = (
        (SubscriptionState.UNSUBSCRIBED,),
        SubscriptionState.PENDING,
        "the reader asks to come back, and has to confirm it",
    )
