"""Correct a living background: to everyone whose mail held it wrongly, in whatever issue and list, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.backgrounds.correction import corrected_name
from newsletter.backgrounds.history import BackgroundVersion, MailedUse, names_of
from newsletter.delivery.frozen import Envelope, FrozenMailing, MailingKind
from newsletter.delivery.proof import Proof
from newsletter.delivery.states import MailingState
from newsletter.editorial.issue import Background
from newsletter.errors import DeliveryError, Finding, IssueError, UsageError
from newsletter.progress import Progress, silent
from newsletter.publish.backgrounds import background_record
from newsletter.publish.copies.refusing import insist_sender
from newsletter.publish.correcting import (
    audience_at,
    envelope_again,
    insist_on_line,
    refuse_unfinished,
    unknown_yet,
)
from newsletter.publish.deliver import send
from newsletter.publish.draft import draft_of_background, mailable, of_background
from newsletter.publish.envelope import envelope_of
from newsletter.publish.living import freeze_background, mailed_uses
from newsletter.publish.mailed import corrections_of, proof_of, unfinished_among
from newsletter.publish.plan import SendPlan, count_readers, plan_resume
from newsletter.rendering import RenderedMessage
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.backgrounds.history import BackgroundRecord
    from newsletter.store.ledger.mailings import Mailing
    from newsletter.store.readers.lists import ListName

_SHORTEST = 6  # digits of a digest that name a version


@dataclass(frozen=True, slots=True)
class BackgroundCorrection:
    """What correcting a background would do: to which versions, and to how many readers of each list.

    ``wrong`` are numbers of versions. A reader of several lists counts in the first. ``plan`` is the mailing
    that comes first, or is gone on with; each list gets one of its own.
    """

    background: str
    issue: str
    wrong: tuple[int, ...]
    readers: Mapping[str, int]
    plan: SendPlan
    since: str | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A background as it is now, which mailings carried it wrongly or right, and the id of its correction."""

    background: Background
    issue: str
    wrong: Sequence[MailedUse]
    right: tuple[int, ...]
    versions: tuple[int, ...]
    earlier: "Sequence[Mailing]"

    @property
    def own(self) -> "list[Mailing]":
        """Return the mailings there are of this correction."""
        return [mailing for mailing in self.earlier if mailing.issue == self.issue]


def plan_background_correction(
    wiring: Wiring, name: str, *, since: str | None = None
) -> BackgroundCorrection:
    """Find out which readers the correction of a background would reach, without sending it.

    Wrong are all versions that were mailed but the one in the file or, with ``since``, those from a version
    on: its number, or the beginning of its digest. Raises DeliveryError when nobody got a wrong one, or an
    issue with it is still being sent; IssueError when the background does not say what changed.
    """
    case = _case(wiring, name, since)
    insist_sender(wiring, case.issue, *dict.fromkeys(use.issue for use in case.wrong))
    unfinished = unfinished_among(wiring, case.earlier)
    readers: Mapping[str, int] = {}
    if unfinished and unfinished.source == case.background.digest:
        plan = plan_resume(wiring, unfinished)
    else:
        _refuse_unfinished(wiring, case)
        _refuse_nobody(case)
        insist_on_line(
            case.background.changed,
            case.background.file,
            message="The background does not say what was wrong.",
            hint="Add a line to its front matter, in words that readers see first, like this one:"
            " changed: The vote is on Tuesday, not on Monday.",
        )
        plans = list(_plans(wiring, case))
        readers = _counted(wiring, plans)
        plan = next((plan for plan in plans if not plan.nothing_to_do), plans[0])
    return BackgroundCorrection(case.background.name, plan.issue, case.versions, readers, plan, since)


def send_background_correction(
    wiring: Wiring, correction: BackgroundCorrection, *, progress: Progress = silent
) -> Proof:
    """Carry out the correction, a mailing for each list, and return the proof of all; run again, it goes on.

    It stops where a mailing is not finished, for instance since it waits for an approval. Raises what
    ``send`` raises.
    """
    send(wiring, correction.plan, progress=progress)
    case = _case(wiring, correction.background, correction.since)
    for audience in _lists(wiring, case):
        latest = case.own[-1:] or []
        if case.issue != correction.issue or any(m.state != MailingState.FINISHED for m in latest):
            break
        if audience.id != correction.plan.frozen.list_id:
            send(wiring, _plan(wiring, case, audience), progress=progress)
            case = _case(wiring, correction.background, correction.since)
    return proof_of(wiring, correction.issue)


def _case(wiring: Wiring, name: str, since: str | None) -> _Case:
    record = background_record(wiring, name)
    background = record.background
    if background is None:
        raise IssueError(record.findings)
    versions = _wrong_versions(record, since)
    earlier = _corrections_of(wiring, background)
    uses = mailed_uses(wiring, [background]) if wiring.has_database else []
    own = [use for use in uses if use.background.name in names_of(background)]
    digests = {version.digest for version in versions}
    wrong = [use for use in own if use.background.digest in digests]
    issue = _issue_of(background, earlier, wrong)
    right = tuple(
        use.mailing for use in own if use.background.digest == background.digest and use.issue != issue
    )
    return _Case(background, issue, wrong, right, tuple(version.number for version in versions), earlier)


