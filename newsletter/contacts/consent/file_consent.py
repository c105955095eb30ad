"""FileConsent: what the columns of a file, together, say of a reader's standing and consent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from newsletter.contacts.consent.column import TELLING, WORDS, ConsentColumn, plain, topic_of
from newsletter.contacts.consent.dates import instant, is_date
from newsletter.contacts.consent.questions import Questions
from newsletter.contacts.consent.standing import (
    SUPPRESSING,
    ConsentKind,
    Meaning,
    NoStanding,
    Standing,
    strictest,
)
from newsletter.contacts.fields import clean
from newsletter.delivery.states import SubscriptionState, SuppressionReason

LONGEST_TELLING = 200  # characters of a cell that is looked through for words of a state
# The words that can only be a reader's state, however their parts are joined.
_TELLING = frozenset(word.replace(" ", mark) for word in TELLING for mark in (" ", "-", "_", ""))
MAX_EVIDENCE = 200  # characters of a cell that are kept as evidence

_SUGGESTED: Mapping[str, Standing] = {
    "bounced": SuppressionReason.BOUNCE,
    "complained": SuppressionReason.COMPLAINT,
    "blocked": SuppressionReason.MANUAL,
}


class RowStanding(NamedTuple):
    """What a row says of a reader, as ``rows.Row`` has it; ``disagreeing`` are columns that contradict."""

    status: SubscriptionState = SubscriptionState.CONFIRMED
    suppressed: str = ""
    joined: int | None = None
    since: int | None = None
    suppressed_since: int | None = None
    consent: str = ""
    disagreeing: tuple[str, ...] = ()


NOTHING_SAID = RowStanding()


@dataclass(frozen=True, slots=True)
class FileConsent:
    """How the rows of a file say who may be mailed.

    ``columns`` and ``dates`` are columns by place; ``watched`` are the places and headers of all others,
    whose cells are looked at for words that can only be a reader's state. ``everyone`` is what all rows are
    said to be, by an editor or a file's name; ``source`` says where the consent came from.
    """

    columns: tuple[tuple[int, ConsentColumn], ...] = ()
    dates: tuple[tuple[int, str, ConsentKind], ...] = ()
    watched: tuple[tuple[int, str], ...] = ()
    everyone: Standing | None = None
    source: str = "import"
    questions: Questions = field(default_factory=Questions)

    def standing_of(self, cells: Sequence[str]) -> RowStanding:
        """Return what a row says; what is unclear is kept among the questions."""
        watched = list(self._watched(cells)) if self.watched else []
        if not watched and not self.columns and not self.dates and self.everyone is None:
            return NOTHING_SAID
        said = [*watched, *self._said(cells)]
        standing = strictest(standing for standing, _, _ in said)
        at = self._instants(cells)
        status = SubscriptionState.UNSUBSCRIBED if standing in SUPPRESSING else SubscriptionState(standing)
        left = at.get(ConsentKind.UNSUBSCRIBED) if status is SubscriptionState.UNSUBSCRIBED else None
        joined = at.get(ConsentKind.JOINED, at.get(ConsentKind.CONFIRMED))
        since = {
            SubscriptionState.UNSUBSCRIBED: left,
            SubscriptionState.CONFIRMED: at.get(ConsentKind.CONFIRMED, joined),
            SubscriptionState.PENDING: joined,
        }[status]
        different = {standing for standing, _, _ in said}
        if status is SubscriptionState.UNSUBSCRIBED:
            self.questions.stopped = True
        return RowStanding(
            status=status,
            suppressed=standing if standing in SUPPRESSING else "",
            joined=joined,
            since=since,
            suppressed_since=left if standing in SUPPRESSING else None,
            consent=self._consent(cells, status, said),
            disagreeing=tuple(dict.fromkeys(header for _, header, _ in said)) if len(different) > 1 else (),
        )

    def _watched(self, cells: Sequence[str]) -> Iterator[tuple[Standing, str, str]]:
        """Yield what other columns say: words that can only be a state, or were answered to be one."""
        width = len(cells)
        for place, header in self.watched:
            cell = cells[place] if place < width else ""
            if not cell or len(cell) > LONGEST_TELLING:
                continue
            for word in cell.split(",") if "," in cell else (cell,):
                said = self.questions.answers.of(header, word)
                if said is None and word.strip().casefold() in _TELLING:
                    said = self.questions.ask(
                        header, word, suggested=WORDS.get(plain(word), SubscriptionState.UNSUBSCRIBED)
                    )
                if said is not None and not isinstance(said, NoStanding):
                    yield said, header, word

    def _said(self, cells: Sequence[str]) -> Iterator[tuple[Standing, str, str]]:
        """Yield each column's word on a reader's standing, its header, and its cell."""
        if self.everyone is not None:
            yield self.everyone, "the whole file", ""
        for place, column in self.columns:
            cell = cells[place].strip() if place < len(cells) else ""
            said = self._meaning(column, cell)
            if said is not None and not isinstance(said, NoStanding):
                yield said, column.header, cell

    def _meaning(self, column: ConsentColumn, cell: str) -> Meaning | None:
        answered = self.questions.answers.of(column.header, cell)
        if answered is not None:
            return answered
        said = column.meaning_of(cell)
        if said is NoStanding.UNCLEAR:
            topic = topic_of(column.header) or ""
            return self.questions.ask(
                column.header, cell, suggested=_SUGGESTED.get(topic, SubscriptionState.UNSUBSCRIBED)
            )
        return said

    def _instants(self, cells: Sequence[str]) -> dict[ConsentKind, int]:
        found: dict[ConsentKind, int] = {}
        for place, _, kind in self.dates:
            at = instant(cells[place]) if place < len(cells) else None
            if at is not None:
                found.setdefault(kind, at)
        return found

    def _consent(
        self, cells: Sequence[str], status: SubscriptionState, said: Sequence[tuple[Standing, str, str]]
    ) -> str:
        """Return the consents in a row: its dates, and where none says how it stands, its words."""
        steps: list[tuple[int | None, str, str, str, str, str]] = []
        for place, header, kind in self.dates:
            cell = cells[place].strip() if place < len(cells) else ""
            left = kind is ConsentKind.UNSUBSCRIBED
            if not is_date(cell) or (left and status is not SubscriptionState.UNSUBSCRIBED):
                continue
            at = instant(cell)
            evidence = header if at is not None else f"{header}: {cell}"
            steps.append((at, kind, self.source, "", "", clean(evidence)[:MAX_EVIDENCE]))
        if not steps and not said:
            return ""
        kinds = {kind for _, kind, *_ in steps}
        left = status is SubscriptionState.UNSUBSCRIBED
        now = ConsentKind.UNSUBSCRIBED if left else ConsentKind.IMPORTED
        if now not in kinds and (left or not kinds):
            words = "; ".join(f"{header}: {cell}" if cell else header for _, header, cell in said)
            steps.append((None, now, self.source, "", "", clean(words)[:MAX_EVIDENCE]))
        return orjson.dumps(steps).decode()


def date_of(header: str) -> ConsentKind | None:
    """Return what a date under a speaking column would be the date of, or None."""
    topic = topic_of(header)
    if topic in ("left", "bounced", "complained", "blocked"):
        return ConsentKind.UNSUBSCRIBED
    return ConsentKind.CONFIRMED if topic in ("consent", "confirmation") else None
