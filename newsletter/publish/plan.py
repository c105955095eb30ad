"""What a send would do, found out without doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.contacts.address import normalise
from newsletter.delivery.states import OPEN, MailingState
from newsletter.errors import AudienceError, DeliveryError, Finding, IssueChanged, SettingsError
from newsletter.files.pictures import PictureFile
from newsletter.publish.account import mailings_of
from newsletter.publish.draft import Draft, check_draft, read_draft, refuse_notes, render_draft
from newsletter.publish.send_warnings import cautions
from newsletter.rendering import RenderedMessage
from newsletter.sentences import command
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.store.ledger.mailings import Mailing


@dataclass(frozen=True, slots=True)
class SendPlan:
    """What a send would do, to be shown before it is done.

    ``kind`` is first, newcomers, missing, correction, or continue: the last goes on with ``mailing``.
    ``corrects`` is the issue a correction sets right, ``wrong`` the mailings that told it wrongly.
    """

    issue: str
    kind: str
    provider: str
    list_name: str
    list_id: int
    audience_at: int
    readers: int
    excluded: Mapping[str, int]
    message: RenderedMessage
    envelope: Mapping[str, str]
    source: str
    pictures: tuple[PictureFile, ...]
    mailing: int | None = None
    after: tuple[int, ...] = ()  # the latest mailing this was foreseen after
    findings: tuple[Finding, ...] = ()
    date: str = ""
    corrects: str | None = None
    wrong: tuple[int, ...] = ()
    state: MailingState = MailingState.SENDING  # of the mailing it goes on with, when this was foreseen

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

    Raises IssueChanged when the file differs from what was sent and ``as_sent`` does not settle it,
    DeliveryError when the provider changed half way or a needed setting is missing, AudienceError when the
    list is not clear.
    """
    draft = read_draft(wiring, reference)
    issue, identity = draft.issue.id, wiring.settings.provider_identity
    earlier = mailings_of(wiring, issue)
    unfinished = unfinished_of(wiring.engine, earlier)
    if unfinished:
        refuse_other_provider(unfinished, identity)
        _refuse_other_list(unfinished, list_name)
        if not as_sent:
            _refuse_change(draft, unfinished, going_on=True)
        return continuation(wiring, unfinished)
    mine = _that_left(wiring.engine, [each for each in earlier if each.provider == identity])
    versions = [*mine, *_corrections(wiring, issue, list_name or mine[-1].list_name)] if mine else []
    latest = max(versions, key=lambda each: each.id, default=None)
    if latest and not as_sent:
        _refuse_change(draft, latest, going_on=False)
    after = tuple(each.id for each in earlier if each.provider == identity)[-1:]
    return _new_sending(wiring, draft, mine, latest, list_name, only_missing=only_missing, after=after)


def _that_left(engine: "Engine", earlier: Sequence["Mailing"]) -> list["Mailing"]:
    """Return the mailings that count: what was cancelled before it reached anybody is as if it never was."""
    from newsletter.store.database import read
    from newsletter.store.ledger.mailings import reached_anybody

    with read(engine) as connection:
        return [
            each
            for each in earlier
            if each.state != MailingState.CANCELLED or reached_anybody(connection, each.id)
        ]


def _corrections(wiring: Wiring, issue: str, list_name: str) -> list["Mailing"]:
    """Return the corrections that went to a list: who joins it later gets the latest version."""
    from newsletter.store.database import read
    from newsletter.store.ledger.mailings import corrections_of

    with read(wiring.engine) as connection:
        found = corrections_of(connection, issue, wiring.settings.provider_identity)
    return _that_left(wiring.engine, [each for each in found if each.list_name == list_name])


def unfinished_of(engine: "Engine", earlier: Sequence["Mailing"]) -> "Mailing | None":
    """Return the mailing that a send would go on with, if any."""
    from newsletter.store.database import read
    from newsletter.store.ledger import claims

    with read(engine) as connection:
        for each in reversed(earlier):
            given_back = each.state == MailingState.FINISHED and claims.undone(connection, each.id)
            if each.state in OPEN or given_back:
                return each
    return None


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


