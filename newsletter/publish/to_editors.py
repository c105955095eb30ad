"""Send a test: a real mail of an issue to the editors' own addresses."""

from collections.abc import Sequence
from dataclasses import replace

from newsletter.contacts.address import normalise
from newsletter.delivery.outcomes import Accepted, Whole, weakest
from newsletter.errors import UsageError
from newsletter.publish.draft import read_draft, render_draft
from newsletter.publish.envelope import envelope_of
from newsletter.publish.freeze import keep_pictures
from newsletter.wiring import Wiring

MOST = 50  # addresses of one test


def send_test(wiring: Wiring, reference: str, addresses: Sequence[str]) -> Whole:
    """Send the issue to the editors' own addresses; nobody's proof counts it.

    Returns the first answer that is not an acceptance, of the request or of one message.
    """
    from newsletter.sending.recipients import Recipients, Signing
    from newsletter.store.database import write
    from newsletter.store.ledger.transitions import BatchReaders, Reader

    draft = read_draft(wiring, reference)
    message = render_draft(wiring, draft).message
    marked = replace(message, subject=f"[Test] {message.subject}")
    own = _own_addresses(addresses)
    with write(wiring.engine) as connection:
        keep_pictures(connection, draft.pictures.values())
    envelope = envelope_of(wiring, f"{draft.issue.id}:test", marked, "test")
    signing = Signing(wiring.secret_key, wiring.settings.site_url, mailing=0)
    recipients = Recipients(marked, signing, wiring.settings.publication.titles)
    readers = BatchReaders.of(Reader(0, address, "", "{}") for address in own)
    with wiring.provider() as provider:
        build, at_once = provider.prepare(envelope, recipients.tags), provider.properties.most_recipients
        outcome: Whole = Accepted("")
        for start in range(0, len(readers), at_once):
            some = readers[start : start + at_once]
            request = build(recipients.of(some), batch="test", attempt=wiring.new_id())
            outcome = weakest(provider.post(request, lambda _late: None), len(some))
            if not isinstance(outcome, Accepted):
                break
        return outcome


def _own_addresses(addresses: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(normalise(address) for address in addresses))
    if len(unique) > MOST:
        raise UsageError(f"A test goes to {MOST} addresses at most.", hint="Import a list for more.")
    return unique
