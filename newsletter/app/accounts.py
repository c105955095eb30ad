"""How an issue stands, and who got it: the proof, the decisions about what got no answer, each recipient."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, TypedDict, cast

from newsletter.app.opened import Opened
from newsletter.errors import AudienceError, NeverSent, UsageError
from newsletter.sentences import command

if TYPE_CHECKING:
    from newsletter.delivery.proof import Proof
    from newsletter.publish import Standing
    from newsletter.store.accounts.decisions import Decided


class RecipientAccount(TypedDict):
    """What became of one candidate of an issue.

    ``state`` is accepted, rejected, excluded, unknown or pending; ``reason`` says why they were excluded or
    rejected; ``reported`` is the most telling of the provider's events; ``at`` is RFC 3339 in UTC;
    ``message_id`` is the provider's. What is not known is empty, and so is the address of an erased reader.
    """

    email: str
    state: str
    reason: str
    reported: str
    at: str
    message_id: str


class Accounts(Opened):
    """Ask how issues stand; nothing changes."""

    def issue_id(self, issue: str) -> str:
        """Return the id that a file, a folder or an id means, even when a sent issue's file is gone.

        Raises NewsletterError when there is no such issue.
        """
        from newsletter.publish import issue_id

        return issue_id(self._wiring, issue)

    def proof(self, issue: str, *, draft: bool = False) -> "Proof":
        """Return the account of every candidate of an issue, over all its mailings so far.

        With ``draft``, one that was never sent is a draft with no candidates. Raises NeverSent for it
        otherwise, NewsletterError when there is no such issue.
        """
        from newsletter.publish import draft_proof, status

        named = self.issue_id(issue)
        found = status(self._wiring, named)
        if found is None and draft:
            return draft_proof(self._wiring, named)
        if found is None:
            raise NeverSent(f"“{issue}” was never sent.", hint=f"Send it: {command('send', issue)}")
        return found

    def proofs(self) -> list["Proof"]:
        """Return the proof of every issue that was sent, or began to be, the latest last."""
        from newsletter.publish import mailed_issues, status

        proofs = (status(self._wiring, issue) for issue in mailed_issues(self._wiring))
        return [proof for proof in proofs if proof is not None]

    def standing(self) -> "Standing":
        """Say whether this database is the one that sent last, or was restored or copied since."""
        from newsletter.publish import standing

        return standing(self._wiring)

    def corrections(self, issue: str) -> list["Proof"]:
        """Return the proof of each correction of an issue, the oldest first."""
        from newsletter.publish import corrections

        return corrections(self._wiring, self.issue_id(issue))

    def decisions(self, issue: str) -> Sequence["Decided"]:
        """Return every decision about an issue's requests without an answer, with its evidence."""
        from newsletter.publish import decisions

        return decisions(self._wiring, self.issue_id(issue))

    def recipients(
        self, issue: str, *, state: str | None = None, address: str | None = None
    ) -> Iterator[RecipientAccount]:
        """Yield everyone an issue was for, one at a time: who got it, who did not and why.

        ``state`` keeps those of one state, ``address`` one reader. Raises, before the first is yielded,
        DeliveryError when it was never sent, UsageError for a word that is no state, AudienceError for an
        address that was not on the list when the issue was sent.
        """
        from newsletter.delivery.states import RecipientState
        from newsletter.publish import recipients

        if state is not None and state not in set(RecipientState):
            known = ", ".join(RecipientState)
            raise UsageError(f"“{state}” is no state.", hint=f"Write one of these: {known}.")
        found = recipients(self._wiring, self.issue_id(issue), state=state, address=address)
        first = [*islice(found, 1)]
        if address is not None and not first:
            raise AudienceError(
                f"{address} was not on the list when the issue was sent.",
                hint=f"See what is known: {command('subscribers', 'show', address)}",
            )
        return cast("Iterator[RecipientAccount]", chain(first, found))
