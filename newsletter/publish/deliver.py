"""Send, go on, send a test: everyone once, nobody twice."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.audience.address import normalise
from newsletter.delivery.outcomes import Outcome
from newsletter.delivery.proof import Proof
from newsletter.delivery.provider import Envelope, Provider, Recipient
from newsletter.errors import AlreadySending, DeliveryError, SendingStopped, StoreError, UsageError
from newsletter.publish.account import issue_id, mailings_of, status
from newsletter.publish.draft import read_draft, render_draft
from newsletter.publish.foresee import (
    Sending,
    continuation,
    envelope_of,
    refuse_other_provider,
    unfinished_of,
)
from newsletter.rendering import RenderedMessage
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.store.mailings import Mailing

Progress = Callable[[str, int, int], None]  # a step's name, how much is done, of how much


def _silent(_step: str, _done: int, _of: int) -> None:
    return None


def send(wiring: Wiring, sending: Sending, *, progress: Progress = _silent) -> Proof:
    """Do what was foreseen and return the proof.

    Everyone once, nobody twice: whatever is killed, running it again goes on. Raises AlreadySending when
    another process sends, KeyboardInterrupt after finishing the requests on the wire.
    """
    from newsletter.store import batches, mailings
    from newsletter.store.database import read, write

    if sending.nothing_to_do:
        nobody = Proof(
            sending.issue,
            "draft",
            candidates=sum(sending.excluded.values()),
            excluded=sending.excluded,
            provider=sending.provider,
        )
        return status(wiring, sending.issue) or nobody
    # The key and the provider come first: a send that cannot happen leaves no trace in the ledger.
    with wiring.sender_lock(), wiring.provider() as provider:
        key = wiring.secret_key
        mailing_id = sending.mailing or _begin(wiring, sending)
        with write(wiring.engine) as connection:
            # The lock is ours, so whoever held a lease is dead.
            for each in mailings.of_issue(connection, sending.issue):
                batches.recover(connection, each.id, now=wiring.clock.now(), void_all=True)
            mailings.set_state(connection, mailing_id, "sending", now=wiring.clock.now())
        with read(wiring.engine) as connection:
            mailing = mailings.get(connection, mailing_id)
        try:
            _plan(wiring, mailing, progress)
            _pump(wiring, mailing, sending, provider, key, progress)
            _finish(wiring, mailing)
        except StoreError as error:
            raise SendingStopped(
                f"Sending stopped half way: {error}",
                hint=f"What was answered is kept. Go on with: newsletter resume {sending.issue}",
            ) from error
    proof = status(wiring, sending.issue)
    if proof is None:
        raise DeliveryError("The ledger lost this mailing.", hint="Look whether the database was replaced.")
    return proof


def _begin(wiring: Wiring, sending: Sending) -> int:
    """Freeze the mailing: from here on it is these bytes to this audience."""
    from newsletter.store import mailings
    from newsletter.store.database import write

    with write(wiring.engine) as connection:
        rivals = mailings.of_issue(connection, sending.issue)
        mine = [each.id for each in rivals if each.provider == sending.provider]
        if any(each.state in mailings.OPEN for each in rivals) or mine[-1:] != list(sending.after):
            raise AlreadySending(
                "Sending of this issue began elsewhere in the meantime.",
                hint=f"See how it stands: newsletter status {sending.issue}",
            )
        for picture in sending.pictures:
            mailings.keep_picture(connection, picture.digest, picture.media_type, picture.content)
        return mailings.create(
            connection,
            issue=sending.issue,
            kind=sending.kind,
            provider=sending.provider,
            list_id=sending.list_id,
            audience_at=sending.audience_at,
            now=wiring.clock.now(),
            source_digest=sending.source,
            envelope=sending.envelope,
            message=sending.message,
        )


def _plan(wiring: Wiring, mailing: "Mailing", progress: Progress) -> None:
    from newsletter.store import plan
    from newsletter.store.database import write

    planned = 0
    while not mailing.planned:
        with write(wiring.engine) as connection:
            cut = plan.cut(
                connection,
                mailing,
                batch_size=wiring.settings.delivery.batch_size,
                now=wiring.clock.now(),
            )
        if cut is None:
            return
        planned += cut
        progress("planning", planned, 0)


def _pump(
    wiring: Wiring,
    mailing: "Mailing",
    sending: Sending,
    provider: Provider,
    key: bytes,
    progress: Progress,
) -> None:
    from newsletter.sending.personal import recipient_maker
    from newsletter.sending.pump import Job, Pressure, Pump

    delivery = wiring.settings.delivery
    done = Counter[str]()

    def accepted(readers: int) -> None:
        done["accepted"] += readers
        progress("sending", done["accepted"], sending.readers)

    Pump(
        wiring.engine,
        provider,
        wiring.clock,
        Job(
            mailing,
            Envelope(message=sending.message, issue=sending.issue, **sending.envelope),
            recipient_maker(
                sending.message,
                key=key,
                site_url=wiring.settings.site_url,
                mailing=mailing.id,
            ),
        ),
        Pressure(delivery.threads, delivery.rate_per_second, delivery.timeout_seconds),
        new_id=wiring.new_id,
        progress=accepted,
    ).run()


def _finish(wiring: Wiring, mailing: "Mailing") -> None:
    from newsletter.store import batches, mailings
    from newsletter.store.database import write

    with write(wiring.engine) as connection:
        state = mailings.get(connection, mailing.id).state
        if state == "sending" and not batches.undone(connection, mailing.id):
            mailings.set_state(connection, mailing.id, "finished", now=wiring.clock.now())


def resume(wiring: Wiring, reference: str, *, progress: Progress = _silent) -> Proof:
    """Go on with an interrupted issue, from the frozen bytes; the file is not looked at.

    Raises DeliveryError when the issue was never sent or the provider is another one now.
    """
    issue = issue_id(wiring, reference)
    unfinished = unfinished_of(wiring.engine, mailings_of(wiring, issue))
    if unfinished is None:
        proof = status(wiring, issue)
        if proof is None:
            raise DeliveryError(
                f"“{issue}” was never sent, so there is nothing to resume.",
                hint=f"Send it: newsletter send {issue}",
            )
        return proof
    refuse_other_provider(unfinished, wiring.settings.provider_identity)
    return send(wiring, continuation(wiring, unfinished), progress=progress)


def send_test(wiring: Wiring, reference: str, addresses: Sequence[str]) -> Outcome:
    """Send the issue to the editors' own addresses; nobody's proof counts it."""
    draft = read_draft(wiring, reference)
    message = render_draft(wiring, draft).message
    marked = replace(message, subject=f"[Test] {message.subject}")
    readers = _test_readers(addresses)
    envelope = Envelope(message=marked, issue=f"{draft.issue.id}:test", **envelope_of(wiring, "test"))
    recipients = _test_recipients(wiring, marked, readers)
    with wiring.provider() as provider:
        request = provider.build(envelope, recipients, batch="test", attempt=wiring.new_id())
        return provider.post(request, lambda _late: None)


def _test_readers(addresses: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(normalise(each) for each in addresses))
    if len(unique) > 50:
        raise UsageError("A test goes to 50 addresses at most.", hint="Import a list for more.")
    return unique


def _test_recipients(wiring: Wiring, message: RenderedMessage, addresses: Sequence[str]) -> list[Recipient]:
    from newsletter.sending.personal import recipient_maker
    from newsletter.store.batches import Reader

    make = recipient_maker(message, key=wiring.secret_key, site_url=wiring.settings.site_url, mailing=0)
    return [make(Reader(0, address, "", "{}")) for address in addresses]
