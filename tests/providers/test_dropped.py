"""Why SendGrid did not try: what it knows of an address suppresses it, all else is about the mail."""

import pytest

from newsletter.delivery.events import Consequence, Suppress
from newsletter.delivery.reports import consequence
from newsletter.providers.sendgrid.reports.events import event_of


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Bounced Address", Suppress("bounce")),
        ("bounced address.", Suppress("bounce")),
        ("Spam Reporting Address", Suppress("complaint")),
        ("Unsubscribed Address", Suppress("unsubscribed")),
        ("Invalid", Suppress("invalid")),
        ("Invalid SMTPAPI header", None),
        ("Spam Content (if Spam Checker app enabled)", None),
        ("Recipient List over Package Quota", None),
        ("", None),
    ],
)
def test_a_dropped_mail_suppresses_only_for_what_is_known_of_the_address(
    reason: str, expected: Consequence
) -> None:
    report = {"event": "dropped", "reason": reason, "email": "ann@example.org"}
    assert consequence(event_of(report, now=1)) == expected
