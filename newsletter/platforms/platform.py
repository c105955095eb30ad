"""What is known of one platform's export."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from newsletter.audience.consent.column import ConsentColumn, header_words
from newsletter.audience.consent.file_consent import Happening
from newsletter.audience.consent.standing import Standing


@dataclass(frozen=True, slots=True)
class Platform:
    """An export's columns, by their field names, and what they tell.

    ``name`` is what ``--from`` takes, ``title`` what people call it. A file is this platform's when all
    columns of one of the ``signatures`` stand in it. ``consent_columns`` are those that tell a reader's
    state; ``joined``, ``confirmed`` and ``left`` name the columns of those dates. ``objects`` are columns of
    JSON whose entries are fields. ``left_out`` are the platform's own bookkeeping, never a merge field; with
    ``bare``, so is every other column that is not the reader's address or name.
    """

    name: str
    title: str
    signatures: tuple[frozenset[str], ...]
    consent_columns: Mapping[str, ConsentColumn] = field(default_factory=dict)
    joined: str = ""
    confirmed: str = ""
    left: tuple[str, ...] = ()
    objects: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    bare: bool = False
    one_state_a_file: bool = False

    @property
    def dates(self) -> Mapping[str, Happening]:
        """Return what happened on the dates of which columns."""
        told: dict[str, Happening] = dict.fromkeys(self.left, "left")
        told |= {self.joined: "joined", self.confirmed: "confirmed"}
        return {column: happening for column, happening in told.items() if column}

    def missing(self, columns: Iterable[str]) -> frozenset[str]:
        """Return the columns that a file lacks to be this platform's; none when it is."""
        held = set(columns)
        return min((signature - held for signature in self.signatures), key=len)


# Files of one state each are named for it: unsubscribed_members_….csv, “Cancelled Subscribers.csv”.
_FILE_WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(
        ("unsubscribed", "unsubscribers", "unsubscribes", "nonsubscribed", "unsubs"), "unsubscribed"
    ),
    **dict.fromkeys(("cancelled", "canceled", "optouts", "optout", "removed", "deleted"), "unsubscribed"),
    **dict.fromkeys(("cleaned", "bounced", "bounces"), "bounce"),
    **dict.fromkeys(("complained", "complaints", "spam"), "complaint"),
    **dict.fromkeys(("blocked", "blocks", "blocklist", "blocklisted", "blacklist", "blacklisted"), "manual"),
    **dict.fromkeys(("suppressed", "suppression", "suppressions"), "manual"),
    **dict.fromkeys(("unconfirmed", "pending"), "pending"),
}


def state_of_file_name(name: str) -> Standing | None:
    """Return the state that a file's name speaks of, or None. It is a reason to ask, not an answer."""
    words = header_words(re.sub(r"\(\d+\)", " ", PurePath(name).stem))
    if {"do", "not"} <= set(words) or {"opt", "out"} <= set(words):
        return "unsubscribed"
    return next((_FILE_WORDS[word] for word in words if word in _FILE_WORDS), None)
