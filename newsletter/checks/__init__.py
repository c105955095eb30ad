"""What an editor is told before a reader sees it: of the brief, its links and pictures, the finished mail.

Pure, and above both editorial and rendering. docs/checks.md explains every code.
"""

from newsletter.checks import brief, fields, language, links, mail, pictures, subject, swallowed  # noqa: F401  (each registers)
from newsletter.checks.mail import is_hopeless
from newsletter.checks.registry import Check, Facts, PictureFacts, Seen, registered
from newsletter.editorial.issue import Issue
from newsletter.errors import Finding
from newsletter.rendering.message import RenderedMessage

__all__ = ["Check", "Facts", "PictureFacts", "is_hopeless", "registered", "run_checks"]

_WEIGHT = {"error": 0, "warning": 1, "notice": 2}


def run_checks(issue: Issue, facts: Facts, message: RenderedMessage | None = None) -> tuple[Finding, ...]:
    """Return every finding, by line; those about the whole mail come last.

    Without ``message`` the checks of the rendered mail say nothing. What keeps an issue from being read at
    all is not found here but raised by ``parse_issue``.
    """
    seen = Seen(issue, facts, message)
    found = [finding for each in registered() for finding in each.findings(seen)]
    return tuple(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[bool, int, int, str]:
    return finding.line is None, finding.line or 0, _WEIGHT[finding.severity], finding.code
