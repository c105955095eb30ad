"""What is known of one platform's export."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from newsletter.contacts.consent.column import ConsentColumn, header_words, topic_of
from newsletter.contacts.consent.file_consent import Happening
from newsletter.contacts.consent.standing import Standing


@dataclass(frozen=True, slots=True)
class Platform:
    """An export's columns, by their field names, and what they tell.

    ``name`` is what ``--from`` takes, ``title`` what people call it. A file is this platform's when all
    columns of one of the ``signatures`` stand in it. ``consent_columns`` are those that tell a reader's
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
    def dates(self) -> Mapping[str, Happening]:
        """Return what happened on the dates of which columns."""
        told: dict[str, Happening] = dict.fromkeys(self.left, "left")
        told |= {self.joined: "joined", self.confirmed: "confirmed"}
        return {column: happening for column, happening in told.items() if column}

    def missing(self, columns: Iterable[str]) -> frozenset[str]:
        """Return the columns that a file lacks to be this platform's; none when it is."""
        held = set(columns)
        return min((signature - held for signature in self.signatures), key=len)


# Files of one state each are named for it: unsubscribed_members_….csv, “Cancelled Subscribers.csv”. Here a
# word that means little in a column's name says enough: the file's name is only ever a reason to ask.
_FILE_WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(("unsubscribers", "nonsubscribed", "nonsubscribers", "unsubs", "left"), "unsubscribed"),
    **dict.fromkeys(
        ("cancelled", "canceled", "removed", "deleted", "disabled", "deactivated"), "unsubscribed"
    ),
    **dict.fromkeys(("excluded", "exclusions", "geloscht", "gekundigt"), "unsubscribed"),
    **dict.fromkeys(("cleaned", "undelivered"), "bounce"),
    "invalid": "invalid",
    **dict.fromkeys(("spam", "abuse"), "complaint"),
    **dict.fromkeys(("blocked", "blocks", "banned", "quarantined", "gesperrt"), "manual"),
    **dict.fromkeys(("unconfirmed", "pending", "unverified"), "pending"),
}
_TOPICS: Mapping[str | None, Standing] = {
    "left": "unsubscribed",
    "bounced": "bounce",
    "complained": "complaint",
    "blocked": "manual",
    "pending": "pending",
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
        return "unsubscribed"
    weak = (_FILE_WORDS[word] for word in words if word in _FILE_WORDS)
    # Word by word as well: that a file is of text messages, too, is for the editor to say.
    topics = (topic_of(text) for text in (numbered, *words))
    found = (_TOPICS[topic] for topic in topics if topic in _TOPICS)
    return next(weak, None) or next(found, None)
