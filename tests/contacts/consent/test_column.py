"""Columns whose name speaks of consent are read where they are plain, and asked about where they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.contacts.consent.column import (
    NO,
    TELLING,
    WORDS,
    YES,
    Meaning,
    Topic,
    consent_column_of,
    plain,
    topic_of,
)


@pytest.mark.parametrize(
    ("header", "topic"),
    [
        ("UNSUB", "left"),
        ("unsubscribed_at", "left"),
        ("isUnsubscribed", "left"),
        ("HasOptedOutOfEmail", "left"),
        ("Unsubscribed from all email", "left"),
        ("Do Not Email", "left"),
        ("No newsletter please", "left"),
        ("deleted_at", "left"),
        ("Abgemeldet am", "left"),
        ("Désabonné", "left"),
        ("Accepts Email Marketing", "consent"),
        ("Receives newsletter?", "consent"),
        ("SUBSCRIBED", "consent"),
        ("opt_in", "consent"),
        ("optInDate", "consent"),
        ("GDPR consent", "consent"),
        ("Newsletter (yes/no)", "consent"),
        ("Einwilligung", "consent"),
        ("confirmed_at", "confirmation"),
        ("Status", "state"),
        ("Email subscriber status", "state"),
        ("email_marketing_state", "state"),
        ("bounced_at", "bounced"),
        ("CLEAN_TIME", "bounced"),
        ("spam complaint", "complained"),
        ("EMAIL_BLACKLISTED", "blocked"),
        ("inactive", "unclear"),
        ("Not subscribed", "unclear"),
        ("no_consent", "unclear"),
        ("never bounced", "unclear"),
    ],
)
def test_a_name_speaks_by_its_words(header: str, topic: Topic) -> None:
    assert topic_of(header) == topic


@pytest.mark.parametrize(
    "header",
    [
        "block_group",
        "State",
        "Contact State",
        "Mailing State/Province",
        "Marital status",
        "Order status",
        "left_handed",
        "clean_energy",
        "optics",
        "No. of emails",
        "Last email received",
        "Subscription date",
        "Marketing Manager",
        "Newsletter name",
        "Company",
        "bouncer",
        "consensus",
    ],
)
def test_a_name_that_only_shares_letters_does_not_speak(header: str) -> None:
    assert topic_of(header) is None


@pytest.mark.parametrize(
    ("header", "cell", "said"),
    [
        ("unsubscribed", "yes", "unsubscribed"),
        ("unsubscribed", "no", "nothing"),
        ("unsubscribed", "", "nothing"),
        ("unsubscribed", "NULL", "nothing"),
        ("unsubscribed", "0000-00-00 00:00:00", "nothing"),
        ("unsubscribed_at", "2024-05-01", "unsubscribed"),
        ("unsubscribed_at", "1 May 2024", "unsubscribed"),
        ("unsubscribed", "via form", "unclear"),
        ("opt_in", "no", "unsubscribed"),
        ("opt_in", "YES", "confirmed"),
        ("opt_in", "", "unclear"),
        ("opt_in", "2024-05-01T10:00:00Z", "confirmed"),
        ("opt_in", "maybe", "unclear"),
        ("confirmed", "false", "pending"),
        ("Email Status", "Opted-Out", "unsubscribed"),
        ("Email Status", "hard_bounced", "bounce"),
        ("Email Status", "Marked as spam", "complaint"),
        ("Email Status", "A", "unclear"),
        ("Email Status", "inactive", "unclear"),
        ("bounced", "1", "bounce"),
        ("bounces", "3", "unclear"),
        ("blacklisted", "TRUE", "manual"),
        ("Unsubscribe link", "https://example.org/u/1", "nothing"),
        ("consent_ip", "203.0.113.7", "nothing"),
        ("unsubscribe_reason", "too many mails", "unclear"),
        ("consent updated", "2024-05-01", "unclear"),
    ],
)
def test_a_cell_says_what_is_plain_and_leaves_the_rest_to_a_person(
    header: str, cell: str, said: Meaning
) -> None:
    column = consent_column_of(header)
    assert column is not None
    assert column.meaning_of(cell) == said


@given(st.sampled_from(["unsubscribed", "opt_in", "Status", "bounced", "GDPR consent"]), st.text(max_size=50))
def test_whatever_stands_under_a_speaking_column_is_never_taken_for_consent_unless_it_is_plain(
    header: str, cell: str
) -> None:
    column = consent_column_of(header)
    assert column is not None
    if column.meaning_of(cell) == "confirmed":
        assert column.words.get(" ".join(cell.strip().casefold().split())) or any(c.isdigit() for c in cell)


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Consent withdrawn",
            "Permission revoked at",
            "Opt-in declined",
            "GDPR consent expired",
            "Consent off",
        ),
        *("IsOptInPending", "Subscribed removed", "Einwilligung widerrufen", "Zustimmung abgelehnt"),
        *("Consentement retiré", "Consentimiento revocado", "Consent not given", "Previously subscribed"),
    ],
)
def test_a_consent_that_was_taken_back_or_never_given_is_never_read_as_one(header: str) -> None:
    assert topic_of(header) == "unclear"
    column = consent_column_of(header)
    assert column is not None
    assert {column.meaning_of(cell) for cell in ("yes", "no", "2024-05-01", "confirmed")} == {"unclear"}


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Accepts SMS Marketing",
            "HasOptedOutOfFax",
            "smsoptout",
            "Wants print mail",
            "Direct mail opt-out",
        ),
        *(
            "Photo consent",
            "Cookies accepted",
            "Agreed to terms",
            "Consent to track",
            "Data processing consent",
        ),
        *("Permission to publish name", "Event cancelled", "Membership cancelled", "Removed from office"),
        *(
            "Blocked out dates",
            "Deleted scenes favourite",
            "Order confirmed",
            "Phone verified",
            "Text consent",
        ),
        *("Pending orders", "Sound disabled", "bouncy castle", "adopting", "Company status", "Bestellstatus"),
        *(
            "Familienstatus",
            "Estado",
            "Stato",
            "État",
            "Emails sent",
            "valid until",
            "Notes",
            "E-Mail",
            "E-post",
        ),
    ],
)
def test_another_channel_or_another_matter_says_nothing_of_mail(header: str) -> None:
    assert topic_of(header) is None
    assert consent_column_of(header) is None


@pytest.mark.parametrize(
    ("header", "topic"),
    [
        *(
            (name, "left")
            for name in ("cancelled", "removed at", "date deleted", "Disabled", "deactivated_at")
        ),
        *((name, "left") for name in ("IsExcludedFromCampaigns", "DoNotBulkEMail", "No bulk email")),
        *(
            (name, "left")
            for name in ("isunsubscribed", "emailoptout", "unsubscribedate", "E-Mail abgemeldet")
        ),
        *(
            (name, "left")
            for name in ("SMS and email opt out", "Data disiscrizione", "Unsubscribe reason text")
        ),
        *(
            (name, "left")
            for name in ("Kein Newsletter", "Werbesperre", "Widerspruch", "Abmeldedatum", "退会日")
        ),
        *((name, "blocked") for name in ("Email Suppressions", "Email Quarantined", "Blocked email address")),
        *((name, "bounced") for name in ("bouncing", "bouncecount", "hardbounced")),
        *((name, "confirmation") for name in ("is_verified", "email_verified")),
        *((name, "awaiting") for name in ("Unconfirmed", "Pending")),
        *((name, "consent") for name in ("accept", "newsletter_subscription", "Marketing Permissions")),
        *((name, "consent") for name in ("Consent to email", "Subscribed to The Daily", "emailoptin")),
        *((name, "consent") for name in ("Nieuwsbrief", "Hírlevél", "Рассылка", "Lettre d'information")),
        *((name, "consent") for name in ("Newsletter abonniert", "Newsletter erwünscht")),
        *((name, "state") for name in ("Listenstatus", "Статус", "Estado de suscripción", "Subscription")),
    ],
)
def test_ordinary_names_of_many_languages_speak(header: str, topic: Topic) -> None:
    assert topic_of(header) == topic


@pytest.mark.parametrize(
    "header",
    ["Opt-out", "Suppression", "Unsubscribe", "Unsubscribe status", "Bounced", "Complaint", "Blocklist"],
)
def test_no_cell_under_a_name_of_leaving_makes_anyone_confirmed(header: str) -> None:
    column = consent_column_of(header)
    assert column is not None
    said = {column.meaning_of(word) for word in (*WORDS, *YES, *NO, "2024-05-01", "granted")}
    assert not said & {"confirmed", "pending"}
    assert column.meaning_of("enabled") == column.meaning_of("active") == "unclear"


@pytest.mark.parametrize(
    ("header", "cell", "said"),
    [
        ("Consent source", "manual", "nothing"),
        ("Consent type", "spam", "nothing"),
        ("Consent text", "I agree to get mail", "nothing"),
        ("Opt-in by", "form", "nothing"),
        ("Consent type", "withdrawn", "unsubscribed"),
        ("Consent source", "no", "unclear"),
        ("Unsubscribed via", "form", "unclear"),
        ("Subscribed by email", "no", "unsubscribed"),
        ("Email opt-in", "manual", "unclear"),
        ("Email opt-in", "refused", "unsubscribed"),
        ("Subscription", "cancelled", "unsubscribed"),
        ("Subscription", "Gold", "nothing"),
        ("bouncecount", "0", "nothing"),
        ("bouncecount", "1", "unclear"),
        ("email_verified", "false", "pending"),
        ("email_valid", "no", "invalid"),
        ("email_valid", "yes", "nothing"),
        ("Pending", "yes", "pending"),
        ("Pending", "no", "nothing"),
        ("Status", "Désabonné", "unsubscribed"),
        ("Status", "desinscrit", "unsubscribed"),
        ("Status", "отписался", "unsubscribed"),
        ("Newsletter", "WAHR", "confirmed"),
        ("Newsletter", "FALSKT", "unsubscribed"),
        ("Newsletter", "YANLIŞ", "unsubscribed"),
        ("Newsletter", "EPÄTOSI", "unsubscribed"),
        ("Newsletter", "ЛОЖЬ", "unsubscribed"),
    ],
)
def test_remarks_counts_checks_and_other_languages_are_read_for_what_they_are(
    header: str, cell: str, said: Meaning
) -> None:
    column = consent_column_of(header)
    assert column is not None
    assert column.meaning_of(cell) == said


def test_words_that_tell_are_as_cells_are_compared_and_never_allow_mail() -> None:
    assert {plain(word) for word in TELLING} == TELLING
    assert WORDS.keys() >= TELLING
    assert not {WORDS[word] for word in TELLING} & {"confirmed", "pending"}
    assert not YES & NO
    assert {"abbestellt", "dado de baja", "退会", "complaint", "group unsubscribe"} <= TELLING
    assert not {"spam", "removed", "baja", "left"} & TELLING
