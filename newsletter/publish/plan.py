"""What a send would do, found out without doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from newsletter.delivery.frozen import FrozenBackground, FrozenMailing, MailingKind
from newsletter.delivery.states import MailingState
from newsletter.errors import DeliveryError, Finding, IssueChanged
from newsletter.files.pictures import PictureFile
from newsletter.publish.copies.refusing import insist_sender
from newsletter.publish.draft import Draft, mailable, read_draft
from newsletter.publish.envelope import envelope_of, list_id_of
from newsletter.publish.living import as_shown, frozen_for, frozen_in, look_alike, refuse_changed
from newsletter.publish.mailed import Earlier, earlier_of, unfinished_of
from newsletter.publish.send_warnings import send_warnings
from newsletter.rendering import RenderedMessage
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.frozen import Envelope
    from newsletter.store.ledger.mailings import Mailing
    from newsletter.store.readers.lists import ListName


@dataclass(frozen=True, slots=True)
class SendPlan:
    """What a send would do, to be shown before it is done.

    ``frozen`` is what will be mailed, and goes into the ledger as it stands; the rest is for an editor to
    judge by. ``readers`` may be mailed now; ``excluded`` are those on the list who may not, by reason.
    A plan that goes on with a ``mailing`` knows its ``state``; a new send knows the id of the issue's latest
    mailing, which it was ``planned_after``.
    """

    frozen: FrozenMailing
    list_name: str
    readers: int
    excluded: Mapping[str, int]
    findings: tuple[Finding, ...] = ()
    pictures: tuple[PictureFile, ...] = ()
    planned_after: int | None = None
    mailing: int | None = None
    state: MailingState = MailingState.SENDING

    @property
    def issue(self) -> str:
        """Return the issue's id; a correction has its own."""
        return self.frozen.issue

    @property
    def kind(self) -> str:
        """Return first, newcomers, missing or correction; ``continue`` when a mailing is gone on with."""
        return self.frozen.kind if self.mailing is None else "continue"

    @property
    def provider(self) -> str:
        """Return the provider it goes through."""
        return self.frozen.provider

    @property
    def message(self) -> RenderedMessage:
        """Return the message that every reader gets, but for the merge fields."""
        return self.frozen.message

    @property
    def nothing_to_do(self) -> bool:
        """Say whether everyone was mailed already."""
        return self.mailing is None and self.readers == 0


def plan_send(
    wiring: Wiring,
    reference: str,
    *,
    list_name: str | None = None,
    only_missing: bool = False,
    as_sent: bool = False,
) -> SendPlan:
    """Find out what ``send`` would do now, without doing it.

    Raises IssueChanged when the file differs from what was sent and ``as_sent`` does not say which to mail,
    DeliveryError when the provider changed half way or a needed setting is missing, AudienceError when the
    list is not clear.
    """
    draft = read_draft(wiring, reference)
    insist_sender(wiring, draft.issue.id)
    unfinished = unfinished_of(wiring, draft.issue.id)
    if unfinished:
        refuse_other_provider(unfinished, wiring.settings.provider_identity)
        _refuse_other_list(unfinished, list_name)
        plan = plan_resume(wiring, unfinished)
        if not as_sent:
            _refuse_change(draft, unfinished, going_on=True)
            refuse_changed(draft.issue, plan.frozen)
        return plan
    earlier = earlier_of(wiring, draft.issue.id, list_name)
    if earlier.latest and not as_sent:
        _refuse_change(draft, earlier.latest, going_on=False)
    wanted = _Wanted(list_name, only_missing=only_missing, as_sent=as_sent)
    return _plan_new(wiring, draft, earlier, wanted)


def refuse_other_provider(unfinished: "Mailing", identity: str) -> None:
    """Refuse to go on through another provider: what one accepted counts for no other."""
    if unfinished.provider != identity:
        raise DeliveryError(
            f"This issue is half sent through “{unfinished.provider}”; the settings now say “{identity}”.",
            hint="Set the provider back to finish it. What one provider accepted counts for no other.",
        )


def _refuse_other_list(unfinished: "Mailing", list_name: str | None) -> None:
    if list_name not in (None, unfinished.list_name):
        raise DeliveryError(
            f"This issue is half sent to the list “{unfinished.list_name}”, not “{list_name}”.",
            hint=f"Finish that first: {command('resume', unfinished.issue)}",
        )


def _refuse_change(draft: Draft, before: "Mailing", *, going_on: bool) -> None:
    if before.source == draft.digest:
        return
    issue = draft.issue.id
    choice = (
        f"Go on with the version that sending began with: {command('resume', issue)}"
        if going_on
        else f"Mail the version that others got: {command('send', issue, '--as-sent')}"
    )
    other = (
        f"Send the changed text instead, once this is cancelled: {command('cancel', issue)}"
        if before.state in (MailingState.SCHEDULED, MailingState.HELD) and not before.put_off
        else f"Correct it for everyone who got it: {command('correct', issue)}"
    )
    raise IssueChanged(
        "The issue or one of its pictures was changed after sending began.",
        hint=f"Undo the change, or choose:\n  {choice}\n  {other}",
        file=draft.issue.file,
    )


def plan_resume(wiring: Wiring, unfinished: "Mailing") -> SendPlan:
    """Find out what is left to send of a mailing, as it was frozen.

    Raises AudienceError when its list was archived since.
    """
    from newsletter.store.accounts.proof import proof as count_proof
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings
    from newsletter.store.readers import lists

    alive = wiring.sender_alive()
    with read(wiring.engine) as connection:
        lists.insist_in_use(connection, unfinished.list_id)
        frozen = mailings.frozen_of(connection, unfinished.id)
        proof = count_proof(connection, frozen.issue, frozen.provider, sender_alive=alive)
    return SendPlan(
        frozen,
        unfinished.list_name,
        readers=proof.pending if proof else 0,
        excluded=proof.excluded if proof else {},
        mailing=unfinished.id,
        state=unfinished.state,
    )


