"""The editor's story: read an issue, render it, check it, send it, prove who got it.

From top to bottom, as an editor lives it. Each function asks the rooms it needs and returns values; the
command line, and whoever uses the library, call these and know no other way.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.audience.address import normalise
from newsletter.delivery.outcomes import Outcome
from newsletter.delivery.proof import Proof
from newsletter.delivery.provider import Envelope, Provider, Recipient
from newsletter.editorial import BUILT_IN_FIELDS, Issue, Labels, parse_issue, read_source, unknown_fields
from newsletter.errors import (
    AlreadySending,
    AudienceError,
    DeliveryError,
    Finding,
    IssueChanged,
    IssueError,
    RenderError,
    SendingStopped,
    SettingsError,
    StoreError,
    UsageError,
)
from newsletter.loaders import IssueFile, PictureFile, find_issue, load_picture
from newsletter.rendering import PictureInfo, Publication, RenderedMessage
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.rendering.render import Rendered
    from newsletter.store.mailings import Mailing

_ANY_SIZE = (2000, 1000)

Progress = Callable[[str, int, int], None]  # a step's name, how much is done, of how much


def _silent(_step: str, _done: int, _of: int) -> None:
    return None


# ── read, render, check ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue as it stands on disk: its text read, its pictures loaded or the reason why not."""

    file: IssueFile
    issue: Issue
    pictures: Mapping[str, PictureFile]
    missing: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Return the SHA-256 over the text and the pictures: what a resume compares."""
        whole = hashlib.sha256(self.file.data)
        for source in sorted(self.pictures):
            whole.update(f"{source}\0{self.pictures[source].digest}\0".encode())
        return whole.hexdigest()


def read_draft(wiring: Wiring, reference: str) -> Draft:
    """Read an issue by file, folder or id. Raises IssueError with all its faults at once."""
    file = find_issue(wiring.settings.root, reference)
    labels = Labels(**wiring.settings.labels.model_dump())
    issue = parse_issue(
        read_source(file.data, file.name),
        issue_id=file.id,
        file=file.name,
        labels=labels,
        language=wiring.settings.publication.language,
    )
    _know_fields(wiring, issue)
    loaded = {
        each.src: load_picture(file, each.src)
        for each in issue.pictures
        if each.src and not _is_remote(each.src)
    }
    found = {source: picture for source, picture in loaded.items() if isinstance(picture, PictureFile)}
    missing = {source: why for source, why in loaded.items() if isinstance(why, str)}
    return Draft(file, issue, found, missing)


def _is_remote(source: str) -> bool:
    return source.startswith(("https://", "http://"))


def _know_fields(wiring: Wiring, issue: Issue) -> None:
    """Refuse fields that neither every reader nor any list has; ask the database only if need be."""
    known = set(BUILT_IN_FIELDS)
    if unknown_fields(issue, known) and wiring.has_database:
        from newsletter.store.lists import attribute_names

        known |= attribute_names(wiring.engine)
    findings = unknown_fields(issue, known)
    if findings:
        raise IssueError(findings)


def render_draft(wiring: Wiring, draft: Draft) -> "Rendered":
    """Render an issue. Raises IssueError when a picture is missing, RenderError when a mail would suffer."""
    from newsletter.rendering.render import render_all

    if draft.missing:
        raise IssueError(_missing_pictures(draft))
    site = wiring.settings.site_url
    pictures = {
        source: PictureInfo(f"{site}/pictures/{each.name}", each.width, each.height)
        for source, each in draft.pictures.items()
    }
    # A picture on somebody's server is not fetched to be measured: it may be as wide as the letter.
    pictures |= {
        each.src: PictureInfo(each.src, *_ANY_SIZE) for each in draft.issue.pictures if _is_remote(each.src)
    }
    return render_all(draft.issue, _publication(wiring), wiring.templates, pictures=pictures)


def _missing_pictures(draft: Draft) -> list[Finding]:
    return [
        Finding(
            "picture-missing",
            "error",
            draft.issue.file,
            each.line,
            f"The picture “{each.src}” cannot be used: {draft.missing[each.src]}.",
            "Put the picture beside the issue file, or correct its name.",
        )
        for each in draft.issue.pictures
        if each.src in draft.missing
    ]


def _publication(wiring: Wiring) -> Publication:
    own = wiring.settings.publication
    return Publication(
        name=own.name,
        postal_address=own.postal_address,
        site_url=wiring.settings.site_url,
        language=own.language,
        theme=own.theme,
    )


def check(wiring: Wiring, reference: str) -> tuple[Finding, ...]:
    """Return all that should be said about an issue before a reader sees it, by line."""
    try:
        draft = read_draft(wiring, reference)
    except IssueError as error:
        return error.findings
    if draft.missing:
        return _check_draft(wiring, draft, None)
    try:
        message = render_draft(wiring, draft).message
    except RenderError as error:
        refused = Finding("render-refused", "error", error.file, error.line, error.message, error.hint)
        return (*_check_draft(wiring, draft, None), refused)
    return _check_draft(wiring, draft, message)


def _check_draft(wiring: Wiring, draft: Draft, message: RenderedMessage | None) -> tuple[Finding, ...]:
    from newsletter.checks import Facts, PictureFacts, run_checks

    pictures = {
        source: PictureFacts(True, each.width, each.height, len(each.content))
        for source, each in draft.pictures.items()
    }
    missing = {source: PictureFacts(False, why=why) for source, why in draft.missing.items()}
    return run_checks(draft.issue, Facts(pictures | missing, today=wiring.today()), message)


# ── what a send will do ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sending:
    """What a send would do, to be shown before it is done.

    ``kind`` is first, newcomers, missing, or continue: the last goes on with ``mailing``.
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

    @property
    def nothing_to_do(self) -> bool:
        """Say whether everyone was mailed already."""
        return self.mailing is None and self.readers == 0


