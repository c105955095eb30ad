"""The platforms whose exports are known, each with where its columns were read.

Where a platform's words are not ours, its own table decides: `inactive` is unsubscribed at beehiiv, and not
yet confirmed at Kit.
"""

from collections.abc import Iterable, Mapping

from newsletter.contacts.consent.column import NO, WORDS, YES, ConsentColumn
from newsletter.contacts.consent.standing import Meaning, NoStanding
from newsletter.delivery.states import SubscriptionState, SuppressionReason
from newsletter.platforms.platform import Platform

_SAYS_YES: Mapping[str, Meaning] = {
    **dict.fromkeys(YES, SubscriptionState.CONFIRMED),
    **dict.fromkeys(NO, SubscriptionState.UNSUBSCRIBED),
}
_SAYS_LEFT: Mapping[str, Meaning] = {
    **dict.fromkeys(YES, SubscriptionState.UNSUBSCRIBED),
    **dict.fromkeys(NO, NoStanding.NOTHING),
}


def _signature(*columns: str) -> frozenset[str]:
    return frozenset(columns)


def _left_at(header: str) -> ConsentColumn:
    return ConsentColumn(header, words=_SAYS_LEFT, date=SubscriptionState.UNSUBSCRIBED)


# The headers are those of TryGhost/migrate's fixtures of real exports. There is no column of states: that a
# file has any column of UNSUB_… or CLEAN_… says it of everyone in it.
MAILCHIMP = Platform(
    name="mailchimp",
    title="Mailchimp",
    one_state_a_file=True,
    signatures=(_signature("email_address", "leid", "euid"),),
    consent_columns={
        **{
            f"unsub_{of}": ConsentColumn(f"UNSUB_{of.upper()}", always=SubscriptionState.UNSUBSCRIBED)
            for of in ("time", "campaign_title", "campaign_id", "reason", "reason_other")
        },
        **{
            f"clean_{of}": ConsentColumn(f"CLEAN_{of.upper()}", always=SuppressionReason.BOUNCE)
            for of in ("time", "campaign_title", "campaign_id")
        },
        "optin_time": ConsentColumn("OPTIN_TIME", always=NoStanding.NOTHING),
        "confirm_time": ConsentColumn("CONFIRM_TIME", always=NoStanding.NOTHING),
    },
    joined="optin_time",
    confirmed="confirm_time",
    left=("unsub_time", "clean_time"),
    tags=_signature("tags"),
    left_out=_signature(
        *("member_rating", "optin_ip", "confirm_ip", "latitude", "longitude", "gmtoff", "dstoff", "timezone"),
        *("cc", "region", "last_changed", "leid", "euid"),
    ),
)

# ghost/members-csv, unparse.js. A blank subscribed_to_emails is “not said” (TryGhost/Ghost 19658).
GHOST = Platform(
    name="ghost",
    title="Ghost",
    signatures=(
        _signature("email", "subscribed_to_emails", "stripe_customer_id"),
        _signature("email", "subscribed_to_emails", "complimentary_plan"),
    ),
    consent_columns={
        "subscribed_to_emails": ConsentColumn("subscribed_to_emails", words=_SAYS_YES),
        "deleted_at": _left_at("deleted_at"),
        "email_disabled": ConsentColumn("email_disabled", words=_SAYS_LEFT),
    },
    joined="created_at",
    left=("deleted_at",),
    tags=_signature("labels"),
    left_out=_signature(
        "id", "complimentary_plan", "stripe_customer_id", "created_at", "tiers", "products", "gift_id"
    ),
)

# TryGhost/migrate's fixtures. active_subscription is about paying: it is false for every free reader.
SUBSTACK = Platform(
    name="substack",
    title="Substack",
    signatures=(
        _signature("email", "active_subscription", "email_disabled"),
        _signature("email", "expiry", "email_disabled"),
    ),
    consent_columns={
        "email_disabled": ConsentColumn("email_disabled", words=_SAYS_LEFT),
        "active_subscription": ConsentColumn("active_subscription", always=NoStanding.NOTHING),
    },
    joined="created_at",
    left_out=_signature(
        *("active_subscription", "expiry", "created_at", "first_payment_at", "stripe_connected_customer_id"),
        "type",
    ),
)

# The header stands in buttondown/roadmap 2282. Who receives nothing has an empty “Receiving emails for”.
SUBSTACK_DASHBOARD = Platform(
    name="substack-dashboard",
    title="Substack (its dashboard)",
    signatures=(
        _signature("email", "receiving_emails_for", "subscription_type"),
        _signature("email", "receiving_emails_for", "subscription_date"),
    ),
    consent_columns={
        "receiving_emails_for": ConsentColumn(
            "Receiving emails for", empty=SubscriptionState.UNSUBSCRIBED, other=SubscriptionState.CONFIRMED
        ),
        "cancel_date": ConsentColumn("Cancel date", always=NoStanding.NOTHING),
    },
    joined="subscription_date",
    bare=True,
)

# TryGhost/migrate's fixture. Some are called active and have an unsubscribed_at: the stricter counts.
BEEHIIV = Platform(
    name="beehiiv",
    title="beehiiv",
    signatures=(
        _signature("email", "status", "tier", "unsubscribed_at"),
        _signature("email", "status", "tier", "stripe_customer_id"),
        _signature("email", "status", "free_tier", "premium_tier"),
    ),
    consent_columns={
        "status": ConsentColumn(
            "status",
            words={
                **WORDS,
                "inactive": SubscriptionState.UNSUBSCRIBED,
                "validating": SubscriptionState.PENDING,
                "invalid": SuppressionReason.BOUNCE,
            },
        ),
        "unsubscribed_at": _left_at("unsubscribed_at"),
    },
    joined="created_at",
    left=("unsubscribed_at",),
    tags=_signature("tags"),
    left_out=_signature("tier", "created_at", "stripe_customer_id", "free_tier", "premium_tier"),
)

