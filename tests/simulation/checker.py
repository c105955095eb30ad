"""What must be true of any world once it has come to rest; it knows nothing of the code that it judges.

It is given what the provider took and what it told, who left and came back and when, and what an editor can
export: the proof, the recipients and the decisions. From these alone it says what is wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from simulation.audiences import missed_by_a_correction, on_the_list_too_late, too_many_lines
from simulation.evidence import Ruling, by_reports, on_evidence
from simulation.requests import in_time, mailed_again, stopped, texts, two_began, undone

LISTS = "<readers.example.org>", "<evening.example.org>"


@dataclass(frozen=True)
class Mail:
    """A mail the provider took: in which turn its readers were chosen, and in which it was taken."""

    issue: str
    list_id: str
    version: str
    attempt: str
    email: str
    end: str  # delivered, or what else became of it
    chosen: int
    taken: int


@dataclass(frozen=True)
class Move:
    """That a reader has left, or may be back, by this turn: of one list, or of all that is mailed."""

    turn: int
    away: bool
    list_id: str = ""


@dataclass(frozen=True)
class Plan:
    """That somebody carried out a plan, made by this turn: to mail an issue to a list, now or when due."""

    turn: int
    issue: str
    list_id: str
    due_at: int
    version: str  # of the letter's text
    command: str
    kind: str  # first, newcomers, missing, correction; continue, where something is gone on with
    state: str  # of that
    readers: int  # how many it is for
    done: int = 0  # in which turn the command said that it was; 0: never

    @property
    def is_new(self) -> bool:
        """Say whether it was to begin something."""
        return self.kind != "continue"


@dataclass(frozen=True)
class Stop:
    """That an issue was paused by this turn, or cancelled; which commands were on their way that send.

    It may have been so since the turn in which the command ``began``: who goes on by then has heard of it.
    """

    turn: int
    began: int
    issue: str
    for_good: bool
    commands: frozenset[str]
    sender: str  # that of them which was sending


@dataclass(frozen=True)
class Approval:
    """That somebody approved, in this turn or after, an issue with this version of its text."""

    turn: int
    issue: str
    version: str


@dataclass(frozen=True)
class Undone:
    """That somebody was told, by this turn, that an issue was taken back before anything of it left."""

    turn: int
    issue: str


@dataclass(frozen=True)
class Post:
    """That a request reached the provider in this turn, at this time of the machine's clock."""

    turn: int
    at: int
    issue: str
    attempt: str
    addressed: Sequence[str]
    command: str
    version: str  # of the letter's text
    chosen_at: int  # when its readers were chosen, by the machine's clock


@dataclass(frozen=True)
class Export:
    """What an editor can export of one issue."""

    state: str
    counts: Mapping[str, int]
    recipients: Sequence[Mapping[str, str]]
    words: frozenset[str]  # attempts about which an editor said what became of them, without evidence
    dropped: frozenset[str]  # attempts that a decision gave up
    cancelled: bool  # by somebody, once
    decisions: Sequence[Ruling]  # the oldest first


@dataclass(frozen=True)
class Observed:
    """What an observer outside knows of a world at rest."""

    taken: Sequence[Mail]
    reported: frozenset[str]  # attempts of which at least one report arrived
    report_turn: Mapping[str, int]  # of an attempt, by which turn a first report was taken in
    report_time: Mapping[str, int]  # and when, by the machine's clock
    answered: Mapping[
        str, int
    ]  # by when a clear answer was written down by a process that lived on, with room
    late: frozenset[str]  # attempts whose answer came after the deadline
    refused: frozenset[tuple[str, str]]  # issue and address that stood in a request the provider refused
    blamed: frozenset[tuple[str, str]]  # the same, but for when it refused everybody
    moves: Mapping[str, Sequence["Move"]]  # of an address, in order
    exports: Mapping[str, Export]
    turned_back: Mapping[tuple[str, str], int]  # by attempt and address, the turn in which that was reported
    posts: Sequence[Post]
    plans: Sequence[Plan]
    stops: Sequence[Stop]
    goings_on: Sequence[int]  # turns in which a command began that may send
    approvals: Sequence[Approval] | None  # None where nobody has to approve
    undone: Sequence[Undone]
    calm: bool  # every command lived until it ended, with room on the disk
    listed: Mapping[str, Sequence[str]]  # who was on which lists in the beginning
    erased: frozenset[str]
    uncertain: frozenset[str]  # who may have come or gone: the command was killed
    next_issue: str  # sent to all lists at the end, when nothing goes wrong any longer
    put_back: bool  # the machine's clock, once: what came later may be dated before
    reports_lost: bool  # some, for good
    searchable: bool  # the provider can be asked what it has
    version: str  # of the letter's text, as it is now
    warm_up: tuple[date, int, float] | None


