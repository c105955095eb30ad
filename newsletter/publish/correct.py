"""Correct an issue: a corrected version to exactly those who got the wrong one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.delivery.frozen import FrozenMailing, MailingKind
from newsletter.errors import DeliveryError, Finding
from newsletter.publish.copies.refusing import insist_sender
from newsletter.publish.correcting import (
    audience_at,
    envelope_again,
    insist_on_line,
    refuse_unfinished,
    unknown_yet,
)
from newsletter.publish.draft import Draft, mailable, read_draft
from newsletter.publish.envelope import envelope_of
from newsletter.publish.living import as_shown, frozen_for, frozen_in
from newsletter.publish.mailed import corrections_of, mailings_of, status, unfinished_among
from newsletter.publish.plan import SendPlan, count_readers, plan_resume
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.frozen import Envelope
    from newsletter.store.ledger.mailings import Mailing


def plan_correction(wiring: Wiring, reference: str, *, list_name: str | None = None) -> SendPlan:
    """Find out which readers a correction would reach, without sending it; ``send`` does.

    The corrected version is the issue's file as it stands, with a line ``correction`` in its front matter
    that readers see first. It goes to everyone whose mail of an earlier version was accepted and not turned
    back. Raises DeliveryError when nobody got anything wrong, IssueError without such a line.
    """
    draft = read_draft(wiring, reference)
    issue, identity = draft.issue.id, wiring.settings.provider_identity
    insist_sender(wiring, issue)
    mailed = [mailing for mailing in mailings_of(wiring, issue) if mailing.provider == identity]
    refuse_unfinished(wiring, mailed)
    wrong = [mailing for mailing in mailed if mailing.source != draft.digest]
    if not wrong:
        raise DeliveryError(
            f"Nobody got a version of “{issue}” other than this one.",
            hint=_way_to_correct(wiring, draft, mailed),
        )
    insist_on_line(
        draft.issue.correction,
        draft.issue.file,
        message="The issue does not say what it corrects.",
        hint="Add a line to the front matter, in words that readers see first, like"
        " this one: correction: The vote is on Tuesday, not on Monday.",
    )
    earlier = corrections_of(wiring, issue)
    unfinished = unfinished_among(wiring, earlier)
    if unfinished:
        if unfinished.source != draft.digest:
            raise DeliveryError(
                f"The correction “{unfinished.issue}” is half sent, and the file was changed since.",
                hint=f"Finish it: {command('resume', unfinished.issue)}\n"
                f"  Or stop it, then correct again: {command('cancel', unfinished.issue)}",
            )
        return plan_resume(wiring, unfinished)
    return _plan_new(wiring, draft, wrong, earlier, list_name)


def _way_to_correct(wiring: Wiring, draft: Draft, mailed: "Sequence[Mailing]") -> str:
    """Say what to do where the issue is as it went out: a background in it may not be."""
    sent = {found.name: found.digest for found in frozen_in(wiring, mailed)}
    for background, _ in draft.issue.included:
        if sent.get(background.name, background.digest) != background.digest:
            way = command("correct", "--background", background.name)
            return f"A background in it was changed since. Correct that, for all issues: {way}"
    return "Correct the file first; a correction goes to everyone who got the version before."


def _plan_new(
    wiring: Wiring,
    draft: Draft,
    wrong: "Sequence[Mailing]",
    earlier: "Sequence[Mailing]",
    list_name: str | None,
) -> SendPlan:
    from newsletter.store.readers import lists

    audience = lists.resolve(wiring.engine, list_name or _the_one_list(wrong))
    own = _correction_id(draft, earlier)
    before = [mailing for mailing in earlier if mailing.issue == own]
    wrong_mailings = tuple(mailing.id for mailing in wrong)
    to_list = [mailing for mailing in before if mailing.list_id == audience.id]
    backgrounds = frozen_for(wiring, draft.issue, audience.id, frozen_in(wiring, to_list))
    shown = replace(draft, issue=as_shown(draft.issue, backgrounds))
    envelope, findings = _envelope(wiring, shown, own, before, audience.key)
    frozen = FrozenMailing(
        kind=MailingKind.CORRECTION,
        provider=wiring.settings.provider_identity,
        list_id=audience.id,
        audience_at=audience_at(wiring, wrong_mailings),
        envelope=envelope,
        source=draft.digest,
        date=draft.date,
        corrects=draft.issue.id,
        wrong_mailings=wrong_mailings,
        backgrounds=backgrounds,
    )
    readers, excluded = count_readers(wiring, frozen)
    return SendPlan(
        frozen,
        audience.name,
        readers,
        excluded,
        findings=(*findings, *_unknown_yet(wiring, draft)),
        pictures=tuple(draft.pictures.values()),
        planned_after=before[-1].id if before else None,
    )


def _the_one_list(wrong: "Sequence[Mailing]") -> str:
    names = sorted({mailing.list_name for mailing in wrong})
    if len(names) > 1:
        raise DeliveryError(
            f"The wrong version went to {len(names)} lists: {', '.join(names)}.",
            hint="Correct each of them with --list.",
        )
    return names[0]


def _envelope(
    wiring: Wiring, draft: Draft, own: str, before: "Sequence[Mailing]", list_key: str
) -> "tuple[Envelope, tuple[Finding, ...]]":
    """Return the corrected version, from the same sender as it went to others, and what should be said."""
    message, findings = mailable(wiring, draft)
    if not before:
        return envelope_of(wiring, own, message, list_key), findings
    return envelope_again(wiring, before[-1], list_key)._replace(message=message), findings


def _unknown_yet(wiring: Wiring, draft: Draft) -> list[Finding]:
    """Say of how many nobody knows yet whether they have the wrong version."""
    proof = status(wiring, draft.issue.id)
    if proof is None or not proof.unknown:
        return []
    return [unknown_yet(draft.issue.file, draft.issue.id, proof.unknown)]


def _correction_id(draft: Draft, earlier: "Sequence[Mailing]") -> str:
    """Return the id this corrected version goes by: the same for the same text, whatever list it goes to."""
    known = {mailing.source: mailing.issue for mailing in earlier}
    return known.get(draft.digest, f"{draft.issue.id}.correction-{len(set(known.values())) + 1}")
