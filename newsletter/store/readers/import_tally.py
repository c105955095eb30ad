"""What an import is told, and the count of what became of its rows."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, func, select

from newsletter.contacts.table.occurrences import LINES_TOLD, Occurrences


def count_found(connection: Connection, occurrences: Occurrences, lines: Select[tuple[int]]) -> None:
    """Count the rows whose lines a query finds."""
    found = lines.subquery()
    occurrences.count += connection.scalar(select(func.count()).select_from(found)) or 0
    first = connection.scalars(select(found.c.line).order_by(found.c.line).limit(LINES_TOLD))
    occurrences.lines = sorted([*occurrences.lines, *first])[:LINES_TOLD]


@dataclass(slots=True)
class Merged:
    """What became of the rows: each is repeated, erased, suppressed, left, stopped, joined or known.

    repeated: rows of an address that has another row in the file, folded into that one. erased: of readers
    who had themselves erased, not taken in. suppressed: never mailed since before, so not taken in. left:
    unsubscribed from the list before and still so. stopped: on the list until now, and the file says they
    left, bounced or complained. joined: new on the list; ``joined_as`` counts them by status, and as
    suppressed those who are never mailed. known: on it already. overfull: of the known, those whose new
    attributes would not fit beside the old. ``suppressions`` counts addresses newly suppressed, by reason.
    """

    list_made: bool = False
    rows: int = 0
    repeated: int = 0
    erased: Occurrences = field(default_factory=Occurrences)
    suppressed: Occurrences = field(default_factory=Occurrences)
    left: Occurrences = field(default_factory=Occurrences)
    stopped: Occurrences = field(default_factory=Occurrences)
    joined: int = 0
    joined_as: Counter[str] = field(default_factory=Counter)
    known: int = 0
    overfull: Occurrences = field(default_factory=Occurrences)
    suppressions: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Import:
    """What an import is told: into which list, when, and by which file.

    ``attributes`` is read once all rows are. ``clock`` (microseconds, UTC) is asked with the right to write
    already held: a send that begins meanwhile must not find readers dated before itself. ``source`` and
    ``evidence`` are kept as the consent of readers of whom the file itself tells none. ``before_writing`` is
    called once all rows were read and nothing is stored: what it raises ends the import.
    """

    list_name: str
    attributes: Iterable[str]
    clock: Callable[[], int]
    source: str = "import"
    evidence: str = ""
    erased_before: int = 0
    before_writing: Callable[[], None] = lambda: None
    after_writing: Callable[[Connection, int], None] = lambda connection, list_key: None
