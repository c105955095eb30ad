"""Set right what readers were told: a corrected version to exactly those who got the wrong one."""

from typing import TYPE_CHECKING

from newsletter.errors import DeliveryError, Finding, IssueError
from newsletter.publish.account import mailings_of, status
from newsletter.publish.draft import Draft, check_draft, read_draft, refuse_notes, render_draft
from newsletter.publish.plan import SendPlan, continuation, envelope_of, unfinished_of
from newsletter.sentences import command, count_of
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.store.ledger.mailings import Mailing


def plan_correction(wiring: Wiring, reference: str, *, list_name: str | None = None) -> SendPlan:
    """Find out who a correction would reach, without sending it; ``send`` does.

    The corrected version is the issue's file as it stands, with a line ``correction`` in its front matter
    that readers see first. It goes to everyone whose mail of an earlier version was accepted and not turned
    back. Raises DeliveryError when nobody was told anything wrong, IssueError without such a line.
    """
    draft = read_draft(wiring, reference)
    issue, identity = draft.issue.id, wiring.settings.provider_identity
    told = [each for each in mailings_of(wiring, issue) if each.provider == identity]
    _refuse_unfinished(wiring, issue, told)
    wrong = [each for each in told if each.source != draft.digest]
    if not wrong:
        raise DeliveryError(
            f"Nobody got a version of “{issue}” other than this one.",
            hint="Correct the file first; a correction goes to everyone who got the version before.",
        )
    _insist_on_line(draft)
    earlier = _corrections(wiring, issue)
    unfinished = unfinished_of(wiring.engine, earlier)
    if unfinished:
        if unfinished.source != draft.digest:
            raise DeliveryError(
                f"The correction “{unfinished.issue}” is half sent, and the file was changed since.",
                hint=f"Finish it: {command('resume', unfinished.issue)}\n"
                f"  Or stop it, then correct again: {command('cancel', unfinished.issue)}",
            )
        return continuation(wiring, unfinished)
    return _new_correction(wiring, draft, wrong, earlier, list_name)


def _refuse_unfinished(wiring: Wiring, issue: str, told: "list[Mailing]") -> None:
    if unfinished_of(wiring.engine, told):
        raise DeliveryError(
            f"“{issue}” is still being sent, and would go on spreading the mistake.",
            hint=f"Correct it again once it is stopped with: {command('cancel', issue)}",
        )


def _insist_on_line(draft: Draft) -> None:
    if not draft.issue.correction:
        raise IssueError(
            [
                Finding(
                    "correction-missing",
                    "error",
                    draft.issue.file,
                    1,
                    "The issue does not say what it corrects.",
                    "Add a line to the front matter, in words that readers see first, like"
                    " this one: correction: The vote is on Tuesday, not on Monday.",
                )
            ]
        )


def _corrections(wiring: Wiring, issue: str) -> "list[Mailing]":
    from newsletter.store.database import read
    from newsletter.store.ledger.mailings import corrections_of

    with read(wiring.engine) as connection:
        return corrections_of(connection, issue, wiring.settings.provider_identity)


def _new_correction(
    wiring: Wiring, draft: Draft, wrong: "list[Mailing]", earlier: "list[Mailing]", list_name: str | None
) -> SendPlan:
    from newsletter.store.database import read
    from newsletter.store.ledger import already_mailed, cutting
    from newsletter.store.readers import lists

    names = sorted({each.list_name for each in wrong})
    if list_name is None and len(names) > 1:
        raise DeliveryError(
            f"The wrong version went to {len(names)} lists: {', '.join(names)}.",
            hint="Correct each of them with --list.",
        )
    audience = lists.resolve(wiring.engine, list_name or names[0])
    own = _correction_id(draft, earlier)
    before = [each for each in earlier if each.issue == own]
    identity = wiring.settings.provider_identity
    told = tuple(each.id for each in wrong)
    with read(wiring.engine) as connection:
        # Not before the last of them was told, should the clock have gone back since.
        audience_at = max(wiring.clock.now(), already_mailed.latest_change(connection, told))
        readers, excluded = cutting.count_audience(
            connection,
            kind="correction",
            list_id=audience.id,
            audience_at=audience_at,
            issue=own,
            provider=identity,
            wrong=told,
        )
    message = render_draft(wiring, draft).message
    findings = check_draft(wiring, draft, message)
    refuse_notes(wiring, findings)
    return SendPlan(
        issue=own,
        kind="correction",
        provider=identity,
        list_name=audience.name,
        list_id=audience.id,
        audience_at=audience_at,
        readers=readers,
        excluded=excluded,
        message=message,
        envelope=dict(before[-1].envelope) if before else envelope_of(wiring, audience.key),
        source=draft.digest,
        pictures=tuple(draft.pictures.values()),
        after=tuple(each.id for each in before[-1:]),
        findings=(*findings, *_unsettled(wiring, draft)),
        date=draft.date,
        corrects=draft.issue.id,
        wrong=told,
    )


def _unsettled(wiring: Wiring, draft: Draft) -> list[Finding]:
    """Say of how many nobody knows yet whether they have the wrong version."""
    proof = status(wiring, draft.issue.id)
    if proof is None or not proof.unknown:
        return []
    return [
        Finding(
            "correction-unknown",
            "warning",
            draft.issue.file,
            1,
            f"It is unknown whether {count_of(proof.unknown, 'more reader')} got the wrong version.",
            f"Find out, then correct again, which reaches them: {command('reconcile', draft.issue.id)}",
        )
    ]


def _correction_id(draft: Draft, earlier: "list[Mailing]") -> str:
    """Return the id this corrected version goes by: the same for the same text, whatever list it goes to."""
    known = {each.source: each.issue for each in earlier}
    return known.get(draft.digest, f"{draft.issue.id}.correction-{len(set(known.values())) + 1}")
