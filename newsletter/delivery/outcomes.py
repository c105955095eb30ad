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
        """Return whom of a batch of so many readers it rejects, by position, with the words.

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


Outcome = Accepted | NotAccepted | Refused | AccountRefused | Unknown