def faults(world: Observed) -> Iterator[str]:
    """Yield what is wrong with a world at rest."""
    for issue, export in world.exports.items():
        mails = [mail for mail in world.taken if mail.issue == issue]
        yield from _twice(issue, mails, export)
        yield from _one_state_each(world, issue, export)
        yield from _accounts(world, issue, mails, export)
        yield from _at_rest(world, issue, mails, export)
    yield from _left_before(world)
    yield from _still_mailed(world)
    yield from _corrections(world)
    yield from _same_text_twice(world)
    yield from _nobody_forgotten(world)
    yield from in_time(world)
    yield from stopped(world)
    yield from mailed_again(world)
    yield from texts(world)
    yield from two_began(world)
    yield from undone(world)
    yield from by_reports(world)
    yield from on_evidence(world)
    yield from too_many_lines(world)
    yield from on_the_list_too_late(world)
    yield from missed_by_a_correction(world)
    for mail in world.taken:
        if mail.issue not in world.exports:
            yield f"{mail.email} was mailed {mail.issue}, of which nothing is known"


def _twice(issue: str, mails: Sequence[Mail], export: Export) -> Iterator[str]:
    by_reader: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        by_reader[mail.email].append(mail)
    for email, got in by_reader.items():
        # Of all but the last, an editor must have said that it did not arrive.
        unexcused = [mail for mail in got if mail.attempt not in export.words]
        if len(got) > 1 and len(unexcused) > 1:
            yield f"{email} got {issue} {len(got)} times: {[mail.attempt[-4:] for mail in got]}"


def _same_text_twice(world: Observed) -> Iterator[str]:
    """Yield who got the same corrected text by two corrections."""
    words = {attempt for export in world.exports.values() for attempt in export.words}
    issues: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mail in world.taken:
        if ".correction-" in mail.issue and mail.attempt not in words:
            issues[mail.email, mail.version].add(mail.issue)
    for (email, version), found in issues.items():
        if len(found) > 1:
            yield f"{email} got “{version}” by {sorted(found)}"


def _one_state_each(world: Observed, issue: str, export: Export) -> Iterator[str]:
    # An issue that went to two lists has a line for a reader on each, but may have reached them by one alone.
    rows = Counter(
        row["email"]
        for row in export.recipients
        if row["email"] and row["state"] in ("accepted", "unknown", "pending")
    )
    several = [email for email, times in rows.items() if times > 1]
    if several:
        yield f"{issue}: in several states: {several}"
    nameless = sum(not row["email"] for row in export.recipients)
    if nameless > len(LISTS) * len(world.erased):
        yield f"{issue}: {nameless} recipients have no address, and {len(world.erased)} were erased"
    states = Counter(row["state"] for row in export.recipients)
    counts = Counter({state: n for state, n in export.counts.items() if n})
    if states != counts:
        yield f"{issue}: the proof counts {dict(counts)}, the recipients are {dict(states)}"


def _accounts(world: Observed, issue: str, mails: Sequence[Mail], export: Export) -> Iterator[str]:
    has = {mail.email for mail in mails}
    guessed = {mail.email for mail in mails if mail.attempt in export.words | export.dropped}
    presumed = {email for post in world.posts if post.attempt in export.words for email in post.addressed}
    counted = {row["email"] for row in export.recipients if row["state"] in ("accepted", "unknown")}
    for row in export.recipients:
        email, state = row["email"], row["state"]
        if state == "accepted" and email and email not in has | presumed:
            yield f"{issue}: {email} counts as accepted, and was never taken"
        if state not in ("accepted", "unknown") and email in has - guessed - counted:
            yield f"{issue}: {email} counts as {state}, and was taken"
        if state == "rejected" and email and (issue, email) not in world.refused and not export.dropped:
            yield f"{issue}: {email} counts as rejected, and was refused by nobody"
        if state == "rejected" and email and not export.dropped and _refused_with_all(world, issue, email):
            yield f"{issue}: {email} counts as rejected, as everybody was, and nobody tried again"
        if state == "excluded" and email and not _may_be_excluded(world, row, export):
            yield f"{issue}: {email} is excluded for no reason: {row['reason']}"


def _refused_with_all(world: Observed, issue: str, email: str) -> bool:
    """Say whether commands that reached nobody are all that refusals of a reader come from."""
    if not world.calm or (issue, email) in world.blamed:
        return False
    own = [post for post in world.posts if post.issue == issue]
    commands = {post.command for post in own if email in post.addressed}
    ended = max(post.turn for post in own if post.command in commands)
    return all(mail.taken > ended for mail in world.taken if mail.issue == issue)


def _may_be_excluded(world: Observed, row: Mapping[str, str], export: Export) -> bool:
    if row["reason"] == "cancelled":
        return export.cancelled
    return row["email"] in world.uncertain or any(move.away for move in world.moves.get(row["email"], ()))


def _at_rest(world: Observed, issue: str, mails: Sequence[Mail], export: Export) -> Iterator[str]:
    reported = {mail.email for mail in mails if mail.attempt in world.reported}
    latest = {email: post.attempt for post in world.posts if post.issue == issue for email in post.addressed}
    answered = {email for email, attempt in latest.items() if attempt in world.answered}
    for row in export.recipients:
        if row["state"] == "unknown" and row["email"] and row["email"] not in latest:
            yield f"{issue}: {row['email']} is unknown, and was in no request"
    for row in export.recipients:
        if row["state"] == "unknown" and row["email"] in reported:
            yield f"{issue}: {row['email']} is unknown, though the provider told"
        if row["state"] == "unknown" and row["email"] in answered:
            yield f"{issue}: {row['email']} is unknown, though the answer came"
        if row["state"] == "pending":
            yield f"{issue}: {row['email']} still waits"
    if export.state not in ("finished", "cancelled"):
        yield f"{issue} is {export.state}"