def continuation(wiring: Wiring, unfinished: "Mailing") -> SendPlan:
    """Return the sending that goes on with a mailing, from its frozen bytes.

    Raises AudienceError when its list was archived since.
    """
    from newsletter.store.accounts.proof import proof as count_proof
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings
    from newsletter.store.readers import lists

    with read(wiring.engine) as connection:
        lists.insist_in_use(connection, unfinished.list_id)
        message = mailings.message_of(connection, unfinished.id)
        proof = count_proof(
            connection, unfinished.issue, unfinished.provider, sender_alive=wiring.sender_alive()
        )
    return SendPlan(
        issue=unfinished.issue,
        kind="continue",
        provider=unfinished.provider,
        list_name=unfinished.list_name,
        list_id=unfinished.list_id or 0,
        audience_at=unfinished.audience_at,
        readers=proof.pending if proof else 0,
        excluded=proof.excluded if proof else {},
        message=message,
        envelope=unfinished.envelope,
        source=str(unfinished.manifest.get("source", "")),
        pictures=(),
        mailing=unfinished.id,
        state=unfinished.state,
    )


def _new_sending(
    wiring: Wiring,
    draft: Draft,
    mine: Sequence["Mailing"],
    latest: "Mailing | None",
    list_name: str | None,
    *,
    only_missing: bool,
    after: tuple[int, ...],
) -> SendPlan:
    from newsletter.store.database import read
    from newsletter.store.ledger import cutting, mailings
    from newsletter.store.readers import lists

    audience = lists.resolve(wiring.engine, list_name or (mine[-1].list_name if mine else None))
    same_list = [each for each in mine if each.list_id == audience.id]
    if only_missing and not same_list:
        raise DeliveryError(
            f"This issue was not sent to the list “{audience.name}” yet, so nobody is missing yet.",
            hint="Send it without --only-missing.",
        )
    if same_list and same_list[-1].state == MailingState.CANCELLED and not only_missing:
        _refuse_cancelled(wiring, same_list)
    kind = "missing" if only_missing else "newcomers" if same_list else "first"
    audience_at = max(e.audience_at for e in same_list) if only_missing else wiring.clock.now()
    with read(wiring.engine) as connection:
        readers, excluded = cutting.count_audience(
            connection,
            kind=kind,
            list_id=audience.id,
            audience_at=audience_at,
            issue=draft.issue.id,
            provider=wiring.settings.provider_identity,
        )
        # Everyone gets the very same bytes, whatever became of the templates since.
        frozen = mailings.message_of(connection, latest.id) if latest else None
    message = frozen or render_draft(wiring, draft).message
    findings = () if latest else check_draft(wiring, draft, message)
    refuse_notes(wiring, findings)
    return SendPlan(
        issue=draft.issue.id,
        kind=kind,
        provider=wiring.settings.provider_identity,
        list_name=audience.name,
        list_id=audience.id,
        audience_at=audience_at,
        readers=readers,
        excluded=excluded,
        message=message,
        envelope={**mine[-1].envelope, "list_id": _list_id(wiring, audience.key)}
        if mine
        else envelope_of(wiring, audience.key),
        source=latest.source if latest else draft.digest,
        pictures=() if latest else tuple(draft.pictures.values()),
        after=after,
        findings=()
        if latest
        else (
            *findings,
            *cautions(wiring, draft, subject=message.subject, readers=readers),
        ),
        date=draft.date,
    )


def _refuse_cancelled(wiring: Wiring, before: Sequence["Mailing"]) -> None:
    """Mail nobody, under the name of newcomers, whom an editor decided not to mail."""
    from newsletter.store.database import read
    from newsletter.store.ledger import cutting

    latest = before[-1]
    with read(wiring.engine) as connection:
        left, _ = cutting.count_audience(
            connection,
            kind="missing",
            list_id=latest.list_id or 0,
            audience_at=max(each.audience_at for each in before),
            issue=latest.issue,
            provider=latest.provider,
        )
    if left:
        raise DeliveryError(
            f"“{latest.issue}” was cancelled half way, and {left:,} readers do not have it.",
            hint=f"Mail them with: {command('send', latest.issue, '--only-missing')}",
        )


def envelope_of(wiring: Wiring, list_key: str) -> dict[str, str]:
    """Return what all readers' mails have in common; refuse what real mail may not lack."""
    own = wiring.settings.publication
    if not own.from_email:
        raise SettingsError(
            "[publication] from_email is not set, and a mail needs a sender.",
            hint='Write it in newsletter.toml: from_email = "news@your-domain.org"',
        )
    _insist_on_addresses(wiring)
    _insist_for_real(wiring)
    return {
        "from_name": own.from_name or own.name,
        "from_email": own.from_email,
        "reply_to": own.reply_to,
        "list_id": _list_id(wiring, list_key),
    }


def _list_id(wiring: Wiring, list_key: str) -> str:
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
