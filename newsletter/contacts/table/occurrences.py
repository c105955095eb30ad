"""Occurrences: how often something met the rows of a file, and where first."""

from dataclasses import dataclass, field

LINES_SHOWN = 10


@dataclass(slots=True)
class Occurrences:
    """How many rows something befell, and the lines of the first of them."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one row; rows come in order of line."""
        self.count += 1
        if len(self.lines) < LINES_SHOWN:
            self.lines.append(line)

    def join(self, other: "Occurrences") -> None:
        """Count the rows of another file too."""
        self.count += other.count
        self.lines = [*self.lines, *other.lines][:LINES_SHOWN]
