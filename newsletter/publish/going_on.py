"""Go on with what was frozen: interrupted, paused, held, or scheduled for a time that has come."""

from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from newsletter.delivery.clock import SECOND
from newsletter.delivery.proof import Proof
from newsletter.delivery.states import MailingState
from newsletter.errors import DeliveryError
from newsletter.progress import Progress, silent
from newsletter.publish.approval import insist_approved
from newsletter.publish.copies.refusing import insist_sender
from newsletter.publish.deliver import send
from newsletter.publish.mailed import issue_id, proof_of, status, unfinished_of
from newsletter.publish.plan import plan_resume, refuse_other_provider
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.store.ledger.mailings import Mailing


def resume(wiring: Wiring, reference: str, *, progress: Progress = silent) -> Proof:
    """Go on with an interrupted issue, from the frozen bytes; the file is not looked at.

    One that is scheduled is waited for; one that is paused, or held for being late, is sent. Raises
    DeliveryError when the issue was never sent, waits for an approval, or the provider is another one now.
    """
    issue = issue_id(wiring, reference)
    insist_sender(wiring, issue)
    unfinished = unfinished_of(wiring, issue)
    if unfinished is None:
        proof = status(wiring, issue)
        if proof is None:
            raise DeliveryError(
                f"“{issue}” was never sent, so there is nothing to resume.",
                hint=f"Send it: {command('send', issue)}",
            )
        return proof
    refuse_other_provider(unfinished, wiring.settings.provider_identity)
    insist_approved(wiring, unfinished)
    ready = _wait(wiring, unfinished, progress)
    if ready is None:
        return proof_of(wiring, issue)
    return send(wiring, replace(plan_resume(wiring, unfinished), state=ready), progress=progress)


def _wait(wiring: Wiring, mailing: "Mailing", progress: Progress) -> MailingState | None:
    """Wait until a mailing is due and return its state then; None when it was stopped meanwhile."""
    from newsletter.store.database import read, write
    from newsletter.store.ledger import mailings

    now = wiring.clock.now()
    # One that began had its hour, whatever the clock says since.
    if mailing.state == MailingState.SENDING or mailing.due_at is None or now >= mailing.due_at:
        return mailing.state
    with write(wiring.engine) as connection:
        mailings.schedule_again(connection, mailing.id)
    never, whole = Event(), (mailing.due_at - now) // SECOND
    while (left := mailing.due_at - wiring.clock.now()) > 0:
        progress("waiting", whole - left // SECOND, whole)
        wiring.clock.wait(min(1.0, left / SECOND), never)
        with read(wiring.engine) as connection:
            if mailings.get(connection, mailing.id).state != MailingState.SCHEDULED:
                return None
    return MailingState.SCHEDULED


def due(wiring: Wiring) -> list[str]:
    """Return the issues whose scheduled time has come, the earliest first."""
    if not wiring.has_database:
        return []
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        found = mailings.due(connection, now=wiring.clock.now())
    return [mailing.issue for mailing in found]