def _corrections_of(wiring: Wiring, background: Background) -> "list[Mailing]":
    """Return the mailings that corrected it, under whatever name it had, oldest first."""
    found = (corrections_of(wiring, corrected_name(name)) for name in names_of(background))
    return sorted((mailing for mailings in found for mailing in mailings), key=lambda mailing: mailing.id)


def _issue_of(background: Background, earlier: "Sequence[Mailing]", wrong: Sequence[MailedUse]) -> str:
    """Return the id of its correction: that of an earlier one with this text, unless it went wrong since."""
    same = {mailing.source: mailing for mailing in earlier}.get(background.digest)
    if same and all(use.mailing < same.id for use in wrong):
        return same.issue
    return f"{corrected_name(background.name)}.correction-{len({mailing.issue for mailing in earlier}) + 1}"


def _wrong_versions(record: "BackgroundRecord", since: str | None) -> list[BackgroundVersion]:
    others = [version for version in record.versions if version.number != record.number]
    if since is None:
        return others
    named = [
        version.number
        for version in record.versions
        if since == str(version.number) or (len(since) >= _SHORTEST and version.digest.startswith(since))
    ]
    if len(named) != 1:
        raise UsageError(
            f"“{since}” names no version of the background “{record.name}” that was mailed.",
            hint=f"Its numbers are shown by: {command('backgrounds', 'show', record.name)}",
        )
    return [version for version in others if version.number >= named[0]]


def _refuse_unfinished(wiring: Wiring, case: _Case) -> None:
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        wrong = [mailings.get(connection, use.mailing) for use in case.wrong]
    refuse_unfinished(wiring, wrong)


def _refuse_nobody(case: _Case) -> None:
    if not any(use.accepted or use.unknown for use in case.wrong):
        raise DeliveryError(
            f"Nobody got a version of the background “{case.background.name}” other than this one.",
            hint=f"Mend {case.background.file} first; a correction goes to who got the version before.",
        )


def _lists(wiring: Wiring, case: _Case) -> "list[ListName]":
    """Return the lists that got it wrongly, those that were archived since left out."""
    from newsletter.store.database import read
    from newsletter.store.readers import lists

    names = dict.fromkeys(use.list_name for use in case.wrong if use.accepted or use.unknown)
    with read(wiring.engine) as connection:
        found = [lists.find(connection, name) for name in names]
    return [audience for audience in found if not audience.archived]


def _plans(wiring: Wiring, case: _Case) -> "list[SendPlan]":
    plans = [_plan(wiring, case, audience) for audience in _lists(wiring, case)]
    if not plans:
        raise DeliveryError(
            f"Every list that got the background “{case.background.name}” wrongly is archived.",
            hint="Bring one back with: newsletter lists archive NAME --undo",
        )
    return plans


def _plan(wiring: Wiring, case: _Case, audience: "ListName") -> SendPlan:
    envelope, findings = _envelope(wiring, case, audience.key)
    wrong = tuple(use.mailing for use in case.wrong if use.list_id == audience.id)
    frozen = FrozenMailing(
        kind=MailingKind.CORRECTION,
        provider=wiring.settings.provider_identity,
        list_id=audience.id,
        audience_at=audience_at(wiring, (*wrong, *case.right)),
        envelope=envelope,
        source=case.background.digest,
        corrects=corrected_name(case.background.name),
        wrong_mailings=wrong,
        backgrounds=(freeze_background(case.background, shown=False),),
        right_mailings=case.right,
    )
    readers, excluded = count_readers(wiring, frozen)
    return SendPlan(
        frozen,
        audience.name,
        readers,
        excluded,
        findings=(*findings, *_unknown_yet(case)),
        planned_after=case.own[-1].id if case.own else None,
    )


def _envelope(wiring: Wiring, case: _Case, list_key: str) -> tuple[Envelope, tuple[Finding, ...]]:
    """Return the letter for a list: the very bytes that others got, where there are any."""
    if case.own:
        return envelope_again(wiring, case.own[-1], list_key), ()
    message, findings = _letter(wiring, case)
    return envelope_of(wiring, case.issue, message, list_key), findings


def _letter(wiring: Wiring, case: _Case) -> tuple[RenderedMessage, tuple[Finding, ...]]:
    message, findings = mailable(wiring, draft_of_background(wiring, case.background, case.issue))
    return message, of_background(findings)


def _unknown_yet(case: _Case) -> list[Finding]:
    """Say of how many nobody knows yet whether they have it wrongly, and in which issues."""
    unknown = {use.issue: use.unknown for use in case.wrong if use.unknown}
    return [
        unknown_yet(case.background.file, issue, readers, where=f" in “{issue}”")
        for issue, readers in unknown.items()
    ]


def _counted(wiring: Wiring, plans: Sequence[SendPlan]) -> Mapping[str, int]:
    """Count the readers of each list, those of several in the first."""
    from newsletter.store.database import read
    from newsletter.store.ledger import cutting

    counts: dict[str, int] = {}
    seen: set[int] = set()
    with read(wiring.engine) as connection:
        for plan in plans:
            own = cutting.readers_of(connection, plan.frozen) - seen
            counts[plan.list_name] = len(own)
            seen |= own
    return counts
