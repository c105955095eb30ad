"""Words in the cells of consent columns, and what they mean, in the languages of those who wrote them."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from newsletter.contacts.consent.standing import Standing
from newsletter.delivery.states import SubscriptionState, SuppressionReason


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a cell's words in lower case: ``Opted-Out`` is ``opted out``."""
    words = unicodedata.normalize("NFC", text).strip().strip("\"'").casefold()
    return " ".join(re.sub(r"(?<=\w)[_\-./](?=\w)", " ", words).split())


def folded(text: str) -> str:
    """Return text in lower case and without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))


def listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(entry.split()) for entry in text.split(","))


def _cells(text: str) -> tuple[str, ...]:
    """Return entries as ``plain`` gives them, without accents, and as Turkish capitals become."""
    entries = [plain(entry) for entry in listed(text)]
    bare = [unicodedata.normalize("NFC", folded(entry)) for entry in entries]
    return tuple(dict.fromkeys([*entries, *bare, *(entry.replace("ı", "i") for entry in entries)]))


# What cells say. Spreadsheets write their booleans in the language of who saved them.
YES = frozenset(
    _cells(
        "yes, y, true, t, 1, on, x, ✓, ✔, ja, j, oui, o, sí, s, sim, tak, da, evet, ano, igen, kyllä, да, "
        "так, ναι, はい, 是, 예, نعم, wahr, vrai, verdadero, vero, verdadeiro, waar, sant, sand, tosi, "
        "prawda, pravda, igaz, истина, doğru, adevărat"
    )
)
NO = frozenset(
    _cells(
        "no, n, false, f, 0, off, nein, non, não, nie, nee, nej, nei, hayır, ne, nem, ei, nu, нет, ні, "
        "όχι, いいえ, 否, 아니요, 아니오, لا, falsch, faux, falso, onwaar, falskt, falsk, usann, epätosi, "
        "fałsz, falsz, nepravda, hamis, ложь, yanlış, fals"
    )
)

# Cells that hold nothing, as databases and spreadsheets write it.
NOTHING = frozenset(
    ("", *listed("null, none, n/a, na, nan, nil, -, –, —, #n/a, 0000 00 00, 0000 00 00 00:00:00"))
)

_SUBSCRIBING = _cells("confirmed, subscribed, opted in, opt in, optin, abonniert, angemeldet, suscrito")
_PENDING = _cells("pending, unconfirmed, not confirmed, unactivated, unverified, awaiting confirmation")
# Words that are hardly anything but a reader's state, whatever their column is called.
_TELL_LEAVING = _cells(
    "unsubscribed, unsubscribe, unsubscribes, nonsubscribed, non subscribed, not subscribed, opted out, "
    "optedout, optout, opted out of email, unsubscribed from all, group unsubscribe, do not email, "
    "do not mail, abbestellt, abgemeldet, ausgetragen, désabonné, désabonnée, désinscrit, désinscrite, "
    "dado de baja, dada de baja, desuscrito, desuscrita, desinscrito, disiscritto, disiscritta, "
    "descadastrado, descadastrada, uitgeschreven, afgemeld, avregistrerad, avprenumererad, avmeldt, "
    "afmeldt, frameldt, peruutettu tilaus, wypisany, wypisana, wypisano, отписан, отписана, отписался, "
    "отписалась, відписаний, odhlášen, odhlášena, odhlásený, leiratkozott, dezabonat, abonelikten çıktı, "
    "abonelikten ayrıldı, 退会, 退会済み, 配信停止, 購読解除, 取消订阅, 取消訂閱, 已退订, 退订, 退訂, "
    "수신거부, 수신 거부, 구독취소, 구독 취소, إلغاء الاشتراك, ألغى الاشتراك"
)
_TELL_BOUNCING = _cells(
    "bounce, bounced, hard bounce, hard bounced, hardbounced, hardbounce, soft bounce, soft bounced, "
    "softbounced, undeliverable, unzustellbar, non distribuable"
)
_TELL_COMPLAINING = _cells(
    "complaint, complained, spam complaint, spam complained, marked as spam, spam report, spam reported, "
    "reported spam, reported as spam, abuse complaint"
)
_TELL_BLOCKING = _cells("blocklisted, blacklisted, block listed, black listed")
# Words that can mean anything under another name: an event is cancelled, a filter is disabled.
_WEAKLY_LEAVING = _cells(
    "cancelled, canceled, removed, deleted, left, disabled, deactivated, archived, never subscribed, "
    "unsub, opt out, gekündigt, gelöscht, baja, cancelado, cancelada, annullato, annulé, geannuleerd, "
    "supprimé"
)
_REFUSING = _cells(
    "withdrawn, revoked, declined, refused, rejected, denied, widerrufen, abgelehnt, refusé, retiré, "
    "revocado, revocato, rifiutato, ingetrokken, geweigerd"
)
_AGREEING = _cells("granted, given, accepted, agreed, verified, erteilt, accepté, aceptado, accettato")

# What a word under a column of states means wherever it comes from. `inactive` and `cold` are missing: they
# mean one thing here and another there, so a platform's own table says it, or the editor.
WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(_SUBSCRIBING, SubscriptionState.CONFIRMED),
    **dict.fromkeys(listed("active, enabled"), SubscriptionState.CONFIRMED),
    **dict.fromkeys(_PENDING, SubscriptionState.PENDING),
    **dict.fromkeys((*_TELL_LEAVING, *_WEAKLY_LEAVING), SubscriptionState.UNSUBSCRIBED),
    **dict.fromkeys(
        (*_TELL_BLOCKING, *listed("blocked, suppressed, banned, manual")), SuppressionReason.MANUAL
    ),
    **dict.fromkeys((*_TELL_BOUNCING, "cleaned"), SuppressionReason.BOUNCE),
    **dict.fromkeys(listed("invalid, invalid email, invalid address"), SuppressionReason.INVALID),
    **dict.fromkeys(
        (*_TELL_COMPLAINING, *listed("complainer, spam, spammy, abuse")), SuppressionReason.COMPLAINT
    ),
}
TELLING = frozenset((*_TELL_LEAVING, *_TELL_BOUNCING, *_TELL_COMPLAINING, *_TELL_BLOCKING))
CONSENT_WORDS: Mapping[str, Standing] = {
    **{word: WORDS[word] for word in (*_SUBSCRIBING, *_PENDING, *TELLING)},
    **dict.fromkeys((*_REFUSING, "opt out", "unsub", "never subscribed"), SubscriptionState.UNSUBSCRIBED),
    **dict.fromkeys(_AGREEING, SubscriptionState.CONFIRMED),
}
# Under a name that speaks of leaving, “active” and “pending” say nothing good, and “disabled” nothing plain.
LEAVING_WORDS: Mapping[str, Standing] = {
    word: said
    for word, said in WORDS.items()
    if said not in (SubscriptionState.CONFIRMED, SubscriptionState.PENDING) and word not in _WEAKLY_LEAVING
} | {"opt out": SubscriptionState.UNSUBSCRIBED, "unsub": SubscriptionState.UNSUBSCRIBED}
TELLING_WORDS: Mapping[str, Standing] = {word: WORDS[word] for word in TELLING}
