"""Read the letters in ``damaged/mail`` that are broken in one place each, and check them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from letters import PUBLICATION, SOURCES

from newsletter.checks import CheckFacts, PictureFacts, run_checks
from newsletter.editorial import Labels, parse_issue
from newsletter.errors import Finding
from newsletter.rendering import PictureInfo, RenderedMessage
from newsletter.rendering.render import render

FOLDER = Path(__file__).parent / "damaged" / "mail"
PICTURES = {"gauge.jpg": PictureInfo("https://tide.example.org/pictures/gauge.jpg", 1200, 675)}
FACTS = {"gauge.jpg": PictureFacts(True, 1200, 675, 90_000)}
SOUND = (FOLDER / "base.md").read_text("utf-8")
ADDRESSES = {"from_email": "news@example.org", "reply_to": "desk@example.org"}


@dataclass(frozen=True)
class BrokenMail:
    """A letter broken in one place: what has to be found, and the change."""

    name: str
    code: str
    line: int | None
    change: Mapping[str, Any]

    def is_found_by(self, finding: Finding) -> bool:
        """Return whether a finding is what the case was made for."""
        return finding.code == self.code and self.line in (None, finding.line)

    def findings(self) -> tuple[Finding, ...]:
        """Return what is found in the letter once it is broken."""
        text, theme = SOUND, dict(SOURCES)
        if brief := self.change.get("brief"):
            text = changed(text, brief)
        if sheet := self.change.get("theme"):
            name = f"default/{sheet['file']}"
            theme[name] = changed(theme[name], sheet)
        message = rendered(text) if theme == SOURCES else rendered_with(text, theme)
        if html := self.change.get("html"):
            message = replace(message, html=changed(message.html, html))
        if part := self.change.get("text"):
            message = replace(message, text=changed(message.text, part))
        addresses = dict(ADDRESSES)
        if setting := self.change.get("settings"):
            addresses[setting["key"]] = setting["value"]
        return findings(text, message, addresses)


def cases() -> list[BrokenMail]:
    """Return every letter."""
    table = tomllib.loads((FOLDER / "cases.toml").read_text("utf-8"))["case"]
    return [BrokenMail(case["name"], case["code"], case.get("line"), case) for case in table]


def changed(text: str, change: Mapping[str, Any]) -> str:
    """Return a text with the change made in it."""
    if "from" in change:
        start = text.index(change["from"])
        end = text.index(change["to"], start) + len(change["to"])
        return text[:start] + change["new"] + text[end:]
    for old, new in ((change["old"], change["new"]), *change.get("also", ())):
        assert old in text, f"{old!r} is not there"
        text = text.replace(old, new, -1 if change.get("all") or "also" in change else 1)
    return text if "times" not in change else text.replace(change["new"], _times(change))


def _times(change: Mapping[str, Any]) -> str:
    added = change["new"].removesuffix(change["old"])
    return f"{added * int(change['times'])}{change['old']}"


@cache
def rendered(text: str) -> RenderedMessage:
    """Return a brief rendered with the bundled theme."""
    return rendered_with(text, SOURCES)


def rendered_with(text: str, theme: Mapping[str, str]) -> RenderedMessage:
    """Return a brief rendered with a theme."""
    return render(parsed(text), PUBLICATION, theme.get, pictures=PICTURES)


def parsed(text: str) -> Any:
    """Return a brief as an issue."""
    return parse_issue(text, issue_id="2026-03-09-gauge", file="gauge.md", labels=Labels())


def findings(text: str, message: RenderedMessage, addresses: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is found in an issue and its message."""
    facts = CheckFacts(FACTS, date(2026, 3, 9), addresses=addresses)
    return run_checks(parsed(text), facts, message)
