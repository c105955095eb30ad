"""The proof: the exact count of who got an issue."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from newsletter.delivery.states import MailingState
from newsletter.instants import rfc3339

_NOBODY: Mapping[str, int] = MappingProxyType({})
AWAITS_APPROVAL = "waits for a second person's approval"  # the note of a mailing held for one


class Adoption(NamedTuple):
    """A person's word that this copy of the database sends, from ``at`` on (microseconds since 1970, UTC).

    With an ``issue``: that it may go on though so many ``readers`` of it are not known here. ``place`` is
    where a PostgreSQL database stands.
    """

    at: int
    person: str
    reason: str
    issue: str = ""
    readers: int = 0
    place: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return it as a proof's document has it."""
        return {"at": rfc3339(self.at), "person": self.person, "reason": self.reason}


class Proof(NamedTuple):
    """Account for every candidate of an issue, over all its mailings so far.

    Candidates are all subscriptions of the list, in any state, at the audience instant; ``candidates`` is
    always ``accepted + rejected + sum(excluded) + unknown + pending``.
    """

    issue: str
    state: MailingState
    candidates: int = 0
    accepted: int = 0
    rejected: int = 0
    excluded: Mapping[str, int] = _NOBODY
    unknown: int = 0
    pending: int = 0
    provider: str = "sandbox"
    note: str = ""
    send_at: int | None = None  # microseconds since 1970, UTC; of a scheduled mailing
    reported: Mapping[str, int] = _NOBODY  # readers by kind of the provider's events
    alarms: Mapping[str, int] = _NOBODY  # readers by what should never have happened
    unfamiliar: int = 0  # mailed, but not known to this restored database, and so no candidates
    adoptions: Sequence[Adoption] = ()  # by which it was sent though others might have mailed too

    @property
    def adds_up(self) -> bool:
        """Say whether every candidate is accounted for."""
        counted = self.accepted + self.rejected + sum(self.excluded.values()) + self.unknown + self.pending
        return counted == self.candidates

    @property
    def complete(self) -> bool:
        """Say whether nothing is left to do or to find out."""
        return not self.pending and not self.unknown

    def as_dict(self) -> dict[str, object]:
        """Return the proof as the document ``--json`` prints."""
        document: dict[str, object] = {
            "issue": self.issue,
            "state": self.state,
            "candidates": self.candidates,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "excluded": dict(sorted(self.excluded.items())),
            "unknown": self.unknown,
            "pending": self.pending,
            "provider": self.provider,
        }
        if self.send_at is not None:
            document["send_at"] = rfc3339(self.send_at)
        if self.reported:
            document["reported"] = dict(sorted(self.reported.items()))
        if self.alarms:
            document["alarms"] = dict(sorted(self.alarms.items()))
        if self.unfamiliar:
            document["unfamiliar"] = self.unfamiliar
        if self.adoptions:
            document["adoptions"] = [adoption.as_dict() for adoption in self.adoptions]
        if self.provider == "sandbox":
            document["notice"] = "Local SendGrid: nobody was really mailed."
        if self.note:
            document["note"] = self.note
        return document
