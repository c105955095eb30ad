"""A model of SendGrid: takes, refuses, hangs, forgets to answer, reports late, twice and in any order.

It alone knows what was really taken, and what it told. What its answers mean is for the real code to say: it
answers as SendGrid does, by status, headers and body, and reports in SendGrid's own form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from simulation.world import LATE, SECOND, Process, World

from newsletter.delivery.evidence import CannotSay, HasMail, HasNoMail, LookUp, ReportedSuppression
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import (
    Accepted,
    NotAccepted,
    Outcome,
    PerMessage,
    Refused,
    Unknown,
    Whole,
    of_one_reader,
)
from newsletter.delivery.properties import Properties
from newsletter.delivery.provider import Build, RecipientColumns
from newsletter.delivery.states import SuppressionReason
from newsletter.providers.sendgrid.sending.outcomes import Answer, classify
from newsletter.providers.sendgrid.sending.request import prepare_requests
from newsletter.sandbox.kind import NAME, PROPERTIES

TIMEOUT = 30.0
LOOKS, LOOK_SECONDS = 100, 120  # how long an answer may wait to come when it does most harm
# What may become of a request, and how likely it is where a world has that at all.
FATES: Mapping[str, int] = {
    "never connected": 4,
    "line broke before the end": 4,
    "asked to wait": 6,
    "asked to wait, says how long": 6,
    "one refused by place": 4,
    "refused, names nobody": 4,
    "too large": 2,
    "refused for all": 1,
    "account refused": 1,
    "5xx, not taken": 4,
    "5xx, taken": 4,
    "silent, not taken": 5,
    "silent, taken": 5,
    "line broke, not taken": 4,
    "line broke, taken": 4,
}
CUTS = "too large", "refused, names nobody"  # what cuts a batch up
LAST = "taken", "one refused by place", "account refused"  # what may come once it is cut up
# What becomes of a mail that was taken.
ENDS: Mapping[str, int] = {"bounce": 3, "blocked": 3, "dropped": 2, "spamreport": 1, "group_unsubscribe": 6}
# Whose address it puts on lists of its own, and mails no longer; why, in our words.
REFUSED_SINCE = {"bounce": SuppressionReason.BOUNCE, "spamreport": SuppressionReason.COMPLAINT}
CHOICES = "group_unsubscribe", "group_resubscribe"
REASONS = {"bounce": "550 no such user", "blocked": "451 busy", "dropped": "Bounced Address"}


@dataclass(frozen=True)
class Taken:
    """A mail that was taken: it will reach its reader."""

    turn: int
    issue: str
    version: str  # of the letter's text, by its subject
    attempt: str
    reader: int
    email: str
    list_id: str
    end: str  # what became of it: delivered, or turned back


@dataclass
class Posted:
    """A request that reached the provider, by the process that made it."""

    turn: int
    at: int  # by the machine's clock
    issue: str
    attempt: str
    addressed: list[str]
    command: str
    version: str  # of the letter's text, by its subject


@dataclass
class Report:
    """A report to be posted to the webhook: when, and what it says."""

    due: int
    event: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """A clear answer about an attempt, the process that received it, and when by the machine's clock.

    It came ``late`` if that was after the deadline.
    """

    attempt: str
    process: Process
    at: int
    late: bool = False


@dataclass
class SendGrid:
    """The provider, and what it knows. ``weights`` are the fates that this world's requests may meet."""

    world: World
    weights: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    posts: dict[str, int] = field(default_factory=dict)  # how often an attempt was on the wire
    posted: list[Posted] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)  # clear answers
    first_report: dict[str, int] = field(default_factory=dict)  # of an attempt, by the machine's clock
    turned_back: dict[tuple[str, str], int] = field(default_factory=dict)  # in which turn it was reported
    reports: list[Report] = field(default_factory=list)
    doubted: dict[str, set[str]] = field(default_factory=dict)  # by attempt, who got no answer in time
    answered: set[str] = field(default_factory=set)  # attempts of which the sender was told they were taken
    refused: set[tuple[str, str]] = field(default_factory=set)  # issue and address, in a request it refused
    blamed: set[tuple[str, str]] = field(default_factory=set)  # the same, but for when it refused everybody
    refuses_until: int = 0  # until then it refuses every request, and names nobody
    report_turns: dict[str, int] = field(default_factory=dict)  # by which turn an attempt was reported on
    dark: tuple[int, int] = (0, 0)  # while it reports nothing
    mute: bool = False  # it never reports on what it took in the dark
    cuts: int = 0  # percent of requests to readers of one without an answer that it refuses
    contradicts: str = ""  # the dark ends at the worst time: at a "resend" or a "decision", or "later"
    hurry: Callable[[], None] = lambda: None  # its next post of reports comes at once
    watchers: list[tuple[int, Callable[[], None]]] = field(default_factory=list)  # after how many requests
    searchable: bool = True
    by_message: bool = False  # it answers for each message by itself
    suppressed: list[ReportedSuppression] = field(default_factory=list)  # on its own lists

    # ── requests ────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, process: Process, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        """Do with a request as chance has it, and answer as its sender would learn it."""
        world = self.world
        document = orjson.loads(request)
        attempt = document["custom_args"]["nl_attempt"]
        people = document["personalizations"]
        addressed = [person["to"][0]["email"] for person in people]
        issue = document["custom_args"]["nl_issue"]
        self.posted.append(
            Posted(world.turn, world.now(), issue, attempt, addressed, process.name, document["subject"])
        )
        self._tell_watchers()
        self.posts[attempt] = self.posts.get(attempt, 0) + 1
        if self.posts[attempt] > 1:
            world.fail(f"attempt {attempt} was posted twice")
        world.pause("on the wire")
        fate = self._fate()
        if self.cuts and self._in_doubt(addressed) and world.chance.happens(self.cuts):
            fate = world.chance.pick(CUTS if len(addressed) > 1 else LAST)
        elif self.contradicts and self._has_mailed(issue, addressed):
            fate = self._contradict(fate)
        if fate in ("never connected", "line broke before the end"):
            world.say(f"{attempt[-4:]} {fate}", rare=fate)
            return NotAccepted(f"The {fate}.")
        if fate.endswith("taken") and not fate.endswith("not taken"):
            self._take(document, attempt, people)
        answer = self._answer(fate, document, attempt, people)
        world.say(f"{attempt[-4:]} of {len(people)}: {fate}", rare=fate)
        world.pause("answer on its way")
        if answer is not None:
            self._note_refusal(answer, [(issue, email) for email in addressed])
            if answer.status == 202:
                self.answered.add(attempt)
            if answer.status < 500:
                self.replies.append(Reply(attempt, process, world.now()))
            return classify(answer, now=world.now() / SECOND)
        self.doubted[attempt] = set(addressed)
        if fate.startswith("silent"):
            world.wait(TIMEOUT)
            self._answer_late(process, fate, attempt, late)
        return Unknown(f"The {fate.partition(',')[0]}.")

    def watch(self, requests: int, tell: Callable[[], None]) -> None:
        """Tell somebody once so many more requests have come."""
        self.watchers.append((len(self.posted) + requests, tell))

    def _note_refusal(self, answer: Answer, readers: Sequence[tuple[str, str]]) -> None:
        if answer.status in (400, 413):
            self.refused.update(readers)
            if self.world.time >= self.refuses_until:
                self.blamed.update(readers)

    def _tell_watchers(self) -> None:
        came = [tell for number, tell in self.watchers if number <= len(self.posted)]
        if came:
            self.watchers = [watcher for watcher in self.watchers if watcher[0] > len(self.posted)]
            for tell in came:
                tell()

    def receive_each(self, process: Process, request: bytes) -> Outcome:
        """Take, refuse and answer each message of a request by itself."""
        world, document = self.world, orjson.loads(request)
        attempt, people = document["custom_args"]["nl_attempt"], document["personalizations"]
        issue = document["custom_args"]["nl_issue"]
        own = [self.own(attempt, int(person["custom_args"]["nl_reader"])) for person in people]
        for message, person in zip(own, people, strict=True):
            email, subject = person["to"][0]["email"], document["subject"]
            self.posted.append(
                Posted(world.turn, world.now(), issue, message, [email], process.name, subject)
            )
        world.pause("on the wire")
        fate = self._fate()
        world.say(f"{attempt[-4:]} of {len(people)}, each by itself: {fate}", rare=fate)
        if fate in ("never connected", "line broke before the end"):
            return NotAccepted(f"The {fate}.")
        world.say("answers come message by message", rare="each by itself")
        answers = [self._answer_message(document, attempt, person) for person in people]
        world.pause("answer on its way")
        if fate.startswith(("silent", "line broke", "5xx")):
            return PerMessage(())
        for message, answer in zip(own, answers, strict=True):
            if not isinstance(answer, Unknown):
                self.replies.append(Reply(message, process, world.now()))
        return PerMessage(tuple(answers))

    def _answer_message(self, document: Mapping[str, Any], attempt: str, person: Mapping[str, Any]) -> Whole:
        faults = ("later", "refused", "lost", "lost, taken") if self.weights else ()
        fate = self.world.chance.pick(("taken",) * 6 + faults)
        if fate.endswith("taken"):
            self._take(document, attempt, [person])
        match fate:
            case "taken":
                return Accepted(f"m{attempt}")
            case "later":
                return NotAccepted("The mailbox is busy.", 0)
            case "refused":
                reader = document["custom_args"]["nl_issue"], person["to"][0]["email"]
                self.refused.add(reader)
                self.blamed.add(reader)
                return Refused("The address is not valid.")
            case _:
                return Unknown("The provider lost count.")

    def own(self, attempt: str, reader: int) -> str:
        """Return what mail of an attempt is known by: its message's own id, if each is answered by itself."""
        return of_one_reader(attempt, reader) if self.by_message else attempt

    def _in_doubt(self, addressed: Sequence[str]) -> bool:
        """Say whether readers were in a request that got no answer in time."""
        return any(before.intersection(addressed) for before in self.doubted.values())

    def _has_mailed(self, issue: str, addressed: Sequence[str]) -> bool:
        return any(mail.issue == issue and mail.email in addressed for mail in self.taken)

    def hold_up(self, issue: str, addressed: Sequence[str]) -> None:
        """Report on mail that readers have already while a request to them is made ready, perhaps."""
        if self.contradicts == "resend" and self._has_mailed(issue, addressed):
            self.end_the_dark(40)

    def _contradict(self, fate: str) -> str:
        """Report now on mail that those addressed have already; perhaps they get no other."""
        now = self.contradicts == "resend" and self.end_the_dark(70)
        return "asked to wait" if now and self.world.chance.happens(50) else fate

    def _fate(self) -> str:
        if self.world.time < self.refuses_until:
            return "refused, names nobody"
        total = sum(self.weights.values())
        drawn = self.world.chance.below(100)
        if drawn < 100 - total:
            return "taken"
        drawn -= 100 - total
        for fate, weight in self.weights.items():
            if drawn < weight:
                return fate
            drawn -= weight
        return "taken"

    def _answer(
        self, fate: str, document: Mapping[str, Any], attempt: str, people: Sequence[Mapping[str, Any]]
    ) -> Answer | None:
        match fate:
            case "asked to wait":
                return Answer(429, {})
            case "asked to wait, says how long":
                seconds = 1 + self.world.chance.below(90)
                return Answer(429, {"X-RateLimit-Reset": str(int(self.world.now() / SECOND) + seconds)})
            case "one refused by place":
                place = self.world.chance.below(len(people))
                return _refusal("The email address is not valid.", f"personalizations.{place}.to.0.email")
            case "refused, names nobody":
                return _refusal("Something is not valid.", None)
            case "too large":
                return Answer(413, {})
            case "refused for all":
                return _refusal("The from address is not verified.", "from.email")
            case "account refused":
                return Answer(401, {})
            case "5xx, not taken" | "5xx, taken":
                return Answer(503, {})
            case "taken":
                return Answer(202, {"X-Message-Id": f"m{attempt}"})
            case _:
                return None

    def _answer_late(
        self, process: Process, fate: str, attempt: str, late: Callable[[Outcome], None]
    ) -> None:
        """Answer after the deadline, perhaps, to a thread that still listens."""
        if not self.contradicts and not self.world.chance.happens(40):
            return
        seconds = 1 + self.world.chance.below(200)
        taken = fate == "silent, taken"
        answer = Answer(202, {"X-Message-Id": f"m{attempt}"}) if taken else Answer(429, {})

        def tell() -> None:
            self.world.wait(seconds)
            for _ in range(LOOKS if self.contradicts and not taken else 0):
                if self._doubted_again(attempt):
                    break
                self.world.wait(LOOK_SECONDS)
            self.world.say(f"{attempt[-4:]} late answer {answer.status}", rare="late answer")
            if taken:
                self.answered.add(attempt)
            self.replies.append(Reply(attempt, process, self.world.now(), late=True))
            late(classify(answer, now=self.world.now() / SECOND))

        self.world.spawn(process, LATE, tell)

    def _doubted_again(self, attempt: str) -> bool:
        """Say whether a later request to the same readers is without an answer, too."""
        before = self.doubted[attempt]
        return any(other > attempt and some & before for other, some in self.doubted.items())

    def _take(self, document: Mapping[str, Any], attempt: str, people: Sequence[Mapping[str, Any]]) -> None:
        issue = document["custom_args"]["nl_issue"]
        for person in people:
            reader, email = int(person["custom_args"]["nl_reader"]), person["to"][0]["email"]
            list_id = person["headers"]["List-Id"]
            end = self._end()
            own = self.own(attempt, reader)
            self.taken.append(
                Taken(self.world.turn, issue, document["subject"], own, reader, email, list_id, end)
            )
            self._plan_reports(issue, attempt, reader, email, end)
            if end in REFUSED_SINCE:
                self.suppressed.append(ReportedSuppression(email, REFUSED_SINCE[end], self.world.time))

    # ── reports ─────────────────────────────────────────────────────────────────────────────────────────

    def _plan_reports(self, issue: str, attempt: str, reader: int, email: str, end: str) -> None:
        chance = self.world.chance
        at = self.world.time
        kinds = ["processed", end, *(["open"] if chance.happens(20) else [])]
        if end == CHOICES[0] and chance.happens(40):  # and takes it back
            kinds.append(CHOICES[1])
        for place, kind in enumerate(kinds):
            due = at + (1 + chance.below(120)) * SECOND + place * SECOND
            if self.dark[0] <= at < self.dark[1]:
                if self.mute:
                    continue
                due = max(due, self.dark[1])
            self.reports.append(Report(due, self._event(kind, issue, attempt, reader, email, at + place)))
            if chance.happens(70 if kind in CHOICES else 10):  # again, under another id, perhaps hours later
                again = self._event(kind, issue, attempt, reader, email, at + place)
                longest = 80_000 if kind in CHOICES else 8_000
                self.reports.append(Report(due + chance.below(longest) * SECOND, again))

    def _end(self) -> str:
        drawn = self.world.chance.below(100)
        for kind, weight in self.ends.items():
            if drawn >= 100 - weight:
                return kind
            drawn += weight
        return "delivered"

    def _event(self, kind: str, issue: str, attempt: str, reader: int, email: str, at: int) -> dict[str, Any]:
        own = {"type": "blocked"} if kind == "blocked" else {}
        name = "bounce" if kind == "blocked" else kind
        return {
            "event": name,
            "timestamp": at // SECOND,
            "email": email,
            "sg_event_id": f"e{self.world.chance.below(1 << 30)}",
            "sg_message_id": f"m{attempt}.recv",
            "nl_issue": issue,
            "nl_attempt": attempt,
            "nl_reader": str(reader),
            "reason": REASONS.get(kind, ""),
            **own,
        }

    def end_the_dark(self, percent: float) -> bool:
        """Report what was held back, perhaps: now, in the middle of what somebody does without it."""
        now = self.world.time
        if not self.dark[0] <= now < self.dark[1] or not self.world.chance.happens(percent):
            return False
        self.world.say("reports come at last", rare="reports in the middle")
        self.dark = self.dark[0], now
        for report in self.reports:
            report.due = min(report.due, now)
        self.hurry()
        self.world.hold_up_some(40)
        self.world.wait(self.world.chance.pick((0, 1, 20)))
        return True

    def due_reports(self) -> list[dict[str, Any]]:
        """Take out the reports that are due, in any order."""
        due = [report for report in self.reports if report.due <= self.world.time]
        if not due:
            return []
        self.reports = [report for report in self.reports if report.due > self.world.time]
        if self.world.chance.happens(50):
            due.reverse()
        return [report.event for report in due]

    def was_reported(self, event: Mapping[str, Any]) -> str:
        """Note that a report arrived for good; return the list that its mail was for."""
        attempt, reader = event["nl_attempt"], int(event["nl_reader"])
        own = self.own(attempt, reader)
        if event["event"] not in CHOICES:  # which show nothing of a request
            self.first_report.setdefault(own, self.world.now())
            self.report_turns.setdefault(own, self.world.turn)
        if event["event"] in ("bounce", "dropped"):  # a block is a bounce of a type of its own
            self.turned_back.setdefault((own, event["email"]), self.world.turn)
        return next(mail.list_id for mail in self.taken if (mail.attempt, mail.reader) == (own, reader))

    def has_taken(self, attempt: str) -> bool:
        """Say whether mail of an attempt was taken."""
        return any(mail.attempt == attempt for mail in self.taken)

    # ── questions ───────────────────────────────────────────────────────────────────────────────────────

    def search(self, attempt: str) -> LookUp:
        """Say whether mail of an attempt was taken, where the account can be asked."""
        self.world.pause("search")
        if self.contradicts == "decision":
            self.end_the_dark(50)
        if not self.searchable:
            return CannotSay("The account has no search.")
        return HasMail(f"m{attempt}") if self.has_taken(attempt) else HasNoMail()


class Port:
    """SendGrid as one process reaches it."""

    identity = NAME
    properties: Properties = PROPERTIES

    def __init__(self, sendgrid: SendGrid, process: Process) -> None:
        self._sendgrid = sendgrid
        self._process = process

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        build = prepare_requests(envelope, tags)

        def build_in_time(recipients: RecipientColumns, *, batch: str, attempt: str) -> bytes:
            self._sendgrid.hold_up(envelope.issue, recipients.emails)
            return build(recipients, batch=batch, attempt=attempt)

        return build_in_time

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        if self._sendgrid.by_message:
            return self._sendgrid.receive_each(self._process, request)
        return self._sendgrid.receive(self._process, request, late)

    def look_up(self, attempt: str) -> LookUp:
        return self._sendgrid.search(attempt)

    def suppressions(self, since: int, until: int) -> Iterator[ReportedSuppression]:
        self._sendgrid.world.pause("lists")
        yield from [own for own in self._sendgrid.suppressed if own.at >= since]

    def close(self) -> None:
        """Nothing is held open."""


def _refusal(message: str, field_name: str | None) -> Answer:
    errors = {"errors": [{"message": message, "field": field_name}]}
    return Answer(400, {}, orjson.dumps(errors))
