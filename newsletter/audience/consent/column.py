"""Speaking columns: whose name tells of leaving, consent, bounces, complaints, cleaning or blocking.

No list of other systems' columns is ever complete. So a column is known by the words of its name, and what
its cells say counts only where it is plain: yes or no, a date, a word for a state. Anything else is a
question for the editor, asked before a single row is stored.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from newsletter.audience.consent.dates import is_date
from newsletter.audience.consent.standing import Standing

Meaning = Standing | Literal["nothing", "unclear"]
Topic = Literal["left", "bounced", "complained", "blocked", "consent", "confirmation", "state", "unclear"]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(entry.split()) for entry in text.split(","))


YES = frozenset(
    _listed("yes, y, true, t, 1, on, x, ✓, ✔, ja, j, oui, o, sí, si, s, sim, tak, da, evet, wahr, vrai")
)
NO = frozenset(
    _listed("no, n, false, f, 0, off, nein, non, não, nao, nie, nee, nej, nei, hayır, falsch, faux")
)

# Cells that hold nothing, as databases and spreadsheets write it.
NOTHING = frozenset(
    ("", *_listed("null, none, n/a, na, nan, nil, -, –, —, #n/a, 0000 00 00, 0000 00 00 00:00:00"))
)

_CONFIRMED = _listed("confirmed, subscribed, active, enabled, opted in, opt in, optin")
_PENDING = _listed("pending, unconfirmed, not confirmed, unactivated, unverified, awaiting confirmation")
_UNSUBSCRIBED = _listed(
    "unsubscribed, unsubscribe, unsub, nonsubscribed, non subscribed, not subscribed, opted out, opt out,"
    "optout, cancelled, canceled, removed, deleted, left, disabled, deactivated, archived, do not email,"
    "do not mail, never subscribed"
)
_BLOCKED = _listed(
    "blocklisted, blacklisted, blocked, block listed, black listed, suppressed, banned, manual"
)
_BOUNCED = _listed(
    "bounce, bounced, hard bounce, hard bounced, hardbounced, hardbounce, soft bounce, soft bounced,"
    "cleaned, undeliverable"
)
_INVALID = _listed("invalid, invalid email, invalid address")
_COMPLAINED = _listed(
    "complaint, complained, complainer, spam, spammy, abuse, spam complaint, marked as spam, spam report,"
    "spam reported, reported spam"
)
# What a word under a column of states means wherever it comes from. `inactive` and `cold` are missing: they
# mean one thing here and another there, so a platform's own table says it, or the editor.
WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(_CONFIRMED, "confirmed"),
    **dict.fromkeys(_PENDING, "pending"),
    **dict.fromkeys(_UNSUBSCRIBED, "unsubscribed"),
    **dict.fromkeys(_BLOCKED, "manual"),
    **dict.fromkeys(_BOUNCED, "bounce"),
    **dict.fromkeys(_INVALID, "invalid"),
    **dict.fromkeys(_COMPLAINED, "complaint"),
}
# Words that are hardly anything but a reader's state, whatever their column is called.
TELLING = frozenset(
    _listed(
        "unsubscribed, opted out, optout, nonsubscribed, do not email, do not mail, blocklisted, blacklisted,"
        "bounced, hard bounce, hard bounced, hardbounced, soft bounced, undeliverable, complained,"
        "spam complaint, marked as spam, spam reported, reported spam"
    )
)


@dataclass(frozen=True, slots=True)
class ConsentColumn:
    """What the cells of one column say: by word, where a ``date`` stands, where a cell is ``empty``.

    ``other`` is what any further text says; ``always`` is said by every row, whatever its cell holds.
    """

    header: str
    words: Mapping[str, Meaning] = field(default_factory=dict)
    date: Meaning = "unclear"
    empty: Meaning = "nothing"
    other: Meaning = "unclear"
    always: Meaning | None = None

    def meaning_of(self, cell: str) -> Meaning:
        """Return what a cell says; ``unclear`` when only a person can tell."""
        if self.always is not None:
            return self.always
        word = plain(cell)
        if word in NOTHING:
            return self.empty
        if word in self.words:
            return self.words[word]
        return self.date if is_date(cell) else self.other


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a cell's words in lower case: ``Opted-Out`` is ``opted out``."""
    words = unicodedata.normalize("NFC", text).strip().strip("\"'").casefold()
    return " ".join(re.sub(r"(?<=\w)[_\-./](?=\w)", " ", words).split())