class _Wanted(NamedTuple):
    """What was asked for: a list or the usual one, only who is missing, the version that others got."""

    list_name: str | None
    only_missing: bool
    as_sent: bool


class _Letter(NamedTuple):
    """What a new mailing carries; ``findings`` are None where it is what others got already."""

    envelope: "Envelope"
    backgrounds: tuple[FrozenBackground, ...]
    findings: tuple[Finding, ...] | None = None


def _plan_new(wiring: Wiring, draft: Draft, earlier: Earlier, wanted: _Wanted) -> SendPlan:
    from newsletter.store.readers import lists

    only_missing = wanted.only_missing
    known = earlier.mailings[-1].list_name if earlier.mailings else None
    audience = lists.resolve(wiring.engine, wanted.list_name or known)
    same_list = [mailing for mailing in earlier.mailings if mailing.list_id == audience.id]
    if only_missing and not same_list:
        raise DeliveryError(
            f"This issue was not sent to the list “{audience.name}” yet, so nobody is missing yet.",
            hint="Send it without --only-missing.",
        )
    if same_list and same_list[-1].state == MailingState.CANCELLED and not only_missing:
        _refuse_cancelled(wiring, same_list)
    letter = _letter(wiring, draft, earlier, audience, wanted)
    frozen = FrozenMailing(
        kind=_kind(same_list, only_missing=only_missing),
        provider=wiring.settings.provider_identity,
        list_id=audience.id,
        audience_at=_latest_audience(same_list)
        if only_missing
        else max(wiring.clock.now(), _latest_audience(same_list)),
        envelope=letter.envelope,
        source=earlier.latest.source if earlier.latest else draft.digest,
        date=draft.date,
        backgrounds=letter.backgrounds,
    )
    readers, excluded = count_readers(wiring, frozen)
    plan = SendPlan(frozen, audience.name, readers, excluded, planned_after=earlier.planned_after)
    if letter.findings is None:
        return plan
    findings = letter.findings
    if not earlier.latest:
        findings += send_warnings(wiring, draft, subject=frozen.message.subject, readers=readers)
    return replace(plan, findings=findings, pictures=tuple(draft.pictures.values()))


def _letter(wiring: Wiring, draft: Draft, earlier: Earlier, audience: "ListName", wanted: _Wanted) -> _Letter:
    """Return what others got of the issue, or what it is now: for the first, and where a card would differ.

    A background is kept up to date, and says what changed since the list at hand last got it.
    """
    same_list = [found for found in earlier.mailings if found.list_id == audience.id]
    newcomers = _kind(same_list, only_missing=wanted.only_missing) == MailingKind.NEWCOMERS
    before = frozen_in(wiring, same_list)
    backgrounds = frozen_for(wiring, draft.issue, audience.id, before, newcomers=newcomers)
    if earlier.latest:
        sent = frozen_in(wiring, [earlier.latest])
        envelope = _as_sent(wiring, earlier, earlier.latest, audience.key)
        if wanted.as_sent or look_alike(sent, backgrounds):
            return _Letter(envelope, sent)
    message, findings = mailable(wiring, replace(draft, issue=as_shown(draft.issue, backgrounds)))
    if earlier.latest:
        return _Letter(envelope._replace(message=message), backgrounds, findings)
    return _Letter(envelope_of(wiring, draft.issue.id, message, audience.key), backgrounds, findings)


def _kind(same_list: Sequence["Mailing"], *, only_missing: bool) -> MailingKind:
    if only_missing:
        return MailingKind.MISSING
    return MailingKind.NEWCOMERS if same_list else MailingKind.FIRST


def _latest_audience(mailings: Sequence["Mailing"]) -> int:
    """Return the latest instant by which readers had joined; 0 when there was no mailing.

    A later mailing counts those that it does not mail in place of an earlier one. Were its own instant before
    that, since the clock was put back, then nobody would count those who were rejected and joined in between.
    """
    return max((mailing.audience_at for mailing in mailings), default=0)


def _as_sent(wiring: Wiring, earlier: Earlier, latest: "Mailing", list_key: str) -> "Envelope":
    """Return the very same bytes for everyone, whatever became of the templates since."""
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        envelope = mailings.frozen_of(connection, earlier.mailings[-1].id).envelope
        message = mailings.message_of(connection, latest.id)
    return envelope._replace(message=message, list_id=list_id_of(wiring, list_key))


def count_readers(wiring: Wiring, frozen: FrozenMailing) -> tuple[int, Mapping[str, int]]:
    """Count the readers a new mailing would reach and, by reason, those it would not."""
    from newsletter.store.database import read
    from newsletter.store.ledger import cutting

    with read(wiring.engine) as connection:
        return cutting.count_audience(connection, frozen)


def _refuse_cancelled(wiring: Wiring, before: Sequence["Mailing"]) -> None:
    """Refuse to mail readers as newcomers whose mailing an editor cancelled."""
    from newsletter.store.database import read
    from newsletter.store.ledger import cutting, mailings

    latest = before[-1]
    with read(wiring.engine) as connection:
        frozen = mailings.frozen_of(connection, latest.id)
        left, _ = cutting.count_audience(
            connection, frozen._replace(kind=MailingKind.MISSING, audience_at=_latest_audience(before))
        )
    if left:
        raise DeliveryError(
            f"“{latest.issue}” was cancelled half way, and {left:,} readers do not have it.",
            hint=f"Mail them with: {command('send', latest.issue, '--only-missing')}",
        )