def foresee(
    wiring: Wiring,
    reference: str,
    *,
    list_name: str | None = None,
    only_missing: bool = False,
    as_sent: bool = False,
) -> Sending:
    """Find out what ``send`` would do now, without doing it.

    Raises IssueChanged when the file differs from what was sent and ``as_sent`` does not settle it,
    DeliveryError when the provider changed half way or a needed setting is missing, AudienceError when the
    list is not clear.
    """
    draft = read_draft(wiring, reference)
    issue, identity = draft.issue.id, wiring.settings.provider_identity
    earlier = _mailings(wiring, issue)
    unfinished = _unfinished(wiring.engine, earlier)
    if unfinished:
        _refuse_other_provider(unfinished, identity)
        _refuse_other_list(unfinished, list_name)
        if not as_sent:
            _refuse_change(draft, unfinished, going_on=True)
        return _continuation(wiring, unfinished)
    mine = [each for each in earlier if each.provider == identity]
    if mine and not as_sent:
        _refuse_change(draft, mine[-1], going_on=False)
    return _new_sending(wiring, draft, mine, list_name, only_missing=only_missing)


def _unfinished(engine: "Engine", earlier: Sequence["Mailing"]) -> "Mailing | None":
    from newsletter.store import batches
    from newsletter.store.database import read
    from newsletter.store.mailings import OPEN

    with read(engine) as connection:
        for each in reversed(earlier):
            if each.state in OPEN or (each.state == "finished" and batches.undone(connection, each.id)):
                return each
    return None


def _refuse_other_provider(unfinished: "Mailing", identity: str) -> None:
    if unfinished.provider != identity:
        raise DeliveryError(
            f"This issue is half sent through “{unfinished.provider}”; the settings now say “{identity}”.",
            hint="Set the provider back to finish it. What one provider accepted counts for no other.",
        )


def _refuse_other_list(unfinished: "Mailing", list_name: str | None) -> None:
    if list_name not in (None, unfinished.list_name):
        raise DeliveryError(
            f"This issue is half sent to the list “{unfinished.list_name}”, not “{list_name}”.",
            hint=f"Finish that first: newsletter resume {unfinished.issue}",
        )


def _refuse_change(draft: Draft, before: "Mailing", *, going_on: bool) -> None:
    if before.manifest.get("source") == draft.digest:
        return
    issue = draft.issue.id
    choice = (
        f"`newsletter resume {issue}` goes on with the version that sending began with"
        if going_on
        else f"`newsletter send {issue} --as-sent` mails the version that others got"
    )
    raise IssueChanged(
        "The issue or one of its pictures was changed after sending began.",
        hint=f"Either undo the change, or {choice}. The changed text can go out as an issue of its own.",
        file=draft.issue.file,
    )


def _continuation(wiring: Wiring, unfinished: "Mailing") -> Sending:
    from newsletter.store import mailings
    from newsletter.store.database import read

    with read(wiring.engine) as connection:
        message = mailings.message_of(connection, unfinished.id)
        proof = mailings.proof(
            connection, unfinished.issue, unfinished.provider, sender_alive=wiring.sender_alive()
        )
    return Sending(
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
    )


def _new_sending(
    wiring: Wiring, draft: Draft, mine: Sequence["Mailing"], list_name: str | None, *, only_missing: bool
) -> Sending:
    from newsletter.store import lists, mailings, plan
    from newsletter.store.database import read

    audience = lists.resolve(wiring.engine, list_name or (mine[-1].list_name if mine else None))
    same_list = [each for each in mine if each.list_id == audience.id]
    if only_missing and not same_list:
        raise DeliveryError(
            f"This issue was not sent to the list “{audience.name}” yet, so nobody is missing.",
            hint="Send it without --only-missing.",
        )
    kind = "missing" if only_missing else "newcomers" if same_list else "first"
    audience_at = max(e.audience_at for e in same_list) if only_missing else wiring.clock.now()
    with read(wiring.engine) as connection:
        readers, excluded = plan.foresee(
            connection,
            kind=kind,
            list_id=audience.id,
            audience_at=audience_at,
            issue=draft.issue.id,
            provider=wiring.settings.provider_identity,
        )
        # Everyone gets the very same bytes, whatever became of the templates since.
        frozen = mailings.message_of(connection, mine[-1].id) if mine else None
    message = frozen or render_draft(wiring, draft).message
    return Sending(
        issue=draft.issue.id,
        kind=kind,
        provider=wiring.settings.provider_identity,
        list_name=audience.name,
        list_id=audience.id,
        audience_at=audience_at,
        readers=readers,
        excluded=excluded,
        message=message,
        envelope=dict(mine[-1].envelope) if mine else _envelope(wiring, audience.name),
        source=str(mine[-1].manifest["source"]) if mine else draft.digest,
        pictures=() if mine else tuple(draft.pictures.values()),
        after=tuple(each.id for each in mine[-1:]),
        findings=() if mine else _check_draft(wiring, draft, message),
    )


