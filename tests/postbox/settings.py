"""The postbox's own settings."""

from pydantic import SecretStr

from newsletter.delivery.provider_kind import OwnSettings
from newsletter.errors import SettingsError
from newsletter.urls import is_loopback


class PostboxSettings(OwnSettings):
    """Where the postbox is, and the token it knows us by."""

    postbox_url: str = "https://postbox.example.com"
    postbox_token: SecretStr = SecretStr("")

    @property
    def identity(self) -> str:
        """Name whose acceptance the ledger records."""
        return "postbox"

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine."""
        return is_loopback(self.postbox_url)

    def insist_complete(self) -> None:
        """Make sure that there is a token. Raises SettingsError."""
        if not self.postbox_token.get_secret_value():
            raise SettingsError("POSTBOX_TOKEN is not set.", hint="Put it in the environment.")
