"""What became of one request: values a ledger can act on."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took all of it."""

    message_id: str


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Certainly nothing was taken; the same request may go again after ``retry_after`` seconds, if given."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly nothing was taken and never will be in this form.

    ``entries`` are positions in the batch that the answer blames, with its words; empty when it blames none,
    and the batch must be split to find out. ``too_large`` asks for smaller batches.
    """

    reason: str
    entries: tuple[tuple[int, str], ...] = ()
    too_large: bool = False

    def blamed(self, readers: int) -> Mapping[int, str]:
        """Return which of so many readers of a batch it rejects, by position, with the words.

        A reader who was alone in the request is blamed by any refusal. Positions past the end blame nobody.
        """
        named = {} if self.too_large else {place: why for place, why in self.entries if 0 <= place < readers}
        return named or ({0: self.reason} if readers == 1 else {})


@dataclass(frozen=True, slots=True)
class AccountRefused:
    """The account may not send at all: key, permission, credit. Nobody's mail is at fault."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may or may not have been taken: it is never sent again blindly."""

    reason: str


Whole = Accepted | NotAccepted | Refused | AccountRefused | Unknown


@dataclass(frozen=True, slots=True)
class PerMessage:
    """The provider answered for each message by itself: ``answers`` in the order of the recipients.

    Each counts for its own reader alone. A refused message is rejected with its words, whatever else it says.
    """

    answers: tuple[Whole, ...]

    def of(self, readers: int) -> tuple[Whole, ...]:
        """Return one answer a reader: unknown where none came; those past the end are nobody's."""
        missing = Unknown("The provider said nothing about this message.")
        return (*self.answers[:readers], *[missing] * (readers - len(self.answers)))


Outcome = Whole | PerMessage


def accepted_of(outcome: Outcome, readers: int) -> int:
    """Count the readers of a request whose mail was accepted."""
    if isinstance(outcome, PerMessage):
        return sum(isinstance(answer, Accepted) for answer in outcome.of(readers))
    return readers if isinstance(outcome, Accepted) else 0


def refused_of(outcome: Outcome, readers: int) -> Mapping[int, str]:
    """Return the readers of a request that its answer rejects, by position, with the words."""
    match outcome:
        case Refused():
            return outcome.blamed(readers)
        case PerMessage():
            answers = enumerate(outcome.of(readers))
            return {place: answer.reason for place, answer in answers if isinstance(answer, Refused)}
        case _:
            return {}


def overall(outcome: Outcome, readers: int) -> Whole:
    """Return what an answer says of the provider and the mailing, whatever single readers met.

    That is what the pace goes by: an account that may not send, then that anybody was accepted, then doubt.
    """
    if not isinstance(outcome, PerMessage):
        return outcome
    answers = outcome.of(readers)
    for kind in (AccountRefused, Accepted, Unknown):
        for answer in answers:
            if isinstance(answer, kind):
                return answer
    waits = [answer for answer in answers if isinstance(answer, NotAccepted)]
    if waits:
        return max(waits, key=lambda answer: answer.retry_after or 0)
    refused = refused_of(outcome, readers)
    return Refused(next(iter(refused.values())), tuple(refused.items()))


def weakest(outcome: Outcome, readers: int) -> Whole:
    """Return the first answer of a request that is not an acceptance; Accepted when all were accepted."""
    if not isinstance(outcome, PerMessage):
        return outcome
    answers = outcome.of(readers)
    return next((answer for answer in answers if not isinstance(answer, Accepted)), answers[0])


def of_one_reader(attempt: str, reader: int) -> str:
    """Return the id of the attempt that one reader's message is, once it alone got no answer."""
    return f"{attempt}.{reader}"


def request_of(attempt: str) -> str:
    """Return the id of the request that an attempt is, or that it is one reader's message of."""
    return attempt.partition(".")[0]
