"""What was mailed of an issue: its mailings so far, how they stand, and who got it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from newsletter.delivery.proof import Proof
from newsletter.delivery.states import OPEN, MailingState
from newsletter.errors import DeliveryError
from newsletter.files.issues import find_issue
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.store.accounts.decisions import Decided
    from newsletter.store.ledger.mailings import Mailing


def issue_id(wiring: Wiring, reference: str) -> str:
    """Return the id a reference means, even when the issue's file is gone."""
    if reference in mailed_issues(wiring):
        return reference
    return find_issue(wiring.settings.root, reference).id


def mailed_issues(wiring: Wiring) -> list[str]:
    """Return the ids of all issues that were sent, or began to be, the latest last."""
    if not wiring.has_database:
        return []
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        return mailings.issues_mailed(connection)


def mailings_of(wiring: Wiring, issue: str) -> list["Mailing"]:
    """Return an issue's mailings, oldest first."""
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        return mailings.of_issue(connection, issue)


def corrections_of(wiring: Wiring, issue: str) -> list["Mailing"]:
    """Return the mailings by this provider that correct an issue, oldest first."""
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        return mailings.corrections_of(connection, issue, wiring.settings.provider_identity)


def unfinished_of(wiring: Wiring, issue: str) -> "Mailing | None":
    """Return the mailing of an issue that a send would go on with, if any."""
    return unfinished_among(wiring, mailings_of(wiring, issue))


def unfinished_among(wiring: Wiring, earlier: Sequence["Mailing"]) -> "Mailing | None":
    """Return the latest of some mailings that has something left to send, if any."""
    from newsletter.store.database import read
    from newsletter.store.ledger import claims

    with read(wiring.engine) as connection:
        for mailing in reversed(earlier):
            given_back = mailing.state == MailingState.FINISHED and claims.undone(connection, mailing.id)
            if mailing.state in OPEN or given_back:
                return mailing
    return None


class Earlier(NamedTuple):
    """What this provider mailed of an issue before.

    ``mailings`` are those that count, oldest first; ``latest`` carried the version that readers got last, as
    a correction may have. ``planned_after`` is the id of the newest, counted or not: another one by the time
    a plan is carried out means that somebody else began.
    """

    mailings: Sequence["Mailing"]
    latest: "Mailing | None"
    planned_after: int | None


def earlier_of(wiring: Wiring, issue: str, list_name: str | None) -> Earlier:
    """Return what was mailed of an issue before; ``list_name`` is the list whose corrections count."""
    identity = wiring.settings.provider_identity
    by_this_provider = [mailing for mailing in mailings_of(wiring, issue) if mailing.provider == identity]
    counted = _that_count(wiring, by_this_provider)
    versions = counted
    if counted:  # who joins a list late gets the latest version; what another list got since is none
        to_list = list_name or counted[-1].list_name
        corrections = [found for found in corrections_of(wiring, issue) if found.list_name == to_list]
        versions = _that_count(wiring, corrections) or counted
    return Earlier(
        counted,
        max(versions, key=lambda mailing: mailing.id, default=None),
        by_this_provider[-1].id if by_this_provider else None,
    )


def _that_count(wiring: Wiring, earlier: Sequence["Mailing"]) -> list["Mailing"]:
    """Leave out what was cancelled before it reached anybody: it is as if it had never been."""
    from newsletter.store.database import read
    from newsletter.store.ledger.mailings import reached_anybody

    with read(wiring.engine) as connection:
        return [
            mailing
            for mailing in earlier
            if mailing.state != MailingState.CANCELLED or reached_anybody(connection, mailing.id)
        ]


def status(wiring: Wiring, issue: str) -> Proof | None:
    """Return the proof of an issue by the provider that last mailed it; None when it was never sent."""
    from newsletter.store.accounts.proof import proof
    from newsletter.store.database import read

    earlier = mailings_of(wiring, issue)
    if not earlier:
        return None
    # A finished mailing has nothing on the wire, so it is all the same whether anybody sends.
    all_finished = all(mailing.state == MailingState.FINISHED for mailing in earlier)
    alive = not all_finished and wiring.sender_alive()
    with read(wiring.engine) as connection:
        return proof(connection, issue, _last_provider(wiring, earlier), sender_alive=alive)


def _last_provider(wiring: Wiring, earlier: Sequence["Mailing"]) -> str:
    """Return the provider an account is of: the settings', if it mailed the issue, or the last that did."""
    identity = wiring.settings.provider_identity
    own = any(mailing.provider == identity for mailing in earlier)
    return identity if own else earlier[-1].provider


def draft_proof(wiring: Wiring, issue: str) -> Proof:
    """Return the proof of an issue that was never sent: a draft, with no candidates yet."""
    return Proof(issue, MailingState.DRAFT, provider=wiring.settings.provider_identity)


def proof_of(wiring: Wiring, issue: str) -> Proof:
    """Return the proof of an issue that has a mailing. Raises DeliveryError when the ledger lost it."""
    proof = status(wiring, issue)
    if proof is None:
        raise DeliveryError("This mailing is no longer in the ledger.", hint="Was the database replaced?")
    return proof


def corrections(wiring: Wiring, issue: str) -> list[Proof]:
    """Return the proof of each correction of an issue, the oldest first."""
    own = dict.fromkeys(mailing.issue for mailing in corrections_of(wiring, issue))
    proofs = (status(wiring, correction) for correction in own)
    return [proof for proof in proofs if proof is not None]


def decisions(wiring: Wiring, issue: str) -> "list[Decided]":
    """Return every decision about an issue's unanswered requests, with its evidence."""
    from newsletter.store.accounts.decisions import decisions as recorded
    from newsletter.store.database import read

    earlier = mailings_of(wiring, issue)
    if not earlier:
        return []
    with read(wiring.engine) as connection:
        return recorded(connection, issue, _last_provider(wiring, earlier))


def recipients(
    wiring: Wiring, issue: str, *, state: str | None = None, address: str | None = None
) -> Iterator[Mapping[str, str]]:
    """Yield everyone the issue was for, one at a time: address, state, reason, and when.

    ``state`` keeps one of accepted, rejected, excluded, unknown, pending; ``address`` one reader.
    """
    from newsletter.contacts.address import normalise
    from newsletter.store.accounts.recipients import accounts
    from newsletter.store.database import read

    proof = status(wiring, issue)
    if proof is None:
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: {command('send', issue)}")
    alive = wiring.sender_alive()
    email = None if address is None else normalise(address)
    with read(wiring.engine) as connection:
        for recipient in accounts(connection, issue, proof.provider, sender_alive=alive):
            if state in (None, recipient["state"]) and email in (None, recipient["email"]):
                yield recipient
