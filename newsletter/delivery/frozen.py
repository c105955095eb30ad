"""What a mailing is from the moment it is frozen: decided once, written down whole, never changed."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from newsletter.rendering.message import RenderedMessage

SENDER = ("from_name", "from_email", "reply_to", "list_id")


class MailingKind(StrEnum):
    """Which part of its audience a mailing is for."""

    FIRST = "first"  # everyone
    NEWCOMERS = "newcomers"  # who may be mailed only since
    MISSING = "missing"  # of an earlier audience, who was rejected or not mailed
    CORRECTION = "correction"  # who got the wrong version


class Envelope(NamedTuple):
    """What all readers of a mailing have in common: the message and its sender."""

    message: "RenderedMessage"
    from_name: str
    from_email: str
    reply_to: str
    list_id: str
    issue: str

    @property
    def sender(self) -> dict[str, str]:
        """Return who it is from, where answers go, and the list: what approvals sign next to the message."""
        return {name: getattr(self, name) for name in SENDER}


class FrozenBackground(NamedTuple):
    """A living background as a mailing carried it: its version's ``digest``, its text, its review.

    ``reviewed`` is a day such as 2026-06-20, ``sources`` are words and an address each, ``formerly`` earlier
    names. ``changed`` says what was new; readers saw it where ``changed_shown``.
    """

    name: str
    digest: str
    title: str
    text: str
    reviewed: str
    reviewer: str
    changed: str = ""
    changed_shown: bool = False
    sources: tuple[tuple[str, str], ...] = ()
    formerly: tuple[str, ...] = ()

    @property
    def as_shown(self) -> tuple[str, str, str]:
        """Return what tells one card from another: its name, its version, what readers see that is new."""
        return self.name, self.digest, self.changed if self.changed_shown else ""


class FrozenMailing(NamedTuple):
    """Which bytes go to which readers, through which provider.

    The plan of a send makes it, the ledger keeps it, and a sender reads it from there. Instants are
    microseconds since 1970, UTC. ``source`` is the digest of the text and the pictures it was rendered from,
    ``date`` the issue's own, such as 2026-01-12, or empty. A correction names the issue it ``corrects`` and
    the ``wrong_mailings``, which carried the wrong version. ``send_at`` is when it is to begin, unless now.
    ``backgrounds`` are the living ones in it. The correction of a background is not for those who got it
    right by one of the ``right_mailings`` later than wrong.
    """

    kind: MailingKind
    provider: str
    list_id: int
    audience_at: int
    envelope: Envelope
    source: str
    date: str = ""
    corrects: str | None = None
    wrong_mailings: tuple[int, ...] = ()
    requested_by: str = ""
    send_at: int | None = None
    backgrounds: tuple[FrozenBackground, ...] = ()
    right_mailings: tuple[int, ...] = ()

    @property
    def issue(self) -> str:
        """Return the issue's id; a correction has its own."""
        return self.envelope.issue

    @property
    def message(self) -> "RenderedMessage":
        """Return the message that every reader gets, but for the merge fields."""
        return self.envelope.message
