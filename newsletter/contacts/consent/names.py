"""Words by which the name of a column tells of leaving, consent, bounces, complaints and blocking.

No list of other systems' columns is ever complete, so these are words of languages, not names of systems.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from newsletter.contacts.consent.words import folded, listed

Topic = Literal[
    "left",
    "bounced",
    "complained",
    "blocked",
    "consent",
    "confirmation",
    "awaiting",
    "validity",
    "state",
    "unclear",
]


def _names(text: str) -> tuple[str, ...]:
    return tuple(map(folded, listed(text)))


# What names speak of. All words of an entry must stand in the name, one after the other.
STRONG: tuple[tuple[Topic, tuple[str, ...]], ...] = (
    (
        "complained",
        _names(
            "complaint, complaints, complained, complainer, complainers, spammer, spam, "
            "spammy, abuse, beschwerde"
        ),
    ),
    (
        "bounced",
        _names(
            "undeliverable, undeliverability, clean time, clean date, email invalid, invalid email, "
            "invalid emails, invalid address, unzustellbar"
        ),
    ),
    ("blocked", _names("block list, block listed, black list, black listed")),
    (
        "left",
        _names(
            "unsub, unsubs, opt out, opt outs, opted out, opts out, do not contact, do not send, "
            "non subscribed, nonsubscribed, email disabled, mail disabled, newsletter disabled, left at, "
            "left on, left list, date left, has left, baja, bajas, ausgetragen, desuscrito, desinscrito, "
            "uitgeschreven, afgemeld, werbesperre, widerspruch, werbewiderspruch, widersprochen, opt ut, "
            "dezabonat"
        ),
    ),
)
# Stems that nothing else has, wherever they stand within a word: `isunsubscribed`, `Abmeldedatum`.
_STEMS: Mapping[Topic, tuple[str, ...]] = {
    "bounced": ("bounc(?:e(?!r)|ing)",),
    "blocked": ("(?<!un)suppress(?!ant)", "blacklist", "blocklist"),
    "left": (
        *(
            "unsubscri",
            "opt(?:ed|s)?out",
            "donot(?:bulk|send|allow)?(?:e?mail|contact)",
            "dont(?:e?mail|contact)",
        ),
        *(
            "^no(?:e?mail|newsletter)$",
            "désabonn",
            "désinscri",
            "disiscri",
            "descadastr",
            "desuscri",
            "abmeld",
        ),
        *(
            "abbestell",
            "abgemeldet",
            "avregistrer",
            "avprenumer",
            "avmeld",
            "afmeld",
            "uitschrijv",
            "uitgeschrev",
        ),
        *("wypisan", "отписа", "відписа", "odhlášen", "leiratko", "退会", "配信停止", "購読解除", "取消订阅"),
        *("取消訂閱", "退订", "退訂", "수신거부", "구독취소"),
    ),
}
STEMS = {topic: re.compile(folded("|".join(stems))) for topic, stems in _STEMS.items()}
# Words that speak only by themselves, or among words of the companions: an event is cancelled, too.
WEAK: Mapping[str, Topic] = {
    **dict.fromkeys(_names("cleaned, undelivered"), "bounced"),
    **dict.fromkeys(_names("blocked, banned, gesperrt, quarantined, quarantine, gebannt"), "blocked"),
    **dict.fromkeys(
        _names(
            "deleted, removed, cancelled, canceled, disabled, deactivated, deactivation, isdisabled, "
            "isdeactivated, excluded, gelöscht, gekündigt, abbestellung, отписка, 解約"
        ),
        "left",
    ),
    **dict.fromkeys(_names("pending, unconfirmed, unverified"), "awaiting"),
    **dict.fromkeys(
        _names("confirmed, verified, isverified, emailverified, bestätigt, confirmé"), "confirmation"
    ),
    **dict.fromkeys(_names("valid, isvalid, emailvalid"), "validity"),
}
CONSENT = _names(
    "consent, consents, consented, gdpr, dsgvo, rgpd, permission, permissions, optins, optedin, "
    "subscribed, subscribe, opt in, opts in, opted in, is subscriber, agreed, agrees, mailable, emailable, "
    "email marketing, marketing email, marketing emails, marketing allowed, email allowed, emails allowed, "
    "can email, may email, einwilligung, zustimmung, angemeldet, abonniert, erwünscht, gewünscht, "
    "consentement, abonné, inscrit, consentimiento, suscrito, consentimento, inscrito, consenso, iscritto, "
    "toestemming, ingeschreven, zgoda, samtycke, samtykke, souhlas, hozzájárulás, согласие, подписан"
)
CONSENT_RUN_TOGETHER = re.compile(
    r"(?:is|has|email|newsletter|marketing)*opt(?:ed)?in(?:date|time|at|on)?|(?:is|has|email|newsletter)+subscribed"
)
AGREEMENTS = frozenset(_names("consent, consents, consented, permission, permissions, agreed, agrees, gdpr"))
CONFIRMATIONS = _names("confirm time, confirmation time, confirmation date")
# “Accepts Email Marketing”, “Receiving emails for”: one of the first, and later one of the second.
TAKES = frozenset(
    _names(
        "accept, accepts, accepted, allow, allows, allowed, receive, receives, receiving, want, wants, wishes"
    )
)
NEWSLETTERS = frozenset(
    _names(
        "newsletter, newsletters, nieuwsbrief, nyhetsbrev, nyhedsbrev, uutiskirje, boletín, boletim, "
        "infolettre, biuletyn, zpravodaj, hírlevél, rundbrief, рассылка, bülten, мейлинг, ニュースレター, "
        "メルマガ, 뉴스레터"
    )
)
EMAIL = frozenset(_names("email, emails, courriel, courriels, correo, correos, epost, emailing"))
MAIL = frozenset(_names("mail, mails, mailings, mailinglist, emailings")) | EMAIL | NEWSLETTERS
WANTED = MAIL | frozenset(_names("marketing, mailing, updates"))
PURPOSES = WANTED | frozenset(
    _names(
        "contact, contacted, communication, communications, list, campaigns, promotions, offers, news, all"
    )
)
# Columns of yes and no with such a name alone.
WHOLE_NAMES = NEWSLETTERS | frozenset(
    _names(
        "marketing, mailing, mailings, mailinglist, mailing list, active, enabled, accept, accepts, "
        "accepted, lettre d information, lettre information"
    )
)
SUBSCRIPTIONS = frozenset(
    _names(
        "subscription, subscriptions, abo, abonnement, anmeldung, signup, suscripción, iscrizione, "
        "inscription"
    )
)
PADDING = frozenset(_names("is, has, the, a, yes, no, ja, nein, oui, non, sí, y, n, please"))
NEGATIONS = frozenset(
    _names(
        "not, non, never, without, no, nicht, kein, keine, keinen, pas, isnt, hasnt, geen, niet, ikke, "
        "inte, sin"
    )
)
FORBIDDING = frozenset(_names("no, kein, keine, keinen, geen, aucun, aucune, dont, ingen, inget, brak"))
COUNTED = frozenset(_names("of, sent, opened, clicked, received, delivered, opens, clicks"))
# Consent with such a word, wherever it stands, has been taken back, or was never given.
REVERSED = re.compile(
    "withdr|revo[ck]|refus|reject|declin|expir|den(?:y|ie)|remov|cancel|stop|terminat|laps|widerruf|widerspr"
    "|ablehn|abgelehn|retir|rechaz|rifiut|recus|ritir|ingetrok|geweiger|aterkall|tilbage|cofn|odwol|pending"
    "|ausstehend|missing|fail|inactiv|disabl|deactiv|unconfirm|unverif|invalid|oppos|object|former|previous"
    "|(?:end|ended|ends|off|out|until|entzogen|отозвано)$"
)

# `state` alone, and that of a contact or a user, is where they live; a status is nearly never that.
STATUS = frozenset(
    _names("status, statut, статус, stav, durum, tila, állapot, estatus, 状态, 狀態, ステータス, 상태")
)
STATE = frozenset(_names("state, estado, stato, état"))
STATE_OF = (
    SUBSCRIPTIONS | MAIL | frozenset(_names("subscriber, list, optin, consent, marketing, confirmation"))
)
STATUS_OF = STATE_OF | frozenset(
    _names("member, global, contact, audience, mailing, recipient, user, reader, permission")
)
STATUS_RUN_TOGETHER = re.compile(
    "(?:listen|abo|abonnenten|abonnement|empfanger|newsletter|kontakt|e?mail|mitglieder|leser|prenumerations"
    "|tilmeldings|subscriber|subscription|optin|list)s?status"
)
NO_STATE = frozenset(_names("country, province, address, region, tax, order, payment, marital"))

# Other ways to reach a reader, and other things to agree to.
CHANNELS = frozenset(
    _names(
        "sms, mms, text, texts, phone, telephone, mobile, call, calls, calling, fax, whatsapp, push, "
        "voicemail, telefon, telefono, telefone, téléphone, telefonisch, anruf, anrufe, photo, photos, "
        "photography, video, terms, privacy, cookie, cookies, track, tracking, sharing, partner, partners, "
        "third party, sale"
    )
)
RUN_TOGETHER_CHANNELS = ("sms", "fax", "whatsapp", "phone", "webpush")
PAPER = _names("print, printed, paper, post, postal, direct mail, mailing address, postalisch, brieflich")
# What one may agree to besides mail; of leaving, `data` is a date in Italian, and an event how it came about.
OTHER_AGREEMENTS = frozenset(
    _names("data, order, orders, event, events, membership, box, office, account, card, publish")
)

# A link to leave by, or the network address of a consent, stands in everybody's row and says nothing.
SILENT = frozenset(_names("url, link, href, token, hash, key, ip, id, uuid"))
# Why they left, after which mail, when it changed: nothing there is plain, but that something is there tells.
REMARKS = frozenset(
    _names("campaign, reason, title, comment, comments, note, notes, feedback, updated, changed, modified")
)
# How a consent came about, and with what words: it stands in the row of everyone who gave it.
ORIGINS = frozenset(
    _names("source, method, type, version, text, wording, form, name, level, origin, channel")
)
ORIGINS_AT_THE_END = frozenset(_names("by, via, from, through"))
COUNTS = re.compile(r"(?:\w*count|number|num|total|anzahl|bounces|complaints|unsubscribes)")
COMPANIONS: frozenset[str] = frozenset().union(
    PADDING,
    NEGATIONS,
    MAIL,
    SILENT,
    REMARKS,
    ORIGINS,
    ORIGINS_AT_THE_END,
    SUBSCRIPTIONS,
    COUNTED,
    _names(
        "was, been, are, at, on, in, date, time, datetime, timestamp, utc, gmt, user, users, contact, "
        "contacts, subscriber, subscribers, member, members, reader, readers, recipient, recipients, "
        "mailing, campaigns, marketing, list, lists, all, flag, hard, soft, admin, system, automatically, "
        "status, report, reports, reported, marked, as, trap, count, number, total, am, um, le, el, il, "
        "op, den, von, vom, datum, fecha, data, zeit, and, or, und, ist, wurde, est, temporarily, "
        "permanently"
    ),
)


@lru_cache(maxsize=4096)
def _words_of(header: str) -> tuple[str, ...]:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    words = " ".join(re.findall(r"[^\W_]+", folded(parted)))
    return tuple(re.sub(r"\be (?:mail(?=s?\b|ing)|post\b)", "email", words).split())


def header_words(header: str) -> list[str]:
    """Return the words of a column's name: ``isUnsubscribed`` and ``IS_UNSUBSCRIBED`` are the same two.

    ``E-Mail``, and Swedish ``e-post``, are one word.
    """
    return list(_words_of(header))
