"""The seam to the provider who carries the mail: values in, an outcome out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple, Protocol, TypeGuard, overload

from newsletter.delivery.evidence import CannotSay, LookUp, ReportedSuppression
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import Outcome
from newsletter.delivery.properties import Properties


class Recipient(NamedTuple):
    """One reader of a batch. ``values`` take the place of the message's tags; ``reader`` is an opaque id."""

    reader: int
    email: str
    name: str
    values: Sequence[str]
    unsubscribe_url: str


@dataclass(frozen=True, slots=True)
class RecipientColumns(Sequence[Recipient]):
    """Recipients, one kind of value of all of them at a time; ``values`` has a column for each tag.

    They can be walked one by one, too. A provider that renders a thousand at once takes the columns, since a
    call for each value would take most of a send's time.
    """

    readers: Sequence[int]
    emails: Sequence[str]
    names: Sequence[str]
    values: Sequence[Sequence[str]]
    unsubscribe_urls: Sequence[str]

    def __len__(self) -> int:
        return len(self.readers)

    def __iter__(self) -> Iterator[Recipient]:
        values = zip(*self.values, strict=True) if self.values else repeat(())
        return map(Recipient, self.readers, self.emails, self.names, values, self.unsubscribe_urls)

    @overload
    def __getitem__(self, place: int) -> Recipient: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Recipient]: ...
    def __getitem__(self, place: int | slice) -> Recipient | Sequence[Recipient]:
        return [*self][place]


class Build(Protocol):
    """Render one request of a mailing; nothing is on the wire yet."""

    def __call__(self, recipients: RecipientColumns, *, batch: str, attempt: str) -> bytes:
        """Return the request for these recipients, in their order."""
        ...


class Provider(Protocol):
    """Carry batches of mail."""

    @property
    def identity(self) -> str:
        """Name whose acceptance this is in the ledger: a sandbox's never counts for another."""
        ...

    @property
    def properties(self) -> Properties:
        """What it is and can do."""
        ...

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        """Return what renders a mailing's requests: all that they share is made once, here.

        ``tags`` are the message's places for readers' values, in the order of each recipient's values.
        """
        ...

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        """Put a request on the wire and say what became of it, within the hard total deadline.

        An answer that comes after the deadline goes to ``late``, on another thread.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class LooksUp(Provider, Protocol):
    """A provider that can be asked about mail it may have taken."""

    def look_up(self, attempt: str) -> LookUp:
        """Ask whether mail of an attempt was ever taken.

        Of a request that was answered message by message, an attempt may be that of one reader:
        ``ATTEMPT.READER``.
        """
        ...


class ListsSuppressions(Provider, Protocol):
    """A provider whose own lists of addresses it no longer mails can be read."""

    def suppressions(self, since: int, until: int) -> Iterator[ReportedSuppression]:
        """Yield the addresses the provider stopped mailing between two instants (microseconds).

        Raises DeliveryError when it cannot be asked.
        """
        ...


def looks_up(provider: Provider) -> TypeGuard[LooksUp]:
    """Say whether a provider can be asked about mail, by what it says of itself."""
    return provider.properties.looks_up


def lists_suppressions(provider: Provider) -> TypeGuard[ListsSuppressions]:
    """Say whether a provider's lists can be read, by what it says of itself."""
    return provider.properties.lists_suppressions


def looked_up(provider: Provider, attempt: str) -> LookUp:
    """Return what a provider says of mail of an attempt, when asked; that it cannot say where it cannot."""
    if looks_up(provider):
        return provider.look_up(attempt)
    return CannotSay(f"{provider.properties.name} cannot be asked about mail it took")
