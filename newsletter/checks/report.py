"""Findings as text for people, as JSON for programs, as annotations for GitHub."""

from collections import Counter
from collections.abc import Sequence

import orjson

from newsletter.errors import Finding, Severity

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")


def as_text(findings: Sequence[Finding], *, notices: bool = True) -> str:
    """Return ``file:line: severity code: message``, the hint indented below, a count at the end.

    Without ``notices`` they are counted, not shown.
    """
    shown = [finding for finding in findings if notices or finding.severity != "notice"]
    kept = len(findings) - len(shown)
    more = f" {kept} notice{'' if kept == 1 else 's'} not shown; --all shows everything." if kept else ""
    if not shown:
        return f"Nothing to report.{more}"
    return "\n".join([*map(_as_lines, shown), "", f"{_count(shown)}{more}"])


def _as_lines(finding: Finding) -> str:
    line = f"{finding.place}: {finding.severity} {finding.code}: {finding.message}"
    hints = finding.hint.splitlines()
    return "\n".join([line, *(f"    {hint}" for hint in hints)])


def _count(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    parts = [
        f"{counts[severity]} {severity}{'' if counts[severity] == 1 else 's'}"
        for severity in _SEVERITIES
        if counts[severity]
    ]
    return ", ".join(parts) + "."


def as_json(findings: Sequence[Finding]) -> str:
    """Return a JSON array of objects: code, severity, file, line (or null), message, hint."""
    rows = [
        {
            "code": finding.code,
            "severity": finding.severity,
            "file": finding.file,
            "line": finding.line,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in findings
    ]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode()


def as_github(findings: Sequence[Finding]) -> str:
    """Return one workflow command a line, which GitHub shows at the line of the file."""
    return "\n".join(map(_as_command, findings))


def _as_command(finding: Finding) -> str:
    place = f"file={_property(finding.file)}"
    if finding.line is not None:
        place += f",line={finding.line}"
    text = f"{finding.message} {finding.hint}" if finding.hint else finding.message
    return f"::{finding.severity} {place},title={_property(finding.code)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
