"""Freeze a mailing: to be sent now, at its time, or once it is approved."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from newsletter.delivery.proof import AWAITS_APPROVAL
from newsletter.delivery.states import OPEN, MailingState
from newsletter.errors import AlreadySending, DeliveryError
from newsletter.files.pictures import PictureFile
from newsletter.publish.approval import insist_known
from newsletter.publish.copies.refusing import insist_sender, issues_of
from newsletter.publish.plan import SendPlan
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from sqlalchemy import Connection


def schedule(wiring: Wiring, plan: SendPlan, at: int | None) -> None:
    """Freeze a mailing now, to be sent at an instant (microseconds), or once it is approved.

    What readers get, and who they are, is decided here; ``resume`` waits for the instant and sends. Raises
    SettingsError when it could not be sent, DeliveryError when it began already.
    """
    if plan.mailing is not None:
        raise DeliveryError(
            "Sending of this issue began already.", hint=f"See: {command('status', plan.issue)}"
        )
    if plan.nothing_to_do:
        raise DeliveryError("There is nobody to mail.", hint=f"See: {command('status', plan.issue)}")
    wiring.check_secrets()
    insist_sender(wiring, *issues_of(plan.frozen))
    if wiring.settings.approval.required:
        insist_known(wiring)
        freeze(wiring, plan, state=MailingState.HELD, note=AWAITS_APPROVAL, send_at=at)
    else:
        freeze(wiring, plan, state=MailingState.SCHEDULED, send_at=at)


def freeze(
    wiring: Wiring, plan: SendPlan, *, state: MailingState, note: str = "", send_at: int | None = None
) -> int:
    """Freeze a planned mailing and return its id: from here on it is these bytes to this audience.

    Raises AlreadySending when another send of the issue began since it was planned, or reconciling gave
    readers of an earlier one back to wait.
    """
    from newsletter.store.database import write
    from newsletter.store.ledger import mailings
    from newsletter.store.readers import lists

    frozen = plan.frozen._replace(requested_by=wiring.person, send_at=send_at)
    with write(wiring.engine) as connection:
        lists.insist_in_use(connection, frozen.list_id)
        _refuse_rivals(connection, plan)
        keep_pictures(connection, plan.pictures)
        return mailings.create(connection, frozen, state=state, note=note, now=wiring.clock.now())


def _refuse_rivals(connection: "Connection", plan: SendPlan) -> None:
    from newsletter.store.ledger import claims, mailings

    rivals = mailings.of_issue(connection, plan.issue)
    by_this_provider = [mailing.id for mailing in rivals if mailing.provider == plan.provider]
    latest = by_this_provider[-1] if by_this_provider else None
    if latest != plan.planned_after or any(mailing.state in OPEN for mailing in rivals):
        raise AlreadySending(
            "Sending of this issue began elsewhere in the meantime.",
            hint=f"See how it stands: {command('status', plan.issue)}",
        )
    # A newer mailing would leave them alone, as the older one's, and no account would name them.
    if any(
        claims.undone(connection, mailing.id) for mailing in rivals if mailing.state == MailingState.FINISHED
    ):
        raise AlreadySending(
            "Readers of this issue wait to be mailed again since this was planned.",
            hint=f"Mail them first: {command('resume', plan.issue)}",
        )


def keep_pictures(connection: "Connection", pictures: Iterable[PictureFile]) -> None:
    """Keep what the site shows to readers who open the mail."""
    from newsletter.store.ledger import mailings

    for picture in pictures:
        mailings.keep_picture(connection, picture.digest, picture.media_type, picture.content)
