"""A publication whose provider answers as a test tells it to, and whose clock makes nobody wait."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event

import orjson
from conftest import BRIEF
from databases import empty_database

from newsletter.config import Settings
from newsletter.delivery.evidence import CannotSay, LookUp, ReportedSuppression
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import (
    Accepted,
    AccountRefused,
    NotAccepted,
    Outcome,
    PerMessage,
    Refused,
    Unknown,
    Whole,
    of_one_reader,
)
from newsletter.delivery.properties import Properties
from newsletter.delivery.provider import Build, Recipient
from newsletter.sandbox.kind import PROPERTIES
from newsletter.variables import merged
from newsletter.wiring import Wiring


class Killed(BaseException):
    """A sender killed without warning: whatever it held stays as it is."""


class Ticking:
    """A clock whose every look is a millisecond later, and which never makes anybody wait."""

    def __init__(self) -> None:
        self.at = 1_000_000_000_000_000

    def now(self) -> int:
        self.at += 1000
        return self.at

    def wait(self, seconds: float, stop: Event) -> None:
        self.at += int(seconds * 1_000_000)


@dataclass(frozen=True)
class Answer:
    """What the provider does with one request: ``taken`` is the truth, whatever it says.

    ``messages`` are its answers "by message", a reader each and then again from the first; of what is silent,
    "silent, taken" was taken.
    """

    kind: str
    taken: bool = False
    places: tuple[int, ...] = ()
    late: bool = False
    retry_after: float = 0
    messages: tuple[str, ...] = ()


@dataclass
class Scripted:
    """A provider that answers as told, then accepts; it knows who was really mailed."""

    identity: str = "sandbox"
    properties: Properties = PROPERTIES
    script: deque[Answer] = field(default_factory=deque)
    mailed: Counter[int] = field(default_factory=Counter)
    subjects: set[str] = field(default_factory=set)  # of the requests it was asked to build
    attempts: dict[str, list[int]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    look_ups: dict[str, LookUp] = field(default_factory=dict)  # what it says of attempts when asked
    look: Callable[[list[int]], None] = lambda ids: None
    meanwhile: Callable[[], None] = lambda: None
    late_held: bool = False  # answers that are late are later still
    late: list[tuple[Callable[[Outcome], None], Outcome]] = field(default_factory=list)

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        return partial(self.build, envelope)

    def build(
        self, envelope: Envelope, recipients: Sequence[Recipient], *, batch: str, attempt: str
    ) -> bytes:
        ids = [recipient.reader for recipient in recipients]
        self.subjects.add(envelope.message.subject)
        self.attempts[attempt] = ids
        self.look(ids)
        if self.script and self.script[0].kind == "killed before the wire":
            self.script.popleft()
            raise Killed
        return orjson.dumps({"attempt": attempt, "readers": ids})

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        self._tell_late()
        self.meanwhile()
        answer = self.script.popleft() if self.script else Answer("accepted", taken=True)
        document = orjson.loads(request)
        if answer.kind == "by message":
            return self._by_message(document["attempt"], document["readers"], answer.messages)
        if answer.taken:
            self.mailed.update(document["readers"])
            self.taken.append(document["attempt"])
        if answer.kind.startswith("killed"):
            raise Killed
        if answer.late:
            self.late.append((late, Accepted("late") if answer.taken else NotAccepted("late")))
        return _outcome(answer)

    def _by_message(self, attempt: str, readers: list[int], messages: Sequence[str]) -> Outcome:
        said = {reader: messages[place % len(messages)] for place, reader in enumerate(readers)}
        accepted = [reader for reader, kind in said.items() if kind == "accepted"]
        silent = [reader for reader, kind in said.items() if kind == "silent, taken"]
        self.mailed.update([*accepted, *silent])
        self.attempts[attempt] = accepted
        self.taken += [attempt] if accepted else []
        for reader in silent:
            own = attempt if len(readers) == 1 else of_one_reader(attempt, reader)
            self.attempts[own] = [reader]
            self.taken.append(own)
        return PerMessage(tuple(_MESSAGES[kind] for kind in said.values()))

    def look_up(self, attempt: str) -> LookUp:
        return self.look_ups.get(attempt, CannotSay("the account has no search"))

    def suppressions(self, since: int, until: int) -> Iterator[ReportedSuppression]:
        return iter(())

    def close(self) -> None:
        self._tell_late()

    def _tell_late(self) -> None:
        while self.late and not self.late_held:
            tell, outcome = self.late.pop()
            tell(outcome)


_MESSAGES: Mapping[str, Whole] = {
    "accepted": Accepted("message"),
    "later": NotAccepted("greylisted"),
    "refused": Refused("no such mailbox"),
    "account": AccountRefused("no credit"),
    "silent": Unknown("the line broke"),
    "silent, taken": Unknown("the line broke"),
}


def _outcome(answer: Answer) -> Outcome:
    outcomes: dict[str, Outcome] = {
        "accepted": Accepted("message"),
        "not accepted": NotAccepted("busy", retry_after=answer.retry_after),
        "refused": Refused("no"),
        "named": Refused("no", tuple((place, f"place {place}") for place in answer.places)),
        "too large": Refused("too much", too_large=True),
        "account": AccountRefused("no credit"),
        "unknown": Unknown("silence"),
    }
    return outcomes[answer.kind]


class Wired(Wiring):
    """A publication wired to a provider and a clock of this test."""

    def __init__(
        self,
        root: Path,
        post: Scripted,
        *,
        batch_size: int = 10,
        wait_for_lock: float = 60,
        delivery: Mapping[str, object] = {},
        **sections: Mapping[str, object],
    ) -> None:
        (root / "issues").mkdir(parents=True)
        (root / "issues" / "first.md").write_text(BRIEF)
        (root / "newsletter.db").write_bytes(empty_database())
        values = {"publication": {"name": "Dig In", "from_email": "news@example.org"}}
        how = {"provider": "sandbox", "batch_size": batch_size, "threads": 1, **delivery}
        database = {"database": {"url": f"sqlite:///newsletter.db?timeout={wait_for_lock}"}}
        secrets = merged({}, os.environ, {})  # which nothing but the environment holds
        super().__init__(Settings(root=root, **values, **secrets, delivery=how, **database, **sections))  # type: ignore[arg-type]
        self.clock = Ticking()  # type: ignore[assignment]
        self.post = post

    @contextmanager
    def provider(self) -> Iterator[Scripted]:
        try:
            yield self.post
        except Killed:
            self.post.late.clear()  # nobody is left to wait for them
            raise
        finally:
            self.post.close()
