"""Questions: what a file's columns leave open, all asked at once, each with a finished answer to paste."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from newsletter.audience.consent.column import NOTHING, Meaning, plain
from newsletter.audience.consent.standing import Standing
from newsletter.errors import AudienceError, UsageError

MAX_VALUES = 12  # of one column, shown and answered one by one; further ones together
MAX_VALUE = 200  # characters of a value that can be answered by itself
ANY_OTHER = "*"
ANSWERS = ("confirmed", "pending", "unsubscribed", "bounce", "complaint", "blocked", "nothing")
_MEANT: Mapping[str, Meaning] = {
    **{standing: standing for standing in get_args(Standing)},
    "nothing": "nothing",
    "blocked": "manual",
}
_WRITTEN = {"manual": "blocked"}


def meaning(word: str, *, option: str) -> Meaning:
    """Return what an answer's last word means. Raises UsageError for one that is none."""
    said = _MEANT.get(word.strip().casefold())
    if said is None:
        raise UsageError(f"{option}: “{word}” is no answer.", hint=f"Answers are: {', '.join(ANSWERS)}.")
    return said


def everyone_is(word: str | None) -> Standing | None:
    """Return what everyone in a file is said to be. Raises UsageError for a word that is no answer."""
    if word is None:
        return None
    said = meaning(word, option="--as")
    return "confirmed" if said == "nothing" or said == "unclear" else said


def header_key(header: str) -> str:
    """Return what headers are compared by: case and white space make no difference."""
    return " ".join(header.casefold().split())


@dataclass(frozen=True, slots=True)
class Answers:
    """What an editor answered: what a column's value says, by the column's and the value's key."""

    said: Mapping[tuple[str, str], Meaning] = field(default_factory=dict)

    def of(self, header: str, cell: str) -> Meaning | None:
        """Return what a cell was answered to say, or None when it was not asked yet."""
        key = header_key(header)
        exact = self.said.get((key, value_key(cell)))
        return self.said.get((key, ANY_OTHER)) if exact is None else exact

    def about(self, header: str) -> bool:
        """Say whether anything was answered about a column."""
        key = header_key(header)
        return any(column == key for column, _ in self.said)


def answers_of(kept: Mapping[tuple[str, str], str]) -> Answers:
    """Return answers as they were kept."""
    return Answers({about: _MEANT[word] for about, word in kept.items() if word in _MEANT})


def answers_given(answers: Answers, remembered: Answers) -> dict[tuple[str, str], str]:
    """Return the answers that are not among the remembered ones, to be kept."""
    return {about: str(said) for about, said in answers.said.items() if remembered.said.get(about) != said}


def value_key(cell: str) -> str:
    """Return what values are compared by; the many ways to write nothing are one."""
    word = plain(cell)
    return "" if word in NOTHING else word


def parse_answers(
    given: Iterable[str], headers: Iterable[str], *, insist: bool = True
) -> dict[tuple[str, str], Meaning]:
    """Return answers written as ``COLUMN:VALUE=ANSWER``, for the columns of a file.

    Raises UsageError for one that is not so written, or, to ``insist``, names no column of the file.
    """
    keys = sorted({header_key(header): header for header in headers}, key=len, reverse=True)
    answers: dict[tuple[str, str], Meaning] = {}
    for text in given:
        left, equals, word = text.rpartition("=")
        name = header_key(left)
        column = next((key for key in keys if name.startswith(f"{key}:") or name == f"{key}:"), None)
        if not equals or ":" not in left:
            raise UsageError(
                f"--value: “{text}” is not COLUMN:VALUE=ANSWER.",
                hint='Write it like --value "Status:A=confirmed"',
            )
        if column is None and not insist:
            continue
        if column is None:
            raise UsageError(f"--value: no column of the file is meant by “{left}”.")
        value = name[len(column) + 1 :].strip()
        answers[column, ANY_OTHER if value == ANY_OTHER else value_key(value)] = meaning(
            word, option="--value"
        )
    return answers


@dataclass(slots=True)
class Questions:
    """Values that only a person can read, by column, each with how many rows hold it."""

    answers: Answers = field(default_factory=Answers)
    _asked: dict[str, Counter[str]] = field(default_factory=dict)
    _suggested: dict[str, Standing] = field(default_factory=dict)

    def ask(self, header: str, cell: str, *, suggested: Standing = "unsubscribed") -> Meaning | None:
        """Return what a cell was answered to say; without an answer keep the question, and return None."""
        if (said := self.answers.of(header, cell)) is not None:
            return said
        values = self._asked.setdefault(header, Counter())
        self._suggested.setdefault(header, suggested)
        value = " ".join(cell.split())
        shown = "" if plain(value) in NOTHING else value
        values[
            shown if len(shown) <= MAX_VALUE and (shown in values or len(values) < 1_000) else ANY_OTHER
        ] += 1
        return None

    @property
    def open(self) -> bool:
        """Say whether anything was asked that needs an answer."""
        return any(self._asked_of(header) for header in self._asked)

    def _asked_of(self, header: str) -> Counter[str]:
        """Return a column's open values. Empty cells of a column without any other are no question."""
        values = self._asked[header]
        return Counter() if set(values) == {""} and not self._was_plain(header) else values

    def _was_plain(self, header: str) -> bool:
        return header in self._plain

    _plain: set[str] = field(default_factory=set)

    def read_plainly(self, header: str) -> None:
        """Note that a cell of a column said something plain: its empty cells then are a question."""
        self._plain.add(header)

    def error(self, command: Iterable[str], file: str) -> AudienceError:
        """Return the error that asks: each column with its values, and the command that answers them all."""
        lines, options = [], []
        for header in self._asked:
            values = self._asked_of(header)
            if not values:
                continue
            lines.append(f"  “{header}”: {self._told(values)}")
            options += [f"--value {shlex.quote(answer)}" for answer in self._answers_for(header, values)]
        asked = "\n".join(lines)
        finished = " \\\n    ".join([shlex.join(command), *options])
        return AudienceError(
            "Some columns speak of consent, leaving or bounces, and what they say is not plain. Nothing was"
            f" imported.\n{asked}",
            file=file,
            hint="Say for each value what it makes of a reader, then run this; as it stands, none of them is"
            f" mailed:\n    {finished}\n  Answers are {', '.join(ANSWERS)}. For a column that says nothing of"
            ' the kind: --ignore-column NAME, or --column "NAME=field" to keep it as a merge field.',
        )

    def _told(self, values: Counter[str]) -> str:
        shown = [
            f"{'(empty)' if not value else f'“{value[:40]}”'} in {n:,} {'row' if n == 1 else 'rows'}"
            for value, n in values.most_common(MAX_VALUES)
        ]
        rest = len(values) - len(shown)
        return ", ".join(shown) + (f", and {rest:,} other values" if rest > 0 else "")

    def _answers_for(self, header: str, values: Counter[str]) -> list[str]:
        word = _WRITTEN.get(self._suggested[header], self._suggested[header])
        told = [value for value, _ in values.most_common(MAX_VALUES) if value != ANY_OTHER]
        more = len(values) > len(told)
        return [f"{header}:{value}={word}" for value in [*told, *([ANY_OTHER] if more else [])]]
