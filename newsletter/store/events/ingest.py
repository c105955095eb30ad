"""Events: what the provider reports, each report once, and all that follows from it in one transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.delivery.events import TAKEN, Event, LeaveList, Rejoin, Suppress
from newsletter.delivery.reports import PAUSED, PauseAt, consequence, last_words, should_pause
from newsletter.delivery.states import MAY_HAVE_ARRIVED, MailingState
from newsletter.store.events.alarms import MORE_DELIVERED, NEVER_MAILED, UNKNOWN_REQUEST, sound, sound_more
from newsletter.store.events.consequences import follow_choices, suppress_all
from newsletter.store.events.mailed_twice import Reported, compare_reported, sound_twice
from newsletter.store.events.one_batch_only import counted_elsewhere
from newsletter.store.events.settle_by_event import Request, issues_of, requests_of, settle
from newsletter.store.ledger import mailings
from newsletter.store.readers import erasures
from newsletter.store.tables import batch, event, mailing, tally

COPY = "reports are about requests that this ledger never made"
AT_ONCE = 1_000  # events; a post of SendGrid's holds about as many


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a post: events ``new``, ``repeated`` and of ``strangers`` (no request of ours).

    ``suppressed`` counts addresses, ``left`` and ``rejoined`` subscriptions, ``settled`` batches; ``paused``
    names issues.
    """

    new: int = 0
    repeated: int = 0
    strangers: int = 0
    suppressed: int = 0
    left: int = 0
    rejoined: int = 0
    settled: int = 0
    paused: tuple[str, ...] = ()

    def __add__(self, other: "Taken") -> "Taken":
        """Return what became of both."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTED}
        return Taken(**counts, paused=tuple(sorted({*self.paused, *other.paused})))


_COUNTED = ("new", "repeated", "strangers", "suppressed", "left", "rejoined", "settled")


def take(connection: Connection, events: Sequence[Event], *, now: int, pause: PauseAt) -> Taken:
    """Keep what is new among events and do what follows from it; what is known already changes nothing."""
    post = _Post(connection, now, _families(connection, (one.attempt for one in events)))
    for start in range(0, len(events), AT_ONCE):
        post.take(events[start : start + AT_ONCE])
    for each in post.mailings:
        post.watch(each, pause)
    return Taken(
        new=post.count["new"],
        repeated=len(events) - post.count["new"],
        strangers=post.count["strangers"],
        suppressed=post.count["suppressed"],
        left=post.count["left"],
        rejoined=post.count["rejoined"],
        settled=post.count["settled"],
        paused=tuple(sorted(post.paused)),
    )


def tallies(connection: Connection, mailing_id: int) -> dict[str, int]:
    """Return how many readers of a mailing had an event of each kind."""
    found = _tallies(connection, mailing_id)
    found.pop(PAUSED, None)
    return found


def _tallies(connection: Connection, mailing_id: int) -> dict[str, int]:
    rows = connection.execute(select(tally.c.kind, tally.c.n).where(tally.c.mailing_id == mailing_id))
    return {row[0]: row[1] for row in rows}


class _Of(NamedTuple):
    """What counts of a mailing here."""

    id: int
    issue: str
    provider: str
    corrects: str | None
    list_id: int


def _families(connection: Connection, attempts: Iterable[str]) -> dict[int, _Of]:
    """Return the mailings of these attempts and all others of their issues, kept from changing meanwhile."""
    issues = issues_of(connection, attempts)
    rows = connection.execute(
        select(*(mailing.c[name] for name in _Of._fields))
        .where(mailing.c.issue.in_(issues))
        .order_by(mailing.c.id)
        .with_for_update()
    )
    return {row[0]: _Of(*row) for row in rows}


@dataclass(slots=True)
class _Known:
    """What was reported before of the readers at hand."""

    kinds: set[tuple[int, int, str]] = field(default_factory=set)  # mailing, reader, kind
    mails: set[tuple[str, int]] = field(default_factory=set)  # attempt, reader


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
        new = self._unknown(events)
        found = requests_of(self.connection, (one.attempt for one in new if one.attempt))
        # A request of a mailing begun since this post came in cannot be what it reports on.
        requests = {key: each for key, each in found.items() if each.mailing in self.all}
        ours = [(one, requests[one.attempt]) for one in new if one.attempt in requests]
        self.count["new"] += len(new)
        self.count["strangers"] += len(new) - len(ours)
        self.mailings |= {request.mailing for _, request in ours}
        known = self._before(ours)
        self._keep(new, requests)
        self._tally(ours, known)
        self._settle(ours)
        self._compare(ours, known)
        self._follow(new, requests)
        self._strangers(
            [one for one in new if one.kind in TAKEN and one.attempt and one.attempt not in found]
        )

    def _strangers(self, others: Sequence[Event]) -> None:
        """Sound the alarm over mail of issues of ours by requests that this ledger never made."""
        named = {one.issue for one in others if one.issue}
        ours = self.connection.scalars(select(mailing.c.issue).where(mailing.c.issue.in_(named)).distinct())
        for issue in sorted(ours) if named else ():
            mails = {(one.attempt, one.reader) for one in others if one.issue == issue}
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
        """Stop what is being sent of an issue: the ledger does not know all whom it was mailed to."""
        sending = select(mailing.c.id).where(
            mailing.c.issue == issue, mailing.c.state == MailingState.SENDING
        )
        for each in self.connection.scalars(sending).all():
            if mailings.pause(self.connection, each, note=COPY):
                self.paused.add(issue)

    def _unknown(self, events: Sequence[Event]) -> list[Event]:
        by_key = {one.key: one for one in events}
        known = set(self.connection.scalars(select(event.c.key).where(event.c.key.in_(by_key))))
        return [one for key, one in by_key.items() if key not in known]

    def _before(self, ours: Sequence[tuple[Event, Request]]) -> _Known:
        known = _Known()
        readers = {one.reader for one, _ in ours if one.reader is not None}
        rows = self.connection.execute(
            select(event.c.mailing_id, event.c.subscriber_id, event.c.kind, event.c.attempt).where(
                event.c.subscriber_id.in_(readers), event.c.mailing_id.in_(self.all)
            )
        )
        for mailing_id, reader, kind, of in rows:
            known.kinds.add((mailing_id, reader, kind))
            if kind in TAKEN:
                known.mails.add((of, reader))
        return known

    def _family_of(self, mailing_id: int) -> list[int]:
        """Return the mailings among which no reader may be found twice: a correction stands alone."""
        of = self.all[mailing_id]
        same = of.issue, of.provider, of.corrects
        return [each.id for each in self.all.values() if (each.issue, each.provider, each.corrects) == same]

    def _keep(self, new: Sequence[Event], requests: Mapping[str, Request]) -> None:
        silent = self._erased(new, requests)
        rows = [
            {
                "key": one.key,
                "kind": one.kind,
                "at": one.at,
                "received_at": self.now,
                "mailing_id": requests[one.attempt].mailing if one.attempt in requests else None,
                "attempt": one.attempt or None,
                "subscriber_id": one.reader,
                "message_id": one.message_id,
                "reason": "" if one.key in silent else one.reason,
                "machine": int(one.machine),
                "raw": None if one.key in silent else one.raw or None,
            }
            for one in new
        ]
        if rows:
            # Two posts at once may bring the same stranger's event: the first one is kept.
            self.connection.execute(_insert(self.connection, event).on_conflict_do_nothing(), rows)

    def _erased(self, new: Sequence[Event], requests: Mapping[str, Request]) -> set[bytes]:
        """Return the keys of events whose words are not kept, as their readers were erased."""
        spoken = [one for one in new if one.reason or one.raw]
        emails = erasures.among(self.connection, [one.email for one in spoken if one.email])
        readers = {one.reader for one in spoken if one.reader is not None and one.attempt in requests}
        gone = erasures.gone(self.connection, sorted(readers))
        return {one.key for one in spoken if one.email in emails or one.reader in gone}

    def _tally(self, ours: Sequence[tuple[Event, Request]], known: _Known) -> None:
        first: Counter[tuple[int, str]] = Counter()
        for one, request in ours:
            if (
                one.reader is not None
                and (mark := (request.mailing, one.reader, one.kind)) not in known.kinds
            ):
                known.kinds.add(mark)
                first[request.mailing, one.kind] += 1
        rows = [
            {"mailing_id": mailing_id, "kind": kind, "n": n}
            for (mailing_id, kind), n in sorted(first.items())
        ]
        if rows:
            new = _insert(self.connection, tally)
            self.connection.execute(
                new.on_conflict_do_update(
                    index_elements=["mailing_id", "kind"], set_={"n": tally.c.n + new.excluded.n}
                ),
                rows,
            )

    def _settle(self, ours: Sequence[tuple[Event, Request]]) -> None:
        told: dict[str, tuple[Request, Event]] = {}
        for one, request in ours:
            before = told.get(one.attempt)
            if one.kind in TAKEN and (before is None or (one.message_id and not before[1].message_id)):
                told[one.attempt] = request, one
        settled, contradicted = settle(self.connection, list(told.values()), now=self.now)
        self.count["settled"] += settled
        for request in contradicted:
            self._pause(
                request.mailing,
                "The provider reports mail of a request that counted as not taken: "
                "some readers may get the issue twice.",
            )

    def _pause(self, mailing_id: int, note: str) -> None:
        if mailings.pause(self.connection, mailing_id, note=note):
            self.paused.add(self.all[mailing_id].issue)

    def _compare(self, ours: Sequence[tuple[Event, Request]], known: _Known) -> None:
        """Sound the alarm over readers whom two requests mailed, or who were in none."""
        never: dict[str, list[str]] = {}
        reported: dict[str, Reported] = {}
        for one, request in ours:
            of = self.all[request.mailing]
            if one.reader is None or one.kind not in TAKEN:
                continue
            told = reported.get(one.attempt)
            if told is None:
                told = reported[one.attempt] = Reported(request, request.readers)
            if (one.attempt, one.reader) in known.mails:
                continue
            known.mails.add((one.attempt, one.reader))
            told.new.add(one.reader)
            if one.reader not in told.readers:
                never.setdefault(of.issue, []).append(
                    f"Reader {one.reader} has mail of the request {one.attempt}, which held no such reader."
                )
        for issue, cases in never.items():
            sound_more(self.connection, issue, NEVER_MAILED, n=len(cases), detail=cases[-1], now=self.now)
        for mailing_id, attempt_id, twice in compare_reported(self.connection, reported, self._family_of):
            sound_twice(self.connection, self.all[mailing_id].issue, attempt_id, twice, now=self.now)

    def _follow(self, new: Sequence[Event], requests: Mapping[str, Request]) -> None:
        suppressed: dict[str, str] = {}
        choices: set[tuple[int, int]] = set()
        for one in sorted(new, key=lambda each: each.at):
            match consequence(one):
                case Suppress(reason) if one.email:
                    suppressed.setdefault(one.email, reason)
                case LeaveList() | Rejoin() if one.reader is not None and one.attempt in requests:
                    choices.add((one.reader, self.all[requests[one.attempt].mailing].list_id))
                case _:
                    pass
        self.count["suppressed"] += suppress_all(self.connection, suppressed, now=self.now)
        left, rejoined = follow_choices(self.connection, choices, now=self.now)
        self.count["left"] += left
        self.count["rejoined"] += rejoined

    def watch(self, mailing_id: int, pause: PauseAt) -> None:
        """Compare a mailing's counts with what it sent, and stop it when it does harm."""
        found = _tallies(self.connection, mailing_id)
        self._compare_delivered(mailing_id, found.get("delivered", 0))
        reason = should_pause(found, pause)
        if reason and mailings.get(self.connection, mailing_id).state == MailingState.SENDING:
            self._pause(mailing_id, reason)
            self._remember_pause(mailing_id, last_words(found))

    def _compare_delivered(self, mailing_id: int, delivered: int) -> None:
        of = self.all[mailing_id]
        if not delivered:
            return
        sent = int(
            self.connection.scalar(
                select(func.coalesce(func.sum(batch.c.n), 0)).where(
                    batch.c.mailing_id == mailing_id, batch.c.state.in_(MAY_HAVE_ARRIVED)
                )
            )
            or 0
        )
        if delivered > sent:
            sent += counted_elsewhere(self.connection, mailing_id)
        if delivered > sent:
            detail = f"Mailing {mailing_id}: {delivered:,} delivered, {sent:,} accepted or unknown."
            n = delivered - sent
            sound(self.connection, of.issue, MORE_DELIVERED, n=n, detail=detail, now=self.now)

    def _remember_pause(self, mailing_id: int, final: int) -> None:
        new = _insert(self.connection, tally).values(mailing_id=mailing_id, kind=PAUSED, n=final)
        self.connection.execute(
            new.on_conflict_do_update(index_elements=["mailing_id", "kind"], set_={"n": final})
        )


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
