"""Questions: what a file's columns leave open, all asked at once, each with a finished answer to paste."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from newsletter.contacts.consent.column import NOTHING, plain
from newsletter.contacts.consent.standing import IN_A_WORD, Meaning, NoStanding, Standing
from newsletter.delivery.states import SubscriptionState, SuppressionReason
from newsletter.errors import AudienceError, UsageError

MAX_VALUES = 12  # of one column, shown and answered one by one; further ones together
MAX_VALUE = 200  # characters of a value that can be answered by itself
ANY_OTHER = "*"
_BLOCKED = "blocked"  # what people call a suppression by hand
ANSWERS = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.PENDING,
    SubscriptionState.UNSUBSCRIBED,
    SuppressionReason.BOUNCE,
    SuppressionReason.COMPLAINT,
    _BLOCKED,
    NoStanding.NOTHING,
)
_MEANINGS: Mapping[str, Meaning] = {
    **{standing: standing for standing in IN_A_WORD},
    NoStanding.NOTHING: NoStanding.NOTHING,
    _BLOCKED: SuppressionReason.MANUAL,
}


def meaning(word: str, *, option: str) -> Meaning:
    """Return what an answer's last word means. Raises UsageError for one that is none."""
    said = _MEANINGS.get(word.strip().casefold())
    if said is None:
        raise UsageError(f"{option}: “{word}” is no answer.", hint=f"Answers are: {', '.join(ANSWERS)}.")
    return said


def everyone_is(word: str | None) -> Standing | None:
    """Return what everyone in a file is said to be. Raises UsageError for a word that is no answer."""
    if word is None:
        return None
    said = meaning(word, option="--as")
    return SubscriptionState.CONFIRMED if isinstance(said, NoStanding) else said


def header_key(header: str) -> str:
    """Return what headers are compared by: case and white space make no difference."""
    return " ".join(header.casefold().split())


@dataclass(frozen=True, slots=True)
class Answers:
    """What an editor answered: what a column's value says, by the column's and the value's key."""

    said: Mapping[tuple[str, str], Meaning] = field(default_factory=dict)

    def of(self, header: str, cell: str) -> Meaning | None:
        """Return what this very value was answered to say, or None when it was not asked yet."""
        return self.said.get((header_key(header), value_key(cell))) if self.said else None

    def otherwise(self, header: str) -> Meaning | None:
        """Return what was answered for all other values of a column that are not plain by themselves."""
        return self.said.get((header_key(header), ANY_OTHER))


def answers_of(kept: Mapping[tuple[str, str], str]) -> Answers:
    """Return answers as they were kept."""
    return Answers({about: _MEANINGS[word] for about, word in kept.items() if word in _MEANINGS})


def answers_given(answers: Answers, remembered: Answers) -> dict[tuple[str, str], str]:
    """Return the answers that are not among the remembered ones, to be kept."""
    return {about: str(said) for about, said in answers.said.items() if remembered.said.get(about) != said}


def _as_written(standing: Standing) -> str:
    return _BLOCKED if standing is SuppressionReason.MANUAL else standing


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
    """Values that only a person can read, by column, each with how many rows hold it.

    ``named`` is the state that a name speaks of, the file's or that of its column of addresses: a question
    too, unless some row was read as a state in which nobody is mailed (``stopped``).
    """

    answers: Answers = field(default_factory=Answers)
    _asked: dict[str, Counter[str]] = field(default_factory=dict)
    _suggested: dict[str, Standing] = field(default_factory=dict)
    named: Standing | None = None
    stopped: bool = False

    def ask(
        self, header: str, cell: str, *, suggested: Standing = SubscriptionState.UNSUBSCRIBED
    ) -> Meaning | None:
        """Return what was answered for cells of no plain meaning; else keep the question, and return None."""
        if (said := self.answers.otherwise(header)) is not None:
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
        return bool(self._asked) or (self.named is not None and not self.stopped)

    def asked(self) -> tuple[list[str], list[str]]:
        """Return the questions as lines for a person, and the options that answer them."""
        lines, options = [], []
        for header, values in self._asked.items():
            lines.append(f"  “{header}”: {_shown(values)}")
            options += [f"--value {shlex.quote(answer)}" for answer in self._answers_for(header, values)]
        if self.named is not None and not self.stopped:
            word = _as_written(self.named)
            lines.append(
                f"  The name of the file, or of its column of addresses, speaks of readers who are {word},"
            )
            lines.append("  and no row says so. If all of them may be mailed: --as confirmed")
            options.append(f"--as {word}")
        return lines, options

    def _answers_for(self, header: str, values: Counter[str]) -> list[str]:
        word = _as_written(self._suggested[header])
        asked = [value for value, _ in values.most_common(MAX_VALUES) if value != ANY_OTHER]
        more = len(values) > len(asked)
        return [f"{header}:{value}={word}" for value in [*asked, *([ANY_OTHER] if more else [])]]


def _shown(values: Counter[str]) -> str:
    shown = [
        f"{'(empty)' if not value else f'“{value[:40]}”'} in {n:,} {'row' if n == 1 else 'rows'}"
        for value, n in values.most_common(MAX_VALUES)
    ]
    rest = len(values) - len(shown)
    return ", ".join(shown) + (f", and {rest:,} other values" if rest > 0 else "")


def questions_error(asking: Mapping[str, Questions], command: Iterable[str]) -> AudienceError:
    """Return the error that asks all that is open, by file, with the command that answers it."""
    lines: list[str] = []
    options: dict[str, None] = {}
    for file, questions in asking.items():
        open_questions, answers = questions.asked()
        lines += [f"  {file}:", *open_questions] if len(asking) > 1 else open_questions
        options |= dict.fromkeys(answers)
    asked = "\n".join(lines)
    finished = " \\\n    ".join([shlex.join(command), *options])
    return AudienceError(
        "Some columns speak of consent, leaving or bounces, and what they say is not plain. Nothing was"
        f" imported.\n{asked}",
        file=next(iter(asking)) if len(asking) == 1 else "",
        hint="Say for each value what it makes of a reader, then run this; as it stands, none of them is"
        f" mailed:\n    {finished}\n  Answers are {', '.join(ANSWERS)}. For a column that says nothing of"
        ' the kind: --ignore-column NAME, or --column "NAME=field" to keep it as a merge field.',
    )
