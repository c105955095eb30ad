"""SendGrid's description of itself, and how it is opened."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from newsletter.delivery.provider_kind import ProviderKind, Surroundings
from newsletter.delivery.webhook import Reports
from newsletter.providers.sendgrid.limits import PROPERTIES
from newsletter.providers.sendgrid.settings import SendGridSettings

if TYPE_CHECKING:
    from newsletter.delivery.provider import Provider
    from newsletter.delivery.webhook import Webhook


@contextmanager
def open_sendgrid(own: SendGridSettings, around: Surroundings) -> Iterator["Provider"]:
    """Open SendGrid, once its key is known to be allowed to send; a server on loopback is not asked."""
    from newsletter.providers.sendgrid.client import SendGridProvider, Server

    own.insist_complete()
    provider = SendGridProvider(
        Server(
            api_key=own.sendgrid_api_key.get_secret_value(),
            host=own.host,
            timeout_seconds=around.timeout_seconds,
            threads=around.threads,
        ),
        identity=own.identity,
    )
    with closing(provider):
        provider.check_account()
        yield provider


def make_webhook(keys: Sequence[str]) -> "Webhook":
    """Return what takes SendGrid's reports. Raises SettingsError for a key that is none."""
    from newsletter.providers.sendgrid.reports.webhook import EventWebhook

    return EventWebhook(keys)


SENDGRID = ProviderKind(
    name="sendgrid",
    properties=PROPERTIES,
    settings=SendGridSettings,
    open_provider=open_sendgrid,
    secrets={"sendgrid_api_key": "SENDGRID_API_KEY", "api_key": "SENDGRID_API_KEY"},
    reports=Reports("sendgrid", setting="[delivery] webhook_keys", webhook=make_webhook),
)
