"""SendGrid's own lists of addresses it no longer mails, page by page."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus

import orjson

from newsletter.contacts.address import normalise
from newsletter.delivery.clock import SECOND
from newsletter.delivery.evidence import ReportedSuppression
from newsletter.errors import AudienceError, DeliveryError
from newsletter.providers.sendgrid.sending.outcomes import Answer, error_list
from newsletter.providers.sendgrid.words import shorten

PAGE = 500  # SendGrid's limit
# An entry that is deleted meanwhile moves all after it up: pages overlap, so that none slips through between.
OVERLAP = 50

# What each list means as a suppression. Blocks are left out: they are about one mail, not about an address.
LISTS: Mapping[str, str] = {
    "bounces": "bounce",
    "spam_reports": "complaint",
    "invalid_emails": "invalid",
    "unsubscribes": "unsubscribed",
}

Ask = Callable[[Mapping[str, str | int]], Answer]


def listed(ask: Ask, reason: str, since: int, until: int) -> Iterator[ReportedSuppression]:
    """Yield what one list gained between two instants (microseconds, both included); some come twice.

    Raises DeliveryError when SendGrid gives no proper list.
    """
    window = {"start_time": max(0, since // SECOND), "end_time": until // SECOND, "limit": PAGE}
    offset, before = 0, None
    while True:
        page = _page(ask({**window, "offset": offset}))
        if page and page == before:
            raise DeliveryError("SendGrid gives the same page of a list again and again.", hint=_AGAIN)
        for entry in page:
            if found := _entry(entry, reason, until):
                yield found
        if len(page) < PAGE:
            return
        offset, before = offset + PAGE - OVERLAP, page


_AGAIN = "Nothing is lost: run the command again later."


def _page(answer: Answer) -> list[object]:
    if answer.status in {401, 403}:
        raise DeliveryError(
            f"The SendGrid API key may not read suppressions ({answer.status}).",
            hint="Give the key read access to “Suppressions” in SendGrid's settings.",
        )
    if answer.status != HTTPStatus.OK:
        said = "; ".join(message for _, message in error_list(answer.body) if message)
        words = f"SendGrid answered {answer.status} when asked for suppressions{': ' + said if said else '.'}"
        raise DeliveryError(shorten(words), hint=_AGAIN)
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, list):
        raise DeliveryError("SendGrid's answer is no list of suppressions.", hint=_AGAIN)
    return document


def _entry(entry: object, reason: str, until: int) -> ReportedSuppression | None:
    """Return one entry; None for what is no address that could be on a list of ours."""
    if not isinstance(entry, dict) or not isinstance(address := entry.get("email"), str):
        return None
    try:
        email = normalise(address)
    except AudienceError:
        return None
    created = entry.get("created")
    at = created * SECOND if isinstance(created, int) else 0
    return ReportedSuppression(email, reason, at if 0 < at <= until else until)
