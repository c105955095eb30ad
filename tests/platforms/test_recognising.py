"""A platform's export is known by its columns; what its words mean is its own."""

import pytest

from newsletter.contacts.consent.column import Meaning
from newsletter.contacts.fields import field_name
from newsletter.platforms import PLATFORMS, named, recognise, state_of_file_name

HEADERS = {
    "mailchimp": "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,"
    "CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS",
    "ghost": "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,"
    "deleted_at,labels,tiers",
    "substack": "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at",
    "substack-dashboard": "Email,Name,Subscription type,Activity,Subscription date,Revenue,Cancel date,"
    "Receiving emails for,Is Bestseller",
    "beehiiv": "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,Free Tier,Premium Tier,"
    "unsubscribed_at",
    "kit": "id,first_name,email,created_at,status,tags,referrer",
    "listmonk": "uuid,email,name,attributes,status,created_at,updated_at",
    "buttondown": "email_address,type,tags,metadata,notes,creation_date",
    "mailpoet": "Email,First name,Last name,List Status,Global Status,Subscribed on",
    "brevo": "EMAIL,FIRSTNAME,EMAIL_BLACKLISTED,SMS_BLACKLISTED,ADDED_TIME",
}


@pytest.mark.parametrize(("name", "header"), HEADERS.items())
def test_each_platform_is_known_by_its_own_header_alone(name: str, header: str) -> None:
    found = recognise(map(field_name, header.split(",")))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "header", ["email,name", "email,status", "email,created_at,tags", "Email,First Name,Note"]
)
def test_an_ordinary_table_is_no_platform(header: str) -> None:
    assert recognise(map(field_name, header.split(","))) is None


@pytest.mark.parametrize(
    ("platform", "column", "cell", "said"),
    [
        ("mailchimp", "unsub_time", "", "unsubscribed"),
        ("mailchimp", "clean_time", "2020-01-01 10:00:00", "bounce"),
        ("mailchimp", "unsub_reason", "", "unsubscribed"),
        ("mailchimp", "clean_campaign_title", "Spring", "bounce"),
        ("buttondown", "undeliverability_date", "2024-05-01", "bounce"),
        ("buttondown", "undeliverability_date", "", "nothing"),
        ("ghost", "subscribed_to_emails", "false", "unsubscribed"),
        ("ghost", "subscribed_to_emails", "", "nothing"),
        ("substack", "active_subscription", "false", "nothing"),
        ("substack", "email_disabled", "true", "unsubscribed"),
        ("substack-dashboard", "receiving_emails_for", "", "unsubscribed"),
        ("substack-dashboard", "receiving_emails_for", "The Daily", "confirmed"),
        ("beehiiv", "status", "inactive", "unsubscribed"),
        ("kit", "status", "inactive", "pending"),
        ("kit", "status", "complained", "complaint"),
        ("listmonk", "status", "blocklisted", "manual"),
        ("listmonk", "status", "disabled", "unsubscribed"),
        ("buttondown", "type", "spammy", "complaint"),
        ("buttondown", "type", "past_due", "confirmed"),
        ("buttondown", "type", "never heard of", "unclear"),
        ("mailpoet", "global_status", "bounced", "bounce"),
        ("brevo", "email_blacklisted", "Yes", "manual"),
    ],
)
def test_a_platforms_words_mean_what_they_mean_there(
    platform: str, column: str, cell: str, said: Meaning
) -> None:
    assert named(platform)[0].consent_columns[column].meaning_of(cell) == said


@pytest.mark.parametrize("header", ["email_address,type,tags", "email,type,creation_date"])
def test_buttondown_is_known_without_its_metadata(header: str) -> None:
    found = recognise(header.split(","))
    assert found is not None
    assert found.name == "buttondown"


def test_only_platforms_that_name_files_for_a_state_take_a_files_name_unasked() -> None:
    assert [platform.name for platform in PLATFORMS if platform.one_state_a_file] == ["mailchimp", "kit"]


def test_from_names_both_kinds_of_substack_file_and_knows_former_names() -> None:
    assert [platform.name for platform in named("Substack")] == ["substack", "substack-dashboard"]
    assert [platform.name for platform in named("convertkit")] == ["kit"]
    assert named("nosuch") == ()


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("unsubscribed_members_export_1a2b.csv", "unsubscribed"),
        ("nonsubscribed_segment.csv", "unsubscribed"),
        ("cleaned_members.csv", "bounce"),
        ("Cancelled Subscribers.csv", "unsubscribed"),
        ("Bounced Subscribers (1).csv", "bounce"),
        ("suppression_list.csv", "manual"),
        ("do-not-mail.csv", "unsubscribed"),
        ("subscribed_members_export.csv", None),
        ("Confirmed Subscribers.csv", None),
        ("readers.csv", None),
        ("uncleanedness.csv", None),
        ("opted-out.csv", "unsubscribed"),
        ("Abmeldungen.csv", "unsubscribed"),
        ("bajas.csv", "unsubscribed"),
        ("désabonnés.csv", "unsubscribed"),
        ("disabled.csv", "unsubscribed"),
        ("hardbounces.csv", "bounce"),
        ("undeliverable.csv", "bounce"),
        ("invalid_emails.csv", "invalid"),
        ("members duplicates removed.csv", "unsubscribed"),
        ("unsubscribed.zip", "unsubscribed"),
        ("unsubscribed/list.csv", "unsubscribed"),
        ("export.zip/bounces/list.csv", "bounce"),
        ("removed\\list.csv", "unsubscribed"),
        ("/home/removed/list.csv", None),
        ("C:\\removed\\list.csv", None),
        ("opt-in.csv", None),
        ("bouncers.csv", None),
    ],
)
def test_a_files_name_speaks_by_its_words(name: str, state: str | None) -> None:
    assert state_of_file_name(name) == state