def _envelope(wiring: Wiring, list_name: str) -> dict[str, str]:
    own = wiring.settings.publication
    if not own.from_email:
        raise SettingsError(
            "[publication] from_email is not set, and a mail needs a sender.",
            hint='Write it in newsletter.toml: from_email = "news@your-domain.org"',
        )
    _insist_on_addresses(wiring)
    _insist_for_real(wiring)
    domain = own.from_email.rpartition("@")[2]
    label = "".join(c if c.isascii() and c.isalnum() else "-" for c in list_name.lower()).strip("-") or "list"
    return {
        "from_name": own.from_name or own.name,
        "from_email": own.from_email,
        "reply_to": own.reply_to,
        "list_id": f"<{label}.{domain}>",  # RFC 2919
    }


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
            "[publication] postal_address is not set, and real mail must carry one.",
            hint="CAN-SPAM and most laws like it ask for it in every newsletter.",
        )
    if not own.site_url.startswith("https://"):
        raise SettingsError(
            "[publication] site_url is not set to an https address, and readers must be able to leave.",
            hint="One-click unsubscribing (RFC 8058) needs an https site that answers.",
        )
    wiring.insist_site_answers()


# ── send ────────────────────────────────────────────────────────────────────────────────────────────────


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
    unfinished = _unfinished(wiring.engine, _mailings(wiring, issue))
    if unfinished is None:
        proof = status(wiring, issue)
        if proof is None:
            raise DeliveryError(
                f"“{issue}” was never sent, so there is nothing to resume.",
                hint=f"Send it: newsletter send {issue}",
            )
        return proof
    _refuse_other_provider(unfinished, wiring.settings.provider_identity)
    return send(wiring, _continuation(wiring, unfinished), progress=progress)


def send_test(wiring: Wiring, reference: str, addresses: Sequence[str]) -> Outcome:
    """Send the issue to the editors' own addresses; nobody's proof counts it."""
    draft = read_draft(wiring, reference)
    message = render_draft(wiring, draft).message
    marked = replace(message, subject=f"[Test] {message.subject}")
    readers = _test_readers(addresses)
    envelope = Envelope(message=marked, issue=f"{draft.issue.id}:test", **_envelope(wiring, "test"))
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


# ── who got it ──────────────────────────────────────────────────────────────────────────────────────────


def issue_id(wiring: Wiring, reference: str) -> str:
    """Return the id a reference means, even when the issue's file is gone."""
    if reference in mailed_issues(wiring):
        return reference
    return find_issue(wiring.settings.root, reference).id


def mailed_issues(wiring: Wiring) -> list[str]:
    """Return the ids of all issues that were sent, or began to be, the latest last."""
    from newsletter.store import mailings
    from newsletter.store.database import read

    if not wiring.has_database:
        return []
    with read(wiring.engine) as connection:
        return mailings.issues_mailed(connection)


def _mailings(wiring: Wiring, issue: str) -> list["Mailing"]:
    from newsletter.store import mailings
    from newsletter.store.database import read

    with read(wiring.engine) as connection:
        return mailings.of_issue(connection, issue)


def status(wiring: Wiring, issue: str) -> Proof | None:
    """Return the proof of an issue by the provider that last mailed it; None when it was never sent."""
    from newsletter.store import mailings
    from newsletter.store.database import read

    earlier = _mailings(wiring, issue)
    if not earlier:
        return None
    identity = wiring.settings.provider_identity
    chosen = identity if any(each.provider == identity for each in earlier) else earlier[-1].provider
    alive = wiring.sender_alive()
    with read(wiring.engine) as connection:
        return mailings.proof(connection, issue, chosen, sender_alive=alive)


def recipients(wiring: Wiring, issue: str, *, state: str | None = None) -> Iterator[Mapping[str, str]]:
    """Yield everyone the issue was for, one at a time: address, state, reason, and when.

    ``state`` keeps one of accepted, rejected, excluded, unknown, pending.
    """
    from newsletter.store.database import read
    from newsletter.store.recipients import accounts

    proof = status(wiring, issue)
    if proof is None:
        raise DeliveryError(f"“{issue}” was never sent.", hint=f"Send it: newsletter send {issue}")
    alive = wiring.sender_alive()
    with read(wiring.engine) as connection:
        for account in accounts(connection, issue, proof.provider, sender_alive=alive):
            if state is None or account["state"] == state:
                yield account
