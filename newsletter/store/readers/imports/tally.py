"""Tally: the count of what became of an import's rows."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, func, select

from newsletter.contacts.table.occurrences import LINES_SHOWN, Occurrences


@dataclass(slots=True)
class Merged:
    """What became of the rows: each is repeated, erased, suppressed, left, stopped, joined or known.

    repeated: rows of an address that has another row in the file, folded into that one. erased: of readers
    who had themselves erased, not taken in. suppressed: never mailed since before, so not taken in. left:
    unsubscribed from the list before and still so. stopped: on the list until now, and the file says they
    left, bounced or complained. joined: new on the list; ``joined_as`` counts them by status, and as
    suppressed those who are never mailed. known: on it already. overfull: of the known, those whose new
    attributes would not fit together with the old. ``suppressions`` counts addresses newly suppressed, by
    reason.
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


def count_found(connection: Connection, occurrences: Occurrences, lines: Select[tuple[int]]) -> None:
    """Count the rows whose lines a query finds."""
    found = lines.subquery()
    occurrences.count += connection.scalar(select(func.count()).select_from(found)) or 0
    first = connection.scalars(select(found.c.line).order_by(found.c.line).limit(LINES_SHOWN))
    occurrences.lines = sorted([*occurrences.lines, *first])[:LINES_SHOWN]
