"""A living background and an issue that includes it, for tests to change."""

from collections.abc import Mapping

from newsletter.backgrounds.text import parse_background
from newsletter.editorial import Issue, KnownBackgrounds, Labels, parse_issue
from newsletter.editorial.issue import Background
from newsletter.errors import Finding, IssueError

LEAP = """\
---
title: Leap seconds
reviewed: 2026-06-20, Ana Ruiz
sources:
- https://www.bipm.org/en/cgpm-2022/resolution-4
- The list of all 27: https://hpiers.obspm.fr/iers/bul/bulc/Leap_Second.dat
changed: In 2022 it was voted to stop.
---
Since 1972 a second has been added to [civil time](https://www.bipm.org) 27 times.

In 2022 the metre convention voted to stop by 2035.
"""
FILE = "backgrounds/leap-second.md"
ISSUE = """\
---
subject: The second that was never added
preheader: Plus, what the observatories do on New Year's Eve from now on
---
# Clocks will stop being corrected

**Background:**

::: background leap-second

**What’s going on now:** Nobody noticed.
"""
INCLUDE = "::: background leap-second"


def background(text: str = LEAP, name: str = "leap-second") -> Background:
    return parse_background(text, name=name, file=f"backgrounds/{name}.md", labels=Labels())


def backgrounds(**texts: str) -> KnownBackgrounds:
    """Return backgrounds by name; an underscore in a name stands for a hyphen."""
    read: dict[str, Background] = {}
    unread: dict[str, tuple[Finding, ...]] = {}
    for name, text in {key.replace("_", "-"): text for key, text in texts.items()}.items():
        try:
            read[name] = background(text, name)
        except IssueError as error:
            unread[name] = error.findings
    return KnownBackgrounds(read, unread, (*read, *unread))


ONE: Mapping[str, str] = {"leap_second": LEAP}


def issue(text: str = ISSUE, known: KnownBackgrounds | None = None) -> Issue:
    known = backgrounds(**ONE) if known is None else known
    return parse_issue(text, issue_id="leap", file="issues/leap.md", labels=Labels(), backgrounds=known)


def faults_of_issue(text: str, known: KnownBackgrounds | None = None) -> list[tuple[str, str, int | None]]:
    """Return code, file and line of every fault of an issue."""
    try:
        issue(text, known)
    except IssueError as error:
        return [(found.code, found.file, found.line) for found in error.findings]
    return []


def faults_of(text: str, name: str = "leap-second") -> list[tuple[str, int | None]]:
    """Return code and line of every fault of a background."""
    found: tuple[Finding, ...] = ()
    try:
        background(text, name)
    except IssueError as error:
        found = error.findings
    assert {finding.file for finding in found} <= {f"backgrounds/{name}.md"}
    return [(finding.code, finding.line) for finding in found]
