"""SendGrid's limits, as its documentation states them, and what it can do."""

from newsletter.delivery.properties import Properties

MAX_PERSONALIZATIONS = 1000  # of a request, and as many recipients
MAX_BYTES = 30_000_000  # of a whole request

PROPERTIES = Properties(
    "SendGrid",
    most_recipients=MAX_PERSONALIZATIONS,
    looks_up=True,
    lists_suppressions=True,
    records="SendGrid's activity page",
)
