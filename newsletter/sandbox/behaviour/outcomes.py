"""What becomes of a message: some addresses simulate an outcome, and lists hold mail back. Values alone.

An address simulates by its local part before an optional ``+tag``, at any domain: ``bounce+17@example.org``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

BOUNCES, BLOCKS, SPAM, INVALID, UNSUBSCRIBES = LISTS = (
    "bounces",
    "blocks",
    "spam_reports",
    "invalid_emails",
    "unsubscribes",
)

UNKNOWN_RECIPIENT = "550 5.1.1 The email account that you tried to reach does not exist."
REFUSED_BY_POLICY = "550 5.7.1 Message refused by the recipient's mail policy."
NO_SUCH_DOMAIN = "Mail domain mentioned in email address is unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reports a message brings, in order, and the list its address lands on, with the list's words."""

    steps: tuple[str, ...]
    suppresses: str = ""
    reason: str = ""
    status: str = ""


DELIVERED = Outcome(("processed", "delivered"))
DROPPED = Outcome(("dropped",))

OUTCOMES: Mapping[str, Outcome] = {
    "bounce": Outcome(("processed", "bounce"), BOUNCES, UNKNOWN_RECIPIENT, "5.1.1"),
    "latebounce": Outcome(("processed", "delivered", "late bounce"), BOUNCES, UNKNOWN_RECIPIENT, "5.1.1"),
    "blocked": Outcome(("processed", "blocked"), BLOCKS, REFUSED_BY_POLICY, "5.7.1"),
    "complaint": Outcome(("processed", "delivered", "spamreport"), SPAM),
    "deferred": Outcome(("processed", "deferred", "delivered")),
    "dropped": Outcome(("dropped",), BOUNCES, UNKNOWN_RECIPIENT, "5.1.1"),
    "invalid": Outcome(("dropped",), INVALID, NO_SUCH_DOMAIN),
    "unsubscribe": Outcome(("processed", "delivered", "unsubscribe"), UNSUBSCRIBES),
}

# Why a message to an address on a list is dropped, in the order SendGrid looks; blocks hold nothing back.
DROPS: Mapping[str, str] = {
    BOUNCES: "Bounced Address",
    INVALID: "Invalid",
    SPAM: "Spam Reporting Address",
    UNSUBSCRIBES: "Unsubscribed Address",
}
_BYPASSES = {
    BOUNCES: "bypass_bounce_management",
    SPAM: "bypass_spam_management",
    UNSUBSCRIBES: "bypass_unsubscribe_management",
}


def outcome_of(email: str) -> Outcome:
    """Return what an address simulates; most are simply delivered to."""
    return OUTCOMES.get(email.partition("@")[0].partition("+")[0].lower(), DELIVERED)


def lists_consulted(mail_settings: Mapping[str, Mapping[str, object]]) -> frozenset[str]:
    """Return the lists that hold a request's mail back: all but those that its settings bypass."""

    def is_on(name: str) -> bool:
        return mail_settings.get(name, {}).get("enable") is True

    if is_on("bypass_list_management"):
        return frozenset()
    return frozenset(name for name in DROPS if name not in _BYPASSES or not is_on(_BYPASSES[name]))


def drop_reason(lists: Collection[str], consulted: Collection[str]) -> str | None:
    """Return why an address that is on these ``lists`` is not mailed; None when it is."""
    return next((reason for name, reason in DROPS.items() if name in lists and name in consulted), None)
