"""Let a second person sign what will be sent, and to which readers; hold it until then."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.delivery.proof import AWAITS_APPROVAL
from newsletter.delivery.states import OPEN, MailingState
from newsletter.errors import DeliveryError, SettingsError
from newsletter.publish.copies.refusing import insist_sender
from newsletter.publish.mailed import issue_id, unfinished_of
from newsletter.rendering import RenderedMessage
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.manifest import Manifest
    from newsletter.store.ledger.mailings import Mailing


@dataclass(frozen=True, slots=True)
class Approvable:
    """What an approver signs: the manifest, and the very mail it stands for.

    The manifest names the list by the key that never changes; ``list_name`` is what it is called now.
    """

    mailing: int
    requested_by: str
    manifest: "Manifest"
    message: RenderedMessage
    list_name: str


def plan_approval(wiring: Wiring, reference: str) -> Approvable:
    """Return what would be approved, without approving it. Raises DeliveryError when nothing waits for it."""
    issue = issue_id(wiring, reference)
    insist_sender(wiring, issue)
    waiting = unfinished_of(wiring, issue)
    if waiting is None or _is_approved(wiring, waiting):
        raise DeliveryError(
            f"Nothing of “{issue}” waits for an approval.", hint=f"See: {command('status', issue)}"
        )
    manifest, message = _manifest(wiring, waiting)
    return Approvable(waiting.id, waiting.requested_by, manifest, message, waiting.list_name)


def _is_approved(wiring: Wiring, mailing: "Mailing") -> bool:
    try:
        insist_approved(wiring, mailing)
    except DeliveryError:
        return False
    return True


def approve(wiring: Wiring, what: Approvable) -> str:
    """Sign a manifest as the approver whose key is in the environment; return the approver's name.

    From then on only leavers change the count. Raises SettingsError without such a key, DeliveryError when
    the approver is who asked for the send.
    """
    from newsletter.delivery.manifest import canonical, sign
    from newsletter.store.database import write
    from newsletter.store.ledger import approvals, mailings

    approver = wiring.approver
    if not approver:
        raise SettingsError(
            "NEWSLETTER_APPROVAL_KEY is not set, and approvals are signed with it.",
            hint="Make a key pair with: newsletter approve --new-key",
        )
    if approver == what.requested_by:
        raise DeliveryError(
            f"{approver} asked for this send, and a second person must approve it.",
            hint="Ask another person named under [approval.approvers].",
        )
    document = canonical(what.manifest)
    signature = sign(wiring.settings.approval_key.get_secret_value(), document)
    now = wiring.clock.now()
    with write(wiring.engine) as connection:
        state = mailings.get(connection, what.mailing).state
        if state not in (*OPEN, MailingState.FINISHED):
            raise DeliveryError(
                f"“{what.manifest.issue}” is {state} by now, so there is nothing to approve.",
                hint=f"See: {command('status', what.manifest.issue)}",
            )
        approvals.approve(
            connection, what.mailing, approvals.Approval(approver, document.decode(), signature, now)
        )
        mailings.release(
            connection, what.mailing, send_at=what.manifest.send_at, note=f"approved by {approver}"
        )
    return approver


def insist_known(wiring: Wiring) -> None:
    """Refuse a send whose asker is not known by a key: how would a second person be another one?"""
    if not wiring.approver:
        raise SettingsError(
            "A second person must approve this, so we have to know who asks for it.",
            hint="Put your own key into NEWSLETTER_APPROVAL_KEY; make one with: newsletter approve --new-key",
        )


def insist_approved(wiring: Wiring, mailing: "Mailing") -> None:
    """Refuse a mailing that needs an approval and has none, or is no longer what was approved."""
    from newsletter.delivery.manifest import differences, verify
    from newsletter.store.database import read
    from newsletter.store.ledger.approvals import approval_of

    if not wiring.settings.approval.required:
        return
    with read(wiring.engine) as connection:
        made = approval_of(connection, mailing.id)
    way = f"A second person approves it with: {command('approve', mailing.issue)}"
    if made is None:
        raise DeliveryError(f"“{mailing.issue}” {AWAITS_APPROVAL}.", hint=way)
    key = wiring.settings.approval.approvers.get(made.approver, "")
    if not key or not verify(key, made.manifest.encode(), made.signature):
        raise DeliveryError(
            f"The approval of “{mailing.issue}” is not signed by anybody under [approval.approvers].",
            hint=way,
        )
    changed = differences(made.manifest.encode(), _manifest(wiring, mailing)[0])
    if changed:
        raise DeliveryError(
            f"“{mailing.issue}” is no longer what {made.approver} approved: {', '.join(changed)} changed.",
            hint=way,
        )


def _manifest(wiring: Wiring, mailing: "Mailing") -> "tuple[Manifest, RenderedMessage]":
    """Return the manifest as it is now, over the bytes as they are now, and those bytes."""
    from newsletter.delivery.manifest import manifest_of
    from newsletter.store.database import read
    from newsletter.store.ledger import cutting, mailings

    with read(wiring.engine) as connection:
        frozen = mailings.frozen_of(connection, mailing.id)
        readers, excluded = cutting.count_audience(connection, frozen, but=mailing.id)
    return manifest_of(frozen, mailing.list_key, readers, excluded), frozen.message
