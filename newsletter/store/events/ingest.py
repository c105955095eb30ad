"""Events: what the provider reports, each report once, and all that follows from it in one transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from newsletter.delivery.event_kinds import TAKEN
from newsletter.delivery.events import Event, LeaveList, Rejoin, Suppress
from newsletter.delivery.reports import PauseAt, consequence, last_words, should_pause
from newsletter.delivery.states import MailingState
from newsletter.store.events import kept
from newsletter.store.events.alarms import NEVER_MAILED, UNKNOWN_REQUEST, sound_more
from newsletter.store.events.consequences import follow_choices, suppress_all
from newsletter.store.events.kept import Known
from newsletter.store.events.mailed_twice import Reported, compare_reported, sound_twice
from newsletter.store.events.settle_by_event import (
    Request,
    issues_of,
    requests_of,
    settle_by_event,
    under_own_attempts,
)
from newsletter.store.events.tallies import add, compare_delivered, counts, remember_pause
from newsletter.store.ledger import mailings
from newsletter.store.ledger.by_message import set_apart_reported
from newsletter.store.prepared import Prepared
from newsletter.store.tables import mailing

COPY = "reports are about requests that this ledger never made"
AT_ONCE = 1_000  # events; a provider's post holds about as many


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a post: events ``new``, ``repeated`` and of ``strangers`` (no request of ours).

    ``suppressed`` counts addresses, ``left`` and ``rejoined`` subscriptions, ``settled_by_event`` batches;
    ``paused`` names issues.
    """

    new: int = 0
    repeated: int = 0
    strangers: int = 0
    suppressed: int = 0
    left: int = 0
    rejoined: int = 0
    settled_by_event: int = 0
    paused: tuple[str, ...] = ()

    def __add__(self, other: "Taken") -> "Taken":
        """Return what became of both."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTED}
        return Taken(**counts, paused=tuple(sorted({*self.paused, *other.paused})))


_COUNTED = ("new", "repeated", "strangers", "suppressed", "left", "rejoined", "settled_by_event")


def take(connection: Connection, events: Sequence[Event], *, now: int, pause: PauseAt) -> Taken:
    """Keep what is new among events and do what follows from it; what is known already changes nothing."""
    post = _Post(connection, now, _families(connection, (report.attempt for report in events)))
    for start in range(0, len(events), AT_ONCE):
        post.take(events[start : start + AT_ONCE])
    for mailing_id in post.mailings:
        post.watch(mailing_id, pause)
    return Taken(
        new=post.count["new"],
        repeated=len(events) - post.count["new"],
        strangers=post.count["strangers"],
        suppressed=post.count["suppressed"],
        left=post.count["left"],
        rejoined=post.count["rejoined"],
        settled_by_event=post.count["settled_by_event"],
        paused=tuple(sorted(post.paused)),
    )


class _Of(NamedTuple):
    """What counts of a mailing here."""

    id: int
    issue: str
    provider: str
    corrects: str | None
    list_id: int


def _families(connection: Connection, attempts: Iterable[str]) -> dict[int, _Of]:
    """Return the mailings of these attempts and all others of their issues, kept from changing meanwhile."""
    rows = _FAMILIES.run(connection, issues=issues_of(connection, attempts))
    return {row[0]: _Of(*row) for row in rows.fetchall()}


_FAMILIES = Prepared(
    lambda: (
        select(*(mailing.c[name] for name in _Of._fields))
        .where(mailing.c.issue.in_(bindparam("issues", expanding=True)))
        .order_by(mailing.c.id)
        .with_for_update()
    )
)


_KNOWN = Prepared(
    lambda: select(mailing.c.issue).where(mailing.c.issue.in_(bindparam("issues", expanding=True))).distinct()
)
_SENDING = Prepared(
    lambda: select(mailing.c.id).where(
        mailing.c.issue == bindparam("of"), mailing.c.state == MailingState.SENDING
    )
)


class _Post:
    """One post being taken in."""

    def __init__(self, connection: Connection, now: int, families: Mapping[int, _Of]) -> None:
        self.connection = connection
        self.now = now
        self.all = families
        self.mailings: set[int] = set()  # those that had something new
        self.count: Counter[str] = Counter()
        self.paused: set[str] = set()

    def take(self, events: Sequence[Event]) -> None:
        """Take in so many events that a query can name them all."""
        new = kept.new_among(self.connection, events)
        mails = {
            (report.attempt, report.reader)
            for report in new
            if report.alone and report.kind in TAKEN and report.reader is not None
        }
        set_apart_reported(self.connection, mails, now=self.now)
        new = under_own_attempts(self.connection, new)
        found = requests_of(self.connection, (report.attempt for report in new if report.attempt))
        # A request of a mailing begun since this post came in cannot be what it reports on.
        requests = {key: request for key, request in found.items() if request.mailing in self.all}
        ours = [(report, requests[report.attempt]) for report in new if report.attempt in requests]
        self.count["new"] += len(new)
        self.count["strangers"] += len(new) - len(ours)
        self.mailings |= {request.mailing for _, request in ours}
        readers = {report.reader for report, _ in ours if report.reader is not None}
        known = kept.known_of(self.connection, readers, self.all)
        kept.keep(self.connection, new, requests, now=self.now)
        self._tally(ours, known)
        self._settle_by_event(ours)
        self._compare(ours, known)
        self._follow(new, requests)
        self._strangers(
            [
                report
                for report in new
                if report.kind in TAKEN and report.attempt and report.attempt not in found
            ]
        )

    def _strangers(self, others: Sequence[Event]) -> None:
        """Sound the alarm over mail of issues of ours by requests that this ledger never made."""
        named = {report.issue for report in others if report.issue}
        for issue in sorted(_KNOWN.scalars(self.connection, issues=[*named])) if named else ():
            mails = {(report.attempt, report.reader) for report in others if report.issue == issue}
            sound_more(
                self.connection,
                issue,
                UNKNOWN_REQUEST,
                n=len(mails),
                detail="Another copy of this database sends, or this one was restored from a backup.",
                now=self.now,
            )
            self._pause_all(issue)

    def _pause_all(self, issue: str) -> None:
        """Stop what is being sent of an issue: the ledger does not know everyone it was mailed to."""
        for mailing_id in _SENDING.scalars(self.connection, of=issue):
            if mailings.pause(self.connection, mailing_id, note=COPY):
                self.paused.add(issue)

    def _family_of(self, mailing_id: int) -> list[int]:
        """Return the mailings among which no reader may be found twice: a correction stands alone."""
        of = self.all[mailing_id]
        same = of.issue, of.provider, of.corrects
        return [
            other.id for other in self.all.values() if (other.issue, other.provider, other.corrects) == same
        ]

    def _tally(self, ours: Sequence[tuple[Event, Request]], known: Known) -> None:
        first: Counter[tuple[int, str]] = Counter()
        for report, request in ours:
            if (
                report.reader is not None
                and (mark := (request.mailing, report.reader, report.kind)) not in known.kinds
            ):
                known.kinds.add(mark)
                first[request.mailing, report.kind] += 1
        add(self.connection, first)

    def _settle_by_event(self, ours: Sequence[tuple[Event, Request]]) -> None:
        telling: dict[str, tuple[Request, Event]] = {}
        for report, request in ours:
            before = telling.get(report.attempt)
            if report.kind in TAKEN and (before is None or (report.message_id and not before[1].message_id)):
                telling[report.attempt] = request, report
        batches, contradicted = settle_by_event(self.connection, list(telling.values()), now=self.now)
        self.count["settled_by_event"] += batches
        for request in contradicted:
            self._pause(
                request.mailing,
                "The provider reports mail of a request that counted as not taken: "
                "some readers may get the issue twice.",
            )

    def _pause(self, mailing_id: int, note: str) -> None:
        if mailings.pause(self.connection, mailing_id, note=note):
            self.paused.add(self.all[mailing_id].issue)

    def _compare(self, ours: Sequence[tuple[Event, Request]], known: Known) -> None:
        """Sound the alarm over readers that two requests mailed, or that were in none."""
        never: dict[str, list[str]] = {}
        reported: dict[str, Reported] = {}
        for report, request in ours:
            of = self.all[request.mailing]
            if report.reader is None or report.kind not in TAKEN:
                continue
            reported_on = reported.get(report.attempt)
            if reported_on is None:
                reported_on = reported[report.attempt] = Reported(request, request.readers)
            if (report.attempt, report.reader) in known.mails:
                continue
            known.mails.add((report.attempt, report.reader))
            reported_on.new.add(report.reader)
            if report.reader not in reported_on.readers:
                mail = f"Reader {report.reader} has mail of the request {report.attempt}"
                never.setdefault(of.issue, []).append(f"{mail}, which held no such reader.")
        for issue, cases in never.items():
            sound_more(self.connection, issue, NEVER_MAILED, n=len(cases), detail=cases[-1], now=self.now)
        for mailing_id, attempt_id, twice in compare_reported(self.connection, reported, self._family_of):
            sound_twice(self.connection, self.all[mailing_id].issue, attempt_id, twice, now=self.now)

    def _follow(self, new: Sequence[Event], requests: Mapping[str, Request]) -> None:
        suppressed: dict[str, str] = {}
        choices: set[tuple[int, int]] = set()
        for report in sorted(new, key=lambda report: report.at):
            match consequence(report):
                case Suppress(reason) if report.email:
                    suppressed.setdefault(report.email, reason)
                case LeaveList() | Rejoin() if report.reader is not None and report.attempt in requests:
                    choices.add((report.reader, self.all[requests[report.attempt].mailing].list_id))
                case _:
                    pass
        self.count["suppressed"] += suppress_all(self.connection, suppressed, now=self.now)
        left, rejoined = follow_choices(self.connection, choices, now=self.now)
        self.count["left"] += left
        self.count["rejoined"] += rejoined

    def watch(self, mailing_id: int, pause: PauseAt) -> None:
        """Compare a mailing's counts with what it sent, and stop it when it does harm."""
        found = counts(self.connection, mailing_id)
        issue = self.all[mailing_id].issue
        compare_delivered(self.connection, issue, mailing_id, found.get("delivered", 0), now=self.now)
        reason = should_pause(found, pause)
        if reason and mailings.get(self.connection, mailing_id).state == MailingState.SENDING:
            self._pause(mailing_id, reason)
            remember_pause(self.connection, mailing_id, last_words(found))
