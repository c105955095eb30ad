"""Read what was posted to a webhook, as the readers' site does."""

from collections.abc import Mapping, Sequence

from newsletter.delivery.events import Event
from newsletter.delivery.webhook import Webhook
from newsletter.providers.sendgrid.reports.webhook import EventWebhook


def read_post(webhook: Webhook, body: bytes, headers: Mapping[str, str], *, now: float) -> Sequence[Event]:
    """Return the events of one post, once its headers and its body are found right."""
    verifier = webhook.verifier(headers, now=now)
    verifier.update(body)
    verifier.insist()
    return webhook.events(body, now=now)


def read_reports(
    body: bytes, headers: Mapping[str, str], keys: Sequence[str], *, now: float
) -> Sequence[Event]:
    """Return the events of a post of SendGrid's, proved by one of these keys."""
    return read_post(EventWebhook(keys), body, headers, now=now)
