"""Send, go on, send a test: everyone once, nobody twice."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from newsletter.contacts.address import normalise
from newsletter.delivery.clock import SECOND
from newsletter.delivery.outcomes import Outcome
from newsletter.delivery.proof import AWAITS_APPROVAL, Proof
from newsletter.delivery.provider import Envelope, Provider, Recipient
from newsletter.delivery.states import OPEN, MailingState
from newsletter.errors import AlreadySending, DeliveryError, SendingStopped, StoreError, UsageError
from newsletter.files.pictures import PictureFile
from newsletter.publish.account import issue_id, mailings_of, status
from newsletter.publish.approve import insist_approved, insist_known
from newsletter.publish.draft import read_draft, render_draft
from newsletter.publish.plan import SendPlan, continuation, envelope_of, refuse_other_provider, unfinished_of
from newsletter.rendering import RenderedMessage
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from newsletter.store.ledger.mailings import Mailing

Progress = Callable[[str, int, int], None]  # a step's name, how much is done, of how much
TOO_LATE = "its time had passed by more than grace_minutes before anybody could send it"


def silent(_step: str, _done: int, _of: int) -> None:
    """Tell nobody how it goes."""


def send(wiring: Wiring, sending: SendPlan, *, progress: Progress = silent) -> Proof:
    """Do what was foreseen and return the proof.

    Everyone once, nobody twice: whatever is killed, running it again goes on. Where the publication asks for
    an approval, a new mailing is only frozen and held. Raises AlreadySending when another process sends,
    SendingStopped when it breaks off half way, KeyboardInterrupt after finishing the requests on the wire.
    """
    if sending.nothing_to_do:
        return status(wiring, sending.issue) or _nobody(sending)
    if sending.mailing is None and wiring.settings.approval.required:
        schedule(wiring, sending, None)
        return _proof(wiring, sending.issue)
    # The key and the provider come first: a send that cannot happen leaves no trace in the ledger.
    with wiring.sender_lock(), wiring.provider() as provider:
        key = wiring.secret_key
        mailing_id = sending.mailing or _freeze(wiring, sending, state=MailingState.SENDING)
        mailing = _start(wiring, mailing_id, sending.state)
        try:
            _plan(wiring, mailing, progress)
            _pump(wiring, mailing, sending, provider, key, progress)
            _finish(wiring, mailing)
        except StoreError as error:
            raise SendingStopped(
                f"Sending stopped half way: {error}",
                hint="What could be written is kept; an answer that could not counts as unknown."
                f" Go on with: {command('resume', sending.issue)}",
            ) from error
    return _proof(wiring, sending.issue)


def _nobody(sending: SendPlan) -> Proof:
    excluded = sending.excluded
    return Proof(
        sending.issue,
        MailingState.DRAFT,
        candidates=sum(excluded.values()),
        excluded=excluded,
        provider=sending.provider,
    )


def _proof(wiring: Wiring, issue: str) -> Proof:
    proof = status(wiring, issue)
    if proof is None:
        raise DeliveryError("This mailing is not in the ledger any more.", hint="Was the database replaced?")
    return proof


def schedule(wiring: Wiring, sending: SendPlan, at: int | None) -> None:
    """Freeze a mailing now, to be sent at an instant (microseconds), or once it is approved.

    What readers get, and who they are, is settled here; ``resume`` waits for the instant and sends. Raises
    SettingsError when it could not be sent, DeliveryError when it began already.
    """
    if sending.mailing is not None:
        raise DeliveryError(
            "Sending of this issue began already.", hint=f"See: {command('status', sending.issue)}"
        )
    if sending.nothing_to_do:
        raise DeliveryError("There is nobody to mail.", hint=f"See: {command('status', sending.issue)}")
    wiring.check_secrets()
    if wiring.settings.approval.required:
        insist_known(wiring)
        _freeze(wiring, sending, state=MailingState.HELD, note=AWAITS_APPROVAL, send_at=at)
    else:
        _freeze(wiring, sending, state=MailingState.SCHEDULED, send_at=at)


def _freeze(
    wiring: Wiring, sending: SendPlan, *, state: MailingState, note: str = "", send_at: int | None = None
) -> int:
    """Freeze the mailing: from here on it is these bytes to this audience."""
    from newsletter.store.database import write
    from newsletter.store.ledger import mailings
    from newsletter.store.readers import lists

    with write(wiring.engine) as connection:
        lists.insist_in_use(connection, sending.list_id)
        rivals = mailings.of_issue(connection, sending.issue)
        mine = [each.id for each in rivals if each.provider == sending.provider]
        if any(each.state in OPEN for each in rivals) or mine[-1:] != list(sending.after):
            raise AlreadySending(
                "Sending of this issue began elsewhere in the meantime.",
                hint=f"See how it stands: {command('status', sending.issue)}",
            )
        _keep_pictures(connection, sending.pictures)
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
            date=sending.date,
            state=state,
            note=note,
            send_at=send_at,
            requested_by=wiring.person,
            corrects=sending.corrects,
            wrong=sending.wrong,
        )


def _start(wiring: Wiring, mailing_id: int, foreseen: MailingState) -> "Mailing":
    """Let the mailing be sent, unless it was stopped, waits for somebody, or is too late."""
    from newsletter.store.database import read, write
    from newsletter.store.ledger import claims, mailings

    with read(wiring.engine) as connection:
        mailing = mailings.get(connection, mailing_id)
    insist_approved(wiring, mailing)
    if mailing.state == MailingState.SCHEDULED and (mailing.due_at or 0) > wiring.clock.now():
        raise SendingStopped(
            f"“{mailing.issue}” is scheduled for later.",
            hint=f"Wait for its time with: {command('resume', mailing.issue)}",
        )
    if _too_late(wiring, mailing):
        with write(wiring.engine) as connection:
            mailings.hold(connection, mailing_id, note=TOO_LATE)
        raise SendingStopped(
            f"“{mailing.issue}” was due long ago, so it is held rather than sent at the wrong time.",
            hint=f"Send it now all the same with: {command('resume', mailing.issue)}",
        )
    with write(wiring.engine) as connection:
        claims.recover(connection, now=wiring.clock.now())
        # What was foreseen, or what a sender that died since left: whatever else it is, somebody stopped it.
        if not mailings.begin(connection, mailing_id, foreseen):
            raise SendingStopped(
                f"“{mailing.issue}” was stopped just now.",
                hint=f"See how it stands: {command('status', mailing.issue)}",
            )
    with read(wiring.engine) as connection:
        return mailings.get(connection, mailing_id)


def _too_late(wiring: Wiring, mailing: "Mailing") -> bool:
    if mailing.state != MailingState.SCHEDULED or mailing.send_at is None or mailing.put_off:
        return False
    grace = int(wiring.settings.delivery.grace_minutes * 60 * SECOND)
    return wiring.clock.now() > mailing.send_at + grace


def _plan(wiring: Wiring, mailing: "Mailing", progress: Progress) -> None:
    from newsletter.store.database import write
    from newsletter.store.ledger import cutting

    planned = 0
    while not mailing.planned:
        with write(wiring.engine) as connection:
            cut = cutting.cut(
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
    sending: SendPlan,
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
                titles=wiring.settings.publication.titles,
            ),
        ),
        Pressure(delivery.threads, delivery.rate_per_second, delivery.timeout_seconds, wiring.ceiling),
        new_id=wiring.new_id,
        progress=accepted,
    ).run()


def _finish(wiring: Wiring, mailing: "Mailing") -> None:
    from newsletter.store.accounts import audit
    from newsletter.store.database import read, write
    from newsletter.store.events import alarms
    from newsletter.store.ledger import claims, mailings

    now = wiring.clock.now()
    with write(wiring.engine) as connection:
        state = mailings.get(connection, mailing.id).state
        if state == MailingState.SENDING and not claims.undone(connection, mailing.id):
            mailings.finish(connection, mailing.id, now=now)
    with read(wiring.engine) as connection:
        found = list(audit.faults(connection, mailing.issue, mailing.provider))
    for kind, n, detail in found:
        with write(wiring.engine) as connection:
            alarms.sound(connection, mailing.issue, kind, n=n, detail=detail, now=now)


def resume(wiring: Wiring, reference: str, *, progress: Progress = silent) -> Proof:
    """Go on with an interrupted issue, from the frozen bytes; the file is not looked at.

    One that is scheduled is waited for; one that is paused, or held for being late, is sent. Raises
    DeliveryError when the issue was never sent, waits for an approval, or the provider is another one now.
    """
    issue = issue_id(wiring, reference)
    unfinished = unfinished_of(wiring.engine, mailings_of(wiring, issue))
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
        return _proof(wiring, issue)
    return send(wiring, replace(continuation(wiring, unfinished), state=ready), progress=progress)


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
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    if not wiring.has_database:
        return []
    with read(wiring.engine) as connection:
        found = mailings.due(connection, now=wiring.clock.now())
    return [each.issue for each in found]


def _keep_pictures(connection: "Connection", pictures: Iterable[PictureFile]) -> None:
    """Keep what the site shows to readers who open the mail."""
    from newsletter.store.ledger import mailings

    for picture in pictures:
        mailings.keep_picture(connection, picture.digest, picture.media_type, picture.content)


def send_test(wiring: Wiring, reference: str, addresses: Sequence[str]) -> Outcome:
    """Send the issue to the editors' own addresses; nobody's proof counts it."""
    from newsletter.store.database import write

    draft = read_draft(wiring, reference)
    message = render_draft(wiring, draft).message
    marked = replace(message, subject=f"[Test] {message.subject}")
    readers = _test_readers(addresses)
    with write(wiring.engine) as connection:
        _keep_pictures(connection, draft.pictures.values())
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
    from newsletter.store.ledger.transitions import Reader

    make = recipient_maker(
        message,
        key=wiring.secret_key,
        site_url=wiring.settings.site_url,
        mailing=0,
        titles=wiring.settings.publication.titles,
    )
    return [make(Reader(0, address, "", "{}")) for address in addresses]
