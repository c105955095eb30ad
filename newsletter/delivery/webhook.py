"""The seam to what a provider reports: the bytes and headers of a post in, events out.

A provider says on its ``ProviderKind`` where it reports (``Reports``), and makes what takes its posts
(``Webhook``) once it is needed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from newsletter.errors import NewsletterError

if TYPE_CHECKING:
    from newsletter.delivery.events import Event


class WebhookError(NewsletterError):
    """Refuse a post to the webhook; nothing of it was taken."""


class Forged(WebhookError):
    """Refuse a post that no key proves to be the provider's."""


class Stale(WebhookError):
    """Refuse a post signed too long ago, or in the future."""


class Unreadable(WebhookError):
    """Refuse a post that is the provider's, but holds no reports that can be read, or too many."""


class Verifier(Protocol):
    """A post's claim to be the provider's, judged by its body as that comes in."""

    def update(self, piece: bytes) -> None:
        """Take in the next bytes of the body, raw as they came."""
        ...

    def insist(self) -> None:
        """Make sure that all of it is the provider's. Raises Forged."""
        ...


class Webhook(Protocol):
    """What takes a provider's posts, made with the keys that prove them."""

    @property
    def max_bytes(self) -> int:
        """How large a post may be: more than the provider ever posts."""
        ...

    def verifier(self, headers: Mapping[str, str], *, now: float) -> Verifier:
        """Judge all that can be judged without the body, so that a stranger's need not be read.

        ``headers`` are named in any case, ``now`` is seconds since 1970. Raises Forged or Stale.
        """
        ...

    def events(self, body: bytes, *, now: float) -> "Sequence[Event]":
        """Return the events of a post that is known to be the provider's, in its order.

        ``now`` is seconds since 1970. No event is refused for what it holds. Raises Unreadable when there is
        no list of them.
        """
        ...


class Reports(NamedTuple):
    """Where a provider reports what became of mail, as it says before anything is opened.

    ``segment`` ends the path that it posts to. ``setting`` names what holds the keys that prove its posts, as
    a sentence does. ``webhook`` makes from those keys what takes its posts, and raises SettingsError for one
    that is none.
    """

    segment: str
    setting: str
    webhook: Callable[[Sequence[str]], Webhook]

    @property
    def path(self) -> str:
        """Return the path of its posts on the readers' site."""
        return f"/webhooks/{self.segment}"


class Endpoint(NamedTuple):
    """Where the readers' site takes one provider's posts; nothing is believed there without a ``webhook``."""

    reports: Reports
    webhook: Webhook | None
