"""Exports of each platform, made up after its own columns: who is in them, and who may be mailed."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

MAILCHIMP = (
    "Email Address,First Name,Last Name,City,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION"
)
SUBSCRIBED = (
    f"{MAILCHIMP},LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
    "mc-on@example.com,Ann,On,Oslo,2,2018-02-12 10:54:27,203.0.113.7,2018-02-12 11:00:00,203.0.113.7,,,,,,,,"
    '2018-02-12 10:54:27,1,e1,,"""VIP"",""Blog"""\n'
    "mc-two@example.com,Two,On,,2,,,,,,,,,,,,2018-02-12 10:54:27,2,e2,,\n"
)
UNSUBSCRIBED = (
    f"{MAILCHIMP},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,"
    "NOTES,TAGS\n"
    "mc-left@example.com,Eve,Gone,,2,2018-02-12 10:54:27,,2018-02-12 10:54:27,,,,,,,,,2018-07-23 12:19:27,"
    "May,1,NORMAL,,3,e3,,\n"
    "mc-dateless@example.com,Eve,Gone,,2,,,,,,,,,,,,,,,,,4,e4,,\n"
)
CLEANED = (
    f"{MAILCHIMP},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS\n"
    "mc-clean@example.com,Bo,Bounced,,2,2018-02-12 10:54:27,,,,,,,,,,,2019-07-23 12:19:27,May,1,5,e5,,\n"
)


def mailchimp_zip() -> bytes:
    """Return the zip that Mailchimp makes of an audience."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("subscribed_members_export_1a2b.csv", SUBSCRIBED)
        archive.writestr("unsubscribed_members_export_1a2b.csv", UNSUBSCRIBED)
        archive.writestr("cleaned_members_export_1a2b.csv", CLEANED)
    return out.getvalue()


@dataclass(frozen=True)
class Export:
    """A file, and what its readers become: (status, suppression) by address."""

    name: str
    content: str | bytes
    readers: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode()

    @property
    def mailable(self) -> set[str]:
        return {email for email, standing in self.readers.items() if standing == ON}


ON, LEFT, PENDING = ("confirmed", None), ("unsubscribed", None), ("pending", None)
BOUNCED, COMPLAINED, BLOCKED = (("unsubscribed", reason) for reason in ("bounce", "complaint", "manual"))

