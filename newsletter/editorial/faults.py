"""Gather what is wrong with a file, so that an editor sees all of it at once."""

from collections.abc import Iterable

from newsletter.errors import Finding, IssueError

LIMIT = 200  # a file with more faults than this is no brief; to list a million would take minutes


class Faults:
    """Faults of one file, each said once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[str, int, str], Finding] = {}
        self._elsewhere: dict[Finding, None] = {}

    def __bool__(self) -> bool:
        return bool(self._found or self._elsewhere)

    @property
    def full(self) -> bool:
        """Say whether so much is wrong that looking further would help nobody."""
        return len(self._found) >= LIMIT

    def add(self, code: str, line: int, message: str, hint: str) -> None:
        """Note a fault. The same words for the same line add nothing."""
        if not self.full:
            finding = Finding(code, "error", self.file, line, message, hint)
            self._found.setdefault((code, line, message), finding)

    def add_elsewhere(self, findings: Iterable[Finding]) -> None:
        """Note the faults of another file, without which this one cannot be read."""
        self._elsewhere.update(dict.fromkeys(findings))

    def has(self, code: str, first: int, last: int) -> bool:
        """Say whether a fault of that code lies on one of the lines first to last, both included."""
        return any(code == code_found and first <= line <= last for code_found, line, _ in self._found)

    def raise_if_full(self) -> None:
        """Raise IssueError when so much is wrong that looking further would help nobody."""
        if self.full:
            self.raise_any()

    def raise_any(self) -> None:
        """Raise IssueError with every fault, by line, other files' last; do nothing when there is none."""
        if self:
            order = sorted(self._found.values(), key=lambda finding: (finding.line or 0, finding.code))
            raise IssueError([*order, *self._elsewhere])