def _left_before(world: Observed) -> Iterator[str]:
    for mail in world.taken:
        for list_id in ("", mail.list_id):
            moves = [move for move in world.moves.get(mail.email, ()) if move.list_id == list_id]
            before = [move.away for move in moves if move.turn < mail.chosen]
            if before and before[-1]:
                yield f"{mail.email} had left before {mail.issue} was addressed to them ({mail.attempt[-4:]})"


def _still_mailed(world: Observed) -> Iterator[str]:
    """Yield who stayed on a list, or came back, and did not get the next issue."""
    if world.next_issue not in world.exports:
        return
    got = {mail.email for mail in world.taken if mail.issue == world.next_issue}
    for email in {*world.listed, *world.moves} - world.uncertain - got:
        moves = world.moves.get(email, ())
        for list_id in LISTS:
            standing = [move.away for move in moves if move.list_id == list_id]
            anywhere = [move.away for move in moves if not move.list_id]
            on_it = list_id in world.listed.get(email, ()) if not standing else not standing[-1]
            if on_it and not (anywhere and anywhere[-1]):
                yield f"{email} is on the list {list_id}, and did not get {world.next_issue}"


def _corrections(world: Observed) -> Iterator[str]:
    for mail in world.taken:
        original, _, number = mail.issue.partition(".correction-")
        if not number or world.exports[original].words:  # an editor may have said that they have it
            continue
        wrong = any(
            other.email == mail.email
            and other.issue.partition(".")[0] == original
            and other.version != mail.version
            and other.taken < mail.chosen
            and not _turned_back(world, other, mail)
            for other in world.taken
        )
        if not wrong:
            yield f"{mail.email} got {mail.issue}, and nothing wrong before"
    yield from _still_wrong(world)


def _turned_back(world: Observed, mail: Mail, correction: Mail) -> bool:
    """Say whether a mail was known not to have reached its reader when a correction of it was planned."""
    plans = [
        plan.turn
        for plan in world.plans
        if (plan.issue, plan.list_id) == (correction.issue, correction.list_id) and plan.is_new
    ]
    # Which of several was carried out, if not all were, is not known here.
    planned = min((turn for turn in plans if turn <= correction.chosen), default=0)
    known = world.turned_back.get((mail.attempt, mail.email))
    return known is not None and known < planned


def _still_wrong(world: Observed) -> Iterator[str]:
    """Yield who has a wrong version and nothing else, though the letter was corrected for their list."""
    words = {attempt for export in world.exports.values() for attempt in export.words}
    corrected = {plan.list_id for plan in world.plans if ".correction-" in plan.issue}
    latest: dict[str, Mail] = {}
    for mail in sorted(world.taken, key=lambda mail: mail.taken):
        if mail.issue != world.next_issue:
            latest[mail.email] = mail
    unknown = {
        row["email"]
        for export in world.exports.values()
        for row in export.recipients
        if row["state"] == "unknown"
    }
    for email, mail in latest.items():
        away = any(move.away for move in world.moves.get(email, ()))
        excused = away or mail.end != "delivered" or mail.attempt in words or email in world.erased | unknown
        if excused or mail.version.endswith(world.version) or mail.list_id not in corrected:
            continue
        states = {
            row["state"]
            for issue, export in world.exports.items()
            for row in export.recipients
            if row["email"] == email and ".correction-" in issue
        }
        if not states & {"unknown", "rejected", "accepted", "excluded"}:
            yield f"{email} has the wrong version of {mail.issue}, and no correction"


def _nobody_forgotten(world: Observed) -> Iterator[str]:
    """Yield who is missing from the recipients of an issue that went to their list, or slipped into it."""
    for issue, export in world.exports.items():
        known = {row["email"] for row in export.recipients}
        mailed = {mail.list_id for mail in world.taken if mail.issue == issue}
        for email, lists in world.listed.items():
            if ".correction-" not in issue and mailed & {*lists} and email not in known | world.erased:
                yield f"{issue}: {email} is on a list that got it, and not among the recipients"
    for mail in world.taken:
        if mail.list_id in world.listed.get(mail.email, ()):
            continue
        moves = world.moves.get(mail.email, ())
        joined = [move.turn for move in moves if not move.away and move.list_id == mail.list_id]
        planned = [
            plan.turn
            for plan in world.plans
            if plan.issue == mail.issue
            and plan.turn <= mail.chosen
            and plan.is_new
            and plan.kind != "missing"  # which keeps the audience of another
            and plan.list_id == mail.list_id
        ]
        if joined and planned and not world.put_back and min(joined) > max(planned):
            yield f"{mail.email} joined after {mail.issue} was planned, and got it ({mail.attempt[-4:]})"
