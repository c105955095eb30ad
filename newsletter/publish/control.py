"""Stop a mailing, for now or for good: from any process, before its next request leaves."""

from newsletter.delivery.proof import Proof
from newsletter.errors import DeliveryError
from newsletter.publish.mailed import issue_id, proof_of, status, unfinished_of
from newsletter.sentences import command
from newsletter.wiring import Wiring


def pause(wiring: Wiring, reference: str) -> Proof:
    """Stop an issue until it is resumed; at most the requests on the wire still go out.

    Raises DeliveryError when it is neither being sent nor scheduled.
    """
    from newsletter.store.database import write
    from newsletter.store.ledger import mailings

    issue = issue_id(wiring, reference)
    found = unfinished_of(wiring, issue)
    if found is not None:
        with write(wiring.engine) as connection:
            paused = mailings.pause(connection, found.id, note=f"paused by {wiring.person}")
        if paused:
            return proof_of(wiring, issue)
    raise _not_running(wiring, issue, "pause")


def cancel(wiring: Wiring, reference: str) -> Proof:
    """End an issue for good: nobody else gets it. Mail already out stays out.

    Raises DeliveryError when nothing of it is left to cancel.
    """
    from newsletter.store.database import write
    from newsletter.store.ledger import mailings

    issue = issue_id(wiring, reference)
    ended = False
    while (found := unfinished_of(wiring, issue)) is not None:
        with write(wiring.engine) as connection:
            if not mailings.cancel(connection, found.id, note=f"cancelled by {wiring.person}"):
                break
        ended = True
    if ended:
        return proof_of(wiring, issue)
    raise _not_running(wiring, issue, "cancel")


def undo(wiring: Wiring, reference: str) -> bool:
    """Cancel an issue of which nothing left yet; False when that came too late."""
    from newsletter.store.database import write
    from newsletter.store.ledger import mailings

    found = unfinished_of(wiring, issue_id(wiring, reference))
    if found is None:
        return False
    with write(wiring.engine) as connection:
        if mailings.reached_anybody(connection, found.id):
            return False  # put off half way, for tomorrow
        return mailings.undo(connection, found.id, note=f"undone by {wiring.person}")


def _not_running(wiring: Wiring, issue: str, what: str) -> DeliveryError:
    proof = status(wiring, issue)
    state = "was never sent" if proof is None else f"is {proof.state}"
    return DeliveryError(
        f"“{issue}” {state}, so there is nothing to {what}.", hint=f"See: {command('status', issue)}"
    )
