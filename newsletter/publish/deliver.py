"""Send: everyone once, nobody twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from newsletter.delivery.clock import SECOND
from newsletter.delivery.proof import Proof
from newsletter.delivery.provider import Provider
from newsletter.delivery.states import MailingState
from newsletter.errors import SendingStopped, StoreError
from newsletter.progress import Progress, silent
from newsletter.publish.approval import insist_approved
from newsletter.publish.copies.refusing import insist_sender, issues_of
from newsletter.publish.copies.taking_in import opened_log
from newsletter.publish.freeze import freeze, schedule
from newsletter.publish.mailed import proof_of, status
from newsletter.publish.plan import SendPlan
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.store.ledger.mailings import Mailing

TOO_LATE = "its time had passed by more than grace_minutes before anybody could send it"


def send(wiring: Wiring, plan: SendPlan, *, progress: Progress = silent) -> Proof:
    """Carry out a plan and return the proof.

    Everyone once, nobody twice: whatever is killed, running it again goes on. Where the publication asks for
    an approval, a new mailing is only frozen and held. Raises AlreadySending when another process sends,
    SendingStopped when it breaks off half way, KeyboardInterrupt after finishing the requests on the wire.
    """
    if plan.nothing_to_do:
        return status(wiring, plan.issue) or _nobody(plan)
    if plan.mailing is None and wiring.settings.approval.required:
        schedule(wiring, plan, None)
        return proof_of(wiring, plan.issue)
    # The key and the provider come first: a send that cannot happen leaves no trace in the ledger.
    with wiring.sender_lock(), wiring.provider() as provider:
        wiring.secret_key  # noqa: B018  (asked for what it raises)
        insist_sender(wiring, *issues_of(plan.frozen))
        mailing_id = plan.mailing or freeze(wiring, plan, state=MailingState.SENDING)
        mailing = _begin(wiring, mailing_id, plan.state)
        try:
            _cut(wiring, mailing, progress)
            _pump(wiring, mailing, provider, lambda done: progress("sending", done, plan.readers))
            _finish(wiring, mailing)
        except StoreError as error:
            raise SendingStopped(
                f"Sending stopped half way: {error}",
                hint="What could be written is kept; an answer that could not counts as unknown."
                f" Go on with: {command('resume', plan.issue)}",
            ) from error
    return proof_of(wiring, plan.issue)


def _nobody(plan: SendPlan) -> Proof:
    return Proof(
        plan.issue,
        MailingState.DRAFT,
        candidates=sum(plan.excluded.values()),
        excluded=plan.excluded,
        provider=plan.provider,
    )


def _begin(wiring: Wiring, mailing_id: int, planned: MailingState) -> "Mailing":
    """Let the mailing be sent, unless it was stopped, waits for somebody, or is too late."""
    from newsletter.store.database import read, write
    from newsletter.store.ledger import claims, mailings

    with read(wiring.engine) as connection:
        mailing = mailings.get(connection, mailing_id)
    insist_approved(wiring, mailing)
    # One that began had its hour; one that was paused before waits for it still.
    if mailing.state != MailingState.SENDING and (mailing.due_at or 0) > wiring.clock.now():
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
        # As it was planned, or what a sender that died since left: whatever else it is, somebody stopped it.
        if not mailings.begin(connection, mailing_id, planned):
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


def _cut(wiring: Wiring, mailing: "Mailing", progress: Progress) -> None:
    """Cut the audience into batches, a stretch at a time."""
    from newsletter.store.database import write
    from newsletter.store.ledger import cutting

    planned = 0
    while not mailing.planned:
        with write(wiring.engine) as connection:
            cut = cutting.cut(
                connection,
                mailing,
                batch_size=wiring.settings.batch_size,
                now=wiring.clock.now(),
                at_once=wiring.cut_at_once,
            )
        if cut is None:
            return
        planned += cut
        progress("planning", planned, 0)


def _pump(wiring: Wiring, mailing: "Mailing", provider: Provider, progress: Callable[[int], None]) -> None:
    """Send what the ledger holds of a mailing, by its frozen bytes; count the accepted to ``progress``."""
    from newsletter.sending.job import Effects, Job, SendLimits
    from newsletter.sending.logged import RequestLogger
    from newsletter.sending.pump import Pump
    from newsletter.sending.recipients import Recipients, Signing
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    delivery = wiring.settings.delivery
    done = 0

    def accepted(readers: int) -> None:
        nonlocal done
        done += readers
        progress(done)

    with read(wiring.engine) as connection:
        frozen = mailings.frozen_of(connection, mailing.id)
    signing = Signing(wiring.secret_key, wiring.settings.site_url, mailing.id)
    recipients = Recipients(frozen.message, signing, wiring.settings.publication.titles)
    limits = SendLimits(delivery.threads, delivery.rate_per_second, delivery.timeout_seconds, wiring.ceiling)
    with opened_log(wiring, mailing, frozen) as log:
        pump = Pump(
            Effects(wiring.engine, provider, wiring.clock, wiring.new_id),
            Job(mailing, frozen.envelope, recipients, RequestLogger(log, wiring.secret_key)),
            limits,
            progress=accepted,
        )
        pump.run(wiring.run_workers)


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
