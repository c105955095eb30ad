"""A mail as its reader got it, to be seen again in a browser.

A module of its own, which no other chapter needs: it loads all that a letter is made with.
"""

from sqlalchemy import Engine

from newsletter.contacts.links import Reference
from newsletter.contacts.titles import Titles
from newsletter.rendering.merge import personalise
from newsletter.sending.recipients import Recipients, Signing
from newsletter.store.database import read
from newsletter.store.ledger import mailings
from newsletter.store.ledger.transitions import BatchReaders
from newsletter.store.readers import links


def mail_as_received(
    engine: Engine, link: Reference, *, key: bytes, site_url: str, titles: Titles = "drop"
) -> str | None:
    """Return the HTML of the mail as this reader got it, from the frozen bytes.

    None when they are erased or were not in that mailing. Their links are signed with ``key`` as they were.
    """
    with read(engine) as connection:
        subscriber = links.subscriber_of(connection, link.reader)
        if subscriber is None or not links.was_mailed(connection, link.reader, link.mailing):
            return None
        message = mailings.message_of(connection, link.mailing)
    recipients = Recipients(message, Signing(key, site_url, link.mailing), titles)
    [recipient] = recipients.of(BatchReaders.of([subscriber]))
    return personalise(message, dict(zip(recipients.tags, recipient.values, strict=True))).html
