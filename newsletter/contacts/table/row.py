"""Row: what one line of a file of readers becomes: a reader, a rejected row, or an erased address."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

RejectionReason = Literal[
    "no address", "invalid address", "several addresses", "not mailable", "too many cells",
    "broken quotation", "row too long", "not as exported", "erased under another key",
]  # fmt: skip


class Row(NamedTuple):
    """One reader. ``attrs`` is a JSON object of strings; empty cells are not in it. ``status`` is that of the
    subscription, as bare text: databases take that in faster than an enum's member.

    ``suppressed`` is the reason for which the file says they are never mailed, "" for none. ``joined``,
    ``since`` (of the status), ``suppressed_since``, ``known_since`` (of the address) and ``paused_until`` are
    microseconds since 1970, UTC, where the file knows them. ``consent`` is a JSON array, "" when the file
    says nothing of it; each entry is [instant or null, kind, source, wording, form, evidence].
    """

    line: int
    email: str
    name: str
    attrs: str
    status: str
    suppressed: str = ""
    joined: int | None = None
    since: int | None = None
    suppressed_since: int | None = None
    known_since: int | None = None
    consent: str = ""
    paused_until: int | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was left out: why, in one of a few words, then in a sentence, and its cells as they were.

    ``value`` is what it was left out for, on one line and not too long to show; ``instead`` what was probably
    meant, where that is not anybody's guess.
    """

    line: int
    reason: RejectionReason
    detail: str
    cells: tuple[str, ...]
    value: str = ""
    instead: str = ""

    @property
    def sentence(self) -> str:
        """Return the value, what is wrong with it, and what was probably meant."""
        shown = f"“{self.value}”: " if self.value else ""
        return f"{shown}{self.detail}" + (f" Did you mean {self.instead}?" if self.instead else "")


class Erased(NamedTuple):
    """A row that stands for an erased address: its hash, the fingerprint of the hash's key, and when."""

    line: int
    fingerprint: str
    hash: bytes
    at: int
