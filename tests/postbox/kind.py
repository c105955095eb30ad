"""The postbox's description of itself: its settings, how it is opened, where it reports."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from pydantic import SecretStr

from newsletter.delivery.properties import Properties
from newsletter.delivery.provider import Provider
from newsletter.delivery.provider_kind import OwnSettings, ProviderKind, Surroundings
from newsletter.delivery.webhook import Reports, Webhook
from newsletter.errors import SettingsError
from newsletter.urls import is_loopback


class PostboxSettings(OwnSettings):
    """Where the postbox is, the token it knows us by, and the one by which we know its reports."""

    postbox_url: str = "https://postbox.example.com"
    postbox_token: SecretStr = SecretStr("")
    postbox_report_token: SecretStr = SecretStr("")

    @property
    def identity(self) -> str:
        """Name whose acceptance the ledger records."""
        return "postbox"

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine."""
        return is_loopback(self.postbox_url)

    @property
    def report_keys(self) -> tuple[str, ...]:
        """Return the token that its reports carry."""
        token = self.postbox_report_token.get_secret_value()
        return (token,) if token else ()

    def insist_complete(self) -> None:
        """Make sure that there is a token. Raises SettingsError."""
        if not self.postbox_token.get_secret_value():
            raise SettingsError("POSTBOX_TOKEN is not set.", hint="Put it in the environment.")


@contextmanager
def open_postbox(own: PostboxSettings, around: Surroundings) -> Iterator[Provider]:
    """Open the postbox."""
    from postbox.client import Postbox

    own.insist_complete()
    token = own.postbox_token.get_secret_value()
    with closing(Postbox(own.postbox_url, token, around.timeout_seconds, POSTBOX.properties)) as provider:
        yield provider


def make_webhook(keys: Sequence[str]) -> Webhook:
    """Return what takes its reports."""
    from postbox.webhook import PostboxWebhook

    return PostboxWebhook(keys)


POSTBOX = ProviderKind(
    name="postbox",
    properties=Properties("Postbox", most_recipients=7),
    settings=PostboxSettings,
    open_provider=open_postbox,
    secrets={"postbox_token": "POSTBOX_TOKEN", "postbox_report_token": "POSTBOX_REPORT_TOKEN"},
    reports=Reports("postbox", setting="POSTBOX_REPORT_TOKEN", webhook=make_webhook),
)