def header_words(header: str) -> list[str]:
    """Return the words of a column's name: ``isUnsubscribed`` and ``IS_UNSUBSCRIBED`` are the same two."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    letters = unicodedata.normalize("NFKD", parted.casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)))


# A column's topic by its words: all words of an entry must stand in the name, one after the other.
_TOPICS: tuple[tuple[Topic, tuple[str, ...]], ...] = (
    (
        "complained",
        _listed("complaint, complaints, complained, complainer, spammer, spam, spammy, abuse, beschwerde"),
    ),
    (
        "bounced",
        _listed(
            "bounced, bounce, bounces, hardbounce, hardbounced, softbounce, undeliverable, undelivered,"
            "cleaned, clean time, clean date, email invalid, invalid email, invalid address"
        ),
    ),
    (
        "blocked",
        _listed(
            "blocked, blocklisted, blacklisted, blocklist, blacklist, suppressed, suppression, banned,"
            "gesperrt"
        ),
    ),
    (
        "left",
        _listed(
            "unsubscribed, unsubscribe, unsubscribes, unsub, unsubs, unsubscription, optout, optouts,"
            "optedout, opt out, opted out, opts out, do not email, do not mail, do not contact, do not send,"
            "dont email, dont mail, no email, no mail, no newsletter, donotemail, donotmail, nonsubscribed,"
            "email disabled, mail disabled, newsletter disabled, deleted, removed, cancelled, canceled,"
            "left at, left on, left list, date left, has left, abgemeldet, abmeldung, abbestellt, desabonne,"
            "desinscrit, desinscription, desuscrito, baja, descadastrado, disiscritto, uitgeschreven,"
            "wypisany, avregistrerad"
        ),
    ),
    (
        "consent",
        _listed(
            "consent, consents, consented, gdpr, dsgvo, rgpd, permission, optin, optins, optedin, subscribed,"
            "subscribe, opt in, opts in, opted in, is subscriber, agreed, agrees, mailable, emailable,"
            "email marketing, marketing email, marketing emails, marketing allowed, email allowed,"
            "emails allowed, can email, may email, einwilligung, zustimmung, angemeldet, consentement,"
            "abonne, inscrit, consentimiento, suscrito, consentimento, inscrito, consenso, iscritto,"
            "toestemming, ingeschreven, zgoda, samtycke, samtykke"
        ),
    ),
    ("confirmation", _listed("confirmed, confirm time, confirmation time, confirmation date, bestatigt")),
    ("unclear", _listed("inactive, dormant")),
)
# “Accepts Email Marketing”, “Receiving emails for”: one of the first, and later one of the second.
_TAKES = frozenset(
    _listed(
        "accept, accepts, accepted, allow, allows, allowed, receive, receives, receiving, want, wants, wishes"
    )
)
_MAIL = frozenset(
    _listed("marketing, email, emails, mail, mails, newsletter, newsletters, mailing, mailings, updates")
)
_WHOLE_NAMES = frozenset(  # columns of yes and no with such a name alone
    _listed(
        "newsletter, newsletters, marketing, mailing, mailings, mailinglist, mailing list, active, enabled"
    )
)
_PADDING = frozenset(_listed("is, has, the, a, yes, no, ja, nein, oui, non, si"))
_NEGATIONS = frozenset(_listed("not, non, never, without, no, nicht, kein, keine, pas, isnt, hasnt"))

# `state` alone, and that of a contact or a user, is where they live; a status is nearly never that.
_STATE_OF = frozenset(
    _listed("email, mail, subscriber, subscription, newsletter, list, optin, consent, marketing, abonnement")
)
_STATUS_OF = _STATE_OF | frozenset(
    _listed("member, global, contact, audience, mailing, recipient, user, reader, abo, signup")
)
_NO_STATE = frozenset(_listed("country, province, address, region, tax, order, payment, marital"))

STANDINGS: Mapping[Topic, Standing] = {
    "left": "unsubscribed",
    "bounced": "bounce",
    "complained": "complaint",
    "blocked": "manual",
}
# A link to leave by, or the network address of a consent, stands in everybody's row and says nothing.
_SILENT = frozenset(_listed("url, link, href, token, hash, key, ip, id, uuid"))
# Why they left, after which mail, when it changed: nothing there is plain, but that something is there tells.
_REMARKS = frozenset(
    _listed("campaign, reason, title, comment, comments, note, notes, feedback, updated, changed, modified")
)


def topic_of(header: str) -> Topic | None:
    """Return what a column's name speaks of, or None; words count, not letters within them.

    ``Unsubscribed from all email`` speaks of leaving, ``block_group`` of an address.
    """
    words = header_words(header)
    if _names_a_state(words):
        return "state"
    for topic, entries in _TOPICS:
        for entry in entries:
            if (place := _place_of(entry.split(), words)) is not None:
                return "unclear" if _NEGATIONS & set(words[:place]) else topic
    takes = [place for place, word in enumerate(words) if word in _TAKES]
    if takes and _MAIL & set(words[takes[0] :]):
        return "unclear" if _NEGATIONS & set(words[: takes[0]]) else "consent"
    bare = " ".join(word for word in words if word not in _PADDING)
    return "consent" if bare in _WHOLE_NAMES else None


def _names_a_state(words: list[str]) -> bool:
    held = set(words)
    if held & _NO_STATE:
        return False
    status, state = held & {"status", "statut"}, held & {"state", "estado", "stato", "etat"}
    return bool((status and (len(words) == 1 or held & _STATUS_OF)) or (state and held & _STATE_OF))


def _place_of(entry: list[str], words: list[str]) -> int | None:
    places = range(len(words) - len(entry) + 1)
    return next((at for at in places if words[at : at + len(entry)] == entry), None)


def consent_column_of(header: str) -> ConsentColumn | None:
    """Return how to read a column whose name speaks of consent, or None for any other."""
    topic = topic_of(header)
    if topic is None:
        return None
    held = set(header_words(header))
    if held & _SILENT:
        return ConsentColumn(header, always="nothing")
    if topic == "unclear" or held & _REMARKS:
        return ConsentColumn(header)
    if topic == "state":
        return ConsentColumn(header, words=WORDS)
    if topic in ("consent", "confirmation"):
        refused: Standing = "unsubscribed" if topic == "consent" else "pending"
        return ConsentColumn(header, words=_words("confirmed", refused), date="confirmed", empty="unclear")
    return ConsentColumn(header, words=_words(STANDINGS[topic], "nothing"), date=STANDINGS[topic])


def _words(yes: Meaning, no: Meaning) -> Mapping[str, Meaning]:
    return {**WORDS, **dict.fromkeys(YES, yes), **dict.fromkeys(NO, no)}
