"""SendGrid's limits, as its documentation states them."""

MAX_PERSONALIZATIONS = 1000  # of a request, and as many recipients
MAX_BYTES = 30_000_000  # of a whole request
