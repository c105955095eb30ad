"""Speaking columns: whose name speaks of leaving, consent, bounces, complaints, cleaning or blocking.

No list of other systems' columns is ever complete. So a column is known by the words of its name, and what
its cells say counts only where it is plain: yes or no, a date, a word for a state. Anything else is a
question for the editor, asked before a single row is stored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.contacts.consent import names
from newsletter.contacts.consent.dates import is_date
from newsletter.contacts.consent.names import Topic, header_words
from newsletter.contacts.consent.standing import Meaning, NoStanding, Standing
from newsletter.contacts.consent.words import (
    CONSENT_WORDS,
    LEAVING_WORDS,
    NO,
    NOTHING,
    TELLING,
    TELLING_WORDS,
    WORDS,
    YES,
    listed,
    plain,
)
from newsletter.delivery.states import SubscriptionState, SuppressionReason

__all__ = [
    "NO",
    "NOTHING",
    "TELLING",
    "WORDS",
    "YES",
    "ConsentColumn",
    "Meaning",
    "Topic",
    "consent_column_of",
    "header_words",
    "plain",
    "topic_of",
]


@dataclass(frozen=True, slots=True)
class ConsentColumn:
    """What the cells of one column say: by word, where a ``date`` stands, where a cell is ``empty``.

    ``other`` is what any further text says; ``always`` is said by every row, whatever its cell holds.
    """

    header: str
    words: Mapping[str, Meaning] = field(default_factory=dict)
    date: Meaning = NoStanding.UNCLEAR
    empty: Meaning = NoStanding.NOTHING
    other: Meaning = NoStanding.UNCLEAR
    always: Meaning | None = None

    def meaning_of(self, cell: str) -> Meaning:
        """Return what a cell says; UNCLEAR when only a person can tell."""
        if self.always is not None:
            return self.always
        word = plain(cell)
        if word in NOTHING:
            return self.empty
        if word in self.words:
            return self.words[word]
        return self.date if is_date(cell) else self.other


STANDINGS: Mapping[Topic, Standing] = {
    "left": SubscriptionState.UNSUBSCRIBED,
    "bounced": SuppressionReason.BOUNCE,
    "complained": SuppressionReason.COMPLAINT,
    "blocked": SuppressionReason.MANUAL,
    "awaiting": SubscriptionState.PENDING,
}


def topic_of(header: str) -> Topic | None:
    """Return what a column's name speaks of, or None; words count, not letters within them.

    ``Unsubscribed from all email`` speaks of leaving; ``block_group`` is of an address and ``Accepts SMS
    Marketing`` of another channel, so neither speaks.
    """
    words = header_words(header)
    if _is_of_another_channel(words):
        return None
    found = _leaving(words) or _weak(words, STANDINGS)
    if found is None and _names_a_state(words):
        return "state"
    if found is not None:
        topic, place = found
        return "unclear" if names.NEGATIONS & set(words[:place]) else topic
    return _agreeing(words)


def _leaving(words: Sequence[str]) -> tuple[Topic, int] | None:
    """Return the topic of words that speak of leaving, bouncing and the like anywhere, and their place."""
    for topic, entries in names.STRONG:
        for entry in entries:
            if (place := _place_of(entry.split(), words)) is not None:
                return topic, place
    for place, word in enumerate(words):
        for topic, stem in names.STEMS.items():
            if stem.search(word):
                return topic, place
    place = _forbidding(words)
    return None if place is None else ("left", place)


def _forbidding(words: Sequence[str]) -> int | None:
    """Return where a name forbids mail: ``Do not bulk email``, ``Kein Newsletter``; not ``No. of emails``."""
    for place, word in enumerate(words):
        two = list(words[place : place + 2]) == ["do", "not"]
        counts = word == "no" and names.COUNTED & set(words)
        if (two or (word in names.FORBIDDING and not counts)) and names.MAIL & set(
            words[place + 1 : place + 4 + two]
        ):
            return place
    return None


def _weak(words: Sequence[str], topics: Collection[Topic]) -> tuple[Topic, int] | None:
    """Return the topic of a word that speaks only by itself or among its companions, and its place."""
    known = names.COMPANIONS | names.WEAK.keys()
    if names.EMAIL & set(words):
        known |= {"address", "addresses"}
    if not known.issuperset(words):
        return None
    places = (place for place, word in enumerate(words) if names.WEAK.get(word) in topics)
    return next(((names.WEAK[words[place]], place) for place in places), None)


def _agreeing(words: Sequence[str]) -> Topic | None:
    """Return what a name speaks of that does not speak of leaving: consent, its confirmation, or neither."""
    held = set(words)
    if (topic := _consent(words) or _confirmation(words)) is not None:
        if topic == "validity":
            return topic if held & names.EMAIL or words[-1].startswith("email") else None
        return "unclear" if _is_reversed(words) else topic
    if held & {"inactive", "dormant"}:
        return "unclear"
    return "state" if _bare(words) in names.SUBSCRIPTIONS else None


def _consent(words: Sequence[str]) -> Topic | None:
    if names.OTHER_AGREEMENTS & set(words) and not names.MAIL & set(words):
        return None
    if _bare(words) in names.WHOLE_NAMES or _is_newsletter_subscription(words):
        return "consent"
    for entry in names.CONSENT:
        if (place := _place_of(entry.split(), words)) is not None:
            return None if _has_another_purpose(words, place) else "consent"
    if any(map(names.CONSENT_RUN_TOGETHER.fullmatch, words)):
        return "consent"
    takes = [place for place, word in enumerate(words) if word in names.TAKES]
    return "consent" if takes and names.WANTED & set(words[takes[0] :]) else None


def _confirmation(words: Sequence[str]) -> Topic | None:
    if any(_place_of(entry.split(), words) is not None for entry in names.CONFIRMATIONS):
        return "confirmation"
    found = _weak(words, ("confirmation", "validity"))
    return found[0] if found else None


def _bare(words: Sequence[str]) -> str:
    return " ".join(word for word in words if word not in names.PADDING)


def _is_newsletter_subscription(words: Sequence[str]) -> bool:
    named = {word for word in words if word not in names.PADDING}
    return bool(
        named & names.SUBSCRIPTIONS and named & names.MAIL and named <= names.SUBSCRIPTIONS | names.MAIL
    )


def _is_reversed(words: Sequence[str]) -> bool:
    held = set(words)
    answers = {"no", "non", "nein"} if held & {"yes", "y", "oui", "ja", "si"} else set()
    return bool(held & (names.NEGATIONS - answers)) or any(map(names.REVERSED.match, words))


def _has_another_purpose(words: Sequence[str], place: int) -> bool:
    """Say whether an agreement is to something else: ``Permission to publish name``."""
    rest = words[place:]
    aims = [at for at, word in enumerate(rest) if word in ("to", "for")]
    return bool(rest[0] in names.AGREEMENTS and aims and not names.PURPOSES & set(rest[aims[0] + 1 :]))


def _is_of_another_channel(words: Sequence[str]) -> bool:
    """Say whether a name is of calls, letters, terms and the like, and not of mail as well."""
    held = set(words)
    if any(_place_of(entry.split(), words) is not None for entry in names.PAPER):
        return not held & names.EMAIL
    if held & names.MAIL or _place_of(["mailing", "list"], words) is not None:
        return False
    wording = words[-1:] == ["text"] or held & names.REMARKS  # “Consent text”, “Reason text”
    channels = names.CHANNELS - {"text"} if wording else names.CHANNELS
    return bool(held & channels) or _place_of(["third", "party"], words) is not None or any(
        channel in word and "mail" not in word
        for word in words
        for channel in names.RUN_TOGETHER_CHANNELS
    )  # fmt: skip


def _names_a_state(words: Sequence[str]) -> bool:
    held = set(words)
    if held & names.NO_STATE:
        return False
    if held & names.STATUS and (len(words) == 1 or held & names.STATUS_OF):
        return True
    return bool(held & names.STATE and held & names.STATE_OF) or any(
        map(names.STATUS_RUN_TOGETHER.fullmatch, words)
    )


def _place_of(entry: Sequence[str], words: Sequence[str]) -> int | None:
    places = range(len(words) - len(entry) + 1)
    return next((at for at in places if words[at : at + len(entry)] == entry), None)


def consent_column_of(header: str) -> ConsentColumn | None:
    """Return how to read a column whose name speaks of consent, or None for any other."""
    topic = topic_of(header)
    if topic is None:
        return None
    words = header_words(header)
    if names.SILENT & set(words):
        return ConsentColumn(header, always=NoStanding.NOTHING)
    if topic in ("consent", "confirmation"):
        return _column_of_consent(
            header,
            words,
            refused=SubscriptionState.UNSUBSCRIBED if topic == "consent" else SubscriptionState.PENDING,
        )
    if topic == "validity":
        return ConsentColumn(header, words=_VALIDITY, date=NoStanding.NOTHING)
    if topic == "state" and _bare(words) in names.SUBSCRIPTIONS:
        return ConsentColumn(header, words=_SUBSCRIPTION, date=NoStanding.NOTHING, other=NoStanding.NOTHING)
    if topic in STANDINGS:
        return _column_of_leaving(header, words, STANDINGS[topic])
    return ConsentColumn(header, words=WORDS if topic == "state" and not _is_remark(words) else {})


def _column_of_consent(header: str, words: Sequence[str], *, refused: Standing) -> ConsentColumn:
    if names.REMARKS & set(words):
        return ConsentColumn(header)
    if _is_remark(words):  # how it came about says nothing, unless it says that there is none
        origin: dict[str, Meaning] = {**dict.fromkeys(NO, NoStanding.UNCLEAR), **_TELLS_REFUSAL}
        return ConsentColumn(header, words=origin, date=NoStanding.NOTHING, other=NoStanding.NOTHING)
    said: dict[str, Meaning] = {**CONSENT_WORDS}
    said |= {**dict.fromkeys(YES, SubscriptionState.CONFIRMED), **dict.fromkeys(NO, refused)}
    return ConsentColumn(header, words=said, date=SubscriptionState.CONFIRMED, empty=NoStanding.UNCLEAR)


def _column_of_leaving(header: str, words: Sequence[str], standing: Standing) -> ConsentColumn:
    if _is_remark(words):
        return ConsentColumn(header, words=TELLING_WORDS)
    said: dict[str, Meaning] = {**LEAVING_WORDS}
    said |= {**dict.fromkeys(YES, standing), **dict.fromkeys(NO, NoStanding.NOTHING)}
    if standing == SubscriptionState.PENDING:
        said |= dict.fromkeys(listed("pending, unconfirmed, unverified"), SubscriptionState.PENDING)
    if any(map(names.COUNTS.fullmatch, words)):
        del said["1"]  # a number there counts, and says neither yes nor for how long
    return ConsentColumn(header, words=said, date=standing)


def _is_remark(words: Sequence[str]) -> bool:
    remarks = names.REMARKS | names.ORIGINS
    return bool(remarks & set(words)) or words[-1] in names.ORIGINS_AT_THE_END


_TELLS_REFUSAL: Mapping[str, Meaning] = {
    word: said
    for word, said in CONSENT_WORDS.items()
    if said not in (SubscriptionState.CONFIRMED, SubscriptionState.PENDING)
}
_VALIDITY: Mapping[str, Meaning] = {
    **dict.fromkeys((*YES, "valid", "ok", "deliverable"), NoStanding.NOTHING),
    **dict.fromkeys((*NO, *listed("invalid, not valid")), SuppressionReason.INVALID),
    **TELLING_WORDS,
}
# Many a subscription is a kind of plan: only a word for a state speaks there, and a yes or no.
_SUBSCRIPTION: Mapping[str, Meaning] = {
    **WORDS,
    **dict.fromkeys(YES, SubscriptionState.CONFIRMED),
    **dict.fromkeys(NO, NoStanding.UNCLEAR),
}
