"""Every error an editor can meet.

::

    NewsletterError              exit 1: refused or failed, nothing half done unsaid
     ├─ UsageError               exit 2: the command was typed wrongly
     ├─ SettingsError            newsletter.toml, the environment, a missing secret
     ├─ IssueError               an issue file has faults: all of them, each with its line
     ├─ RenderError              a template is wrong, or a render would have damaged the mail
     ├─ AudienceError            a list, an address, a CSV file
     ├─ StoreError               the database: locked, read-only, full, of a newer version
     └─ DeliveryError            a send that may not begin or go on
         ├─ NeverSent            there is nothing to say of an issue that was never sent
         ├─ AlreadySending       another process sends from this database
         ├─ NotTheSender         this database is, or may be, not the one that sent last
         ├─ IssueChanged         the file is not what was being sent
         └─ SendingStopped       exit 3: half way, with what was answered kept

Each says what happened, where, and what to do next. The command line prints them; none is its own.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "notice"]


class Finding(NamedTuple):
    """Say one thing about one place in an editor's file.

    ``line`` counts from 1; None when the finding is about the whole file or the rendered mail.
    """

    code: str
    severity: Severity
    file: str
    line: int | None
    message: str
    hint: str = ""

    @property
    def place(self) -> str:
        """Return ``file:line``, as editors and compilers write it."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        return f"{text}\n  {self.hint}" if self.hint else text


class NewsletterError(Exception):
    """Say what happened, where, and what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", file: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class UsageError(NewsletterError):
    """Refuse a command that was typed wrongly."""

    exit_code = 2


class SettingsError(NewsletterError):
    """Refuse a setting, or say which one is missing."""


class IssueError(NewsletterError):
    """List every fault of an issue file at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class RenderError(NewsletterError):
    """Refuse a template, or a render that would have damaged the mail."""


class AudienceError(NewsletterError):
    """Refuse a list, an address or a file of them."""


class StoreError(NewsletterError):
    """Say why the database cannot be used."""


class DeliveryError(NewsletterError):
    """Say why a send may not begin or go on."""


class NeverSent(DeliveryError):
    """Say that an issue was never sent."""


class AlreadySending(DeliveryError):
    """Refuse a second sender on the same database."""


class NotTheSender(DeliveryError):
    """Refuse to send from a database that was restored, or is a copy: others may have mailed since."""


class SendingStopped(DeliveryError):
    """Say that a send broke off half way, and the command that goes on."""

    exit_code = 3


class IssueChanged(DeliveryError):
    """Refuse to go on with an issue whose file is not what was being sent."""
