"""Who got an issue, and how its delivery stands."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from newsletter.contacts.address import normalise
from newsletter.delivery.proof import Proof
from newsletter.errors import DeliveryError
from newsletter.files.loaders import find_issue
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.store.ledger.mailings import Mailing


def issue_id(wiring: Wiring, reference: str) -> str:
    """Return the id a reference means, even when the issue's file is gone."""
    if reference in mailed_issues(wiring):
        return reference
    return find_issue(wiring.settings.root, reference).id


def mailed_issues(wiring: Wiring) -> list[str]:
    """Return the ids of all issues that were sent, or began to be, the latest last."""
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    if not wiring.has_database:
        return []
    with read(wiring.engine) as connection:
        return mailings.issues_mailed(connection)


def mailings_of(wiring: Wiring, issue: str) -> list["Mailing"]:
    """Return an issue's mailings, oldest first."""
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        return mailings.of_issue(connection, issue)


def status(wiring: Wiring, issue: str) -> Proof | None:
    """Return the proof of an issue by the provider that last mailed it; None when it was never sent."""
    from newsletter.store.accounts.proof import proof
    from newsletter.store.database import read

    earlier = mailings_of(wiring, issue)
    if not earlier:
        return None
    identity = wiring.settings.provider_identity
    chosen = identity if any(each.provider == identity for each in earlier) else earlier[-1].provider
    alive = wiring.sender_alive()
    with read(wiring.engine) as connection:
        return proof(connection, issue, chosen, sender_alive=alive)


def corrections(wiring: Wiring, issue: str) -> list[Proof]:
    """Return the proof of each correction of an issue, the oldest first."""
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        found = mailings.corrections_of(connection, issue, wiring.settings.provider_identity)
    proofs = (status(wiring, each) for each in dict.fromkeys(one.issue for one in found))
    return [proof for proof in proofs if proof is not None]


def recipients(
    wiring: Wiring, issue: str, *, state: str | None = None, address: str | None = None
) -> Iterator[Mapping[str, str]]:
    """Yield everyone the issue was for, one at a time: address, state, reason, and when.

    ``state`` keeps one of accepted, rejected, excluded, unknown, pending; ``address`` one reader.
    """
    from newsletter.store.accounts.recipients import accounts
    from newsletter.store.database import read

    proof = status(wiring, issue)
    if proof is None:
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: {command('send', issue)}")
    alive = wiring.sender_alive()
    email = None if address is None else normalise(address)
    with read(wiring.engine) as connection:
        for account in accounts(connection, issue, proof.provider, sender_alive=alive):
            if state in (None, account["state"]) and email in (None, account["email"]):
                yield account
