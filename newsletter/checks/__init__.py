"""What an editor should know before a reader sees an issue: of the brief, its links and pictures, the mail.

Pure, and above both editorial and rendering. docs/checks.md explains every code.
"""

from collections.abc import Iterable, Iterator

from newsletter.checks import backgrounds, pictures, silence  # noqa: F401  (each registers)
from newsletter.checks.limits import Limits
from newsletter.checks.links import checks, pages  # noqa: F401
from newsletter.checks.links import pictures as linked_pictures  # noqa: F401
from newsletter.checks.mail import (  # noqa: F401
    clients,
    contrast,
    document,
    legible,
    links,
    sender,
    size,
    structure,
    text_part,
    unstyled,
)
from newsletter.checks.mail.size import is_hopeless
from newsletter.checks.registry import (
    Check,
    CheckedIssue,
    CheckFacts,
    PageAnswer,
    PictureFacts,
    SpamReport,
    registered,
)
from newsletter.checks.text import (  # noqa: F401
    brief,
    doubled,
    fields,
    language,
    moments,
    quotes,
    residue,
    subject,
    swallowed,
    tables,
)
from newsletter.editorial.issue import Issue
from newsletter.errors import Finding
from newsletter.rendering.message import RenderedMessage

__all__ = [
    "NEVER_SENT",
    "Check",
    "CheckFacts",
    "Limits",
    "PageAnswer",
    "PictureFacts",
    "SpamReport",
    "is_hopeless",
    "registered",
    "run_checks",
]

# Reported in any draft, and refused in real mail: what is certainly not meant for readers, or not so yet.
NEVER_SENT = ("background-ahead", "comment-shown", "text-unwritten")

_WEIGHT = {"error": 0, "warning": 1, "notice": 2}


def run_checks(
    issue: Issue, facts: CheckFacts, message: RenderedMessage | None = None
) -> tuple[Finding, ...]:
    """Return every finding, by line; those of the backgrounds included, then of the whole mail, come last.

    What was silenced is left out, and what has one cause is reported once. Without ``message`` the checks of
    the rendered mail say nothing. What keeps an issue from being read at all is not found here but raised by
    ``parse_issue``.
    """
    checked = CheckedIssue(issue, facts, message)
    found = (finding for check in registered() for finding in check.findings(checked))
    remaining = silence.without_silenced(found, issue, facts.ignored)
    return tuple(_placed(finding, issue) for finding in sorted(_once_a_cause(remaining), key=_order))


def _placed(finding: Finding, issue: Issue) -> Finding:
    """Return a finding with the file it is in, which may be that of a background, and the line there."""
    file, line = issue.place(finding.line)
    return finding._replace(file=file, line=line)


def _once_a_cause(found: Iterable[tuple[Finding, str]]) -> Iterator[Finding]:
    """Yield findings; of those with one cause the weightiest, with what the others say below its hint."""
    causes: dict[str, list[Finding]] = {}
    for finding, cause in found:
        if cause:
            causes.setdefault(cause, []).append(finding)
        else:
            yield finding
    for findings in causes.values():
        first, *others = sorted(findings, key=_weight)
        also = [f"Also ({other.code}): {other.message}" for other in others]
        yield first._replace(hint="\n".join([first.hint, *also]))


def _weight(finding: Finding) -> tuple[int, bool, int]:
    """Order findings of one cause: a picture that is not there comes before what its words lack."""
    return _WEIGHT[finding.severity], finding.code != "picture-missing", finding.line or 0


def _order(finding: Finding) -> tuple[bool, int, int, str]:
    return finding.line is None, finding.line or 0, _WEIGHT[finding.severity], finding.code
