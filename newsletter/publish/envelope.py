"""The sender of an issue's mails, and what real mail may not lack."""

from newsletter.contacts.address import normalise
from newsletter.delivery.frozen import Envelope
from newsletter.errors import AudienceError, SettingsError
from newsletter.rendering import RenderedMessage
from newsletter.wiring import Wiring


def envelope_of(wiring: Wiring, issue: str, message: RenderedMessage, list_key: str) -> Envelope:
    """Return what all readers' mails have in common; refuse what real mail may not lack."""
    own = wiring.settings.publication
    if not own.from_email:
        raise SettingsError(
            "[publication] from_email is not set, and a mail needs a sender.",
            hint='Write it in newsletter.toml: from_email = "news@your-domain.org"',
        )
    _insist_on_addresses(wiring)
    _insist_for_real(wiring)
    return Envelope(
        message=message,
        from_name=own.from_name or own.name,
        from_email=own.from_email,
        reply_to=own.reply_to,
        list_id=list_id_of(wiring, list_key),
        issue=issue,
    )


def list_id_of(wiring: Wiring, list_key: str) -> str:
    """Return what a reader's mail program files the list's mail by, for ever (RFC 2919)."""
    domain = wiring.settings.publication.from_email.rpartition("@")[2]
    label = "".join(c if c.isascii() and c.isalnum() else "-" for c in list_key.lower()).strip("-") or "list"
    return f"<{label}.{domain}>"


def _insist_on_addresses(wiring: Wiring) -> None:
    """Refuse a sender that no provider takes, before it is frozen into a mailing."""
    own = wiring.settings.publication
    for key, value in {"from_email": own.from_email, "reply_to": own.reply_to}.items():
        try:
            normalise(value or own.from_email)
        except AudienceError as error:
            raise SettingsError(f"[publication] {key} is no address: “{value}”.", hint=str(error)) from error


def _insist_for_real(wiring: Wiring) -> None:
    """Refuse real mail without what the law and mailbox providers ask of it."""
    if wiring.settings.stays_here:
        return
    own = wiring.settings.publication
    if not own.postal_address:
        raise SettingsError(
            "[publication] postal_address is not set, and real mail must have one.",
            hint="CAN-SPAM and most similar laws require it in every newsletter.",
        )
    if not own.site_url.startswith("https://"):
        raise SettingsError(
            "[publication] site_url is not set to an https address, and readers must be able to leave.",
            hint="One-click unsubscribing (RFC 8058) needs an https site that answers.",
        )
    wiring.insist_site_answers()
