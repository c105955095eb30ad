"""Columns whose name speaks of consent are read where they are plain, and asked about where they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.consent.column import Meaning, Topic, consent_column_of, topic_of


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
