"""What was mailed of a background so far: its versions, in which issues each was, and who can have it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from newsletter.backgrounds.review import MailedBackground
from newsletter.backgrounds.versions import difference
from newsletter.delivery.frozen import FrozenBackground, MailingKind
from newsletter.delivery.states import MailingState
from newsletter.editorial.issue import Background
from newsletter.errors import Finding


class MailedUse(NamedTuple):
    """A mailing that carried a background: of which issue, kind and list, frozen ``at`` an instant.

    ``accepted`` and ``unknown`` are its readers by what became of their mails.
    """

    mailing: int
    issue: str
    kind: MailingKind
    state: MailingState
    list_id: int
    list_name: str
    at: int
    accepted: int
    unknown: int
    background: FrozenBackground

    def and_also(self, later: "MailedUse") -> "MailedUse":
        """Return both as one, counted together."""
        return self._replace(
            accepted=self.accepted + later.accepted, unknown=self.unknown + later.unknown, state=later.state
        )


@dataclass(frozen=True, slots=True)
class BackgroundVersion:
    """A version that was mailed: its ``number``, from 1 in the order they were first frozen, and its uses."""

    number: int
    digest: str
    uses: tuple[MailedUse, ...]

    @property
    def latest(self) -> FrozenBackground:
        """Return it as it was frozen last: its review and line breaks may be others than at first."""
        return self.uses[-1].background

    @property
    def first_at(self) -> int:
        """Return the instant at which it was first frozen, in microseconds since 1970, UTC."""
        return self.uses[0].at

    @property
    def accepted(self) -> int:
        """Return how many mails with it were accepted."""
        return sum(use.accepted for use in self.uses)

    @property
    def issues(self) -> tuple[MailedUse, ...]:
        """Return its uses with those of one issue to one list, such as to newcomers, counted as one."""
        found: dict[tuple[str, int], MailedUse] = {}
        for use in self.uses:
            before = found.get((use.issue, use.list_id))
            found[use.issue, use.list_id] = use if before is None else before.and_also(use)
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class BackgroundRecord:
    """A background: its file as it stands, unless that is gone or has faults, and all that was mailed of it.

    ``findings`` are the faults of its file, or say why there is none.
    """

    name: str
    background: Background | None
    versions: tuple[BackgroundVersion, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def title(self) -> str:
        """Return its title: as it stands or, without a file, as it was last mailed."""
        if self.background:
            return self.background.title
        return self.versions[-1].latest.title if self.versions else ""

    @property
    def number(self) -> int | None:
        """Return the number of the version that the file holds; None when that was never mailed."""
        digest = self.background.digest if self.background else ""
        return next((version.number for version in self.versions if version.digest == digest), None)


def versions_of(uses: Sequence[MailedUse]) -> tuple[BackgroundVersion, ...]:
    """Return the versions in the uses of one background, which are the oldest first."""
    by_digest: dict[str, list[MailedUse]] = {}
    for use in uses:
        by_digest.setdefault(use.background.digest, []).append(use)
    return tuple(
        BackgroundVersion(number, digest, tuple(found))
        for number, (digest, found) in enumerate(by_digest.items(), start=1)
    )


def names_of(background: Background) -> tuple[str, ...]:
    """Return the names that a background's history is kept under."""
    return background.name, *background.formerly


def mailed_before(uses: Sequence[MailedUse], names: Collection[str]) -> MailedBackground:
    """Return what a check is told of the background with these names."""
    own = [use for use in uses if use.background.name in names]
    if not own:
        return MailedBackground()
    last = own[-1].background
    digests = frozenset(use.background.digest for use in own if use.accepted)
    return MailedBackground(digests, last.digest, date.fromisoformat(last.reviewed))


def last_got(uses: Sequence[MailedUse], names: Collection[str], list_id: int) -> str:
    """Return the digest of the version that was last accepted for anybody on a list, or nothing.

    What newcomers got says nothing of all the others; it counts only where nobody else got any.
    """
    got = [use for use in uses if use.list_id == list_id and use.accepted and use.background.name in names]
    others = [use for use in got if use.kind != MailingKind.NEWCOMERS] or got
    return others[-1].background.digest if others else ""


class BackgroundDifference(NamedTuple):
    """What changed from one version to the next, by their numbers; None is the file, as nobody got it yet."""

    before: int
    after: int | None
    lines: Sequence[str]


def differences_of(record: BackgroundRecord) -> tuple[BackgroundDifference, ...]:
    """Return what changed from version to version, and from the last one to the file as it stands."""
    texts = [(version.number, version.latest.title, version.latest.text) for version in record.versions]
    steps: list[tuple[int | None, str, str]] = [*texts]
    if record.background and texts and record.number is None:
        steps.append((None, record.background.title, record.background.text))
    return tuple(
        BackgroundDifference(number, after[0], difference((title, text), after[1:]))
        for (number, title, text), after in zip(texts, steps[1:], strict=False)
    )
