"""What is known of one platform's export."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from newsletter.contacts.consent.column import STANDINGS, ConsentColumn, header_words, topic_of
from newsletter.contacts.consent.standing import ConsentKind, Standing
from newsletter.delivery.states import SubscriptionState, SuppressionReason


@dataclass(frozen=True, slots=True)
class Platform:
    """An export's columns, by their field names, and what they say.

    ``name`` is what ``--from`` takes, ``title`` what people call it. A file is this platform's when all
    columns of one of the ``signatures`` stand in it. ``consent_columns`` are those that say a reader's
    state; ``joined``, ``confirmed`` and ``left`` name the columns of those dates. ``objects`` are columns of
    JSON whose entries are fields. ``left_out`` are the platform's own bookkeeping, never a merge field; with
    ``bare``, so is every other column that is not the reader's address or name. With ``one_state_a_file`` the
    platform exports readers of each state as a file of its own, named for it.
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
    def dates(self) -> Mapping[str, ConsentKind]:
        """Return what happened on the dates of which columns."""
        kinds = dict.fromkeys(self.left, ConsentKind.UNSUBSCRIBED)
        kinds |= {self.joined: ConsentKind.JOINED, self.confirmed: ConsentKind.CONFIRMED}
        return {column: kind for column, kind in kinds.items() if column}

    def missing(self, columns: Iterable[str]) -> frozenset[str]:
        """Return the columns that a file lacks to be this platform's; none when it is."""
        held = set(columns)
        return min((signature - held for signature in self.signatures), key=len)


# Files of one state each are named for it: unsubscribed_members_….csv, “Cancelled Subscribers.csv”. Here a
# word that means little in a column's name says enough: the file's name is only ever a reason to ask.
_FILE_WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(
        ("unsubscribers", "nonsubscribed", "nonsubscribers", "unsubs", "left"), SubscriptionState.UNSUBSCRIBED
    ),
    **dict.fromkeys(
        ("cancelled", "canceled", "removed", "deleted", "disabled", "deactivated"),
        SubscriptionState.UNSUBSCRIBED,
    ),
    **dict.fromkeys(("excluded", "exclusions", "geloscht", "gekundigt"), SubscriptionState.UNSUBSCRIBED),
    **dict.fromkeys(("cleaned", "undelivered"), SuppressionReason.BOUNCE),
    SuppressionReason.INVALID: SuppressionReason.INVALID,
    **dict.fromkeys(("spam", "abuse"), SuppressionReason.COMPLAINT),
    **dict.fromkeys(("blocked", "blocks", "banned", "quarantined", "gesperrt"), SuppressionReason.MANUAL),
    **dict.fromkeys(("unconfirmed", SubscriptionState.PENDING, "unverified"), SubscriptionState.PENDING),
}


def state_of_file_name(name: str) -> Standing | None:
    """Return the state that a file's name speaks of, or None. It is a reason to ask, not an answer.

    The names of the folders and archives that a relative path goes through count as well, the file's own
    first: ``unsubscribed/list.csv``. Of an absolute path, only its last part counts.
    """
    parts = [part for part in re.split(r"[/\\]", name) if part]
    if re.match(r"[/\\]|[A-Za-z]:[/\\]", name):
        parts = parts[-1:]
    states = (_state_of(PurePath(part).stem) for part in reversed(parts))
    return next((state for state in states if state is not None), None)


def _state_of(stem: str) -> Standing | None:
    numbered = re.sub(r"\(\d+\)", " ", stem)
    words = header_words(numbered)
    if {"do", "not"} <= set(words) or {"opt", "out"} <= set(words) or {"opted", "out"} <= set(words):
        return SubscriptionState.UNSUBSCRIBED
    weak = (_FILE_WORDS[word] for word in words if word in _FILE_WORDS)
    # Word by word as well: that a file is of text messages, too, is for the editor to say.
    topics = (topic_of(text) for text in (numbered, *words))
    found = (STANDINGS[topic] for topic in topics if topic and topic in STANDINGS)
    return next(weak, None) or next(found, None)