# help.convertkit.com names the states; the columns are those public scripts read. Who is cold opens nothing,
# but did not leave.
KIT = Platform(
    name="kit",
    title="Kit (ConvertKit)",
    one_state_a_file=True,
    signatures=(
        _signature("email", "status", "tags", "referrer"),
        _signature("email", "first_name", "created_at", "status", "tags"),
        _signature("email_address", "first_name", "created_at", "state"),
    ),
    consent_columns={
        name: ConsentColumn(
            name, words={**WORDS, "inactive": SubscriptionState.PENDING, "cold": SubscriptionState.CONFIRMED}
        )
        for name in ("status", "state")
    },
    joined="created_at",
    tags=_signature("tags"),
    left_out=_signature("id", "created_at", "referrer"),
)

# knadh/listmonk, handleExportSubscribers. Who left a single list is not in it (listmonk 2855).
LISTMONK = Platform(
    name="listmonk",
    title="listmonk",
    signatures=(_signature("uuid", "email", "attributes", "status"),),
    consent_columns={"status": ConsentColumn("status", words=WORDS)},
    joined="created_at",
    objects=_signature("attributes"),
    left_out=_signature("uuid", "created_at", "updated_at"),
)

_BUTTONDOWN_TYPES: Mapping[str, Meaning] = {
    **WORDS,
    **dict.fromkeys(
        ("regular", "premium", "trialed", "unpaid", "gifted", "churning", "paused", "past due"),
        SubscriptionState.CONFIRMED,
    ),
}
# buttondown/openapi, enums.json, and its API's names: the CSV's own header was in no primary source.
BUTTONDOWN = Platform(
    name="buttondown",
    title="Buttondown",
    signatures=(
        _signature("email_address", "type", "creation_date"),
        _signature("email_address", "type", "metadata"),
        _signature("email_address", "type", "tags"),
        _signature("email", "type", "creation_date"),
        _signature("email_address", "subscriber_type"),
        _signature("email", "subscriber_type"),
    ),
    consent_columns={
        "type": ConsentColumn("type", words=_BUTTONDOWN_TYPES),
        "subscriber_type": ConsentColumn("subscriber_type", words=_BUTTONDOWN_TYPES),
        "unsubscription_date": _left_at("unsubscription_date"),
        "undeliverability_date": ConsentColumn(
            "undeliverability_date",
            date=SuppressionReason.BOUNCE,
            words=dict.fromkeys(YES, SuppressionReason.BOUNCE),
        ),
    },
    joined="creation_date",
    left=("unsubscription_date", "undeliverability_date"),
    objects=_signature("metadata"),
    tags=_signature("tags"),
    left_out=_signature(
        *("id", "creation_date", "secondary_id", "source", "utm_campaign", "utm_medium", "utm_source"),
        *("referrer_url", "last_open_date", "last_click_date", "ip_address", "stripe_customer_id"),
        *("unsubscription_reason", "undeliverability_reason"),
    ),
)

# MailPoet exports a list's and a global status. It stops mailing those who are inactive; so do we, until they
# confirm.
MAILPOET = Platform(
    name="mailpoet",
    title="MailPoet",
    signatures=(_signature("email", "global_status"), _signature("email", "list_status")),
    consent_columns={
        name: ConsentColumn(name, words={**WORDS, "inactive": SubscriptionState.PENDING})
        for name in ("global_status", "list_status")
    },
    joined="subscribed_on",
    left_out=_signature("subscribed_on", "subscription_date", "list", "list_name", "ip", "subscribed_ip"),
)

BREVO = Platform(
    name="brevo",
    title="Brevo",
    signatures=(_signature("email", "email_blacklisted"),),
    consent_columns={
        "email_blacklisted": ConsentColumn(
            "EMAIL_BLACKLISTED",
            words={**dict.fromkeys(YES, SuppressionReason.MANUAL), **dict.fromkeys(NO, NoStanding.NOTHING)},
        ),
        "sms_blacklisted": ConsentColumn("SMS_BLACKLISTED", always=NoStanding.NOTHING),
    },
    joined="added_time",
    left_out=_signature(
        "sms_blacklisted", "added_time", "modified_time", "contact_id", "whatsapp_blacklisted"
    ),
)

# The first whose columns all stand in a file is taken.
PLATFORMS = (
    MAILCHIMP,
    GHOST,
    SUBSTACK,
    SUBSTACK_DASHBOARD,
    BEEHIIV,
    KIT,
    LISTMONK,
    BUTTONDOWN,
    MAILPOET,
    BREVO,
)


def recognise(columns: Iterable[str]) -> Platform | None:
    """Return the platform whose export has these columns, given by their field names, or None."""
    held = frozenset(columns)
    return next((platform for platform in PLATFORMS if not platform.missing(held)), None)


def named(name: str) -> tuple[Platform, ...]:
    """Return the platforms that ``--from`` means by a name: Substack has two kinds of file."""
    wanted = {"convertkit": "kit", "sendinblue": "brevo"}.get(name.casefold(), name.casefold())
    return tuple(
        platform
        for platform in PLATFORMS
        if platform.name == wanted or platform.name.partition("-")[0] == wanted
    )