EXPORTS = {
    "mailchimp subscribed": Export(
        "subscribed_members.csv", SUBSCRIBED, {"mc-on@example.com": ON, "mc-two@example.com": ON}
    ),
    "mailchimp unsubscribed": Export(
        "any-name.csv", UNSUBSCRIBED, {"mc-left@example.com": LEFT, "mc-dateless@example.com": LEFT}
    ),
    "mailchimp cleaned": Export("any-name.csv", CLEANED, {"mc-clean@example.com": BOUNCED}),
    "mailchimp nonsubscribed": Export(
        "nonsubscribed_members.csv", SUBSCRIBED, {"mc-on@example.com": LEFT, "mc-two@example.com": LEFT}
    ),
    "mailchimp zip": Export(
        "audience_export_1a2b.zip",
        mailchimp_zip(),
        {
            "mc-on@example.com": ON,
            "mc-two@example.com": ON,
            "mc-left@example.com": LEFT,
            "mc-dateless@example.com": LEFT,
            "mc-clean@example.com": BOUNCED,
        },
    ),
    "ghost": Export(
        "members.csv",
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,"
        "labels,tiers\n"
        '1,gh-yes@example.com,Yes,,true,false,,2024-01-15T10:00:00.000Z,,"vip,early",Free\n'
        "2,gh-no@example.com,No,,false,false,,2024-01-15T10:00:00.000Z,,,Free\n"
        "3,gh-unsaid@example.com,,,,false,,2024-01-15T10:00:00.000Z,,,Free\n"
        "4,gh-gone@example.com,,,true,false,,2024-01-15T10:00:00.000Z,2024-05-01T10:00:00.000Z,,Free\n",
        {
            "gh-yes@example.com": ON,
            "gh-no@example.com": LEFT,
            "gh-unsaid@example.com": ON,
            "gh-gone@example.com": LEFT,
        },
    ),
    "substack": Export(
        "email_list.dig-in.csv",
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "su-free@example.com,false,,free,false,2024-01-15T10:00:00.000Z,\n"
        "su-paid@example.com,true,2027-01-01,yearly,false,2024-01-15T10:00:00.000Z,2024-01-15T10:00:00.000Z\n"
        "su-off@example.com,true,2027-01-01,yearly,true,2024-01-15T10:00:00.000Z,2024-01-15T10:00:00.000Z\n",
        {"su-free@example.com": ON, "su-paid@example.com": ON, "su-off@example.com": LEFT},
    ),
    "substack dashboard": Export(
        "export.csv",
        "Email,Name,Subscription type,Activity,Subscription date,Revenue,Cancel date,Receiving emails for,"
        "Is Bestseller\n"
        "sd-on@example.com,On,Free,5,2024-01-15,$0,2024-03-01,Dig In,No\n"
        "sd-off@example.com,Off,Free,0,2024-01-15,$0,,,No\n",
        {"sd-on@example.com": ON, "sd-off@example.com": LEFT},
    ),
    "beehiiv": Export(
        "subscribers.csv",
        "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,Free Tier,Premium Tier,"
        "unsubscribed_at,Town\n"
        "be-on@example.com,On,A,active,free,2024-01-15 10:00:00,,true,false,,Oslo\n"
        "be-off@example.com,Off,A,inactive,free,2024-01-15 10:00:00,,true,false,2024-05-01 10:00:00,\n"
        "be-torn@example.com,Torn,A,active,free,2024-01-15 10:00:00,,true,false,2024-05-01 10:00:00,\n"
        "be-wait@example.com,Wait,A,pending,free,2024-01-15 10:00:00,,true,false,,\n",
        {
            "be-on@example.com": ON,
            "be-off@example.com": LEFT,
            "be-torn@example.com": LEFT,
            "be-wait@example.com": PENDING,
        },
    ),
    "kit": Export(
        "All Subscribers.csv",
        "id,first_name,email,created_at,status,tags,referrer\n"
        '1,Act,k-act@example.com,2024-01-01T00:00:00.000Z,active,"vip, blog",\n'
        "2,Can,k-can@example.com,2024-01-01T00:00:00.000Z,cancelled,,\n"
        "3,Bou,k-bou@example.com,2024-01-01T00:00:00.000Z,bounced,,\n"
        "4,Com,k-com@example.com,2024-01-01T00:00:00.000Z,complained,,\n"
        "5,Ina,k-ina@example.com,2024-01-01T00:00:00.000Z,inactive,,\n"
        "6,Cold,k-cold@example.com,2024-01-01T00:00:00.000Z,cold,,\n",
        {
            "k-act@example.com": ON,
            "k-can@example.com": LEFT,
            "k-bou@example.com": BOUNCED,
            "k-com@example.com": COMPLAINED,
            "k-ina@example.com": PENDING,
            "k-cold@example.com": ON,
        },
    ),
    "listmonk": Export(
        "subscribers.csv",
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        'u1,lm-on@example.com,On,"{""city"": ""Oslo"", ""age"": 41}",enabled,'
        "2023-01-01 10:00:00.1 +0000 UTC,\n"
        "u2,lm-off@example.com,Off,{},disabled,2023-01-01 10:00:00.1 +0000 UTC,\n"
        "u3,lm-blk@example.com,Blk,{},blocklisted,2023-01-01 10:00:00.1 +0000 UTC,\n",
        {"lm-on@example.com": ON, "lm-off@example.com": LEFT, "lm-blk@example.com": BLOCKED},
    ),
    "buttondown": Export(
        "subscribers.csv",
        "email_address,type,tags,metadata,notes,creation_date\n"
        'bd-reg@example.com,regular,"a,b","{""city"": ""Oslo""}",,2024-01-15T10:00:00Z\n'
        "bd-due@example.com,past_due,,{},,2024-01-15T10:00:00Z\n"
        "bd-wait@example.com,unactivated,,{},,2024-01-15T10:00:00Z\n"
        "bd-left@example.com,unsubscribed,,{},,2024-01-15T10:00:00Z\n"
        "bd-spam@example.com,spammy,,{},,2024-01-15T10:00:00Z\n"
        "bd-none@example.com,undeliverable,,{},,2024-01-15T10:00:00Z\n"
        "bd-out@example.com,removed,,{},,2024-01-15T10:00:00Z\n",
        {
            "bd-reg@example.com": ON,
            "bd-due@example.com": ON,
            "bd-wait@example.com": PENDING,
            "bd-left@example.com": LEFT,
            "bd-spam@example.com": COMPLAINED,
            "bd-none@example.com": BOUNCED,
            "bd-out@example.com": LEFT,
        },
    ),
    "mailpoet": Export(
        "MailPoet_export.csv",
        "Email,First name,Last name,List,List Status,Global Status\n"
        "mp-on@example.com,On,A,Main,subscribed,subscribed\n"
        "mp-list@example.com,Off,A,Main,unsubscribed,subscribed\n"
        "mp-off@example.com,Off,A,Main,subscribed,unsubscribed\n"
        "mp-bou@example.com,Off,A,Main,subscribed,bounced\n"
        "mp-wait@example.com,Off,A,Main,unconfirmed,unconfirmed\n",
        {
            "mp-on@example.com": ON,
            "mp-list@example.com": LEFT,
            "mp-off@example.com": LEFT,
            "mp-bou@example.com": BOUNCED,
            "mp-wait@example.com": PENDING,
        },
    ),
    "brevo": Export(
        "contacts.csv",
        "EMAIL,FIRSTNAME,LASTNAME,EMAIL_BLACKLISTED,SMS_BLACKLISTED,ADDED_TIME\n"
        "br-on@example.com,On,A,No,Yes,2024-01-15 10:00:00\n"
        "br-off@example.com,Off,A,Yes,No,2024-01-15 10:00:00\n",
        {"br-on@example.com": ON, "br-off@example.com": BLOCKED},
    ),
}
